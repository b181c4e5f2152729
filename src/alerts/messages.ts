/** The words of an alert: rows that go out together in, one message out. Chooses nothing and sends nothing. */
import type { Button, Keyboard, Screen } from '../channels/port.ts';
import type { FailedProbe } from '../domain/availability.ts';
import type { Event, EventKind, EventOf, StoppedConference } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import type { Formats } from '../i18n/formats.ts';
import { clip, type Html, html, joinHtml } from '../i18n/markup.ts';
import type { Translator } from '../i18n/translator.ts';
import { type DurationMs, type EpochMs, HOUR, MINUTE } from '../lib/time.ts';
import { type Folded, fold, type PastOutage } from './fold.ts';

/** A message that goes out this long after it could have says so. */
const LATE_AFTER: DurationMs = 1 * MINUTE;

/** Servers with a button of their own below a message about several. */
const SERVER_BUTTONS = 8;

/** Names of other servers that are down, before "and N more". */
const NAMES_SHOWN = 10;

/** Conferences named in a message about several that were stopped. */
const STOPS_SHOWN = 20;
const TOPIC_LENGTH = 100;

const SHORT_OUTAGE: DurationMs = 10 * MINUTE;

/** From this many on, and over half of all, it may be the bot that is cut off. */
const BLIND_FROM = 3;

/** Failures within this span count as one: probes of many servers are spread over their interval. */
const TOGETHER: DurationMs = 1 * MINUTE;

export interface MessageDependencies {
  readonly translator: Translator;
  readonly formats: Formats;
  /** What is true when the message is composed. */
  readonly facts: {
    monitoredServers(): number;
    downServers(): readonly { readonly server: ServerName; readonly since: EpochMs }[];
  };
  /** The `data` of buttons; the bot knows what they mean. */
  readonly buttonData: {
    open(server: ServerName): string;
    mute(server: ServerName, length: DurationMs): string;
    acknowledge(server: ServerName): string;
    servers(): string;
  };
}

/**
 * @param rows     as `nextBatch` gives them: availability rows together, any other alone
 * @param dueSince since when they could have gone out
 */
export type Compose = (rows: readonly OutboxRow[], now: EpochMs, dueSince: EpochMs) => Screen;

export function createCompose(deps: MessageDependencies): Compose {
  return (rows, now, dueSince) => {
    const first = rows[0];
    if (!first) throw new Error('a message needs a row');
    const words = new Words(deps, now);
    const { event } = first;
    const body = isAvailability(event)
      ? words.availability(fold(rows))
      : rows.length > 1
        ? words.stops(rows.map((row) => row.event).filter((one) => one.kind === 'conference-stopped'))
        : words.single(event);
    if (now - dueSince < LATE_AFTER) return body;
    const late = deps.translator.html('alert.late', {
      time: deps.formats.time(dueSince, now),
      duration: deps.formats.duration(now - dueSince),
    });
    return { ...body, text: joinHtml([body.text, late], '\n\n') };
  };
}

type AvailabilityEvent = EventOf<'server-down' | 'server-up' | 'server-still-down'>;
type SingleEvent = Exclude<Event, AvailabilityEvent>;

function isAvailability(event: Event): event is AvailabilityEvent {
  const kind: EventKind = event.kind;
  return kind === 'server-down' || kind === 'server-up' || kind === 'server-still-down';
}

function topicOf({ topic, id }: StoppedConference): string {
  return clip(topic ?? id, TOPIC_LENGTH);
}

/** The words of one message, written at `now`. */
class Words {
  readonly #deps: MessageDependencies;
  readonly #now: EpochMs;

  constructor(deps: MessageDependencies, now: EpochMs) {
    this.#deps = deps;
    this.#now = now;
  }

  availability(folded: Folded): Screen {
    const { down, stillDown, up, past } = folded;
    const total = down.length + stillDown.length + up.length + past.length;
    const only = total === 1;
    const failing = new Set(down.map(({ server }) => server));
    const parts = [
      this.#blindness(down),
      // Up and down again: the last word about a server is what is true now.
      ...this.#upList(up.filter(({ server }) => failing.has(server))),
      ...(only ? down.map((event) => this.#down(event)) : this.#downList(down)),
      ...stillDown.map((event) => this.#stillDown(event, only)),
      ...(only
        ? up.map((event) => this.#up(event))
        : this.#upList(up.filter(({ server }) => !failing.has(server)))),
      ...past.map((outage) => this.#past(outage)),
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
      case 'recipient-refused': {
        const reason = translator.refusal(`refusal.${event.refusal}`);
        const text = translator.html('alert.recipient-refused', { recipient: event.recipient, reason });
        return { text, keyboard: [] };
      }
    }
  }

  /** Several stops by one person on one server. */
  stops(events: readonly EventOf<'conference-stopped'>[]): Screen {
    const { translator } = this.#deps;
    const [first] = events;
    if (!first) throw new Error('a message about stops needs one');
    const { server, by } = first;
    const hidden = events.length - STOPS_SHOWN;
    const text = joinHtml([
      translator.html('alert.stopped-many', { name: by.name, count: events.length, server }),
      ...events.slice(0, STOPS_SHOWN).map(({ conference }) => html`• ${topicOf(conference)}`),
      hidden > 0 ? html`${translator.plain('and-more', { count: hidden })}` : undefined,
    ]);
    return { text, keyboard: [[this.#open(server)]] };
  }

  #down(event: EventOf<'server-down'>): Html {
    const { translator, formats } = this.#deps;
    const { server, at, failure, firstSeen, occupancy } = event;
    const time = formats.time(at, this.#now);
    const duration = formats.duration(this.#now - at);
    return joinHtml([
      translator.html('alert.down', { server }),
      translator.html('alert.cause', { cause: translator.cause(failure.trouble) }),
      this.#web(failure),
      translator.html('alert.advice', { advice: translator.advice(failure.trouble) }),
      firstSeen
        ? translator.html('alert.since-first-seen', { time })
        : translator.html('alert.since', { time, duration }),
      occupancy && occupancy.conferences > 0
        ? translator.html('alert.cut-off', {
            people: translator.plain('count.people', { count: occupancy.people }),
            conferences: translator.plain('count.conferences', { count: occupancy.conferences }),
            time: formats.time(occupancy.at, this.#now),
          })
        : undefined,
    ]);
  }

  /** Tells "the machine does not answer" from "the web server answers, the conference engine does not". */
  #web(failure: FailedProbe): Html | undefined {
    if (failure.webAnswers === undefined) return undefined;
    return this.#deps.translator.html(failure.webAnswers ? 'alert.web-answers' : 'alert.machine-silent');
  }

  #downList(events: readonly EventOf<'server-down'>[]): Html[] {
    if (events.length === 0) return [];
    const { translator, formats } = this.#deps;
    return [
      translator.html('alert.down-many', { count: events.length }),
      ...events.map((event) =>
        translator.html('alert.line-down', {
          server: event.server,
          cause: translator.cause(event.failure.trouble),
          time: formats.time(event.at, this.#now),
        }),
      ),
    ];
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
    const { translator, formats } = this.#deps;
    return joinHtml([
      translator.html('alert.up', {
        server: event.server,
        duration: formats.duration(event.at - event.downSince),
      }),
      translator.html('alert.was-down-between', {
        ...this.#span(event.downSince, event.at),
      }),
    ]);
  }

  #upList(events: readonly EventOf<'server-up'>[]): Html[] {
    if (events.length === 0) return [];
    const { translator, formats } = this.#deps;
    return [
      translator.html('alert.up-many', { count: events.length }),
      ...events.map((event) =>
        translator.html('alert.line-up', {
          server: event.server,
          duration: formats.duration(event.at - event.downSince),
        }),
      ),
    ];
  }

  #past({ server, down, up }: PastOutage): Html {
    const { translator, formats } = this.#deps;
    return translator.html('alert.was-down', {
      server,
      cause: translator.cause(down.failure.trouble),
      ...this.#span(down.at, up.at),
      duration: formats.duration(up.at - down.at),
    });
  }

  /** To the second when minutes would say "from 10:44 to 10:44". */
  #span(from: EpochMs, to: EpochMs): { readonly from: string; readonly to: string } {
    const { formats } = this.#deps;
    const words = to - from < SHORT_OUTAGE ? formats.moment : formats.time;
    return { from: words(from, this.#now), to: words(to, this.#now) };
  }

  /** One network failure at the bot's side looks like many failures at the servers'. */
  #blindness(events: readonly EventOf<'server-down'>[]): Html | undefined {
    const { facts } = this.#deps;
    const newest = events.reduce((latest, { at }) => Math.max(latest, at), Number.NEGATIVE_INFINITY);
    const together = facts.downServers().filter(({ since }) => since >= newest - TOGETHER);
    // A server of this message may have come back meanwhile.
    const down = Math.max(together.length, events.length);
    const total = facts.monitoredServers();
    if (events.length === 0 || down < BLIND_FROM || down * 2 <= total) return undefined;
    return this.#deps.translator.html('alert.maybe-blind', { down, total });
  }

  #stillOthers({ down, stillDown, up }: Folded): Html | undefined {
    // What came up is told here; whether it is believed by now depends on who was quicker.
    const told = new Set<ServerName>([...down, ...stillDown, ...up].map((event) => event.server));
    const others = this.#deps.facts.downServers().filter(({ server }) => !told.has(server));
    if (others.length === 0) return undefined;
    const { translator } = this.#deps;
    const hidden = others.length - NAMES_SHOWN;
    const names = others
      .slice(0, NAMES_SHOWN)
      .map(({ server }) => server)
      .join(', ');
    const more = hidden > 0 ? ` ${translator.plain('and-more', { count: hidden })}` : '';
    return translator.html('alert.also-down', { names: names + more });
  }

  #stopped({ server, by, conference }: EventOf<'conference-stopped'>): Html {
    const { translator } = this.#deps;
    const topic = topicOf(conference);
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

  #keyboard({ down, stillDown, up, past }: Folded): Keyboard {
    const { translator, buttonData } = this.#deps;
    const servers = [...new Set([...down, ...stillDown, ...up, ...past].map(({ server }) => server))];
    const rows: Button[][] = servers.slice(0, SERVER_BUTTONS).map((server) => [this.#open(server)]);
    if (servers.length > SERVER_BUTTONS) {
      rows.push([{ label: translator.plain('button.servers'), data: buttonData.servers() }]);
    }
    const failing = [...down, ...stillDown][0]?.server;
    if (failing !== undefined && servers.length === 1) {
      rows.push([
        { label: translator.plain('button.mute-1h'), data: buttonData.mute(failing, HOUR) },
        { label: translator.plain('button.mute-8h'), data: buttonData.mute(failing, 8 * HOUR) },
      ]);
      rows.push([{ label: translator.plain('button.acknowledge'), data: buttonData.acknowledge(failing) }]);
    }
    return rows;
  }

  #open(server: ServerName): Button {
    return {
      label: this.#deps.translator.plain('button.open-server', { server }),
      data: this.#deps.buttonData.open(server),
    };
  }
}
