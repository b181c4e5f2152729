/** Telegram is away, slow, or refuses somebody: nothing is lost, and one recipient's trouble is not another's. */
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../src/channels/port.ts';
import { MINUTE } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import {
  down,
  downList,
  hasBlocked,
  isOnIt,
  late,
  monitoringOff,
  monitoringOn,
  steady,
  upHeadline,
  wasDown,
  wasHeld,
} from './english.ts';
import { at, CHATS, headlinesTo, PEOPLE, type Timeline, timeline, told, until } from './timeline.ts';

describe('Telegram is away', () => {
  test('what happened meanwhile is told in one late message: what is over in a line, what is not as news (late since the oldest)', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
    await story.play(
      at(20, 'telegram is away'),
      at(29, 'alpha refuses'), // down at 31
      at(119, 'alpha answers'), // up at 121
      at(299, 'beta answers 503'), // down at 301
      at(630, 'telegram is back'),
      until(700),
    );
    expect(story.told).toEqual([
      told(
        630,
        'anna',
        wasDown('alpha', '10:00:30', '10:02:01', '1 min 31 sec'),
        ...downList(['beta', '10:05', '503']),
        '',
        late('10:00', '9 min 59 sec'),
      ),
    ]);
  });

  test('it is tried again sooner at first, every 15 to 30 s later on, and at once when Telegram answers again', async () => {
    const story = timeline({ random: () => 0 });
    await story.play(
      at(20, 'telegram is away'),
      at(29, 'alpha refuses'),
      at(100, 'telegram is back'),
      until(200),
    );
    expect(story.attempts('anna')).toEqual([31, 31.5, 32.5, 34.5, 38.5, 46.5, 61.5, 76.5, 91.5, 100]);
    expect(story.told).toHaveLength(1);
  });

  test('no wait between two tries is longer than 30 s', async () => {
    const story = timeline({ random: () => 0.999_999_999 });
    await story.play(at(20, 'telegram is away'), at(29, 'alpha refuses'), until(300));
    const gaps = story.attempts('anna').map((moment, index, all) => moment - (all[index - 1] ?? moment));
    expect(gaps.slice(1).map(Math.round)).toEqual([1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 30, 30]);
  });

  test('after a delivery the waits start small again (the next absence is another one)', async () => {
    const story = timeline();
    await story.play(
      at(20, 'telegram is away'),
      at(29, 'alpha refuses'), // 31, 31.5, 32.5, 34.5, 38.5
      at(35, 'telegram delivers again'), // 38.5
      at(40, 'telegram is away'),
      at(59, 'alpha answers'), // 61
      until(65),
    );
    expect(story.attempts('anna')).toEqual([31, 31.5, 32.5, 34.5, 38.5, 61, 61.5, 62.5, 64.5]);
  });

  test('a delay of less than a minute is not worth a word', async () => {
    const story = timeline();
    await story.play(
      at(20, 'telegram is away'),
      at(29, 'alpha refuses'),
      at(90, 'telegram is back'),
      until(100),
    );
    expect(story.told).toHaveLength(1);
    expect(story.told[0]?.text).not.toContain('late:');
  });

  test('a minute is', async () => {
    const story = timeline();
    await story.play(
      at(20, 'telegram is away'),
      at(29, 'alpha refuses'),
      at(91, 'telegram is back'),
      until(100),
    );
    expect(story.told[0]?.text.split('\n').at(-1)).toBe(late('10:00', '1 min'));
  });

  test('two hours with an outage now and then come to a line for each, in their order', async () => {
    const story = timeline();
    await story.play(
      at(20, 'telegram is away'),
      ...[600, 2400, 4200].flatMap((second) => [
        at(second, 'alpha refuses'),
        at(second + 120, 'alpha answers'),
      ]),
      at(7_200, 'telegram is back'),
      until(7_300),
    );
    expect(story.told).toHaveLength(1);
    const lines = story.told[0]?.text.split('\n') ?? [];
    expect(lines.slice(0, 3).map((line) => /from (\S+) to (\S+)/.exec(line)?.slice(1))).toEqual([
      ['10:10:00', '10:12:01'],
      ['10:40:01', '10:42:02'],
      ['11:10:02', '11:12:03'],
    ]);
  });

  test('what somebody did about an outage is told after the outage (no answer before the question)', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    await story.play(
      at(20, 'telegram does not reach anna'),
      at(29, 'alpha refuses'),
      at(60, 'boris presses I am on it'),
      at(80, 'telegram is back'),
      until(100),
    );
    expect(
      story.told.filter(({ to }) => to === 'anna').map(({ at: moment, text }) => [moment, text]),
    ).toEqual([
      [80, [...down('alpha', { since: '10:00', lasting: '50 sec' })].join('\n')],
      [81, isOnIt('Boris', 'alpha')],
    ]);
  });
});

describe('an hour away while servers flap', () => {
  /** Down and up in turns from `from` on, a change every `step` seconds. */
  const flaps = (name: string, from: number, step: number, count: number) =>
    Array.from({ length: count }, (_, index) =>
      at(from + index * step, `${name} ${index % 2 === 0 ? 'refuses' : 'answers'}`),
    );
  const servers = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];

  test('afterwards one message tells each server as it is, what is past in a line, and that it is late', async () => {
    const story = timeline({ servers, people: ['anna', 'boris'] });
    await story.play(
      at(59, 'epsilon refuses'), // told at 62
      at(100, 'telegram is away'),
      ...flaps('alpha', 299, 60, 40), // unstable from the sixth change on, the last at 2639: up, steady at 3540
      ...flaps('beta', 299, 900, 3), // down, up, down
      ...flaps('gamma', 599, 900, 2), // down, up
      at(1_799, 'epsilon answers'),
      at(3_700, 'telegram is back'),
      until(3_900),
    );
    expect(story.told).toEqual([
      told(62, 'anna, boris', ...down('epsilon', { since: '10:01', lasting: '2 sec' })),
      told(
        3_700,
        'anna, boris',
        wasDown('beta', '10:05', '10:20', '15 min'),
        wasDown('gamma', '10:10', '10:25', '15 min'),
        ...downList(['beta', '10:35']),
        steady('alpha', 'up', '10:44', '10:05'),
        `${upHeadline('epsilon', '29 min')} · Down from 10:01 to 10:30`,
        '',
        late('10:05', '56 min'),
      ),
    ]);
    // The line is tried now and then, not hammered at.
    const tries = story.attempts('anna').filter((moment) => moment > 100);
    expect(tries.length).toBeLessThan(260);
  });

  test('what people did meanwhile follows, a second apart, in the order in which it happened', async () => {
    const story = timeline({ servers, people: ['anna', 'boris'] });
    await story.play(
      at(59, 'epsilon refuses'), // 62
      at(100, 'telegram does not reach anna'),
      ...flaps('alpha', 299, 300, 3),
      at(400, 'boris presses I am on it'),
      at(501, 'boris presses Switch monitoring off'),
      at(502, 'boris presses Switch monitoring on'),
      at(3_700, 'telegram is back'),
      until(3_900),
    );
    const late = story.told.filter(({ at: moment, to }) => moment >= 3_700 && to.includes('anna'));
    expect(late.map(({ at: moment }) => moment)).toEqual([3_700, 3_701, 3_702, 3_703]);
    expect(late.map(({ text }) => text.split('\n')[0])).toEqual([
      expect.stringMatching(/^🟢 <b>alpha<\/b> was down from/),
      isOnIt('Boris', 'alpha'),
      monitoringOff('Boris', 'alpha'),
      monitoringOn('Boris', 'alpha'),
    ]);
  });

  test('fifty servers and five chats: a message each, and to each chat no two within a second', async () => {
    const many = Array.from({ length: 50 }, (_, index) => `v${String(index + 1).padStart(2, '0')}`);
    const story = timeline({
      servers: many,
      people: ['anna', 'boris', 'carol'],
      chats: ['night shift', 'moved'],
    });
    await story.play(
      at(20, 'telegram is away'),
      ...many.slice(0, 20).flatMap((name, index) => flaps(name, 60 + index * 20, 180, 5)),
      at(3_700, 'telegram is back'),
      until(3_900),
    );
    expect(story.told).toHaveLength(1);
    expect(story.told[0]?.to.split(', ')).toHaveLength(5);
    expect(story.told[0]?.text).toContain('\n🔴 <b>20 servers are down</b>\n');
    for (const who of ['anna', 'boris', 'carol', 'night shift', 'moved']) {
      const moments = story.attempts(who);
      for (const [index, moment] of moments.entries()) {
        // The first pause is half a second long: nothing has been delivered yet.
        if (index > 1)
          expect(moment - (moments[index - 1] ?? 0)).toBeGreaterThanOrEqual(index === 2 ? 0.5 : 1);
      }
    }
  });
});

describe('Telegram asks for patience', () => {
  test('retry_after is obeyed to the millisecond, even when Telegram is heard of in between', async () => {
    const story = timeline();
    const busy: Delivery = { kind: 'retry', after: 47_123, reason: '429' };
    await story.play(
      at(20, () => {
        story.channel.answer = () => busy;
      }),
      at(29, 'alpha refuses'),
      at(40, 'telegram is back'),
      until(200),
    );
    expect(story.attempts('anna')).toEqual([31, 78.123]);
  });

  test('one recipient who must wait does not keep the others waiting', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    await story.play(
      at(20, () => {
        story.channel.answer = (to): Delivery =>
          to === '1001' ? { kind: 'retry', after: 5 * MINUTE, reason: '429' } : { kind: 'delivered' };
      }),
      at(29, 'alpha refuses'),
      at(100, 'telegram delivers again'),
      until(400),
    );
    expect(story.told.map(({ at: moment, to }) => [moment, to])).toEqual([
      [31, 'boris'],
      [331, 'anna'],
    ]);
  });

  test('a recipient whose messages hang does not keep the others waiting', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    await story.play(
      at(20, () => {
        story.channel.answer = (to) => (to === '1001' ? new Promise(() => {}) : { kind: 'delivered' });
      }),
      at(29, 'alpha refuses'),
      until(60),
    );
    expect(story.told).toMatchObject([{ at: 31, to: 'boris' }]);
  });

  test('two messages to one chat are a second apart (Telegram takes no more)', async () => {
    const story = timeline({ servers: { alpha: { interval: 0.5, failures: 1 } } });
    await story.play(at(10, 'alpha refuses'), at(10.4, 'alpha answers'), until(30));
    expect(story.told.map(({ at: moment }) => moment)).toEqual([10, 11]);
  });
});

describe('a recipient cannot be told', () => {
  const BLOCKED = hasBlocked('1002');

  test('the others are told of the outage, and that one of them is not', async () => {
    const story = timeline({ people: ['anna', 'boris', 'carol'] });
    story.errorsExpected = true;
    await story.play(at(10, 'boris blocks the bot'), at(29, 'alpha refuses'), until(60));
    expect(story.told.map(({ at: moment, to, text }) => [moment, to, text.split('\n')[0]])).toEqual([
      [31, 'anna, carol', '🔴 <b>alpha is down</b>'],
      [32, 'anna, carol', BLOCKED],
    ]);
    expect(story.log.messages('error')).toEqual(['a recipient cannot be told']);
  });

  test('that is said once, not with every alert, and every alert is tried again (a block can be lifted)', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    story.errorsExpected = true;
    await story.play(
      at(10, 'boris blocks the bot'),
      at(29, 'alpha refuses'), // 31
      at(59, 'alpha answers'), // 61
      at(90, 'telegram delivers again'),
      at(119, 'alpha refuses'), // 121, 122
      until(200),
    );
    expect(story.attempts('boris')).toEqual([31, 61, 122]);
    expect(story.told.filter(({ text }) => text === BLOCKED)).toHaveLength(1);
    expect(story.told.at(-1)).toMatchObject({ at: 122, to: 'anna, boris' });
  });

  test('nor is it said again after a restart, before a message got through', async () => {
    const first = timeline({ people: ['anna', 'boris'] });
    first.errorsExpected = true;
    await first.play(at(10, 'boris blocks the bot'), at(29, 'alpha refuses'), until(60));
    await first.stop();
    const second = timeline({ people: ['anna', 'boris'], store: first.store, from: 100 });
    second.errorsExpected = true;
    await second.play(
      at(100, 'boris blocks the bot'), // alpha is up again
      at(119, 'alpha refuses'), // 121
      at(149, 'alpha answers'),
      at(170, 'telegram delivers again'),
      at(199, 'alpha refuses'),
      at(230, 'boris blocks the bot'),
      at(259, 'alpha answers'),
      until(300),
    );
    const told = second.told.filter(({ text }) => text === BLOCKED);
    expect([first.told.at(-1)?.text, told.map(({ at: moment }) => moment > 230)]).toEqual([BLOCKED, [true]]);
  });

  test('when everybody has blocked the bot it goes on without a storm of attempts', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    story.errorsExpected = true;
    await story.play(
      at(10, 'anna blocks the bot'),
      at(10, 'boris blocks the bot'),
      at(29, 'alpha refuses'),
      until(600),
    );
    expect(story.attempts('anna').length + story.attempts('boris').length).toBeLessThanOrEqual(3);
    expect(story.probes('alpha').length).toBeGreaterThan(30);
  });
});

test('whoever heard of an outage only now is not reminded of it at once, the others in the usual rhythm', async () => {
  const story = timeline({ servers: { alpha: { reminderHours: 1 / 6 } }, people: ['anna', 'boris'] });
  await story.play(
    at(10, 'telegram does not reach boris'),
    at(29, 'alpha refuses'), // 31
    at(625, 'telegram is back'), // 3 s before the reminder
    until(1_300),
  );
  const words = headlinesTo(story).map(([moment, who, text]) => [moment, who, text.includes('still')]);
  expect(words).toEqual([
    [31, 'anna', false],
    [625, 'boris', false],
    [631, 'anna', true],
    [1_231, 'anna, boris', true],
  ]);
});

describe('a chat has moved', () => {
  const DROPPED = 'alerts for somebody who gets none any more are dropped';
  const follow = (address: string): Delivery =>
    address === CHATS['night shift'] ? { kind: 'moved', address: CHATS.moved } : { kind: 'delivered' };

  test('it is followed at once, and from then on only the new address is used', async () => {
    const story = timeline({ people: ['anna'], chats: ['night shift'] });
    await story.play(
      at(20, () => {
        story.channel.answer = follow;
      }),
      at(29, 'alpha refuses'),
      at(59, 'alpha answers'),
      until(100),
    );
    expect(story.told.map(({ at: moment, to }) => [moment, to])).toEqual([
      [31, 'anna, moved'],
      [61, 'anna, moved'],
    ]);
    expect(story.attempts('night shift')).toEqual([31]);
    expect(story.log.messages('warn')).toContain('a chat has moved: update tg-alert-chats');
  });

  test('what waits for the new address comes before what is written later (one chat, one order)', async () => {
    const story = timeline({ people: ['anna'], chats: ['night shift'] });
    await story.play(
      at(20, () => {
        story.channel.answer = (to) => (to === CHATS.moved ? { kind: 'retry', reason: 'away' } : follow(to));
      }),
      at(29, 'alpha refuses'), // 31
      at(59, 'alpha answers'), // 61
      at(90, () => {
        story.channel.answer = follow;
        story.channel.reconnect();
      }),
      until(200),
    );
    expect(
      story.told.filter(({ to }) => to === 'moved').map(({ at: moment, text }) => [moment, text]),
    ).toEqual([[90, wasDown('alpha', '10:00:30', '10:01:01', '31 sec')]]);
  });

  test('it is followed at once after an absence as well (the first move is no contradiction)', async () => {
    const story = timeline({ people: [], chats: ['night shift'] });
    await story.play(
      at(20, 'telegram is away'),
      at(29, 'alpha refuses'), // 31
      at(90, () => {
        story.channel.answer = follow;
        story.channel.reconnect();
      }),
      until(200),
    );
    expect(story.told.map(({ at: moment, to }) => [moment, to])).toEqual([[90, 'moved']]);
  });

  /** What the group was told. */
  const group = (story: Timeline) => headlinesTo(story).filter(([, to]) => to.includes('moved'));

  test('a mute from before holds where it is now, and can be ended there, also after a restart', async () => {
    const store = createMemoryStore();
    const story = timeline({ servers: ['alpha', 'beta'], chats: ['night shift'], store });
    await story.play(
      at(29, 'alpha refuses'), // 32
      at(40, 'night shift presses Mute 1 h'),
      at(50, () => {
        story.channel.answer = follow;
      }),
      at(59, 'beta refuses'), // 62
      at(89, 'alpha answers'), // 92: the recovery of what was told
      at(119, 'alpha refuses'), // 122
      until(200),
    );
    expect(group(story)).toEqual([
      [62, 'anna, moved', '🔴 <b>beta is down</b>'],
      [92, 'anna, moved', upHeadline('alpha', '1 min 1 sec')],
    ]);
    await story.stop();

    const next = timeline({ servers: ['alpha', 'beta'], chats: ['night shift'], store, from: 300 });
    next.channel.answer = follow;
    await next.play(at(300, 'all refuse'), until(400));
    expect(group(next)).toEqual([]);
    next.channel.send({
      person: { id: PEOPLE.anna, name: 'Anna' },
      ...{ place: 'group', address: CHATS.moved, request: { kind: 'command', name: 'unmute' } },
    });
    await next.play(until(500));
    expect(group(next)).toEqual([[400, 'moved', wasHeld()[0]]]);
    expect(next.attempts('night shift')).toEqual([]);
  });

  test('what was held for the old address is told at the new one that the settings name, also after a restart', async () => {
    const store = createMemoryStore();
    const story = timeline({ chats: ['night shift'], store });
    await story.play(
      at(29, 'alpha refuses'), // 31
      at(40, 'night shift presses Mute 1 h'),
      at(59, 'alpha answers'), // 61
      at(89, 'alpha refuses'), // 92: held
      at(100, () => {
        story.channel.answer = follow;
      }),
      at(110, 'anna presses Open alpha'),
      at(111, 'anna presses Switch monitoring off'), // The group hears of it, and the bot of the move.
      at(112, 'anna presses Switch monitoring on'),
      at(200, () => story.edit({ chats: ['moved'] })),
      until(300),
    );
    await story.stop();
    const next = timeline({ chats: ['moved'], store, from: 400 });
    await next.play(at(400, 'alpha refuses'), until(2 * 3_600));
    expect(group(next)).toEqual([[3_640, 'moved', wasHeld()[0]]]);
    expect([...story.log.messages('warn'), ...next.log.messages('warn')]).not.toContain(DROPPED);
  });

  test('the settings were edited while the bot was off: what waits goes where the chat is, by what it heard before', async () => {
    const store = createMemoryStore();
    const story = timeline({ people: [], chats: ['night shift'], store });
    story.channel.answer = (to) => (to === CHATS.moved ? { kind: 'retry', reason: 'away' } : follow(to));
    await story.play(at(29, 'alpha refuses'), until(100)); // 31
    await story.stop();
    const next = timeline({ people: [], chats: ['moved'], store, from: 400 });
    await next.play(at(400, 'alpha refuses'), until(500));
    expect(headlinesTo(next)).toEqual([[400, 'moved', '🔴 <b>alpha is down</b>']]);
  });

  test('a move that the bot never heard of: what waits is dropped, and the log says so', async () => {
    const story = timeline({ people: ['anna'], chats: ['night shift'] });
    await story.play(
      at(20, 'telegram does not reach night shift'),
      at(29, 'alpha refuses'), // 31
      at(100, () => story.edit({ chats: ['moved'] })),
      at(119, 'alpha answers'),
      until(200),
    );
    expect(headlinesTo(story)).toEqual([
      [31, 'anna', '🔴 <b>alpha is down</b>'],
      [121, 'anna, moved', upHeadline('alpha', '1 min 31 sec')],
    ]);
    expect(story.log.messages('warn')).toContain(DROPPED);
  });

  test('a chat that stands in the settings with both addresses is told once', async () => {
    const story = timeline({ people: [], chats: ['night shift', 'moved'] });
    story.channel.answer = follow;
    await story.play(
      at(29, 'alpha refuses'), // Before the bot has heard of it.
      at(59, 'alpha answers'), // 61
      at(89, 'alpha refuses'), // 91
      until(200),
    );
    expect(headlinesTo(story).filter(([moment]) => moment > 40)).toEqual([
      [61, 'moved', upHeadline('alpha', '31 sec')],
      [92, 'moved', '🔴 <b>alpha is down</b>'],
    ]);
  });

  test('a mute that is set where it is now holds, also after a restart', async () => {
    const store = createMemoryStore();
    const story = timeline({ people: ['anna'], chats: ['night shift'], store });
    story.channel.answer = follow;
    await story.play(
      at(29, 'alpha refuses'), // 31
      at(40, 'moved presses Mute 1 h'),
      at(59, 'alpha answers'), // 61
      at(89, 'alpha refuses'), // 92
      until(200),
    );
    expect(story.told.map(({ at: moment, to }) => [moment, to])).toEqual([
      [31, 'anna, moved'],
      [61, 'anna, moved'],
      [92, 'anna'],
    ]);
    await story.stop();

    const next = timeline({ people: ['anna'], chats: ['night shift'], store, from: 300 });
    next.channel.answer = follow;
    await next.play(until(4_000));
    expect(next.told.map(({ at: moment, to }) => [moment, to])).toEqual([
      [300, 'anna'],
      [3_640, 'moved'],
    ]);
  });
});
