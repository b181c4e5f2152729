/** The words of an alert: rows that go out together in, one message out. Chooses nothing and sends nothing. */
import type { Button, Keyboard, Screen } from '../channels/port.ts';
import type { FailedProbe } from '../domain/availability.ts';
import type { Event, EventKind, EventOf, Occupancy, StoppedConference } from '../domain/events.ts';
import { type ServerName, sortByName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import type { Formats } from '../i18n/formats.ts';
import { andMore, fitting, listed } from '../i18n/lists.ts';
import { clip, type Html, html, joinHtml } from '../i18n/markup.ts';
import type { Translator } from '../i18n/translator.ts';
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE } from '../lib/time.ts';
import { type Folded, type FoldedSight, fold, foldSight, type PastOutage } from './fold.ts';

/** A message that goes out this long after it could have says so. */
const LATE_AFTER: DurationMs = 1 * MINUTE;

/** Servers with a button of their own below a message about several. */
const SERVER_BUTTONS = 8;

/** What lines about single servers may take together, markup included: some hundred, in three messages at most. */
const LINES_LENGTH = 8_000;

/** Servers of which one thing is told, e.g. that they are not seen, before "and N more". */
const ALIKE_SHOWN = 50;

/** Names of other servers that are down, before "and N more". */
const NAMES_SHOWN = 10;

/** Past outages in one message: a mute of eight hours may have hidden many. */
const PAST_SHOWN = 20;

/** Mistakes in the settings, all together. */
const PROBLEMS_LENGTH = 2_000;

/** Conferences named in a message about several that were stopped. */
const STOPS_SHOWN = 20;
const TOPIC_LENGTH = 100;

export interface MessageDependencies {
  readonly translator: Translator;
  readonly formats: Formats;
  /** What is true when the message is composed. */
  readonly facts: {
    downServers(): readonly { readonly server: ServerName; readonly since: EpochMs }[];
    /** Whether its end would be found. */
    isMonitored(server: ServerName): boolean;
  };
  /** The `data` of buttons; the bot knows what they mean. */
  readonly buttonData: {
    open(server: ServerName): string;
    mute(server: ServerName, length: DurationMs): string;
    acknowledge(server: ServerName): string;
    servers(): string;
  };
}

/** @param rows as `nextBatch` gives them: those that keep company together, any other alone */
export type Compose = (rows: readonly OutboxRow[], now: EpochMs, how: Circumstances) => Screen;

export interface Circumstances {
  /** Since when the rows could have gone out. */
  readonly dueSince: EpochMs;
  /** Some were held back by a mute or by maintenance. */
  readonly wasHeld: boolean;
}

export function createCompose(deps: MessageDependencies): Compose {
  return (rows, now, { dueSince, wasHeld }) => {
    const last = rows.at(-1);
    if (!last) throw new Error('a message needs a row');
    const isLate = now - dueSince >= LATE_AFTER;
    const body = bodyOf(new Words(deps, now, isLate || wasHeld), rows, last.event);
    const held = wasHeld ? deps.translator.html('alert.was-held') : undefined;
    const late = isLate
      ? deps.translator.html('alert.late', {
          time: deps.formats.time(dueSince, now),
          duration: deps.formats.duration(now - dueSince),
        })
      : undefined;
    return { ...body, text: joinHtml([held, body.text, late], '\n\n') };
  };
}

/** What goes out together is of one kind, or of kinds that are told together. */
function bodyOf(words: Words, rows: readonly OutboxRow[], last: Event): Screen {
  if (isAvailability(last)) return words.availability(fold(rows));
  switch (last.kind) {
    case 'bot-blind':
    case 'bot-still-blind':
    case 'bot-sees-again':
      return words.sight(foldSight(rows));
    case 'certificate-ending':
      return words.certificates(eventsOf(rows, last.kind));
    case 'conference-stopped':
      return rows.length > 1 ? words.stops(eventsOf(rows, last.kind)) : words.single(last);
    default:
      // Of several that waited, what the bot said of its own trouble before is no longer true.
      return words.single(last);
  }
}

const AVAILABILITY_KINDS = [
  'server-down',
  'server-up',
  'server-still-down',
  'server-unstable',
  'server-steady',
] as const satisfies EventKind[];

type AvailabilityEvent = EventOf<(typeof AVAILABILITY_KINDS)[number]>;
type SingleEvent = Exclude<
  Event,
  AvailabilityEvent | EventOf<'certificate-ending' | 'bot-blind' | 'bot-still-blind' | 'bot-sees-again'>
>;

function isAvailability(event: Event): event is AvailabilityEvent {
  const kinds: readonly EventKind[] = AVAILABILITY_KINDS;
  return kinds.includes(event.kind);
}

function eventsOf<Kind extends EventKind>(rows: readonly OutboxRow[], kind: Kind): EventOf<Kind>[] {
  return rows.map(({ event }) => event).filter((event): event is EventOf<Kind> => event.kind === kind);
}

/** What has no name is called as on the screens, and told apart by its id. */
function topicOf(words: Translator, { topic, id }: StoppedConference): string {
  return clip(topic ?? `${words.plain('no-name')} (${id})`, TOPIC_LENGTH);
}

/** The words of one message, written at `now`. */
class Words {
  readonly #deps: MessageDependencies;
  readonly #now: EpochMs;
  /** What it tells is not of this moment. */
  readonly #isBelated: boolean;
  /** What is left for lines about single servers. */
  #room = LINES_LENGTH;
  /** Servers for which there was no room. */
  #hidden = 0;

  constructor(deps: MessageDependencies, now: EpochMs, isBelated: boolean) {
    this.#deps = deps;
    this.#now = now;
    this.#isBelated = isBelated;
  }

  availability(folded: Folded): Screen {
    const { down, stillDown, unstable, steady, up, past } = folded;
    const total = down.length + stillDown.length + unstable.length + steady.length + up.length + past.length;
    const only = total === 1;
    const fellAgain = new Set([...down, ...past].map(({ server }) => server));
    // First of all: what is wrong now must not lack the room.
    const wrong = [
      ...(only ? down.map((event) => this.#down(event)) : this.#downList(down)),
      ...this.#lines(stillDown, (event) => this.#stillDown(event, only)),
      ...this.#lines(unstable, (event) => this.#unstable(event, only)),
      ...this.#lines(steady, (event) => this.#steady(event, only)),
    ];
    const parts = [
      // Up and down again: the last word about a server is what is true now.
      ...this.#upList(up.filter(({ server }) => fellAgain.has(server))),
      ...past.slice(-PAST_SHOWN).map((outage) => this.#past(outage)),
      andMore(this.#deps.translator, past.length - PAST_SHOWN, '/history'),
      ...wrong,
      ...(only
        ? up.map((event) => this.#up(event))
        : this.#upList(up.filter(({ server }) => !fellAgain.has(server)))),
      andMore(this.#deps.translator, this.#hidden, '/status'),
      this.#unwatched(folded),
      this.#stillOthers(folded),
    ];
    return { text: joinHtml(parts, only ? '\n\n' : '\n'), keyboard: this.#keyboard(folded) };
  }

  single(event: SingleEvent): Screen {
    const { translator } = this.#deps;
    switch (event.kind) {
      case 'outage-acknowledged': {
        const text = translator.html('alert.acknowledged', { server: event.server, name: event.by.name });
        return { text, keyboard: [[this.#open(event.server)]] };
      }
      case 'monitoring-switched': {
        const key = event.on ? 'alert.monitoring-on' : 'alert.monitoring-off';
        const text = translator.html(key, { server: event.server, name: event.by.name });
        return { text, keyboard: [[this.#open(event.server)]] };
      }
      case 'conference-stopped':
        return { text: this.#stopped(event), keyboard: [[this.#open(event.server)]] };
      case 'storage-trouble': {
        const reason = translator.storage(`storage.${event.trouble}`);
        return { text: translator.html('alert.storage-trouble', { reason }), keyboard: [] };
      }
      case 'storage-mended':
        return { text: translator.html('alert.storage-mended'), keyboard: [] };
      case 'settings-broken': {
        const problems = clip(event.problems.join('\n'), PROBLEMS_LENGTH);
        return { text: translator.html('alert.settings-broken', { problems }), keyboard: [] };
      }
      case 'settings-mended':
        return { text: translator.html('alert.settings-mended'), keyboard: [] };
      case 'recipient-refused': {
        const reason = translator.refusal(`refusal.${event.refusal}`);
        const text = translator.html('alert.recipient-refused', { recipient: event.recipient, reason });
        return { text, keyboard: [] };
      }
    }
  }

  /** Whether the bot sees anything. */
  sight({ blind, stillBlind, seesAgain, past }: FoldedSight): Screen {
    const { translator } = this.#deps;
    const hidden = (servers: readonly ServerName[]) =>
      translator.html('alert.blind-servers', { names: this.#names(servers, NAMES_SHOWN) });
    const latest = past.at(-1)?.seesAgain ?? seesAgain;
    const silent = blind ? [] : (latest?.silent ?? []);
    if (stillBlind) return { text: this.#stillBlind(stillBlind), keyboard: [[this.#servers()]] };
    const text = joinHtml([
      blind ? this.#blind(blind) : translator.html('alert.sees-again'),
      seesAgain && this.#sawNothing(seesAgain.since, seesAgain.at),
      ...past
        .slice(-PAST_SHOWN)
        .flatMap((one) => [this.#sawNothing(one.blind.at, one.seesAgain.at), hidden(one.blind.servers)]),
      andMore(translator, past.length - PAST_SHOWN, '/history'),
      silent.length > 0
        ? translator.html('alert.still-silent', { names: this.#names(silent, ALIKE_SHOWN) })
        : undefined,
    ]);
    return { text, keyboard: [[this.#servers()]] };
  }

  /** Several stops by one person on one server. */
  stops(events: readonly EventOf<'conference-stopped'>[]): Screen {
    const { translator } = this.#deps;
    const [first] = events;
    if (!first) throw new Error('a message about stops needs one');
    const { server, by } = first;
    const text = joinHtml([
      translator.html('alert.stopped-many', { name: by.name, count: events.length, server }),
      ...events.slice(0, STOPS_SHOWN).map(({ conference }) => html`• ${topicOf(translator, conference)}`),
      andMore(translator, events.length - STOPS_SHOWN),
    ]);
    return { text, keyboard: [[this.#open(server)]] };
  }

  #down(event: EventOf<'server-down'>): Html {
    const { translator, formats } = this.#deps;
    const { server, at, failure, before, silentSince, occupancy } = event;
    const time = formats.time(silentSince ?? at, this.#now);
    const duration = formats.duration(this.#now - at);
    const first = silentSince === undefined ? 'alert.since-first-seen' : 'alert.since-blind';
    return joinHtml([
      translator.html('alert.down', { server }),
      ...this.#why(failure),
      before === 'up'
        ? translator.html('alert.since', { time, duration })
        : translator.html(before === 'unknown' ? first : 'alert.since-away', { time }),
      this.#cutOff(occupancy),
    ]);
  }

  /** The cause of an outage, and what to do about it. */
  #why(failure: FailedProbe): (Html | undefined)[] {
    const { translator } = this.#deps;
    return [
      translator.html('alert.cause', { cause: translator.cause(failure.trouble) }),
      this.#web(failure),
      translator.html('alert.advice', { advice: translator.advice(failure.trouble) }),
    ];
  }

  #cutOff(occupancy: Occupancy | undefined): Html | undefined {
    if (!occupancy || occupancy.conferences === 0) return undefined;
    const time = this.#deps.formats.time(occupancy.at, this.#now);
    return this.#deps.translator.html('alert.cut-off', { ...this.#counts(occupancy), time });
  }

  /** Tells "the machine does not answer" from "the web server answers, the conference engine does not". */
  #web(failure: FailedProbe): Html | undefined {
    if (failure.webAnswers === undefined) return undefined;
    return this.#deps.translator.html(failure.webAnswers ? 'alert.web-answers' : 'alert.machine-silent');
  }

  #downList(events: readonly EventOf<'server-down'>[]): Html[] {
    if (events.length === 0) return [];
    const { translator, formats } = this.#deps;
    const isOne = events.length === 1;
    const lines = this.#lines(events, (event) => {
      const line = translator.html(isOne ? 'alert.down-one' : 'alert.line-down', {
        server: event.server,
        cause: translator.cause(event.failure.trouble),
        time: formats.time(event.silentSince ?? event.at, this.#now),
      });
      return this.#withPeople(line, event.occupancy);
    });
    return isOne ? lines : [translator.html('alert.down-many', { count: events.length }), ...lines];
  }

  /** Who was on it when it went down, or is on it now that it is up again. */
  #withPeople(line: Html, occupancy: Occupancy | undefined): Html {
    if (!occupancy || occupancy.conferences === 0) return line;
    const { people, conferences } = this.#counts(occupancy);
    return joinHtml([line, html`${people}, ${conferences}`], ' · ');
  }

  #counts({ people, conferences }: Occupancy): { readonly people: string; readonly conferences: string } {
    const { translator } = this.#deps;
    return {
      people: translator.plain('count.people', { count: people }),
      conferences: translator.plain('count.conferences', { count: conferences }),
    };
  }

  #stillDown(event: EventOf<'server-still-down'>, only: boolean): Html {
    const { translator, formats } = this.#deps;
    const { server, failure } = event;
    const duration = formats.duration(this.#now - event.downSince);
    const cause = translator.cause(failure.trouble);
    if (!only) return translator.html('alert.line-still-down', { server, cause, duration });
    return joinHtml([
      translator.html('alert.still-down', { server, duration }),
      translator.html('alert.cause', { cause }),
    ]);
  }

  #up(event: EventOf<'server-up'>): Html {
    return joinHtml([
      this.#upHeadline(event),
      this.#downBetween(event),
      event.occupancyNow && this.#cameBack(event.occupancyNow, event.occupancy),
    ]);
  }

  /** How long it lasted is only said when somebody saw the end. */
  #upHeadline({ server, at, downSince, unseen }: EventOf<'server-up'>): Html {
    const { translator, formats } = this.#deps;
    if (unseen) return translator.html('alert.up-unseen', { server });
    return translator.html('alert.up', { server, duration: formats.duration(at - downSince) });
  }

  #downBetween({ at, downSince, unseen }: EventOf<'server-up'>): Html {
    const key = unseen ? 'alert.came-up-away' : 'alert.was-down-between';
    return this.#deps.translator.html(key, this.#span(downSince, at));
  }

  #upList(events: readonly EventOf<'server-up'>[]): Html[] {
    const [first] = events;
    if (!first) return [];
    const { translator } = this.#deps;
    const isOne = events.length === 1;
    const lines = this.#lines(events, (event) => {
      const line = isOne ? this.#upHeadline(event) : this.#upLine(event);
      const isDated = isOne && (this.#isBelated || event.unseen);
      const dated = isDated ? joinHtml([line, this.#downBetween(event)], ' · ') : line;
      return this.#withPeople(dated, event.occupancyNow);
    });
    return isOne ? lines : [translator.html('alert.up-many', { count: events.length }), ...lines];
  }

  #upLine({ server, at, downSince, unseen }: EventOf<'server-up'>): Html {
    const { translator, formats } = this.#deps;
    const span = this.#span(downSince, at);
    if (unseen) return translator.html('alert.line-up-unseen', { server, ...span });
    const duration = formats.duration(at - downSince);
    if (this.#isBelated) return translator.html('alert.line-up-between', { server, ...span, duration });
    return translator.html('alert.line-up', { server, duration });
  }

  #past({ server, down, up }: PastOutage): Html {
    const { translator, formats } = this.#deps;
    const what = { server, cause: translator.cause(down.failure.trouble), ...this.#span(down.at, up.at) };
    if (up.unseen) return translator.html('alert.was-down-unseen', what);
    return translator.html('alert.was-down', { ...what, duration: formats.duration(up.at - down.at) });
  }

  #span(from: EpochMs, to: EpochMs): { readonly from: string; readonly to: string } {
    const edge = (at: EpochMs) => this.#deps.formats.edge(at, this.#now, to - from);
    return { from: edge(from), to: edge(to) };
  }

  /** Who is on it again, and how many it was before. */
  #cameBack(now: Occupancy, before: Occupancy | undefined): Html | undefined {
    const { translator } = this.#deps;
    if (now.conferences === 0 && (before?.conferences ?? 0) === 0) return undefined;
    if (!before) return translator.html('alert.back-now', this.#counts(now));
    const was = this.#counts(before);
    return translator.html('alert.back-of', {
      ...this.#counts(now),
      peopleBefore: was.people,
      conferencesBefore: was.conferences,
    });
  }

  #unstable(event: EventOf<'server-unstable'>, only: boolean): Html {
    const { translator, formats } = this.#deps;
    const { server, at, changes, since, failure, occupancy } = event;
    const time = formats.time(at, this.#now);
    const headline = translator.html('alert.unstable', {
      ...{ server, count: changes, time: formats.time(since, this.#now) },
    });
    const last = failure
      ? translator.html('alert.unstable-down', { time, cause: translator.cause(failure.trouble) })
      : translator.html('alert.unstable-up', { time });
    if (!only) return this.#withPeople(joinHtml([headline, last], '. '), occupancy);
    return joinHtml([headline, last, this.#cutOff(occupancy), translator.html('alert.unstable-quiet')]);
  }

  #steady(event: EventOf<'server-steady'>, only: boolean): Html {
    const { translator, formats } = this.#deps;
    const { server, status, since, unstableSince, failure, occupancy } = event;
    const headline = translator.html(`alert.steady-${status}`, {
      server,
      time: formats.time(since, this.#now),
      from: formats.time(unstableSince, this.#now),
    });
    if (!only) return this.#withPeople(headline, occupancy);
    return joinHtml([headline, ...(failure ? this.#why(failure) : []), this.#cutOff(occupancy)]);
  }

  #blind({ at, servers, total, checkAnswers }: EventOf<'bot-blind'>): Html {
    return joinHtml([
      this.#fellSilent(servers, total, this.#deps.formats.time(at, this.#now)),
      this.#whyBlind(servers, total, checkAnswers, 'alert.blind-maybe'),
      ...this.#notSeen(servers, checkAnswers),
    ]);
  }

  /** One or two are doubted only when all of them are silent, and so is all else. */
  #fellSilent(servers: readonly ServerName[], total: number, time: string): Html {
    const { translator } = this.#deps;
    const [first] = servers;
    if (servers.length === 1 && first) return translator.html('alert.blind-one', { server: first, time });
    if (servers.length === 2) return translator.html('alert.blind-two', { time });
    return translator.html('alert.blind', { down: servers.length, total, time });
  }

  #stillBlind({ since, servers, total, checkAnswers }: EventOf<'bot-still-blind'>): Html {
    const { translator, formats } = this.#deps;
    return joinHtml([
      translator.html('alert.still-blind', {
        time: formats.time(since, this.#now),
        duration: formats.duration(this.#now - since),
        ...{ down: servers.length, total },
      }),
      this.#whyBlind(servers, total, checkAnswers, 'alert.still-blind-telegram'),
      ...this.#notSeen(servers, checkAnswers),
    ]);
  }

  #whyBlind(
    servers: readonly ServerName[],
    total: number,
    checkAnswers: false | undefined,
    otherwise: 'alert.blind-maybe' | 'alert.still-blind-telegram',
  ): Html {
    const { translator } = this.#deps;
    if (checkAnswers === undefined) return translator.html(otherwise);
    return translator.html(servers.length < total ? 'alert.blind-check-silent' : 'alert.blind-surely');
  }

  #notSeen(servers: readonly ServerName[], checkAnswers: false | undefined): Html[] {
    const { translator } = this.#deps;
    const names = this.#names(servers, ALIKE_SHOWN);
    return [
      translator.html('alert.blind-servers', { names }),
      translator.html('alert.blind-next'),
      ...(checkAnswers === undefined ? [translator.html('alert.blind-advice')] : []),
    ];
  }

  #sawNothing(from: EpochMs, to: EpochMs): Html {
    const duration = this.#deps.formats.duration(to - from);
    return this.#deps.translator.html('alert.saw-nothing', { ...this.#span(from, to), duration });
  }

  /** One certificate is often that of several servers. */
  certificates(events: readonly EventOf<'certificate-ending'>[]): Screen {
    const { translator, formats } = this.#deps;
    const soonest = events.toSorted((a, b) => a.endsAt - b.endsAt);
    // Those that end at the same moment are one.
    const servers = new Map<EpochMs, ServerName[]>();
    for (const { server, endsAt } of soonest) {
      const names = servers.get(endsAt);
      if (names) names.push(server);
      else servers.set(endsAt, [server]);
    }
    const lines = this.#lines([...servers], ([endsAt, names]) => {
      const server = this.#names(names, ALIKE_SHOWN);
      const left = endsAt - this.#now;
      const isToday = Math.abs(left) < DAY && formats.date(endsAt) === formats.date(this.#now);
      const time = isToday
        ? `${formats.date(endsAt)} ${formats.clock(endsAt)}`
        : formats.time(endsAt, this.#now);
      if (left <= 0) return translator.html('alert.certificate-ended', { server, time });
      const count = Math.round(left / DAY);
      return count === 0
        ? translator.html('alert.certificate-ends-soon', { server, time, duration: formats.duration(left) })
        : translator.html('alert.certificate-ends', { server, time, count });
    });
    const isTooLate = soonest.some(({ endsAt }) => endsAt <= this.#now);
    return {
      text: joinHtml([
        ...lines,
        andMore(translator, this.#hidden),
        translator.html(isTooLate ? 'alert.certificate-advice-ended' : 'alert.certificate-advice'),
      ]),
      keyboard: this.#openAll([...new Set(soonest.map(({ server }) => server))]),
    };
  }

  #names(servers: readonly ServerName[], most: number): string {
    const sorted = sortByName(servers, (server) => server);
    return listed(this.#deps.translator, sorted, most);
  }

  /** A line for each, as long as there is room. */
  #lines<T>(items: readonly T[], line: (item: T) => Html): Html[] {
    const lines = fitting(items, line, this.#room);
    this.#room -= joinHtml(lines).length;
    this.#hidden += items.length - lines.length;
    return lines;
  }

  /** A mute or Telegram's absence has outlived the watching: whether they are still down nobody knows. */
  #unwatched({ down, stillDown, unstable, steady }: Folded): Html | undefined {
    const fallen = [...down, ...stillDown, ...unstable, ...steady].filter(
      ({ failure }) => failure !== undefined,
    );
    const servers = fallen.map(({ server }) => server).filter((name) => !this.#deps.facts.isMonitored(name));
    if (servers.length === 0) return undefined;
    const names = this.#names(servers, NAMES_SHOWN);
    return this.#deps.translator.html('alert.unwatched', { names });
  }

  #stillOthers({ down, stillDown, unstable, steady, up }: Folded): Html | undefined {
    // What came up is told here; whether it is believed by now depends on who was quicker.
    const events = [...down, ...stillDown, ...unstable, ...steady, ...up];
    const told = new Set<ServerName>(events.map((event) => event.server));
    const others = this.#deps.facts.downServers().filter(({ server }) => !told.has(server));
    if (others.length === 0) return undefined;
    const { translator } = this.#deps;
    const names = this.#names(
      others.map(({ server }) => server),
      NAMES_SHOWN,
    );
    return translator.html('alert.also-down', { names });
  }

  #stopped({ server, by, conference }: EventOf<'conference-stopped'>): Html {
    const { translator } = this.#deps;
    const topic = topicOf(translator, conference);
    return joinHtml([
      translator.html('alert.stopped', { server, topic, name: by.name }),
      conference.reason &&
        translator.html('alert.stopped-because', {
          reason: translator.plain(`forgotten.reason.${conference.reason}`),
        }),
      conference.people === undefined
        ? undefined
        : translator.html('alert.stopped-inside', {
            people: translator.plain('count.people', { count: conference.people }),
          }),
    ]);
  }

  #keyboard({ down, stillDown, unstable, steady, up, past }: Folded): Keyboard {
    const { translator, buttonData } = this.#deps;
    const told = [...down, ...stillDown, ...unstable, ...steady, ...up, ...past];
    const servers = [...new Set(told.map(({ server }) => server))];
    const rows = this.#openAll(servers);
    const fallen = steady.filter(({ status }) => status === 'down');
    const failing = [...down, ...stillDown, ...unstable, ...fallen][0]?.server;
    if (failing !== undefined && servers.length === 1) {
      rows.push([
        { label: translator.plain('button.mute-1h'), data: buttonData.mute(failing, HOUR) },
        { label: translator.plain('button.mute-8h'), data: buttonData.mute(failing, 8 * HOUR) },
      ]);
      // Of an unstable one nobody knows whether it is down when the button is pressed.
      if (unstable.length === 0) {
        rows.push([{ label: translator.plain('button.acknowledge'), data: buttonData.acknowledge(failing) }]);
      }
    }
    return rows;
  }

  #openAll(servers: readonly ServerName[]): Button[][] {
    const rows = servers.slice(0, SERVER_BUTTONS).map((server) => [this.#open(server)]);
    return servers.length > SERVER_BUTTONS ? [...rows, [this.#servers()]] : rows;
  }

  #servers(): Button {
    const { translator, buttonData } = this.#deps;
    return { label: translator.plain('button.servers'), data: buttonData.servers() };
  }

  #open(server: ServerName): Button {
    return {
      label: this.#deps.translator.plain('button.open-server', { server }),
      data: this.#deps.buttonData.open(server),
    };
  }
}
