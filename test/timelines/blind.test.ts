/** The bot itself is cut off, or may be: one message instead of alarms, and nothing is claimed about that time. */
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { START } from '../support/virtual-clock.ts';
import {
  blind,
  down,
  downList,
  late,
  notSeen,
  SEES_AGAIN,
  seesAgain,
  stillBlind,
  stillSilent,
  upHeadline,
} from './english.ts';
import { at, drifting, headlines, type Timeline, timeline, told, until } from './timeline.ts';

const THREE = ['alpha', 'beta', 'gamma'];
const FIVE = [...THREE, 'delta', 'epsilon'];
const NAMES = 'alpha, beta, gamma';
const HOURS = 3_600;

/** Whose store refuses every write while it is full. */
function breakableDisk(story: Timeline): { isFull: boolean } {
  const disk = { isFull: false };
  const { commit } = story.store;
  story.errorsExpected = true;
  Object.assign(story.store, {
    commit: async (change: Parameters<typeof commit>[0]) => {
      if (disk.isFull) throw new Error('disk full');
      return commit(change);
    },
  });
  return disk;
}

const refuse = (seconds: number, ...names: string[]) => names.map((name) => at(seconds, `${name} refuses`));
const answer = (seconds: number, ...names: string[]) => names.map((name) => at(seconds, `${name} answers`));

async function periodsOf(story: Timeline, name: string) {
  const periods = await story.store.periods(name as ServerName, 0);
  return periods.map(({ kind, from, to }) => [
    kind,
    (from - START) / SECOND,
    to === undefined ? undefined : (to - START) / SECOND,
  ]);
}

async function statusOf(story: Timeline, name: string) {
  return (await story.store.availabilities()).get(name as ServerName)?.status;
}

describe('most servers fall silent together', () => {
  test('one message instead of alarms, and one when the bot sees again', async () => {
    const story = timeline({ servers: THREE, people: ['anna', 'boris'] });
    await story.play(at(29, 'all refuse'), at(300, 'all answer'), until(400));
    expect(story.told).toEqual([
      told(31, 'anna, boris', ...blind(3, 3, '10:00', NAMES)),
      told(301, 'anna, boris', ...seesAgain('10:00:30', '10:05:01', '4 min 31 sec')),
    ]);
  });

  test('that time counts as unknown, not as downtime', async () => {
    const story = timeline({ servers: THREE });
    await story.play(at(29, 'all refuse'), until(200));
    expect(await statusOf(story, 'alpha')).toBe('unknown');
    await story.play(at(300, 'all answer'), until(400));
    expect(await statusOf(story, 'alpha')).toBe('up');
    for (const name of THREE) {
      expect(await periodsOf(story, name)).toEqual([['blind', 30, expect.any(Number)]]);
    }
  });

  test('three of five: over half of them', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(...refuse(29, ...THREE), until(60));
    expect(story.told).toEqual([told(31, 'anna', ...blind(3, 5, '10:00', NAMES))]);
  });

  test('two of three are too few, and told as down', async () => {
    const story = timeline({ servers: THREE });
    await story.play(...refuse(29, 'alpha', 'beta'), until(60));
    expect(headlines(story)).toEqual([[32, '🔴 <b>2 servers are down</b>']]);
  });

  test('three of six are not most, and told as down', async () => {
    const story = timeline({ servers: [...FIVE, 'zeta'] });
    await story.play(...refuse(29, ...THREE), until(60));
    expect(story.told).toEqual([
      told(32, 'anna', ...downList(['alpha', '10:00'], ['beta', '10:00'], ['gamma', '10:00'])),
    ]);
  });

  test('servers that are not watched, were down before or were never seen do not count', async () => {
    const story = timeline({
      servers: {
        ...Object.fromEntries([...FIVE, 'zeta'].map((name) => [name, {}])),
        off: { monitored: false },
      },
    });
    await story.play(
      ...refuse(0, 'zeta'), // never seen
      ...refuse(29, 'epsilon'), // down before
      ...refuse(89, ...THREE),
      until(120),
    );
    expect(story.told.at(-1)).toEqual(told(91, 'anna', ...blind(3, 4, '10:01', NAMES)));
  });

  test('servers that never answered have not stopped answering: a new settings file full of mistakes says so', async () => {
    const story = timeline({ servers: THREE });
    await story.play(at(0, 'all refuse'), until(60));
    expect(headlines(story)).toEqual([[expect.closeTo(1.04), '🔴 <b>3 servers are down</b>']]);
  });

  test('rounds that are far apart are no matter: the others are looked at when the first is confirmed', async () => {
    const servers = Object.fromEntries(FIVE.map((name) => [name, { interval: 6 * 3_600 }]));
    const story = timeline({ servers, random: drifting() });
    await story.play(at(300, 'all refuse'), until(6 * 3_600 + 5));
    const first = Math.min(...FIVE.flatMap((name) => story.probes(name).filter((moment) => moment > 300)));
    expect(headlines(story)).toEqual([
      [expect.closeTo(first + 2), expect.stringContaining('5 of 5 servers stopped answering together')],
    ]);
    await story.play(at(6 * 3_600 + 100, 'all answer'), until(6 * 3_600 + 110));
    expect(story.told.at(-1)?.text.split('\n')[0]).toBe(SEES_AGAIN);
  });

  test('while it lasts nothing more is said, whoever joins', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(...refuse(29, ...THREE), ...refuse(100, 'delta', 'epsilon'), until(3_600));
    expect(story.told).toHaveLength(1);
    expect(await statusOf(story, 'delta')).toBe('unknown');
    expect(await periodsOf(story, 'delta')).toEqual([['blind', 105, undefined]]);
  });

  test('those that are still silent when most are back are named, and told as down', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(...refuse(29, ...FIVE), ...answer(300, 'alpha', 'beta', 'gamma', 'delta'), until(400));
    const [, over, alarm] = story.told;
    expect(over?.text.split('\n')).toEqual([
      SEES_AGAIN,
      expect.stringMatching(/^What happened from 10:00:30 to 10:05:/),
      stillSilent('epsilon'),
    ]);
    expect(alarm?.text.split('\n')).toEqual(down('epsilon', { silentSince: '10:00' }));
    expect((alarm?.at ?? 0) - (over?.at ?? 0)).toBeLessThanOrEqual(3);
    expect(story.told).toHaveLength(3);
  });

  test.each(['refuses', 'drops every packet', 'hangs'] as const)(
    'two that are still silent are told as one, whatever they had shown before (each %s)',
    async (does) => {
      const story = timeline({ servers: [...FIVE, 'zeta'], random: drifting(7_919) });
      await story.play(
        at(29, () => [...story.servers.values()].map((server) => server.behave(does))),
        ...answer(210.7, 'gamma', 'delta', 'epsilon', 'zeta'),
        until(400),
      );
      const told = headlines(story).map(([, text]) => text);
      expect(told.slice(1)).toEqual([SEES_AGAIN, '🔴 <b>2 servers are down</b>']);
    },
  );

  test('a server that was told as down before is told as up afterwards (an alarm has an end)', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(...refuse(29, 'alpha'), at(100, 'all refuse'), at(300, 'all answer'), until(400));
    expect(headlines(story)).toEqual([
      [32, '🔴 <b>alpha is down</b>'],
      [106, '⚪ <b>4 of 4 servers stopped answering together</b>, at 10:01'],
      [301, upHeadline('alpha', '4 min 31 sec')],
      [302, SEES_AGAIN],
    ]);
  });

  test('one lost packet of each is nothing (they answer when they are asked again)', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(at(29, 'all refuse'), at(30.5, 'all answer'), until(100));
    expect(story.told).toEqual([]);
  });

  test('a short gap that only some confirmed is no alarm either: they are looked at once more', async () => {
    const quick = { failures: 1 };
    const story = timeline({ servers: { alpha: quick, beta: {}, gamma: {}, delta: {} } });
    // alpha is confirmed at once and the others are in doubt; a second later all of them answer.
    await story.play(at(29, 'all refuse'), at(30.4, 'all answer'), until(100));
    expect(story.told).toEqual([]);
  });

  test('a server that really fell in such a gap is told, a few seconds late', async () => {
    const quick = { failures: 1 };
    const story = timeline({ servers: { alpha: quick, beta: {}, gamma: {}, delta: {} } });
    await story.play(at(29, 'all refuse'), ...answer(30.4, 'beta', 'gamma', 'delta'), until(100));
    expect(headlines(story)).toEqual([[33, '🔴 <b>alpha is down</b>']]);
  });

  test('packets that vanish take longer to notice and come to the same', async () => {
    const story = timeline({ servers: FIVE, random: drifting() });
    await story.play(at(29, 'the network is gone'), at(200, 'the network is back'), until(260));
    expect(story.told.map(({ text }) => text.split('\n')[0])).toEqual([SEES_AGAIN]);
    // Telegram was away too: both words waited, and are one.
    expect(story.told[0]?.text.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^What happened from 10:00:\d\d to 10:03:2\d/),
      notSeen(FIVE.toSorted().join(', ')),
    ]);
  });
});

describe('a real outage is not doubted', () => {
  test('of one of many: the others are asked once, and it is told as soon as ever', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(at(29, 'alpha refuses'), until(100));
    expect(headlines(story)).toEqual([[32, '🔴 <b>alpha is down</b>']]);
    expect(story.probes('beta')).toEqual([0.02, 15, 30, 31, 45, 60, 75, 90]);
  });

  test('of two thousand servers twenty are asked', async () => {
    const names = Array.from({ length: 2_000 }, (_, index) => `s${index}`);
    const servers = Object.fromEntries(names.map((name) => [name, { interval: 3_600 }]));
    const story = timeline({ servers, random: drifting() });
    await story.play(until(100));
    await story.play(
      at(100, () => {
        story.server('s7').behave('refuses');
        story.channel.send({
          person: { id: 1001, name: 'Anna' },
          ...{ place: 'private', address: '1001', request: { kind: 'command', name: 'start' } },
        });
      }),
      at(101, 'anna presses s7'),
      at(102, 'anna presses Status'), // 102, 103
      until(110),
    );
    expect(headlines(story)).toEqual([[104, '🔴 <b>s7 is down</b>']]);
    const asked = names.filter((name) => story.probes(name).some((moment) => moment > 100));
    expect(asked).toHaveLength(21);
  });

  test('slow servers hold up the alarm of another one by no more than the second it waits for company', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(
      ...['beta', 'gamma', 'delta', 'epsilon'].map((name) => at(20, `${name} answers after 4 s`)),
      at(29, 'alpha refuses'),
      until(100),
    );
    expect(headlines(story)).toEqual([[expect.any(Number), '🔴 <b>alpha is down</b>']]);
    expect(story.told[0]?.at).toBeLessThanOrEqual(35);
  });

  test('monitoring that is switched off while the others are asked: nobody is told', async () => {
    const story = timeline({ servers: THREE });
    await story.play(
      at(1, 'anna sends /start'),
      ...['beta', 'gamma'].map((name) => at(20, `${name} answers after 4 s`)),
      at(2, 'anna presses alpha'),
      at(3, 'anna presses Status'),
      at(29, 'alpha refuses'),
      at(31.5, 'anna presses Switch monitoring off'),
      until(100),
    );
    expect(story.told).toEqual([]);
    expect(await statusOf(story, 'alpha')).toBe('unknown');
    expect(await periodsOf(story, 'alpha')).toEqual([]);
  });
});

describe('a second target', () => {
  test('that answers: they are down, whatever their number', async () => {
    const story = timeline({ servers: THREE, networkCheck: true });
    await story.play(at(29, 'all refuse'), until(60));
    expect(story.told).toEqual([
      told(31, 'anna', ...downList(['alpha', '10:00'], ['beta', '10:00'], ['gamma', '10:00'])),
    ]);
  });

  test('that does not answer: it is the bot, for sure', async () => {
    const story = timeline({ servers: THREE, networkCheck: true });
    await story.play(at(28, 'the network check does not answer'), at(29, 'all refuse'), until(60));
    expect(story.told).toEqual([told(31, 'anna', ...blind(3, 3, '10:00', NAMES, true))]);
  });

  test('that answers later: the servers are down after all', async () => {
    const story = timeline({ servers: THREE, networkCheck: true });
    await story.play(
      at(28, 'the network check does not answer'),
      at(29, 'all refuse'),
      at(100, 'the network check answers'),
      until(200),
    );
    const [, over, alarm] = story.told;
    expect(over?.text.split('\n')).toEqual([
      SEES_AGAIN,
      expect.stringMatching(/^What happened from 10:00:30 to 10:01:4\d/),
      stillSilent(NAMES),
    ]);
    expect(over?.at).toBeLessThanOrEqual(106);
    expect(alarm?.text.split('\n')[0]).toBe('🔴 <b>3 servers are down</b>');
    expect((alarm?.at ?? 0) - (over?.at ?? 0)).toBeLessThanOrEqual(3);
  });

  test('is not asked while nothing looks like it (it belongs to somebody else)', async () => {
    const story = timeline({ servers: FIVE, networkCheck: true });
    await story.play(...refuse(29, 'alpha', 'beta'), until(600));
    expect(story.asked.check).toEqual([]);
  });

  test('of a minority it does not matter', async () => {
    const story = timeline({ servers: FIVE, networkCheck: true });
    await story.play(at(28, 'the network check does not answer'), ...refuse(29, 'alpha', 'beta'), until(60));
    expect(headlines(story)).toEqual([[32, '🔴 <b>2 servers are down</b>']]);
  });
});

describe('few servers', () => {
  test('one that stops answering is down', async () => {
    const story = timeline();
    await story.play(at(29, 'alpha refuses'), until(60));
    expect(headlines(story)).toEqual([[31, '🔴 <b>alpha is down</b>']]);
  });

  test('one, and the second target is silent too: it is the bot', async () => {
    const story = timeline({ networkCheck: true });
    await story.play(at(28, 'the network check does not answer'), at(29, 'alpha refuses'), until(60));
    expect(story.told).toEqual([told(31, 'anna', ...blind(1, 1, '10:00', 'alpha', true))]);
  });

  test('one, and the second target answers: it is down, at once', async () => {
    const story = timeline({ networkCheck: true });
    await story.play(at(29, 'alpha refuses'), until(60));
    expect(headlines(story)).toEqual([[31, '🔴 <b>alpha is down</b>']]);
  });

  test('both of two are down together, unless Telegram is out of reach as well', async () => {
    const story = timeline({ servers: ['alpha', 'beta'] });
    await story.play(at(29, 'all refuse'), until(60));
    expect(headlines(story)).toEqual([[31, '🔴 <b>2 servers are down</b>']]);
  });

  test('the network of the bot is gone for ten minutes: afterwards that is all it says (nobody was down)', async () => {
    const story = timeline();
    await story.play(at(29, 'the network is gone'), at(629, 'the network is back'), until(700));
    expect(story.told).toHaveLength(1);
    expect(story.told[0]?.text.split('\n')).toEqual([
      SEES_AGAIN,
      expect.stringMatching(/^What happened from 10:00(:30)? to 10:10/),
      notSeen('alpha'),
      '',
      expect.stringMatching(/late: it could not be delivered since 10:00/),
    ]);
    expect(await periodsOf(story, 'alpha')).toEqual([['blind', 30, expect.any(Number)]]);
  });

  test('the network is back and the server is down after all: that is told', async () => {
    const story = timeline();
    await story.play(
      at(29, 'the network is gone'),
      at(629, 'the network is back'),
      at(629, 'alpha refuses'),
      until(700),
    );
    expect(story.told.map(({ text }) => text.split('\n')[0])).toEqual([
      SEES_AGAIN,
      '🔴 <b>alpha is down</b>',
    ]);
  });

  test('an hour of a network that comes and goes is one message', async () => {
    const story = timeline();
    const gaps = Array.from({ length: 6 }, (_, round) => [
      at(29 + round * 600, 'the network is gone'),
      // Telegram stays away.
      at(329 + round * 600, () => {
        story.server('alpha').behave('answers');
        story.reachable.telegram = true;
      }),
    ]).flat();
    await story.play(...gaps, at(3_700, 'the network is back'), until(3_800));
    expect(story.told).toHaveLength(1);
    const lines = story.told[0]?.text.split('\n') ?? [];
    expect(lines[0]).toBe(SEES_AGAIN);
    expect(lines.filter((line) => line === notSeen('alpha'))).toHaveLength(6);
  });

  test('Telegram is known to be away: it is not asked, and that counts as well', async () => {
    const story = timeline({ proxy: true });
    await story.play(
      at(20, () => story.channel.disconnect()),
      at(29, 'alpha refuses'),
      until(60),
    );
    expect(story.told).toEqual([told(31, 'anna', ...blind(1, 1, '10:00', 'alpha', true))]);
    expect(story.asked.telegram).toEqual([]);
  });

  test('behind a proxy nobody knows whether Telegram could be reached: it is down', async () => {
    const story = timeline({ proxy: true });
    await story.play(
      at(28, () => {
        story.reachable.telegram = false;
      }),
      at(29, 'alpha refuses'),
      until(60),
    );
    expect(headlines(story)).toEqual([[31, '🔴 <b>alpha is down</b>']]);
    expect(story.asked.telegram).toEqual([]);
  });
});

describe('reminders', () => {
  const servers = { alpha: { reminderHours: 4 }, beta: { reminderHours: 1 }, gamma: {} };
  const reminders = (story: Timeline) =>
    headlines(story).filter(([, headline]) => headline.includes('Still no answer'));

  test('come in the rhythm of those that are not seen: it may be the servers after all', async () => {
    const story = timeline({ servers, people: ['anna', 'boris'] });
    await story.play(at(29, 'all refuse'), until(2.1 * 3_600));
    expect(story.told.slice(1)).toEqual([
      told(expect.closeTo(3_631, -1) as never, 'anna, boris', ...stillBlind(3, 3, '10:00', '1 hr', NAMES)),
      told(expect.closeTo(7_231, -1) as never, 'anna, boris', ...stillBlind(3, 3, '10:00', '2 hr', NAMES)),
    ]);
    // It is unknown all the same.
    expect(await statusOf(story, 'alpha')).toBe('unknown');
    expect(await periodsOf(story, 'alpha')).toEqual([['blind', 30, undefined]]);
    await story.play(at(2.2 * 3_600, 'all answer'), until(3.1 * 3_600));
    expect(headlines(story).slice(3)).toEqual([[expect.any(Number), SEES_AGAIN]]);
  });

  test('say that the second target is silent too', async () => {
    const story = timeline({ servers, networkCheck: true });
    await story.play(at(28, 'the network check does not answer'), at(29, 'all refuse'), until(3_700));
    expect(story.told.at(-1)?.text.split('\n')).toEqual(stillBlind(3, 3, '10:00', '1 hr', NAMES, true));
  });

  test('of one server that is not seen', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } }, networkCheck: true });
    await story.play(at(28, 'the network check does not answer'), at(29, 'alpha refuses'), until(3_700));
    expect(story.told.at(-1)?.text.split('\n')).toEqual(stillBlind(1, 1, '10:00', '1 hr', 'alpha', true));
  });

  test('do not come without the setting', async () => {
    const story = timeline({ servers: THREE });
    await story.play(at(29, 'all refuse'), until(3 * 3_600));
    expect(story.told).toHaveLength(1);
  });

  test('keep their rhythm over a restart, and a restart alone brings none', async () => {
    const first = timeline({ servers });
    await first.play(at(29, 'all refuse'), until(5_000));
    await first.stop();
    expect(reminders(first)).toHaveLength(1);
    const second = timeline({ servers, store: first.store, from: 5_100 });
    await second.play(at(5_100, 'all refuse'), until(7_200));
    expect(second.told).toEqual([]);
    await second.play(until(2.5 * 3_600));
    expect(reminders(second)).toEqual([[7_230, expect.stringContaining('(2 hr)')]]);
  });

  test('wait with the first word when that is untold: one message says both', async () => {
    const story = timeline({ servers });
    await story.play(
      at(28, 'telegram is away'),
      at(29, 'all refuse'),
      at(1.5 * 3_600, 'telegram is back'),
      until(1.5 * 3_600 + 60),
    );
    expect(headlines(story)).toEqual([[expect.any(Number), expect.stringContaining('3 of 3 servers')]]);
  });

  test('that could not be written down is told after the next look', async () => {
    const story = timeline({ servers });
    const disk = breakableDisk(story);
    await story.play(
      at(29, 'all refuse'),
      at(3_600, () => {
        disk.isFull = true;
      }),
      at(3_700, () => {
        disk.isFull = false;
      }),
      until(3_720),
    );
    expect(reminders(story)).toEqual([[expect.any(Number), expect.stringContaining('1 hr 1 min')]]);
  });
});

describe('what was down before', () => {
  const servers = { alpha: {}, beta: {}, gamma: {}, old: { reminderHours: 1 } };

  test('is not reminded of while the bot is blind (nobody can vouch for it), and again as soon as it sees', async () => {
    const story = timeline({ servers });
    await story.play(at(29, 'old refuses'), at(600, 'all refuse'), until(4 * HOURS));
    expect(headlines(story)).toEqual([
      [32, '🔴 <b>old is down</b>'],
      [expect.any(Number), expect.stringContaining('3 of 3 servers')],
    ]);
    await story.play(...answer(4 * HOURS, ...THREE), until(4 * HOURS + 30));
    expect(headlines(story).slice(2)).toEqual([
      [expect.any(Number), SEES_AGAIN],
      [expect.any(Number), '🔴 <b>old is still down</b>, for 3 hr 59 min now'],
    ]);
  });

  test('is not reminded of in the next run either, as long as that is blind', async () => {
    const first = timeline({ servers });
    await first.play(at(29, 'old refuses'), at(600, 'all refuse'), until(700));
    await first.stop();
    const second = timeline({ servers, store: first.store, from: 2 * HOURS });
    await second.play(at(2 * HOURS, 'all refuse'), until(3 * HOURS));
    expect(second.told).toEqual([]);
  });

  test('is not reminded of because of a look that began while blind', async () => {
    const story = timeline({ servers: { ...servers, old: { reminderHours: 1, interval: 7 } } });
    await story.play(
      at(29, 'old refuses'),
      at(600, 'all refuse'),
      at(1_000, 'old hangs'), // From then on there is always a look under way.
      at(2 * HOURS + 0.5, 'all answer'),
      until(2 * HOURS + 60),
    );
    expect(headlines(story).slice(2)).toEqual([
      [expect.any(Number), SEES_AGAIN],
      [expect.any(Number), upHeadline('old', '1 hr 59 min')],
    ]);
  });

  test('is not called steady: only what was seen is calm', async () => {
    const story = timeline({ servers });
    const flaps = Array.from({ length: 7 }, (_, index) =>
      at(29 + index * 60, `old ${index % 2 === 0 ? 'refuses' : 'answers'}`),
    ); // the last at 389: down
    await story.play(...flaps, at(600, 'all refuse'), until(2 * HOURS));
    expect(headlines(story).at(-1)?.[1]).toContain('3 of 3 servers');
    await story.play(...answer(2 * HOURS, ...THREE), until(2 * HOURS + 800));
    expect(headlines(story).at(-1)?.[1]).toBe(SEES_AGAIN);
    await story.play(until(2 * HOURS + 1_000));
    expect(headlines(story).at(-1)?.[1]).toContain('old stays down');
  });
});

describe('a restart while blind', () => {
  test('it is not told again, and its end is', async () => {
    const first = timeline({ servers: THREE });
    await first.play(at(29, 'all refuse'), until(100));
    await first.stop();
    const second = timeline({ servers: THREE, store: first.store, from: 200 });
    await second.play(at(200, 'all refuse'), until(400));
    expect(second.told).toEqual([]);
    await second.play(at(400, 'all answer'), until(500));
    expect(second.told.map(({ text }) => text.split('\n')[0])).toEqual([SEES_AGAIN]);
    expect(second.told[0]?.text).toContain('from 10:00:30 to 10:06:');
    expect(await periodsOf(second, 'alpha')).toEqual([['blind', 30, expect.any(Number)]]);
  });

  test('that ended while the bot was off is told at the start', async () => {
    const first = timeline({ servers: THREE });
    await first.play(at(29, 'all refuse'), until(100));
    await first.stop();
    const second = timeline({ servers: THREE, store: first.store, from: 200 });
    await second.play(until(300));
    expect(headlines(second)).toEqual([[205, SEES_AGAIN]]);
    const third = timeline({ servers: THREE, store: second.store, from: 400 });
    await third.play(until(500));
    expect(third.told).toEqual([]);
  });
});

describe('it ends with the program, and with what was watched', () => {
  test('a stop while the others are being asked leaves nothing behind', async () => {
    const story = timeline({ servers: FIVE, networkCheck: true });
    await story.play(...FIVE.map((name) => at(29, `${name} hangs`)), until(38));
    await story.stop();
    expect(story.outcome).toBe('ended');
    expect(story.told).toEqual([]);
  });

  test('a stop while blind leaves nothing behind', async () => {
    const story = timeline({ servers: FIVE });
    await story.play(...FIVE.map((name) => at(29, `${name} hangs`)), until(100));
    await story.stop();
    expect(story.outcome).toBe('ended');
  });

  test('when the store refuses to keep it, it is tried again (nothing is believed that is not written down)', async () => {
    const story = timeline({ servers: THREE });
    const disk = breakableDisk(story);
    await story.play(
      at(28, () => {
        disk.isFull = true;
      }),
      at(29, 'all refuse'),
      at(40, () => {
        disk.isFull = false;
      }),
      until(60),
    );
    expect(story.told).toHaveLength(1);
    expect(story.told[0]).toMatchObject({ text: blind(3, 3, '10:00', NAMES).join('\n') });
    expect(story.told[0]?.at).toBeLessThanOrEqual(42);
  });

  test("the machine's clock is set back meanwhile: the verdict comes all the same", async () => {
    const story = timeline({ servers: FIVE });
    await story.play(
      ...FIVE.map((name) => at(29, `${name} hangs`)), // 30 to 35, 36 to 41
      at(38, () => story.clock.setDate(START - HOUR)),
    );
    await story.clock.advance(MINUTE);
    expect(story.told.length).toBeGreaterThan(0);
  });
});

test('the end is told also when the last run was killed as soon as the beginning was written down', async () => {
  const store = createMemoryStore();
  const servers = THREE as ServerName[];
  const event: Event = { kind: 'bot-blind', at: START, servers, total: 3, checkAnswers: undefined };
  const recipient = { channel: 'telegram', address: '1001' };
  await store.commit({ outbox: [{ recipient, event, writtenAt: START }] });
  const story = timeline({ servers: THREE, store, from: 30 });
  await story.play(until(120));
  expect(headlines(story).map(([, headline]) => headline)).toEqual([
    blind(3, 3, '10:00', NAMES)[0],
    SEES_AGAIN,
  ]);
});

test('it is not told again when that run ends, too, before it has written down whom it does not see', async () => {
  const store = createMemoryStore();
  const servers = THREE as ServerName[];
  const event: Event = { kind: 'bot-blind', at: START, servers, total: 3, checkAnswers: undefined };
  const recipient = { channel: 'telegram', address: '1001' };
  await store.commit({ outbox: [{ recipient, event, writtenAt: START }] });
  const first = timeline({ servers: THREE, store, from: 30 });
  await first.play(at(30, 'all refuse'), until(30.5));
  await first.stop();
  expect(first.told).toHaveLength(1);
  const second = timeline({ servers: THREE, store, from: 40 });
  await second.play(at(40, 'all refuse'), until(100));
  expect(second.told).toEqual([]);
  await second.play(at(100, 'all answer'), until(120));
  expect(headlines(second)).toEqual([[expect.any(Number), SEES_AGAIN]]);
});

test('Telegram refuses messages while the servers are fine: nothing is doubted', async () => {
  const story = timeline({ servers: THREE });
  await story.play(
    at(20, 'telegram is away'),
    at(29, 'alpha refuses'),
    at(90, 'alpha answers'),
    at(200, 'telegram is back'),
    until(300),
  );
  expect(story.told).toHaveLength(1);
  expect(story.told[0]?.text).toContain('<b>alpha</b> was down from');
  expect(story.told[0]?.text.split('\n').at(-1)).toBe(late('10:00', '2 min 49 sec'));
});
