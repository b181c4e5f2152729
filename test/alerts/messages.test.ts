/** The words of alerts that no timeline shows, and that nothing from outside becomes markup. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCompose } from '../../src/alerts/messages.ts';
import type { Screen } from '../../src/channels/port.ts';
import { split } from '../../src/channels/telegram/split.ts';
import type { Event, EventOf, Occupancy, Refusal } from '../../src/domain/events.ts';
import type { ConferenceId, ServerName } from '../../src/domain/names.ts';
import { createFormats } from '../../src/i18n/formats.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { START } from '../support/virtual-clock.ts';
import {
  backAgain,
  blind,
  CERTIFICATE_ADVICE,
  CERTIFICATE_ADVICE_LATE,
  causeOf,
  certificateEnded,
  certificateEnds,
  cutOff,
  lastChange,
  late,
  notSeen,
  SEES_AGAIN,
  SETTINGS_MENDED,
  STORAGE_FULL,
  STORAGE_MENDED,
  sawNothing,
  seesAgain,
  settingsBroken,
  steady,
  stillBlind,
  stillSilent,
  UNSTABLE_QUIET,
  unstable,
  up as upWords,
  wasHeld,
} from '../timelines/english.ts';
import { ALPHA, BETA, down, failure, rows, stillDown, stopped, up } from './rows.ts';

const translator = await loadTranslator('en');

interface Facts {
  readonly wasHeld?: boolean;
  /** Default: since the first was written. */
  readonly dueSince?: EpochMs;
  readonly down?: readonly { readonly server: ServerName; readonly since: EpochMs }[];
  readonly unmonitored?: readonly ServerName[];
}

function write(events: readonly Event[], now = START, facts: Facts = {}): Screen {
  const compose = createCompose({
    translator,
    formats: createFormats('en', 'UTC'),
    facts: {
      downServers: () => facts.down ?? [],
      isMonitored: (server) => !facts.unmonitored?.includes(server),
    },
    buttonData: {
      open: (server) => `open ${server}`,
      mute: (server, length) => `mute ${server} ${length}`,
      acknowledge: (server) => `acknowledge ${server}`,
      servers: () => 'servers',
    },
  });
  const written = rows(...events);
  return compose(written, now, {
    dueSince: facts.dueSince ?? written[0]?.writtenAt ?? now,
    wasHeld: facts.wasHeld ?? false,
  });
}

const by = { id: 7, name: 'Boris' };
const OCCUPANCY: Occupancy = { at: START - 2 * MINUTE, people: 12, conferences: 2 };

describe('words', () => {
  test('an outage that began on another day says which', () => {
    expect(write([down(ALPHA, START - DAY)], START).text).toContain('Since 31 Dec 2029 10:00 (1 day)');
  });

  test.each<[Refusal, string]>([
    ['blocked', 'the person has blocked the bot'],
    ['kicked', 'the bot was removed from the chat'],
    ['chat-not-found', 'there is no such chat, or the person has never pressed Start'],
  ])('a recipient who cannot be told: %s', (refusal, reason) => {
    const { text } = write([{ kind: 'recipient-refused', at: START, recipient: '-100:4', refusal }]);
    expect(text).toBe(`⚠️ Alerts no longer reach <code>-100:4</code>: ${reason}`);
  });

  test('a stopped conference without a topic is called by its id, and what is not known is not said', () => {
    const conference = {
      id: 'room-7' as ConferenceId,
      topic: undefined,
      owner: 'o',
      people: undefined,
      reason: undefined,
    };
    const { text } = write([{ kind: 'conference-stopped', server: ALPHA, at: START, by, conference }]);
    expect(text).toBe('⏹ Boris stopped the conference <b>no name (room-7)</b> on alpha');
  });

  test('several conferences that one person stopped on one server are one message, a line each', () => {
    const { text, keyboard } = write(
      ['Daily', undefined, 'A & <b>B</b>'].map((topic) => stopped(ALPHA, START, topic)),
    );
    expect(text.split('\n')).toEqual([
      '⏹ Boris stopped 3 conferences on alpha',
      '• Daily',
      '• no name (id-undefined)',
      '• A &amp; &lt;b&gt;B&lt;/b&gt;',
    ]);
    expect(keyboard).toEqual([[{ label: 'Open alpha', data: 'open alpha' }]]);
  });

  test('of many stopped conferences twenty are named, the others counted', () => {
    const many = (count: number) =>
      write(Array.from({ length: count }, (_, index) => stopped(ALPHA, START, `T${index}`))).text.split('\n');
    const named = Array.from({ length: 20 }, (_, index) => `• T${index}`);
    expect(many(20)).toEqual(['⏹ Boris stopped 20 conferences on alpha', ...named]);
    expect(many(21)).toEqual(['⏹ Boris stopped 21 conferences on alpha', ...named, 'and 1 more']);
    expect(many(60)).toEqual(['⏹ Boris stopped 60 conferences on alpha', ...named, 'and 40 more']);
  });

  test('stops that are told late say so, by the first of them', () => {
    const { text } = write([stopped(ALPHA, START, 'A'), stopped(ALPHA, START + SECOND, 'B')], START + MINUTE);
    expect(text.split('\n').slice(1, 3)).toEqual(['• A', '• B']);
    expect(text).toContain('1 min late: it could not be delivered since 10:00');
  });

  test('nobody is cut off when nothing was running', () => {
    const event = { ...down(ALPHA, START), occupancy: { at: START, conferences: 0, people: 0 } } as Event;
    expect(write([event]).text).not.toContain('Cut off');
  });

  test('one person, one conference: the singular', () => {
    const event = { ...down(ALPHA, START), occupancy: { at: START, conferences: 1, people: 1 } } as Event;
    expect(write([event]).text).toContain('1 person, 1 conference');
  });

  test('reminders of several servers are a line each', () => {
    const { text } = write([stillDown(ALPHA, START, START - HOUR), stillDown(BETA, START, START - 2 * HOUR)]);
    expect(text.split('\n')).toEqual([
      '🔴 <b>alpha</b> is still down, for 1 hr now: the connection was refused',
      '🔴 <b>beta</b> is still down, for 2 hr now: the connection was refused',
    ]);
  });

  const LATE = 'late: it could not be delivered since 10:00';

  test('late is from a minute on', () => {
    expect(write([up(ALPHA, START)], START + MINUTE - 1).text).not.toContain(LATE);
    expect(write([up(ALPHA, START)], START + MINUTE).text).toContain(LATE);
  });

  test('a server that it tells of is not named once more as also down', () => {
    const { text } = write([down(ALPHA, START)], START, {
      down: [ALPHA, BETA].map((server) => ({ server, since: START })),
    });
    expect(text.split('\n').at(-1)).toBe('Also down: beta');
  });

  test('one that is not watched any more is not told as if it were known to be down still', () => {
    const waited = write([down(ALPHA, START), down(BETA, START)], START + DAY, { unmonitored: [BETA] });
    expect(waited.text).toContain('No longer monitored, so the present state is not known: beta');
    const up2 = write([down(BETA, START), up(BETA, START + MINUTE)], START + DAY, { unmonitored: [BETA] });
    expect(up2.text).not.toContain('No longer monitored');
  });
});

test('what a server that is down went through before is told before that (the last word is what is true)', () => {
  const events = [
    down(ALPHA, START - 3 * MINUTE),
    up(ALPHA, START - 2 * MINUTE),
    down(ALPHA, START - MINUTE),
  ];
  const lines = write([...events, down(BETA, START)]).text.split('\n');
  expect(lines[0]).toContain('<b>alpha</b> was down');
  expect(lines.slice(1, 3).join()).toMatch(/2 servers are down.*<b>alpha<\/b> since/);
});

test('of many past outages the last twenty are told, the others counted (a mute of eight hours may hide many)', () => {
  const past = Array.from({ length: 23 }, (_, index) => {
    const server = `s${index}` as ServerName;
    return [down(server, START + index), up(server, START + index)];
  }).flat();
  const lines = write(past).text.split('\n');
  expect(lines).toHaveLength(21);
  expect(lines[0]).toContain('<b>s3</b> was down');
  expect(lines.at(-1)).toBe('and 3 more: /history');
});

describe('very many servers', () => {
  const names = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => `${index}-`.padEnd(length, 'x') as ServerName);
  /** The names in bold of single servers. */
  const shown = (text: string) => text.match(/<b>\d+-x*<\/b>/g) ?? [];

  test('fifty are named, each with its cause and who is cut off', () => {
    const occupancy = { at: START, people: 12, conferences: 2 };
    const events = names(50, 60).map((server) => ({ ...down(server, START), occupancy }) as Event);
    expect(shown(write(events).text)).toHaveLength(50);
  });

  test('what does not fit into three messages is counted, and the count says where to find the others', () => {
    const { text, keyboard } = write(names(1_500, 20).map((server) => down(server, START)));
    const named = shown(text).length;
    expect(named).toBeGreaterThan(80);
    expect(text.split('\n')[0]).toBe('🔴 <b>1500 servers are down</b>');
    expect(text.split('\n').at(-1)).toBe(`and ${1_500 - named} more: /status`);
    expect(keyboard.at(-1)).toEqual([{ label: 'All servers', data: 'servers' }]);
  });

  test('what is down now has the room before what is up again; the count is of both', () => {
    const servers = names(1_500, 20);
    const { text } = write([
      ...servers.slice(500).map((server) => up(server, START)),
      ...servers.slice(0, 500).map((server) => down(server, START)),
    ]);
    const lines = text.split('\n');
    expect(lines[0]).toBe('🔴 <b>500 servers are down</b>');
    expect(lines.slice(1, -2).every((line) => line.includes('the connection was refused'))).toBe(true);
    expect(lines.at(-2)).toBe('🟢 <b>1000 servers are up again</b>');
    expect(lines.at(-1)).toBe(`and ${1_500 - shown(text).length} more: /status`);
  });

  const at = START;
  test.each<[string, (server: ServerName) => Event]>([
    ['down', (server) => down(server, at)],
    ['still down', (server) => stillDown(server, at)],
    ['up again', (server) => up(server, at)],
    ['unstable', (server) => ({ kind: 'server-unstable', server, at, changes: 6, since: at })],
    [
      'steady',
      (server) => ({ kind: 'server-steady', server, at, unstableSince: at, status: 'up', since: at }),
    ],
    [
      'not seen',
      (server) => ({
        kind: 'bot-blind',
        at,
        servers: names(1_500, server.length),
        total: 1_500,
        checkAnswers: undefined,
      }),
    ],
    [
      'whose certificate ends',
      (server) => ({ kind: 'certificate-ending', server, at, endsAt: at + Number.parseInt(server, 10) }),
    ],
  ])('%s: with names of any length, at most three messages', (_what, event) => {
    for (const length of [5, 20, 100]) {
      const { text } = write(names(1_500, length).map(event), START + HOUR, { wasHeld: true });
      expect(split(text).length).toBeLessThanOrEqual(3);
    }
  });
});

test('what was held back says so above all else, and late is said below it', () => {
  const { text } = write([up(ALPHA, START)], START + HOUR, { wasHeld: true });
  expect(text.split('\n')).toEqual([
    ...wasHeld(),
    ...upWords('alpha', '1 sec', '09:59:59', '10:00:00'),
    '',
    late('10:00', '1 hr'),
  ]);
});

describe('trouble of the bot itself', () => {
  const at = START;
  const broken = (...problems: string[]): Event => ({ kind: 'settings-broken', at, problems });

  test('settings: each mistake in a line of its own, and what is in the file is no markup', () => {
    expect(write([broken('line 3: "<b>" is no port', 'line 4: & so on')]).text.split('\n')).toEqual(
      settingsBroken('line 3: &quot;&lt;b&gt;&quot; is no port', 'line 4: &amp; so on'),
    );
  });

  test('settings: a long list is cut (the terminal has all of it)', () => {
    const { text } = write([broken(...Array.from({ length: 500 }, (_, line) => `line ${line}: wrong`))]);
    expect(text.length).toBeLessThan(2_300);
    expect(text).toContain('line 0: wrong');
    expect(text).toContain('…</pre>');
  });

  test('of several words that waited the last is told alone (what came before is no longer true)', () => {
    expect(write([broken('a'), broken('b'), { kind: 'settings-mended', at }]).text).toBe(SETTINGS_MENDED);
    expect(
      write([
        { kind: 'storage-mended', at },
        { kind: 'storage-trouble', at, trouble: 'full' },
      ]).text.split('\n'),
    ).toEqual(STORAGE_FULL);
    expect(write([{ kind: 'storage-mended', at }]).text).toBe(STORAGE_MENDED);
  });
});

describe('the bot is blind', () => {
  const names = (...all: string[]) => all as ServerName[];
  const began = (at: EpochMs, servers: readonly ServerName[], checkAnswers?: false): Event => ({
    kind: 'bot-blind',
    ...{ at, servers, total: servers.length, checkAnswers },
  });
  const ended = (since: EpochMs, at: EpochMs, silent: readonly ServerName[] = []): Event => ({
    kind: 'bot-sees-again',
    ...{ at, since, silent },
  });
  const lines = (...events: Event[]) =>
    write(events, START + HOUR, { dueSince: START + HOUR }).text.split('\n');
  const ABC = names('a', 'b', 'c');

  test('what is not seen, and what that means', () => {
    expect(lines(began(START, ABC))).toEqual(blind(3, 3, '10:00', 'a, b, c'));
    expect(lines(began(START, ABC, false))).toEqual(blind(3, 3, '10:00', 'a, b, c', true));
  });

  test('of one or two servers, in words of their own', () => {
    expect(lines(began(START, names('a'), false))).toEqual(blind(1, 1, '10:00', 'a', true));
    expect(lines(began(START, names('a', 'b'), false))).toEqual(blind(2, 2, '10:00', 'a, b', true));
  });

  test('it still is: since when, and what else answers', () => {
    const still = (checkAnswers?: false): Event => ({
      kind: 'bot-still-blind',
      ...{ at: START + HOUR, since: START, servers: ABC, total: 5, checkAnswers },
    });
    expect(lines(still())).toEqual(stillBlind(3, 5, '10:00', '1 hr', 'a, b, c'));
    expect(lines(still(false))).toEqual(stillBlind(3, 5, '10:00', '1 hr', 'a, b, c', true));
    expect(write([still()]).keyboard).toEqual([[{ label: 'All servers', data: 'servers' }]]);
  });

  test('fifty names and then a count', () => {
    const many = Array.from({ length: 53 }, (_, index) => `s${index}`);
    const [, , line] = lines(began(START, names(...many)));
    expect(line).toBe(notSeen(`${many.slice(0, 50).join(', ')} and 3 more`));
  });

  test('it sees again: from when to when it knows nothing, and who is still silent', () => {
    expect(lines(ended(START, START + MINUTE))).toEqual(seesAgain('10:00:00', '10:01:00', '1 min'));
    expect(lines(ended(START, START + 20 * MINUTE, names('b', 'c')))).toEqual([
      ...seesAgain('10:00', '10:20', '20 min'),
      stillSilent('b, c'),
    ]);
  });

  test('what began and ended untold is told as past, with the names (nobody can act on it any more)', () => {
    expect(
      lines(
        began(START, ABC),
        ended(START, START + MINUTE),
        began(START + 20 * MINUTE, names('a', 'b')),
        ended(START + 20 * MINUTE, START + 40 * MINUTE),
      ),
    ).toEqual([
      SEES_AGAIN,
      sawNothing('10:00:00', '10:01:00', '1 min'),
      notSeen('a, b, c'),
      sawNothing('10:20', '10:40', '20 min'),
      notSeen('a, b'),
    ]);
  });

  test('the end of what was told comes before what is past, and what lasts comes first', () => {
    expect(
      lines(
        ended(START - HOUR, START),
        began(START + MINUTE, ABC),
        ended(START + MINUTE, START + 2 * MINUTE),
        began(START + 3 * MINUTE, ABC),
      ),
    ).toEqual([
      ...blind(3, 3, '10:03', 'a, b, c'),
      sawNothing('09:00', '10:00', '1 hr'),
      sawNothing('10:01:00', '10:02:00', '1 min'),
      notSeen('a, b, c'),
    ]);
  });

  test('both lead to the list of servers', () => {
    for (const event of [began(START, ABC), ended(START, START)]) {
      expect(write([event]).keyboard).toEqual([[{ label: 'All servers', data: 'servers' }]]);
    }
  });
});

describe('an unstable server', () => {
  const since = START - 10 * MINUTE;
  const shaky: EventOf<'server-unstable'> = {
    kind: 'server-unstable',
    ...{ server: ALPHA, at: START, changes: 6, since },
  };
  const still = (status: 'up' | 'down'): EventOf<'server-steady'> => ({
    kind: 'server-steady',
    ...{ server: ALPHA, at: START, unstableSince: since, status, since: START - MINUTE },
  });

  test('says that single changes are no longer told, and can be muted but not taken care of', () => {
    const { text, keyboard } = write([shaky]);
    expect(text.split('\n')).toEqual([
      unstable('alpha', 6, '09:50'),
      lastChange('10:00', 'up'),
      UNSTABLE_QUIET,
    ]);
    expect(keyboard.flat().map(({ label }) => label)).toEqual(['Open alpha', 'Mute 1 h', 'Mute 8 h']);
  });

  test('that is down at that moment says so, and who is cut off (nothing is told of it for a while)', () => {
    const fallen: Event = { ...shaky, failure: failure(START), occupancy: OCCUPANCY };
    expect(write([fallen]).text.split('\n')).toEqual([
      unstable('alpha', 6, '09:50'),
      lastChange('10:00', 'down'),
      cutOff('09:58', '12 people', '2 conferences'),
      UNSTABLE_QUIET,
    ]);
    const [line] = write([fallen, down(BETA, START)])
      .text.split('\n')
      .slice(-1);
    expect(line).toBe(
      `${unstable('alpha', 6, '09:50')}. ${lastChange('10:00', 'down')} · 12 people, 2 conferences`,
    );
  });

  test('that stays down says why, and who is cut off, as any outage', () => {
    const fallen: Event = { ...still('down'), failure: failure(START), occupancy: OCCUPANCY };
    expect(write([fallen]).text.split('\n')).toEqual([
      steady('alpha', 'down', '09:59', '09:50'),
      ...causeOf(),
      cutOff('09:58', '12 people', '2 conferences'),
    ]);
  });

  test('that is steady again says how it is; one that stays down can be taken care of', () => {
    expect(write([still('up')]).text).toBe(steady('alpha', 'up', '09:59', '09:50'));
    expect(write([still('up')]).keyboard).toHaveLength(1);
    expect(write([still('down')]).text).toBe(steady('alpha', 'down', '09:59', '09:50'));
    expect(write([still('down')]).keyboard).toHaveLength(3);
  });
});

describe('certificates', () => {
  const ends = (server: ServerName, days: number): Event => ({
    kind: 'certificate-ending',
    ...{ server, at: START, endsAt: START + days * DAY },
  });

  test('how many days are left, and when; several in one message, the soonest first', () => {
    expect(write([ends(ALPHA, 21), ends(BETA, 0.6), ends(ALPHA, 0)]).text.split('\n')).toEqual([
      certificateEnded('alpha', '1 Jan 10:00'),
      certificateEnds('beta', 1, '2 Jan 00:24'),
      certificateEnds('alpha', 21, '22 Jan 10:00'),
      CERTIFICATE_ADVICE_LATE,
    ]);
  });

  test('on its last day it says the hours, and the date all the same', () => {
    expect(write([ends(ALPHA, 0.25)]).text.split('\n')).toEqual([
      '⚠️ The certificate of <b>alpha</b> ends in 6 hr, on 1 Jan 16:00',
      CERTIFICATE_ADVICE,
    ]);
  });

  test('one that is for several servers is one line, with fifty names and then a count', () => {
    const names = Array.from({ length: 53 }, (_, index) => `s${index}` as ServerName);
    expect(write([...names.map((name) => ends(name, 21)), ends(BETA, 2)]).text.split('\n')).toEqual([
      certificateEnds('beta', 2, '3 Jan 10:00'),
      certificateEnds(`${names.slice(0, 50).join(', ')} and 3 more`, 21, '22 Jan 10:00'),
      CERTIFICATE_ADVICE,
    ]);
  });
});

describe('several servers in one message', () => {
  const named = (...names: string[]) => names as ServerName[];
  const [v2, v10] = ['video-2', 'video-10'] as [ServerName, ServerName];

  test('stand by name, as a person would look for them, and so do their buttons', () => {
    const { text, keyboard } = write(named('video-10', 'Video-1', 'video-2').map((one) => down(one, START)));
    const order = ['Video-1', 'video-2', 'video-10'];
    expect(text.match(/video-\d+/gi)).toEqual(order);
    expect(keyboard.map(([button]) => button?.data)).toEqual(order.map((name) => `open ${name}`));
  });

  test('what is past comes first and in the order of time; what came up late has its times', () => {
    const minute = (count: number) => START + count * MINUTE;
    const events = [
      ...[down(v2, minute(20)), up(v2, minute(30), minute(20))],
      ...[down(v10, minute(1)), up(v10, minute(40), minute(1))],
      ...[down(ALPHA, minute(50)), up(BETA, minute(51), minute(0))],
    ];
    const [first, second, third, fourth] = write(events, minute(60)).text.split('\n');
    expect([first, second]).toEqual([
      expect.stringContaining('<b>video-10</b> was down from 10:01 to 10:40'),
      expect.stringContaining('<b>video-2</b> was down from 10:20 to 10:30'),
    ]);
    expect([third, fourth]).toEqual([
      '🔴 <b>alpha is down</b> since 10:50: the connection was refused',
      '🟢 <b>beta is up again</b>, it was down for 51 min · Down from 10:00 to 10:51',
    ]);
    const both = [up(v2, minute(30), minute(2)), up(v10, minute(31), minute(3))];
    expect(write(both, minute(60)).text.split('\n').slice(1, 3)).toEqual([
      '• <b>video-2</b>, down from 10:02 to 10:30 (28 min)',
      '• <b>video-10</b>, down from 10:03 to 10:31 (28 min)',
    ]);
  });

  test('an older recovery stands before the outage that came after it (the last word is what is true)', () => {
    const events = [up(v2, START), down(v2, START + MINUTE), up(v2, START + 2 * MINUTE, START + MINUTE)];
    expect(
      write(events, START + HOUR)
        .text.split('\n')
        .slice(0, 2),
    ).toEqual([
      expect.stringContaining('video-2 is up again'),
      expect.stringContaining('</b> was down from 10:01'),
    ]);
  });

  test('nothing is said about how long those were down whose end nobody saw', () => {
    const unseen = (server: ServerName) => ({ ...up(server, START + HOUR, START), unseen: true }) as Event;
    const now = START + HOUR;
    const facts = { dueSince: now };
    expect(write([unseen(v2), unseen(v10)], now, facts).text.split('\n')).toEqual([
      '🟢 <b>2 servers are up again</b>',
      '• <b>video-2</b>, down from 10:00, back some time before 11:00',
      '• <b>video-10</b>, down from 10:00, back some time before 11:00',
    ]);
    expect(write([down(v2, START), unseen(v2)], now, facts).text).toBe(
      '🟢 <b>video-2</b> was down from 10:00: the connection was refused. It came back some time before 11:00, while the bot was not running.',
    );
  });
});

describe('who is on it again', () => {
  const count = (people: number, conferences: number) => ({ at: START, people, conferences });
  const back = (occupancyNow: Occupancy, occupancy?: Occupancy) =>
    write([{ ...up(ALPHA, START), occupancyNow, ...(occupancy && { occupancy }) } as Event]).text.split(
      '\n',
    )[2];

  test('is told, beside how many it was', () => {
    expect(back(count(3, 1), count(12, 2))).toBe(
      backAgain('3 people, 1 conference', '12 people, 2 conferences'),
    );
    expect(back(count(3, 1))).toBe(backAgain('3 people, 1 conference'));
    expect(back(count(0, 0), count(1, 1))).toBe(
      backAgain('0 people, 0 conferences', '1 person, 1 conference'),
    );
  });

  test('of several servers it stands behind each line, as who is cut off does', () => {
    const occupancy = count(12, 2);
    expect(
      write([
        { ...down(ALPHA, START), occupancy } as Event,
        { ...down(BETA, START), occupancy: count(0, 0) } as Event,
        { ...up('gamma' as ServerName, START), occupancyNow: count(3, 1) } as Event,
      ]).text.split('\n'),
    ).toEqual([
      '🔴 <b>2 servers are down</b>',
      '• <b>alpha</b> since 10:00: the connection was refused · 12 people, 2 conferences',
      '• <b>beta</b> since 10:00: the connection was refused',
      '🟢 <b>gamma is up again</b>, it was down for 1 sec · 3 people, 1 conference',
    ]);
  });

  test('is not worth a word when nothing ran and nothing runs', () => {
    expect(back(count(0, 0), count(0, 0))).toBeUndefined();
    expect(back(count(0, 0))).toBeUndefined();
  });
});

describe('buttons', () => {
  const data = ({ keyboard }: Screen) => keyboard.map((line) => line.map((button) => button.data));

  test('one server that is down: open it, mute it for 1 or 8 hours, take care of it', () => {
    expect(data(write([down(ALPHA, START)]))).toEqual([
      ['open alpha'],
      [`mute alpha ${HOUR}`, `mute alpha ${8 * HOUR}`],
      ['acknowledge alpha'],
    ]);
  });

  test('one server that is up again can only be opened (there is nothing to take care of)', () => {
    expect(data(write([up(ALPHA, START)]))).toEqual([['open alpha']]);
    expect(data(write([down(ALPHA, START), up(ALPHA, START + SECOND)]))).toEqual([['open alpha']]);
  });

  test('a server that was up and is down again can be muted', () => {
    expect(data(write([up(ALPHA, START), down(ALPHA, START + SECOND)]))).toHaveLength(3);
  });

  test('eight servers have a button each, more lead to the list', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => down(`s${index}` as ServerName, START));
    expect(data(write(many(8)))).toHaveLength(8);
    expect(data(write(many(9))).at(-1)).toEqual(['servers']);
    expect(data(write(many(9)))).toHaveLength(9);
  });
});

describe('names from outside', () => {
  const anyName = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      '<b>bold',
      '</b>',
      '&amp;',
      '"><a href="x">',
      '{{server}}',
      '$t(alert.down)',
      '%s',
      '\u202e',
    ),
  );

  test('never become markup, and never are taken for a placeholder', () => {
    fc.assert(
      fc.property(anyName, anyName, (server, person) => {
        const name = server as ServerName;
        const conference = {
          id: 'c' as ConferenceId,
          topic: person,
          owner: 'o',
          people: 3,
          reason: 'empty' as const,
        };
        const events: Event[] = [
          down(name, START),
          up(name, START),
          stillDown(name, START),
          { kind: 'outage-acknowledged', server: name, at: START, by: { id: 1, name: person } },
          { kind: 'monitoring-switched', server: name, at: START, by: { id: 1, name: person }, on: false },
          { kind: 'conference-stopped', server: name, at: START, by, conference },
          { kind: 'server-unstable', server: name, at: START, changes: 6, since: START },
          {
            kind: 'server-steady',
            server: name,
            at: START,
            unstableSince: START,
            status: 'up',
            since: START,
          },
          { kind: 'certificate-ending', server: name, at: START, endsAt: START + DAY },
          { kind: 'bot-blind', at: START, servers: [name], total: 1, checkAnswers: undefined },
          { kind: 'bot-sees-again', at: START, since: START, silent: [name] },
        ];
        const told = [
          ...events.map((event) => [event]),
          [stopped(name, START, person), stopped(name, START, person)],
        ];
        for (const group of told) {
          const { text } = write(group, START, {
            down: [{ server: `other ${server}` as ServerName, since: START }],
          });
          const withoutTags = text.replaceAll(/<\/?(b|i|code)>/g, '');
          expect(withoutTags).not.toMatch(/[<>]/);
          expect(text.split('<b>').length).toBe(text.split('</b>').length);
          expect(text).toContain(
            server
              .replaceAll('&', '&amp;')
              .replaceAll('<', '&lt;')
              .replaceAll('>', '&gt;')
              .replaceAll('"', '&quot;'),
          );
        }
      }),
    );
  });
});
