/**
 * What a button means, in at most 64 bytes: an action with short stable keys in place of names, so that a button
 * still works after a restart and after its server was renamed. Keeps nothing and asks nobody.
 */
import { createHash } from 'node:crypto';
import type { SessionId } from '../domain/names.ts';

/** Which list a conference was opened from, and its page: where Back leads. */
export interface Origin {
  readonly list: 'conferences' | 'forgotten';
  readonly page: number;
}

/** What a person can ask for. Servers and conferences are keys until they are looked up. */
export type Action =
  | { readonly kind: 'servers'; readonly page: number }
  | { readonly kind: 'server'; readonly server: string }
  | { readonly kind: 'status'; readonly server: string }
  | { readonly kind: 'switch-monitoring'; readonly server: string; readonly on: boolean }
  | { readonly kind: 'conferences'; readonly server: string; readonly page: number }
  | {
      readonly kind: 'conference';
      readonly server: string;
      readonly conference: string;
      readonly page: number;
      readonly from: Origin;
    }
  | { readonly kind: 'users'; readonly server: string; readonly page: number }
  | { readonly kind: 'forgotten'; readonly server: string; readonly page: number }
  | { readonly kind: 'ask-stop'; readonly server: string; readonly conference: string; readonly from: Origin }
  | {
      readonly kind: 'stop';
      readonly server: string;
      readonly conference: string;
      readonly from: Origin;
      /** Who was inside when it was asked, see `crowd.ts`. */
      readonly crowd: string;
    }
  | { readonly kind: 'ask-stop-all'; readonly server: string; readonly page: number }
  /** `listed`: digest of the conferences that the question listed. */
  | { readonly kind: 'stop-all'; readonly server: string; readonly listed: string }
  | { readonly kind: 'overview'; readonly page: number }
  | { readonly kind: 'all-forgotten' }
  | { readonly kind: 'mute'; readonly server: string; readonly minutes: number }
  /** Of all servers, in this chat. */
  | { readonly kind: 'mute-all'; readonly minutes: number }
  | { readonly kind: 'mutes' }
  | { readonly kind: 'acknowledge'; readonly server: string }
  | { readonly kind: 'history'; readonly server: string; readonly page: number }
  | { readonly kind: 'all-history'; readonly page: number }
  | { readonly kind: 'chart'; readonly server: string; readonly days: number }
  | { readonly kind: 'help' }
  | { readonly kind: 'id' };

export type ActionKind = Action['kind'];

/** Limit of Telegram, the narrowest messenger. */
export const DATA_LIMIT = 64;

/** How a value is written between two colons. */
interface Field<Value> {
  write(value: Value): string;
  /** `undefined`: no value is written like that. */
  read(text: string): Value | undefined;
}

const key: Field<string> = { write: (text) => text, read: (text) => text };

const number: Field<number> = {
  write: String,
  read: (text) => {
    const value = Number(text);
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  },
};

const flag: Field<boolean> = { write: (value) => (value ? '1' : '0'), read: (text) => text === '1' };

const origin: Field<Origin> = {
  write: ({ list, page }) => `${list === 'conferences' ? 'c' : 'f'}${page}`,
  read: (text) => {
    const match = /^([cf])(\d{1,4})$/.exec(text);
    return match
      ? { list: match[1] === 'c' ? 'conferences' : 'forgotten', page: Number(match[2]) }
      : undefined;
  },
};

type Of<Kind extends ActionKind> = Extract<Action, { kind: Kind }>;
type Fields<Kind extends ActionKind> = {
  readonly [Name in Exclude<keyof Of<Kind>, 'kind'>]: Field<Of<Kind>[Name]>;
};

/** The letter that stands for a kind, and its fields in the order in which they are written. Buttons in chats keep both. */
const FORMS: { readonly [Kind in ActionKind]: readonly [letter: string, fields: Fields<Kind>] } = {
  servers: ['S', { page: number }],
  server: ['s', { server: key }],
  status: ['t', { server: key }],
  'switch-monitoring': ['w', { server: key, on: flag }],
  conferences: ['C', { server: key, page: number }],
  conference: ['c', { server: key, conference: key, from: origin, page: number }],
  users: ['u', { server: key, page: number }],
  forgotten: ['f', { server: key, page: number }],
  'ask-stop': ['q', { server: key, conference: key, from: origin }],
  stop: ['x', { server: key, conference: key, from: origin, crowd: key }],
  'ask-stop-all': ['Q', { server: key, page: number }],
  'stop-all': ['X', { server: key, listed: key }],
  overview: ['o', { page: number }],
  'all-forgotten': ['F', {}],
  mute: ['m', { server: key, minutes: number }],
  'mute-all': ['M', { minutes: number }],
  mutes: ['n', {}],
  acknowledge: ['a', { server: key }],
  history: ['y', { server: key, page: number }],
  'all-history': ['Y', { page: number }],
  chart: ['g', { server: key, days: number }],
  help: ['h', {}],
  id: ['i', {}],
};

/** A form without what the compiler knows of its kind. */
type AnyForm = readonly [letter: string, fields: Readonly<Record<string, Field<unknown>>>];

const KINDS: ReadonlyMap<string, readonly [kind: string, form: AnyForm]> = new Map(
  Object.entries<AnyForm>(FORMS).map(([kind, form]) => [form[0], [kind, form]]),
);

/** Before the data of a button below an alert: the alert is a record and must not turn into a screen. */
const KEPT = '!';

/** For a button below a message that is to stay as it is. */
export function encodeKept(action: Action): string {
  return KEPT + encode(action);
}

export function encode(action: Action): string {
  const [letter, fields]: AnyForm = FORMS[action.kind];
  const values: Readonly<Record<string, unknown>> = action;
  return [letter, ...Object.entries(fields).map(([name, field]) => field.write(values[name]))].join(':');
}

/** What came back from a button; no action: it is outdated or forged. */
export function decodeButton(data: string): { readonly action?: Action; readonly keepsMessage: boolean } {
  const keepsMessage = data.startsWith(KEPT);
  const action = decode(keepsMessage ? data.slice(KEPT.length) : data);
  return { ...(action && { action }), keepsMessage };
}

/** @returns `undefined` for anything that `encode` would not have made */
export function decode(data: string): Action | undefined {
  const [letter = '', ...parts] = data.split(':');
  const known = KINDS.get(letter);
  if (!known || data.length > DATA_LIMIT) return undefined;
  const [kind, [, fields]] = known;
  const values = Object.entries(fields).map(([name, field], index) => [name, field.read(parts[index] ?? '')]);
  if (values.some(([, value]) => value === undefined)) return undefined;
  const action = { kind, ...Object.fromEntries(values) } as Action;
  return encode(action) === data ? action : undefined;
}

/** Lengths of keys in characters of 6 bits each: a collision among thousands stays below one in a million. */
const HALF_SERVER_KEY = 6;
const CONFERENCE_KEY = 8;

/** Half of it is the name's, half the address's. */
export function serverKey(server: { readonly name: string; readonly address: string }): string {
  return digest(server.name, HALF_SERVER_KEY) + digest(server.address, HALF_SERVER_KEY);
}

/** Finds a server by its name or, after it was renamed, by its address when only one server has it. */
export function findServer<T extends { readonly name: string; readonly address: string }>(
  servers: readonly T[],
  key: string,
): T | undefined {
  const name = key.slice(0, HALF_SERVER_KEY);
  const named = servers.find((server) => digest(server.name, HALF_SERVER_KEY) === name);
  if (named) return named;
  const address = key.slice(HALF_SERVER_KEY);
  const there = servers.filter((server) => digest(server.address, HALF_SERVER_KEY) === address);
  return there.length === 1 ? there[0] : undefined;
}

/** Of one run of a conference: the next run of the same conference has another key. */
export function conferenceKey(session: SessionId): string {
  return digest(session, CONFERENCE_KEY);
}

/** `length` characters of base64url, evenly spread. */
export function digest(text: string, length: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, length);
}
