/** Several servers change at once: what comes together is one message, and what it says about the whole. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { alsoDown, blind, down, downList, seesAgain, upList } from './english.ts';
import { at, drifting, type ServerScript, timeline, told, until } from './timeline.ts';

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
  test('fifty servers that fail within 3 s are one message to each recipient, with every name (most are silent: it may be the bot)', async () => {
    const names = named(50);
    const story = timeline({
      servers: names,
      people: ['anna', 'boris'],
      chats: ['night shift'],
      random: drifting(),
    });
    await story.play(
      ...names.map((name, index) => at(29 + (index * 3) / 50, `${name} refuses`)),
      at(100, 'all answer'),
      until(200),
    );
    const everybody = 'anna, boris, night shift';
    expect(story.told.map(({ to }) => to)).toEqual([everybody, everybody]);
    const [told, over] = story.told;
    expect(told?.text.split('\n')).toEqual(blind(50, 50, '10:00', names.join(', ')));
    expect(over?.text.split('\n')).toEqual(seesAgain('10:00:29', '10:01:43', '1 min 14 sec'));
    expect(story.labels('anna')).toEqual(['All servers']);
  });

  test('fifty that fail within 3 s and are really down (something else answers) are one alert, and one recovery', async () => {
    const names = named(50);
    const story = timeline({
      servers: names,
      people: ['anna', 'boris'],
      networkCheck: true,
      random: drifting(),
    });
    await story.play(
      ...names.map((name, index) => at(29 + (index * 3) / 50, `${name} refuses`)),
      ...names.map((name, index) => at(100 + (index * 3) / 50, `${name} answers`)),
      until(200),
    );
    expect(story.told.map(({ to }) => to)).toEqual(['anna, boris', 'anna, boris']);
    const [lost, back] = story.told.map(({ text }) => text.split('\n'));
    expect(lost?.[0]).toBe('🔴 <b>50 servers are down</b>');
    expect(lost?.slice(1).map((line) => /<b>(.+)<\/b>/.exec(line)?.[1])).toEqual(
      expect.arrayContaining(names),
    );
    expect(back?.[0]).toBe('🟢 <b>50 servers are up again</b>');
    expect(back?.slice(1).map((line) => /<b>(.+)<\/b>/.exec(line)?.[1])).toEqual(
      expect.arrayContaining(names),
    );
    expect(lost).toHaveLength(51);
    expect(back).toHaveLength(51);
  });

  test('fifty that vanish are one alert, however unevenly that is found out and written down', async () => {
    const names = named(50);
    const servers = Object.fromEntries(names.map((name) => [name, { interval: 2 }]));
    const random = drifting();
    const store = createMemoryStore();
    const story = timeline({ servers, networkCheck: true, random, store });
    for (const name of names) {
      const server = story.server(name);
      const { probe } = server;
      server.probe = async (signal) => {
        const seen = await probe.call(server, signal);
        await story.clock.sleep(random() * 1.5 * SECOND, signal);
        return { ...seen, latency: story.clock.now() - seen.at };
      };
    }
    // A disk writes one after the other.
    const { commit } = store;
    let written: Promise<void> = Promise.resolve();
    store.commit = async (change) => {
      written = written.then(() => story.clock.sleep(2, new AbortController().signal));
      await written;
      return commit(change);
    };
    await story.play(
      at(20, () => names.map((name) => story.server(name).behave('drops every packet'))),
      at(55, () => {
        store.commit = commit;
      }),
      until(60),
    );
    expect(story.told.map(({ text }) => text.split('\n')[0])).toEqual(['🔴 <b>50 servers are down</b>']);
  });

  test('fifty of a hundred and twenty are one alert and one recovery (one failure makes the others be looked at)', async () => {
    const names = named(120);
    const failing = names.slice(0, 50);
    const story = timeline({ servers: names, random: drifting() });
    await story.play(
      ...failing.map((name, index) => at(29 + (index * 3) / 50, `${name} refuses`)),
      ...failing.map((name, index) => at(100 + (index * 3) / 50, `${name} answers`)),
      until(200),
    );
    expect(story.told.map(({ text }) => text.split('\n')[0])).toEqual([
      '🔴 <b>50 servers are down</b>',
      '🟢 <b>50 servers are up again</b>',
    ]);
    for (const name of failing) for (const { text } of story.told) expect(text).toContain(`<b>${name}</b>`);
  });

  test.each([
    // Seven seconds for two looks each, which begin within one; then a second for company.
    ['drops every packet', 217, 1],
    ['drops every packet', 217, 2],
    ['drops every packet', 217, 3],
    // Eleven for two looks.
    ['hangs', 222, 1],
    ['hangs', 222, 2],
    ['hangs', 222, 3],
  ])(
    'fifty of a hundred and twenty of which each %s are one alert and one recovery, too (until %i s, rounds no. %i)',
    async (behaviour, latest, seed) => {
      const names = named(120);
      const failing = names.slice(0, 50);
      const story = timeline({ servers: names, random: drifting(seed * 7_919) });
      await story.play(
        ...failing.map((name) => at(205, `${name} ${behaviour}`)),
        ...failing.map((name) => at(400, `${name} answers`)),
        until(500),
      );
      expect(story.told.map(({ text }) => text.split('\n')[0])).toEqual([
        '🔴 <b>50 servers are down</b>',
        '🟢 <b>50 servers are up again</b>',
      ]);
      const [lost, back] = story.told;
      expect(lost?.at).toBeLessThanOrEqual(latest);
      expect(back?.at).toBeLessThanOrEqual(403);
    },
  );

  test('a long alert goes to the channel whole (only the channel knows how long a message may be)', async () => {
    const names = named(50, 'video-conferencing-in-a-branch-office-of-the-company-');
    const story = timeline({ servers: names, networkCheck: true });
    await story.play(at(29, 'all refuse'), until(120));
    const text = story.told.map((one) => one.text).join('\n');
    expect(text.length).toBeGreaterThan(4096);
    for (const name of names) expect(text).toContain(`<b>${name}</b>`);
    expect(text).not.toContain('…');
    expect(story.labels('anna')).toEqual([...names.slice(0, 8).map((name) => `Open ${name}`), 'All servers']);
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
