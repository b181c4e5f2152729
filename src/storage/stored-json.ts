/**
 * What is stored as JSON text, read back: every field that this version knows is checked, fields of a later version
 * are let be. A field that is added to a type below does not compile until it has its check.
 */
import type { Availability, Doubt, FailedProbe } from '../domain/availability.ts';
import {
  BEFORES,
  type Event,
  type EventKind,
  type EventOf,
  type Occupancy,
  type Person,
  REFUSALS,
  STORAGE_TROUBLE_CODES,
  type StoppedConference,
} from '../domain/events.ts';
import { FORGOTTEN_REASONS } from '../domain/forgotten.ts';
import type { AuditEntry } from '../domain/outbox.ts';
import type { Stability } from '../domain/stability.ts';
import { TROUBLE_CODES, type Trouble } from '../domain/trouble.ts';

/** A stored text that is not what it should be. The message says which field. */
class Unreadable extends Error {
  constructor(field: string, cause?: unknown) {
    super(field === '' ? 'is not understood' : `${field} is not understood`, { cause });
    this.name = 'Unreadable';
  }
}

export function decodeEvent(text: string): Event {
  return decode(text, event) as Event;
}

export function decodeAuditEntry(text: string): AuditEntry {
  return decode(text, auditEntry) as AuditEntry;
}

export function decodeAvailability(text: string): Availability {
  return decode(text, availability) as Availability;
}

export function decodeStability(text: string): Stability {
  return decode(text, stability) as Stability;
}

export function decodeTrouble(text: string): Trouble {
  return decode(text, trouble) as Trouble;
}

function decode(text: string, check: Check): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Unreadable('', error);
  }
  const fault = check(value);
  if (fault !== undefined) throw new Unreadable(fault);
  return value;
}

/** The path of the first field that is wrong, empty for the value itself; `undefined`: all is well. */
type Check = (value: unknown) => string | undefined;

type Shape<Whole> = { readonly [Field in keyof Whole]-?: Check };

const when =
  (claim: (value: unknown) => boolean): Check =>
  (value) =>
    claim(value) ? undefined : '';
const text = when((value) => typeof value === 'string');
const number = when(Number.isFinite);
const flag = when((value) => typeof value === 'boolean');

function oneOf(...known: readonly string[]): Check {
  return when((value) => typeof value === 'string' && known.includes(value));
}

/** `undefined` is not written at all. */
function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return '';
    const index = value.findIndex((item) => check(item) !== undefined);
    return index < 0 ? undefined : `[${index}]${check(value[index])}`;
  };
}

function object<Whole>(shape: Shape<Whole>): Check {
  const fields = Object.entries(shape) as [string, Check][];
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return '';
    for (const [field, check] of fields) {
      const fault = check((value as Record<string, unknown>)[field]);
      if (fault !== undefined) return `.${field}${fault}`;
    }
    return undefined;
  };
}

const person = object<Person>({ id: number, name: text });

const trouble = object<Trouble>({
  code: oneOf(...TROUBLE_CODES),
  status: optional(number),
  scope: optional(text),
  path: optional(text),
});

const failedProbe = object<FailedProbe>({
  kind: oneOf('failed'),
  at: number,
  latency: number,
  trouble,
  webAnswers: optional(flag),
});

const doubt = object<Doubt>({ seen: oneOf('up', 'down'), probes: number, since: number });

const availability = object<Availability>({
  status: oneOf('unknown', 'up', 'down'),
  since: number,
  failure: optional(failedProbe),
  doubt: optional(doubt),
});

const stability = object<Stability>({ changes: listOf(number), unstableSince: optional(number) });

const occupancy = object<Occupancy>({ at: number, conferences: number, people: number });

const stoppedConference = object<StoppedConference>({
  id: text,
  topic: optional(text),
  owner: text,
  people: optional(number),
  reason: optional(oneOf(...FORGOTTEN_REASONS)),
});

type EventShapes = { readonly [Kind in EventKind]: Shape<Omit<EventOf<Kind>, 'kind'>> };

const EVENTS: EventShapes = {
  'server-down': {
    server: text,
    at: number,
    failure: failedProbe,
    before: oneOf(...BEFORES),
    silentSince: optional(number),
    occupancy: optional(occupancy),
  },
  'server-up': {
    server: text,
    at: number,
    downSince: number,
    unseen: optional(flag),
    occupancy: optional(occupancy),
    occupancyNow: optional(occupancy),
  },
  'server-still-down': { server: text, at: number, downSince: number, failure: failedProbe },
  'server-unstable': {
    server: text,
    at: number,
    changes: number,
    since: number,
    failure: optional(failedProbe),
    occupancy: optional(occupancy),
  },
  'server-steady': {
    server: text,
    at: number,
    unstableSince: number,
    status: oneOf('up', 'down'),
    since: number,
    failure: optional(failedProbe),
    occupancy: optional(occupancy),
  },
  'certificate-ending': { server: text, at: number, endsAt: number },
  'bot-blind': { at: number, servers: listOf(text), total: number, checkAnswers: optional(flag) },
  'bot-still-blind': {
    at: number,
    since: number,
    servers: listOf(text),
    total: number,
    checkAnswers: optional(flag),
  },
  'bot-sees-again': { at: number, since: number, silent: listOf(text) },
  'storage-trouble': { at: number, trouble: oneOf(...STORAGE_TROUBLE_CODES) },
  'storage-mended': { at: number },
  'settings-broken': { at: number, problems: listOf(text) },
  'settings-mended': { at: number },
  'outage-acknowledged': { server: text, at: number, by: person },
  'conference-stopped': { server: text, at: number, by: person, conference: stoppedConference },
  'monitoring-switched': { server: text, at: number, by: person, on: flag },
  'recipient-refused': { at: number, recipient: text, refusal: oneOf(...REFUSALS) },
};

const AUDITED: Record<AuditEntry['kind'], true> = { 'conference-stopped': true, 'monitoring-switched': true };

const event = byKind(EVENTS);
const auditEntry = byKind(
  Object.fromEntries(Object.entries(EVENTS).filter(([kind]) => Object.hasOwn(AUDITED, kind))),
);

function byKind(shapes: Partial<EventShapes>): Check {
  const entries = Object.entries(shapes) as [string, Shape<object>][];
  const checks = new Map(entries.map(([kind, shape]) => [kind, object(shape)]));
  const known = object({ kind: oneOf(...checks.keys()) });
  return (value) => known(value) ?? checks.get((value as { kind: string }).kind)?.(value);
}
