/** What people do about alerts: mute, take care, switch monitoring, stop a conference; and what the others hear of it. */
import { describe, expect, test } from 'vitest';
import type { Conference, Participant } from '../../src/domain/conference.ts';
import type { ConferenceId, ServerName, SessionId } from '../../src/domain/names.ts';
import { HOUR, SECOND } from '../../src/lib/time.ts';
import { START } from '../support/virtual-clock.ts';
import {
  down,
  downList,
  isOnIt,
  late,
  monitoringOff,
  monitoringOn,
  nobodyTold,
  stillDown,
  upHeadline,
  wasDown,
  wasHeld,
} from './english.ts';
import { at, CHATS, headlinesTo, PEOPLE, timeline, told, until } from './timeline.ts';

const HOURS = 3_600;

/** When who was told what, first lines only. */
describe('mute', () => {
  test('the recovery of an outage that was told comes in spite of a mute (an alarm has an end)', async () => {
    const story = timeline();
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 1 h'),
      at(59, 'alpha answers'),
      until(100),
    );
    expect(headlinesTo(story)).toEqual([
      [31, 'anna', '🔴 <b>alpha is down</b>'],
      [61, 'anna', upHeadline('alpha', '31 sec')],
    ]);
  });

  test('an hour of quiet, and then what was missed (nothing is lost, and nobody calls it late)', async () => {
    const story = timeline();
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 1 h'), // until 3640
      at(59, 'alpha answers'), // 61
      at(599, 'alpha refuses'), // 601, 602
      at(1_199, 'alpha answers'), // 1202
      at(1_799, 'alpha refuses'), // 1802, 1803
      until(2 * HOURS),
    );
    expect(story.told.slice(2)).toEqual([
      told(
        3_640,
        'anna',
        ...wasHeld(),
        wasDown('alpha', '10:10', '10:20', '10 min'),
        ...downList(['alpha', '10:30']),
      ),
    ]);
  });

  test('what Telegram keeps back after the mute is late all the same', async () => {
    const story = timeline();
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 1 h'),
      at(59, 'alpha answers'),
      at(599, 'alpha refuses'),
      at(3_000, 'telegram is away'),
      at(3_700, 'telegram is back'), // a minute after the mute
      until(2 * HOURS),
    );
    expect(story.told.at(-1)).toMatchObject({ at: 3_700 });
    expect(story.told.at(-1)?.text.split('\n').at(-1)).toBe(late('11:00', '1 min'));
  });

  test('a mute is of one chat and one server (the others still hear of it)', async () => {
    const story = timeline({ servers: ['alpha', 'beta', 'gamma'], people: ['anna', 'boris'] });
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 1 h'),
      at(59, 'alpha answers'),
      at(119, 'alpha refuses'), // 121, 122: anna has muted it
      at(179, 'beta refuses'), // 180, 181
      until(300),
    );
    expect(headlinesTo(story).slice(4)).toEqual([]);
    expect(headlinesTo(story).slice(2)).toEqual([
      [123, 'boris', '🔴 <b>alpha is down</b>'],
      [182, 'anna, boris', '🔴 <b>beta is down</b>'],
    ]);
  });

  test('a reminder that a mute holds back does not hold back the recovery', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } } });
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 8 h'),
      at(2.5 * HOURS, 'alpha answers'),
      until(10 * HOURS),
    );
    expect(headlinesTo(story)).toEqual([
      [31, 'anna', '🔴 <b>alpha is down</b>'],
      [9_001, 'anna', upHeadline('alpha', '2 hr 29 min')],
    ]);
  });

  test('ending the mute early brings what was missed at once', async () => {
    const story = timeline();
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 8 h'),
      at(59, 'alpha answers'),
      at(119, 'alpha refuses'),
      at(299, 'anna presses Open alpha'),
      at(300, 'anna presses Unmute alerts'),
      until(400),
    );
    expect(story.told.at(-1)).toEqual(
      told(300, 'anna', ...wasHeld(), ...down('alpha', { since: '10:02', lasting: '2 min 59 sec' })),
    );
  });

  test('an outage that began and ended within the mute is one line when it is over', async () => {
    const story = timeline();
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'anna presses Mute 1 h'),
      at(59, 'alpha answers'),
      at(599, 'alpha refuses'),
      at(629, 'alpha answers'),
      until(2 * HOURS),
    );
    expect(story.told.slice(2)).toEqual([
      told(3_640, 'anna', ...wasHeld(), wasDown('alpha', '10:10:01', '10:10:32', '31 sec')),
    ]);
  });
});

describe('reminder', () => {
  test('a server that stays down is told again after every N hours, with how long it has been', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } } });
    await story.play(at(29, 'alpha refuses'), until(2.5 * HOURS));
    expect(story.told.slice(1)).toEqual([
      told(3_631, 'anna', ...stillDown('alpha', '1 hr')),
      told(7_231, 'anna', ...stillDown('alpha', '2 hr')),
    ]);
    expect(story.labels('anna')).toEqual(['Open alpha', 'Mute 1 h', 'Mute 8 h', 'I am on it']);
  });

  test('without the setting nobody is reminded', async () => {
    const story = timeline();
    await story.play(at(29, 'alpha refuses'), until(24 * HOURS));
    expect(story.told).toHaveLength(1);
  });

  test('a new outage starts a new count', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } } });
    await story.play(
      at(29, 'alpha refuses'), // 31
      at(1_799, 'alpha answers'), // 1801
      at(3_599, 'alpha refuses'), // 3601, 3602
      until(2.5 * HOURS),
    );
    expect(headlinesTo(story).slice(2)).toEqual([
      [3_602, 'anna', '🔴 <b>alpha is down</b>'],
      [7_202, 'anna', '🔴 <b>alpha is still down</b>, for 1 hr now'],
    ]);
  });

  test('reminders that nobody could be told come to one (an old reminder is no news)', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } } });
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'telegram is away'),
      at(3.5 * HOURS, 'telegram is back'),
      until(4 * HOURS),
    );
    expect(story.told).toHaveLength(2);
    expect(story.told[1]?.text).toContain('still down</b>, for 3 hr 29 min now');
  });

  test('those for somebody who cannot be reached do not add up: one waits, and the outage itself if it is untold', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } }, people: ['anna', 'boris', 'carol'] });
    const waiting = async (who: keyof typeof PEOPLE) =>
      (await story.store.outbox())
        .filter(({ recipient }) => recipient.address === String(PEOPLE[who]))
        .map(({ event }) => event.kind);
    await story.play(
      at(20, 'telegram does not reach boris'),
      at(29, 'alpha refuses'),
      at(40, 'telegram does not reach carol'),
      at(50, 'anna presses Mute 8 h'),
      until(6.5 * HOURS),
    );
    expect(await waiting('anna')).toEqual(['server-still-down']);
    expect(await waiting('boris')).toEqual(['server-down', 'server-still-down']);
    expect(await waiting('carol')).toEqual(['server-still-down']);
    await story.play(at(6.6 * HOURS, 'telegram is back'), until(9 * HOURS));
    const first = (who: string) => story.told.find(({ at: moment, to }) => moment > 40 && to === who)?.text;
    expect(first('boris')?.split('\n')).toEqual([
      ...down('alpha', { since: '10:00', lasting: '6 hr 35 min' }),
      '',
      late('10:00', '6 hr 35 min'),
    ]);
    expect(first('carol')).toContain('still down</b>, for 6 hr 35 min now');
    expect(first('anna')).toContain('still down</b>, for 8 hr now');
  });
});

describe('somebody takes care', () => {
  test('the others are told who, the one who does it sees that, and the reminders stop', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } }, people: ['anna', 'boris', 'carol'] });
    await story.play(at(29, 'alpha refuses'), at(60, 'boris presses I am on it'), until(60));
    expect(story.shown('boris')).toMatch(/^👀 The others are told that you are on it: <b>alpha<\/b>\n/);
    expect(story.shown('boris')).toContain('Boris is on it');
    await story.play(until(5 * HOURS));
    expect(story.told.slice(1)).toEqual([told(60, 'anna, carol', isOnIt('Boris', 'alpha'))]);
  });

  test('said in a group, it is the answer there, and told elsewhere', async () => {
    const story = timeline({ people: ['anna', 'boris'], chats: ['night shift'] });
    const inGroup = () => {
      const buttons = (story.channel.lastScreen.get(CHATS['night shift'])?.keyboard ?? []).flat();
      const data = buttons.find(({ label }) => label === 'I am on it')?.data ?? '';
      const where = { place: 'group', address: CHATS['night shift'] } as const;
      const person = { id: PEOPLE.boris, name: 'Boris' };
      story.channel.send({ person, ...where, request: { kind: 'tap', data } });
    };
    await story.play(at(29, 'alpha refuses'), at(60, inGroup), until(100));
    expect(story.shown('night shift').split('\n')[0]).toBe(isOnIt('Boris', 'alpha'));
    expect(story.told.slice(1)).toEqual([told(60, 'anna', isOnIt('Boris', 'alpha'))]);
  });

  test('it ends with the outage: the next one is reminded of again', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 } } });
    await story.play(
      at(29, 'alpha refuses'),
      at(60, 'anna presses I am on it'),
      at(89, 'alpha answers'),
      at(119, 'alpha refuses'), // 121, 122
      until(1.5 * HOURS),
    );
    expect(headlinesTo(story).at(-1)).toEqual([3_722, 'anna', '🔴 <b>alpha is still down</b>, for 1 hr now']);
  });

  test('when it is up again already, nobody is told that somebody takes care', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    await story.play(
      at(29, 'alpha refuses'),
      at(40, 'telegram does not reach boris'), // so that the old alert stays the last message
      at(59, 'alpha answers'),
      at(70, 'boris presses I am on it'),
      until(100),
    );
    expect(story.shown('boris').split('\n')[0]).toBe(nobodyTold('alpha'));
    expect(story.told.some(({ text }) => text.includes('is on it'))).toBe(false);
  });
});

describe('monitoring switched in a chat', () => {
  const switchOff = [
    at(95, 'anna sends /start'),
    at(96, 'anna presses alpha'),
    at(97, 'anna presses Status'),
    at(100, 'anna presses Switch monitoring off'),
  ];

  test('off: no more probes, no alerts, and the others are told who did it', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    await story.play(...switchOff, at(120, 'alpha refuses'), until(2 * HOURS));
    expect(story.probes('alpha').at(-1)).toBe(97);
    expect(story.told).toEqual([told(100, 'boris', monitoringOff('Anna', 'alpha'))]);
  });

  test('on: it looks at once, and an outage that it finds is news', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    await story.play(
      ...switchOff,
      at(120, 'alpha refuses'),
      at(300, 'anna presses Switch monitoring on'),
      until(310),
    );
    expect(story.probes('alpha').filter((moment) => moment > 100)).toEqual([300, 301]);
    expect(story.told.slice(1)).toEqual([
      told(300, 'boris', monitoringOn('Anna', 'alpha')),
      told(301, 'boris, anna', ...down('alpha', { since: '10:05' })),
    ]);
  });

  test('off during an outage: it is no longer counted as down, and nobody is reminded', async () => {
    const story = timeline({ servers: { alpha: { reminderHours: 1 }, beta: {}, gamma: {} } });
    await story.play(
      at(29, 'alpha refuses'),
      at(100, 'anna presses Open alpha'),
      at(101, 'anna presses Switch monitoring off'),
      at(200, 'beta refuses'),
      until(3 * HOURS),
    );
    expect(story.told).toHaveLength(2);
    expect(story.told[1]?.text).not.toContain('Also down');
  });

  test('off while an outage is being written down: it ends with the switch (else it would last until the next start)', async () => {
    const story = timeline({ people: ['anna', 'boris'] });
    const { commit } = story.store;
    Object.assign(story.store, {
      commit: async (change: Parameters<typeof commit>[0]) => {
        const isSlow = change.availability?.value.status === 'down';
        if (isSlow) await story.clock.sleep(SECOND, new AbortController().signal);
        return commit(change);
      },
    });
    await story.play(
      at(10, 'anna sends /start'),
      at(11, 'anna presses alpha'),
      at(12, 'anna presses Status'),
      at(29, 'alpha refuses'), // 42, 43
      at(43.5, 'anna presses Switch monitoring off'),
      until(60),
    );
    const periods = await story.store.periods('alpha' as ServerName, 0);
    expect(periods).toMatchObject([{ kind: 'down', from: START + 42 * SECOND, to: START + 44 * SECOND }]);
    expect(story.shown('anna')).toContain('Not monitored');
  });

  test('off stays off in the next run (what was switched in a chat wins over the settings)', async () => {
    const first = timeline({ people: ['anna', 'boris'] });
    await first.play(...switchOff, until(120));
    await first.stop();
    const second = timeline({ store: first.store, from: 200 });
    await second.play(at(200, 'alpha refuses'), until(600));
    expect(second.probes('alpha')).toEqual([]);
    expect(second.told).toEqual([]);
  });

  test('the settings say that a server is not watched: no probe, no alert', async () => {
    const story = timeline({ servers: { alpha: { monitored: false } } });
    await story.play(at(0, 'alpha refuses'), until(600));
    expect(story.probes('alpha')).toEqual([]);
    expect(story.told).toEqual([]);
  });
});

describe('a conference is stopped', () => {
  test('the others are told who stopped what, how many were inside and what made it forgotten', async () => {
    const story = timeline({ people: ['anna', 'boris'], chats: ['night shift'] });
    const server = story.server('alpha');
    const board: Conference = {
      session: 'session-1' as SessionId,
      id: 'board' as ConferenceId,
      topic: 'Board & friends',
      owner: 'carol@alpha',
      participantCount: 2,
      startedAt: undefined,
      duration: 2 * HOUR,
    };
    const people: Participant[] = [
      { id: 'dora@alpha', name: 'Dora', role: 'participant' },
      { id: 'emil@alpha', name: 'Emil', role: 'participant' },
    ];
    server.conferences = [board];
    server.inside = people;
    await story.play(
      at(20, 'anna sends /start'),
      at(21, 'anna presses alpha'),
      at(22, 'anna presses Forgotten conferences'),
      at(23, 'anna presses Board'),
      at(25, 'anna presses Stop the conference'),
      until(60),
    );
    expect(server.stopped).toEqual(['board']);
    expect(story.told).toEqual([
      told(
        26,
        'boris, night shift',
        '⏹ Anna stopped the conference <b>Board &amp; friends</b> on alpha',
        'It was forgotten: no moderator is inside.',
        'Inside: 2 people',
      ),
    ]);
    expect(await story.store.audit(10)).toMatchObject([{ kind: 'conference-stopped', by: { id: 1001 } }]);
  });
});
