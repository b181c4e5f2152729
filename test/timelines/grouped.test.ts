/** Several servers change at once: what comes together is one message, and what it says about the whole. */
import { describe, expect, test } from 'vitest';
import { alsoDown, down, downList, maybeBlind, upList } from './english.ts';
import { at, type ServerScript, timeline, told, until } from './timeline.ts';

/** Told at the first failed probe, two of them a second, so that a script decides when. */
const QUICK: Partial<ServerScript> = { interval: 0.5, failures: 1 };

function named(count: number, prefix = 'video-'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(2, '0')}`);
}

describe('waiting for company', () => {
  test('servers that go down within a second are one message (one cause, one alarm)', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma', 'delta'] });
    await story.play(at(29, 'alpha refuses'), at(29, 'beta answers 503'), until(60));
    expect(story.told).toEqual([told(32, 'anna', ...downList(['alpha', '10:00'], ['beta', '10:00', '503']))]);
    expect(story.labels('anna')).toEqual(['Open alpha', 'Open beta']);
  });

  test('a change that stays alone is told after 1 s (nobody waits longer for company that does not come)', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(at(29, 'alpha refuses'), until(60));
    expect(story.told).toEqual([told(32, 'anna', ...down('alpha', { since: '10:00', lasting: '2 sec' }))]);
  });

  test('while more keep coming it waits, but 3 s at most (an alarm is not put off for ever)', async () => {
    const names = named(8);
    const story = timeline({ servers: Object.fromEntries(names.map((name) => [name, QUICK])) });
    await story.play(
      ...names.slice(0, 6).map((name, index) => at(9.9 + index * 0.5, `${name} refuses`)), // 10 to 12.5
      at(13.4, 'video-07 refuses'), // 13.5
      until(60),
    );
    const [first, second] = story.told;
    expect(first).toMatchObject({ at: 13 });
    expect(first?.text.match(/video-0\d/g)).toEqual(names.slice(0, 6));
    expect(second).toMatchObject({ at: 14.5 });
    expect(second?.text).toContain('<b>video-07 is down</b>');
    expect(story.told).toHaveLength(2);
  });

  test('a second of quiet ends the wait', async () => {
    const servers = Object.fromEntries(named(6).map((name) => [name, QUICK]));
    const story = timeline({ servers });
    await story.play(
      at(9.9, 'video-01 refuses'), // 10
      at(10.4, 'video-02 refuses'), // 10.5
      at(11.9, 'video-03 refuses'), // 12
      until(60),
    );
    expect(story.told.map(({ at: moment }) => moment)).toEqual([11.5, 13]);
  });

  test('nobody waits when every watched server is already there (nobody else can come)', async () => {
    const story = timeline({
      servers: { alpha: {}, beta: {}, 'not watched': { monitored: false } },
    });
    await story.play(at(29, 'alpha refuses'), at(29, 'beta refuses'), until(60));
    expect(story.told).toEqual([told(31, 'anna', ...downList(['alpha', '10:00'], ['beta', '10:00']))]);
  });

  test('recoveries come together too', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma', 'delta'] });
    await story.play(
      at(29, 'alpha refuses'),
      at(29, 'beta refuses'),
      at(59, 'alpha answers'),
      at(59, 'beta answers'),
      until(90),
    );
    expect(story.told.slice(1)).toEqual([
      told(62, 'anna', ...upList(['alpha', '31 sec'], ['beta', '31 sec'])),
    ]);
  });

  test('one down and another up are one message, the bad news first', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
    await story.play(at(29, 'alpha refuses'), at(60, 'alpha answers'), at(60, 'beta refuses'), until(90));
    // alpha up at 61, beta down at 60 and 61
    expect(story.told.slice(1)).toEqual([
      told(62, 'anna', ...downList(['beta', '10:01']), ...upList(['alpha', '31 sec'])),
    ]);
  });
});

describe('many servers', () => {
  test('fifty servers that go down together are one message to each recipient, with every name', async () => {
    const names = named(50);
    const story = timeline({ servers: names, people: ['anna', 'boris'], chats: ['night shift'] });
    await story.play(...names.map((name) => at(29, `${name} refuses`)), until(120));
    expect(story.told).toHaveLength(1);
    const [only] = story.told;
    expect(only).toMatchObject({ at: 32, to: 'anna, boris, night shift' });
    const lines = only?.text.split('\n') ?? [];
    expect(lines.slice(0, 3)).toEqual([
      maybeBlind(50, 50),
      '🔴 <b>50 servers are down</b>',
      '• <b>video-01</b> since 10:00: the connection was refused',
    ]);
    expect(lines.slice(2).map((line) => /<b>(.+)<\/b>/.exec(line)?.[1])).toEqual(names);
    expect(story.labels('anna')).toEqual([...names.slice(0, 8).map((name) => `Open ${name}`), 'All servers']);
  });

  test('a long alert goes to the channel whole (only the channel knows how long a message may be)', async () => {
    const names = named(120, 'video-conferencing-in-a-branch-office-of-the-company-');
    const story = timeline({ servers: names });
    await story.play(...names.map((name) => at(29, `${name} refuses`)), until(120));
    const text = story.told.map((one) => one.text).join('\n');
    expect(text.length).toBeGreaterThan(4096);
    for (const name of names) expect(text).toContain(`<b>${name}</b>`);
    expect(text).not.toContain('…');
  });
});

describe('what else is down', () => {
  test('an alert names the servers that are down already', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
    await story.play(at(29, 'beta refuses'), at(59, 'alpha refuses'), until(90));
    expect(story.told[1]).toEqual(
      told(62, 'anna', ...down('alpha', { since: '10:01', lasting: '2 sec' }), '', alsoDown('beta')),
    );
  });

  test('ten names and then a count (an alert is read on a telephone)', async () => {
    const names = named(30);
    const story = timeline({ servers: names });
    await story.play(
      ...names.slice(0, 12).map((name) => at(29, `${name} refuses`)),
      at(59, 'video-30 refuses'),
      until(90),
    );
    expect(story.told[1]?.text.split('\n').at(-1)).toBe(
      `Also down: ${names.slice(0, 10).join(', ')} and 2 more`,
    );
  });

  test('a recovery says what is still down', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
    await story.play(at(29, 'alpha refuses'), at(29, 'beta refuses'), at(60, 'alpha answers'), until(90));
    expect(story.told[1]?.text.split('\n').at(-1)).toBe(alsoDown('beta'));
  });
});

describe('the bot may be blind itself', () => {
  const blind = /servers stopped answering together/;

  test('three and more, and over half of the watched ones: it is said', async () => {
    const story = timeline({ servers: named(5) });
    await story.play(...named(3).map((name) => at(29, `${name} refuses`)), until(60));
    expect(story.told[0]?.text.split('\n')[0]).toBe(maybeBlind(3, 5));
  });

  test('two are too few to tell (even when they are all)', async () => {
    const story = timeline({ servers: named(2) });
    await story.play(...named(2).map((name) => at(29, `${name} refuses`)), until(60));
    expect(story.told[0]?.text).not.toMatch(blind);
  });

  test('half of them is not most of them', async () => {
    const story = timeline({ servers: named(6) });
    await story.play(...named(3).map((name) => at(29, `${name} refuses`)), until(60));
    expect(story.told[0]?.text).not.toMatch(blind);
  });

  test('servers that are not watched do not count', async () => {
    const unwatched = Object.fromEntries(named(4, 'off-').map((name) => [name, { monitored: false }]));
    const watched = Object.fromEntries(named(4).map((name) => [name, {}]));
    const story = timeline({ servers: { ...watched, ...unwatched } });
    await story.play(...named(3).map((name) => at(29, `${name} refuses`)), until(60));
    expect(story.told[0]?.text).toMatch(/^⚠️ 3 of 4 servers/);
  });
});
