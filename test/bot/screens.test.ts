/**
 * Every screen, over whatever a server, a person or the settings may say: one message that Telegram takes whole. The
 * judge is the simulator's own reading of texts and keyboards.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decode, serverKey } from '../../src/bot/callback-data.ts';
import type { ForgottenSearch } from '../../src/bot/forgotten-search.ts';
import type { BotServer, ServerView } from '../../src/bot/ports.ts';
import { allForgottenScreen } from '../../src/bot/screens/all-forgotten.ts';
import { chartFailedScreen, chartScreen, chartWaitingScreen } from '../../src/bot/screens/chart.ts';
import { conferenceScreen } from '../../src/bot/screens/conference.ts';
import { conferencesScreen } from '../../src/bot/screens/conferences.ts';
import { forgottenScreen } from '../../src/bot/screens/forgotten.ts';
import { historyChoiceScreen, historyScreen } from '../../src/bot/screens/history.ts';
import { mutesScreen } from '../../src/bot/screens/mutes.ts';
import { overviewScreen } from '../../src/bot/screens/overview.ts';
import { serverScreen } from '../../src/bot/screens/server.ts';
import { outdatedScreen, serversScreen } from '../../src/bot/screens/servers.ts';
import {
  deniedScreen,
  helpScreen,
  idScreen,
  internalErrorScreen,
  waitingScreen,
} from '../../src/bot/screens/simple.ts';
import { statusScreen } from '../../src/bot/screens/status.ts';
import { askStopAllScreen, askStopScreen } from '../../src/bot/screens/stop.ts';
import { troubleScreen, type Ui } from '../../src/bot/screens/ui.ts';
import { usersScreen } from '../../src/bot/screens/users.ts';
import type { Screen } from '../../src/channels/port.ts';
import { hasDanger, toInlineKeyboard } from '../../src/channels/telegram/keyboards.ts';
import type { Availability, Probe } from '../../src/domain/availability.ts';
import type {
  Conference,
  OnlineStatus,
  OnlineUser,
  Participant,
  ParticipantRole,
} from '../../src/domain/conference.ts';
import type { ForgottenReason, ForgottenVerdict } from '../../src/domain/forgotten.ts';
import type { Period } from '../../src/domain/history.ts';
import type { ConferenceId, ServerName, SessionId } from '../../src/domain/names.ts';
import type { AuditEntry } from '../../src/domain/outbox.ts';
import type { Summary } from '../../src/domain/summary.ts';
import { TROUBLE_CODES, type Trouble } from '../../src/domain/trouble.ts';
import { createFormats } from '../../src/i18n/formats.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { silentLog } from '../../src/lib/log.ts';
import { DAY } from '../../src/lib/time.ts';
import { readKeyboard } from '../../src/simulator/telegram-keyboard.ts';
import { readWords } from '../../src/simulator/telegram-text.ts';

const NOW = Date.UTC(2030, 5, 15, 12, 0, 0);

/** Longest pieces that the adapter lets through. */
const LONGEST = 512;

const foreign = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('<b>&"', '</a></b>', '&lt;', '{{count}}', '"', "'", '<', '\u202e', 'x y'),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.constantFrom('ы', '&', '"', '<b>', '🏥', '🧑‍🧑‍🧒‍🧒', '>', 'W'),
          fc.integer({ min: 1, max: LONGEST }),
        )
        .map(([unit, count]) => unit.repeat(count).slice(0, LONGEST).toString()),
    },
  )
  .map((text) => Buffer.from(text).toString());

const serverName = foreign.map((text) => text.slice(0, 128) as ServerName);
const count = fc.oneof(fc.nat({ max: 20 }), fc.nat({ max: 2_000_000 }));
const duration = fc.oneof(fc.nat({ max: 90_000_000 }), fc.nat({ max: 2_000_000_000_000 }));
const moment = fc.nat({ max: NOW });

const trouble: fc.Arbitrary<Trouble> = fc.record(
  {
    code: fc.constantFrom(...TROUBLE_CODES),
    status: fc.integer({ min: 100, max: 999 }),
    scope: fc.constantFrom('conferences', 'logs.calls:read', 'users:read'),
    path: fc.constantFrom('list[12345].start_time', 'users[499].status', '$'),
  },
  { requiredKeys: ['code'] },
);

const conference: fc.Arbitrary<Conference> = fc.record({
  session: foreign as fc.Arbitrary<SessionId>,
  id: fc.option(foreign as fc.Arbitrary<ConferenceId>, { nil: undefined }),
  topic: fc.option(foreign, { nil: undefined }),
  owner: fc.oneof(foreign, fc.constant('')),
  participantCount: fc.option(count, { nil: undefined }),
  startedAt: fc.option(moment, { nil: undefined }),
  duration,
});

const participant: fc.Arbitrary<Participant> = fc.record({
  id: foreign,
  name: foreign,
  role: fc.constantFrom<ParticipantRole>('owner', 'moderator', 'participant', 'guest', 'device'),
});

const user: fc.Arbitrary<OnlineUser> = fc.record({
  id: foreign,
  name: foreign,
  status: fc.constantFrom<OnlineStatus>('online', 'busy', 'in-conference'),
});

const failedProbe = fc.record(
  {
    kind: fc.constant('failed'),
    at: moment,
    latency: fc.nat({ max: 9_000 }),
    trouble,
    webAnswers: fc.boolean(),
  },
  { requiredKeys: ['kind', 'at', 'latency', 'trouble'] },
);
const probe: fc.Arbitrary<Probe> = fc.oneof(
  failedProbe,
  fc.record({
    kind: fc.constant('answered'),
    at: moment,
    latency: fc.double({ min: 0, max: 9_000, noNaN: true }),
  }),
);
const availability: fc.Arbitrary<Availability> = fc.oneof(
  fc.record({ status: fc.constantFrom('up', 'unknown'), since: moment }),
  fc.record({ status: fc.constant('down'), since: moment, failure: failedProbe }),
  fc.record({
    status: fc.constant('up'),
    since: moment,
    doubt: fc.record({ seen: fc.constantFrom('up', 'down'), probes: fc.nat(), since: moment }),
  }),
);

const view: fc.Arbitrary<ServerView> = fc
  .record({
    monitored: fc.boolean(),
    availability,
    lastProbe: fc.option(probe, { nil: undefined }),
    version: fc.option(fc.constant('5.5.2.10018'), { nil: undefined }),
    acknowledgedBy: fc.option(foreign, { nil: undefined }),
    maintenanceUntil: fc.option(moment, { nil: undefined }),
    muted: fc.option(moment, { nil: undefined }),
  })
  .map(({ muted, ...rest }) => ({ ...rest, occupancy: undefined, mutedUntil: () => muted }));

const never = () => Promise.reject(new Error('a screen asks nobody'));

const server: fc.Arbitrary<BotServer> = fc
  .record({
    name: serverName,
    view,
    port: fc.integer({ min: 1, max: 65_535 }),
    minDuration: duration,
    probeInterval: duration,
  })
  .map(({ name, view: seen, port, minDuration, probeInterval }) => ({
    name,
    address: `${name}:${port}`,
    webRoot: `https://${'long-name.'.repeat(20)}example.com:${port}`,
    probeInterval,
    usersInterval: 600_000,
    forgottenRule: { minDuration },
    view: () => seen,
    lookNow: never,
    runningConferences: never,
    participants: never,
    onlineUsers: never,
    stopConference: never,
    switchMonitoring: never,
    recordStop: never,
    acknowledge: never,
    history: never,
    summary: never,
    periods: never,
    audit: never,
  }));

const reason = fc.constantFrom<ForgottenReason>('empty', 'no-moderator', 'moderator-alone');
const read = fc.oneof(
  fc.record({ kind: fc.constant('read'), participants: fc.array(participant, { maxLength: 60 }) }),
  fc.record({ kind: fc.constant('unknown'), trouble }),
);
const forgotten = fc.record({ conference, participants: fc.array(participant, { maxLength: 3 }), reason });
const search: fc.Arbitrary<ForgottenSearch> = fc.record({
  running: count,
  forgotten: fc.array(forgotten, { maxLength: 20 }),
  unknown: fc.array(fc.record({ conference, trouble }), { maxLength: 20 }),
});
const span = fc.record({ up: duration, down: duration, unknown: duration });
const period: fc.Arbitrary<Period> = fc.oneof(
  fc.record({
    server: serverName,
    kind: fc.constant('down' as const),
    from: moment,
    to: fc.option(moment, { nil: undefined }),
    trouble: fc.option(trouble, { nil: undefined }),
  }),
  fc.record({
    server: serverName,
    kind: fc.constant('blind' as const),
    from: moment,
    to: fc.option(moment, { nil: undefined }),
    trouble: fc.constant(undefined),
  }),
);
const summary: fc.Arbitrary<Summary> = fc.record({
  ...{ day: span, week: span, month: span },
  latency: fc.option(fc.record({ min: count, typical: count, max: count }), { nil: undefined }),
  outages: fc.array(period, { maxLength: 20 }),
});
const by = fc.record({ id: fc.nat(), name: foreign });
const auditEntry: fc.Arbitrary<AuditEntry> = fc.oneof(
  fc.record({
    kind: fc.constant('monitoring-switched' as const),
    ...{ server: serverName, at: moment, by, on: fc.boolean() },
  }),
  fc.record({
    kind: fc.constant('conference-stopped' as const),
    ...{ server: serverName, at: moment, by },
    conference: fc.record({
      id: foreign as fc.Arbitrary<ConferenceId>,
      topic: fc.option(foreign, { nil: undefined }),
      owner: foreign,
      people: fc.option(count, { nil: undefined }),
      reason: fc.option(reason, { nil: undefined }),
    }),
  }),
);
const page = fc.nat({ max: 60 });
const from = fc.record({ list: fc.constantFrom('conferences' as const, 'forgotten' as const), page });
const verdict: fc.Arbitrary<ForgottenVerdict> = fc.oneof(
  fc.record({ kind: fc.constant('forgotten'), reason }),
  fc.record({ kind: fc.constantFrom('in-use', 'unknown') }),
) as fc.Arbitrary<ForgottenVerdict>;
const change = fc.option(
  fc.oneof(
    fc.record({ kind: fc.constant('joined'), who: fc.array(participant, { minLength: 1, maxLength: 40 }) }),
    fc.record({ kind: fc.constant('more'), before: count, now: count, moderatorCame: fc.boolean() }),
    fc.record({ kind: fc.constant('not-comparable') }),
  ),
  { nil: undefined },
);
const many = <T>(item: fc.Arbitrary<T>, maxLength: number) => fc.array(item, { maxLength, size: 'large' });

type Maker = (ui: Ui) => Screen;

const SCREENS: Record<string, fc.Arbitrary<Maker>> = {
  servers: fc.tuple(many(server, 60), page).map(
    ([servers, number]) =>
      (ui) =>
        serversScreen(ui, servers, number),
  ),
  server: server.map((one) => (ui) => serverScreen(ui, one)),
  status: fc.tuple(server, summary).map(
    ([one, past]) =>
      (ui) =>
        statusScreen(ui, one, one.view(), '1', past),
  ),
  history: fc.tuple(server, many(period, 60), many(auditEntry, 60), page).map(
    ([one, periods, audit, number]) =>
      (ui) =>
        historyScreen(ui, one, { periods, audit }, number),
  ),
  'history choice': fc.tuple(many(server, 60), page).map(
    ([servers, number]) =>
      (ui) =>
        historyChoiceScreen(ui, servers, number),
  ),
  mutes: many(server, 60).map((servers) => (ui) => mutesScreen(ui, servers, '1')),
  chart: fc.tuple(server, fc.constantFrom(DAY, 7 * DAY), fc.boolean()).map(
    ([one, length, isThere]) =>
      (ui) =>
        chartScreen(ui, one, length, isThere ? { png: Buffer.alloc(1), at: NOW - 50_000 } : undefined),
  ),
  'chart failed': fc.tuple(server, fc.constantFrom('busy' as const, 'slow' as const, 'broken' as const)).map(
    ([one, code]) =>
      (ui) =>
        chartFailedScreen(ui, one, DAY, code),
  ),
  overview: fc.tuple(many(server, 60), page).map(
    ([servers, number]) =>
      (ui) =>
        overviewScreen(ui, servers, '1', number),
  ),
  conferences: fc.tuple(server, many(conference, 40), page).map(
    ([one, list, number]) =>
      (ui) =>
        conferencesScreen(ui, one, list, number),
  ),
  conference: fc.tuple(server, conference, read, from, page).map(
    ([one, about, inside, origin, number]) =>
      (ui) =>
        conferenceScreen(ui, one, about, inside, origin, number),
  ),
  users: fc.tuple(server, many(user, 60), page).map(
    ([one, list, number]) =>
      (ui) =>
        usersScreen(ui, one, list, number),
  ),
  forgotten: fc.tuple(server, search, page).map(
    ([one, found, number]) =>
      (ui) =>
        forgottenScreen(ui, one, found, number),
  ),
  'ask-stop': fc.tuple(server, fc.record({ conference, read, verdict, change }), from).map(
    ([one, question, origin]) =>
      (ui) =>
        askStopScreen(ui, one, question, origin),
  ),
  'ask-stop-all': fc.tuple(server, many(forgotten, 40), page, fc.boolean()).map(
    ([one, list, number, changed]) =>
      (ui) =>
        askStopAllScreen(ui, one, list, number, changed),
  ),
  'all-forgotten': many(
    fc.oneof(
      fc.record({ kind: fc.constant('asked' as const), server }),
      fc.record({ kind: fc.constant('searched' as const), server, search }),
      fc.record({ kind: fc.constant('trouble' as const), server, trouble }),
    ),
    60,
  ).map((servers) => (ui) => allForgottenScreen(ui, servers)),
  trouble: fc.tuple(server, trouble).map(
    ([one, why]) =>
      (ui) =>
        troubleScreen(ui, one, why, { kind: 'help' }, { kind: 'help' }),
  ),
  'waiting for a chart': server.map((one) => (ui) => chartWaitingScreen(ui, one)),
  waiting: fc
    .option(foreign, { nil: undefined })
    .map((name) => (ui) => waitingScreen(ui, name?.slice(0, 64), { kind: 'help' })),
  id: fc.tuple(fc.nat(), foreign).map(
    ([id, chat]) =>
      (ui) =>
        idScreen(ui, id, chat),
  ),
  denied: fc.nat().map((id) => (ui) => deniedScreen(ui, id)),
  help: fc.constant(helpScreen),
  outdated: many(server, 60).map((servers) => (ui) => outdatedScreen(ui, servers)),
  'internal-error': fc.constant(internalErrorScreen),
};

const UIS: readonly Ui[] = await Promise.all(
  ['en', 'es', 'ru', 'de'].map(async (locale) => ({
    words: await loadTranslator(locale),
    formats: createFormats(locale, 'Europe/Madrid'),
    now: NOW,
  })),
);

/** Throws the Bot API's refusal. */
function judge({ text, keyboard, picture }: Screen) {
  const words = readWords({ text, parse_mode: 'HTML' }, 'message is too long');
  // Telegram's limit for the words below a picture; those without one may take its place.
  if (picture) expect(words.text.length).toBeLessThanOrEqual(1024);
  const buttons = readKeyboard(toInlineKeyboard(keyboard, hasDanger(keyboard), silentLog)).flat();
  return { ...words, buttons };
}

describe.each(Object.entries(SCREENS))('%s', (name, makers) => {
  test('is one message with all its formatting, links and buttons, in every language', () => {
    fc.assert(
      fc.property(makers, fc.constantFrom(...UIS), (make, ui) => {
        const screen = make(ui);
        const seen = judge(screen);
        expect(seen.droppedEntities).toBe(0);
        expect(seen.lostLinks).toEqual([]);
        expect(seen.text).not.toMatch(/undefined|NaN|\[object|Invalid/);
        expect(seen.buttons).toHaveLength(screen.keyboard.flat().length);
        for (const { callback_data: data = '' } of seen.buttons) expect(decode(data)).toBeDefined();
        if (name !== 'id' && name !== 'denied') expect(seen.buttons.length).toBeGreaterThan(0);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});

const LONG = 'W'.repeat(LONGEST);
const longest = {
  conference: {
    session: `${LONG}@#` as SessionId,
    id: LONG as ConferenceId,
    topic: LONG,
    owner: LONG,
    participantCount: 1_999_999,
    startedAt: Date.UTC(2029, 8, 28, 23, 59),
    duration: 86_400_000 * 260 + 82_800_000,
  },
  participant: { id: LONG, name: LONG, role: 'moderator' as const },
  user: { id: LONG, name: LONG, status: 'in-conference' as const },
  trouble: { code: 'redirect' as const, status: 302 },
  audit: {
    kind: 'conference-stopped',
    server: LONG as ServerName,
    at: Date.UTC(2029, 8, 28, 23, 59),
    by: { id: 1, name: LONG },
    conference: { id: LONG as ConferenceId, topic: LONG, owner: LONG, people: 1_999_999, reason: undefined },
  } satisfies AuditEntry,
};
const downView: ServerView = {
  monitored: true,
  availability: {
    status: 'down',
    since: Date.UTC(2029, 8, 28, 23, 59),
    failure: { kind: 'failed', at: NOW, latency: 5_000, trouble: longest.trouble, webAnswers: true },
  },
  lastProbe: { kind: 'failed', at: NOW, latency: 5_000, trouble: longest.trouble, webAnswers: true },
  version: '55555.666666.666666.666666',
  occupancy: undefined,
  acknowledgedBy: LONG,
  maintenanceUntil: NOW + 80_000_000,
  mutedUntil: () => NOW + 80_000_000,
};
const longServers: BotServer[] = Array.from({ length: 60 }, (_, index) => ({
  name: `${index}${'W'.repeat(126)}` as ServerName,
  address: `${index}`,
  webRoot: 'https://video.example.com',
  probeInterval: 90_000,
  usersInterval: 600_000,
  forgottenRule: { minDuration: 86_400_000 * 260 + 82_800_000 },
  view: () => downView,
  lookNow: never,
  runningConferences: never,
  participants: never,
  onlineUsers: never,
  stopConference: never,
  switchMonitoring: never,
  recordStop: never,
  acknowledge: never,
  history: never,
  summary: never,
  periods: never,
  audit: never,
}));

/** The longest cause of a language, whichever code it belongs to. */
function worst(ui: Ui): Trouble {
  const all = TROUBLE_CODES.map(
    (code): Trouble => ({
      code,
      status: 999,
      scope: 'logs.calls.participants:read',
      path: 'list[12345].start_time',
    }),
  );
  const length = (one: Trouble) => ui.words.cause(one).length;
  return all.toSorted((a, b) => length(b) - length(a))[0] ?? longest.trouble;
}

const times = <T>(length: number, item: T): T[] => Array.from({ length }, () => item);
const longReasons = ['empty', 'no-moderator', 'moderator-alone'] as const;

describe.each(UIS.map((ui) => [ui.words.locale, ui] as const))('the longest screens of %s', (_locale, ui) => {
  const [one] = longServers as [BotServer];
  const why = worst(ui);
  const people = times(60, longest.participant);
  const unread = { kind: 'unknown', trouble: why } as const;
  const found = (reasonOfAll: ForgottenReason) => ({
    conference: longest.conference,
    participants: people,
    reason: reasonOfAll,
  });
  const searches = longReasons.map((each) => ({
    running: 9999,
    forgotten: times(20, found(each)),
    unknown: times(20, { conference: longest.conference, trouble: why }),
  }));
  const origin = { list: 'forgotten', page: 9999 } as const;
  const longPeriods: Period[] = times(40, {
    ...{
      server: one.name,
      kind: 'down',
      from: Date.UTC(2028, 8, 28, 23, 59),
      to: Date.UTC(2029, 8, 28, 23, 59),
    },
    trouble: why,
  });
  const longUptime = { up: 1, down: 999_999, unknown: 86_399_000 };
  const longSummary: Summary = {
    ...{ day: longUptime, week: longUptime, month: longUptime },
    latency: { min: 1_000, typical: 888_888, max: 999_999 },
    outages: longPeriods,
  };
  const stoppedBecause = (each: ForgottenReason): AuditEntry => ({
    ...longest.audit,
    conference: { ...longest.audit.conference, reason: each },
  });

  test.each<[string, () => readonly Screen[]]>([
    ['servers', () => [serversScreen(ui, longServers, 2)]],
    ['outdated', () => [outdatedScreen(ui, longServers)]],
    ['server', () => [serverScreen(ui, one)]],
    ['status', () => [statusScreen(ui, one, downView, '1', longSummary)]],
    [
      'history',
      () => [
        historyScreen(ui, one, { periods: longPeriods, audit: [] }, 2),
        ...longReasons.map((each) =>
          historyScreen(ui, one, { periods: [], audit: times(40, stoppedBecause(each)) }, 1),
        ),
      ],
    ],
    ['history choice', () => [historyChoiceScreen(ui, longServers, 2)]],
    ['mutes', () => [mutesScreen(ui, longServers, '1')]],
    ['overview', () => [overviewScreen(ui, longServers, '1', 1)]],
    ['conferences', () => [conferencesScreen(ui, one, times(40, longest.conference), 2)]],
    [
      'conference',
      () => [
        conferenceScreen(ui, one, longest.conference, { kind: 'read', participants: people }, origin, 1),
      ],
    ],
    ['conference unread', () => [conferenceScreen(ui, one, longest.conference, unread, origin, 1)]],
    ['users', () => [usersScreen(ui, one, times(5000, longest.user), 100)]],
    [
      'forgotten',
      () =>
        searches.flatMap((each) => [forgottenScreen(ui, one, each, 0), forgottenScreen(ui, one, each, 6)]),
    ],
    [
      'ask-stop',
      () => [
        askStopScreen(
          ui,
          one,
          {
            conference: longest.conference,
            read: { kind: 'read', participants: people },
            verdict: { kind: 'in-use' },
            change: { kind: 'joined', who: people },
          },
          origin,
        ),
      ],
    ],
    [
      'ask-stop-all',
      () => longReasons.map((each) => askStopAllScreen(ui, one, times(40, found(each)), 1, true)),
    ],
    [
      'all-forgotten',
      () =>
        searches.map((each) =>
          allForgottenScreen(
            ui,
            longServers.flatMap((server, index) => [
              index < 20
                ? { kind: 'searched' as const, server, search: each }
                : index < 40
                  ? { kind: 'trouble' as const, server, trouble: why }
                  : { kind: 'asked' as const, server },
            ]),
          ),
        ),
    ],
  ])('%s fits with all its formatting', (_name, make) => {
    for (const screen of make()) {
      const seen = judge(screen);
      expect(seen.text.length).toBeLessThanOrEqual(4096);
      expect(seen.droppedEntities).toBe(0);
    }
  });
});

describe('what is down comes first, wherever it is in the list', () => {
  const [ui] = UIS as [Ui];
  const called = (count: number, isDown: (index: number) => boolean): BotServer[] =>
    longServers.slice(0, count).map((one, index) => ({
      ...one,
      name: `s${index}` as ServerName,
      view: () => (isDown(index) ? downView : { ...downView, monitored: false }),
    }));
  const lines = ({ text }: Screen) => text.split('\n');
  const labels = ({ keyboard }: Screen) => keyboard.map((row) => row.map(({ label }) => label));

  test('a list of more than one page names those that are down above it, on every page', () => {
    const servers = called(25, (index) => index % 10 === 3);
    for (const [number, title] of [
      [0, 'page 1 of 3'],
      [2, 'page 3 of 3'],
    ] as const) {
      const shown = serversScreen(ui, servers, number);
      expect(lines(shown).slice(1)).toEqual([
        '25 servers: 🟢 0 up · 🔴 3 down · ⚪ 22 unknown',
        '🔴 s3',
        '🔴 s13',
        '🔴 s23',
        `<i>${title} · as of 14:00:00</i>`,
      ]);
    }
  });

  test('a list of one page names them on their buttons alone', () => {
    const shown = serversScreen(
      ui,
      called(10, (index) => index === 9),
      0,
    );
    expect(lines(shown).slice(1)).toEqual([
      '10 servers: 🟢 0 up · 🔴 1 down · ⚪ 9 unknown',
      '<i>as of 14:00:00</i>',
    ]);
    expect(labels(shown).slice(8)).toEqual([['⚪ s8'], ['🔴 s9'], ['↻ Refresh']]);
  });

  test.each([
    [10, []],
    [11, ['and 1 more: /status']],
    [60, ['and 50 more: /status']],
  ])('of %i that are down ten are named above the list, the others counted', (count, more) => {
    const shown = serversScreen(
      ui,
      called(60, (index) => index < count),
      5,
    );
    expect(lines(shown).slice(2, -1)).toEqual([
      ...Array.from({ length: 10 }, (_, index) => `🔴 s${index}`),
      ...more,
    ]);
  });

  test('the overview says who is on it, and until when nothing is told', () => {
    const shown = overviewScreen(
      ui,
      called(1, () => true).map((one) => ({
        ...one,
        view: () => ({ ...downView, acknowledgedBy: 'Anna', maintenanceUntil: NOW + 3_600_000 }),
      })),
      '1',
      0,
    );
    expect(lines(shown)[1]).toMatch(/ · Anna is on it · maintenance until 15:00 · 🔕 until 16 Jun 12:13$/);
  });

  test('the overview has a button for each that is down, eight at most, and none for the others', () => {
    const few = overviewScreen(
      ui,
      called(12, (index) => index > 9),
      '1',
      0,
    );
    expect(labels(few)).toEqual([['🔴 s10'], ['🔴 s11'], ['↻ Refresh', 'All servers']]);
    expect(few.keyboard.slice(0, 2).map(([one]) => decode(one?.data ?? ''))).toEqual(
      [10, 11].map((index) => ({
        kind: 'server',
        server: serverKey({ name: `s${index}`, address: `${index}` }),
      })),
    );
    const many = overviewScreen(
      ui,
      called(60, () => true),
      '1',
      1,
    );
    expect(labels(many)).toEqual([
      ...Array.from({ length: 8 }, (_, index) => [`🔴 s${15 + index}`]),
      ['‹ 1', '3 ›', '4 »'],
      ['↻ Refresh', 'All servers'],
    ]);
  });
});
