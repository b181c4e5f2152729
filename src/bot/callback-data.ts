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

const CODES: Record<ActionKind, string> = {
  servers: 'S',
  server: 's',
  status: 't',
  'switch-monitoring': 'w',
  conferences: 'C',
  conference: 'c',
  users: 'u',
  forgotten: 'f',
  'ask-stop': 'q',
  stop: 'x',
  'ask-stop-all': 'Q',
  'stop-all': 'X',
  overview: 'o',
  'all-forgotten': 'F',
  mute: 'm',
  'mute-all': 'M',
  mutes: 'n',
  acknowledge: 'a',
  history: 'y',
  'all-history': 'Y',
  chart: 'g',
  help: 'h',
  id: 'i',
};

const KINDS = new Map(Object.entries(CODES).map(([kind, code]) => [code, kind as ActionKind]));

/** Before the data of a button below an alert: the alert is a record and must not turn into a screen. */
const KEPT = '!';

/** For a button below a message that is to stay as it is. */
export function encodeKept(action: Action): string {
  return KEPT + encode(action);
}

export function encode(action: Action): string {
  return [CODES[action.kind], ...fields(action)].join(':');
}

function fields(action: Action): (string | number)[] {
  switch (action.kind) {
    case 'servers':
    case 'overview':
    case 'all-history':
      return [action.page];
    case 'server':
    case 'status':
    case 'acknowledge':
      return [action.server];
    case 'switch-monitoring':
      return [action.server, action.on ? 1 : 0];
    case 'conferences':
    case 'users':
    case 'forgotten':
    case 'history':
    case 'ask-stop-all':
      return [action.server, action.page];
    case 'conference':
      return [action.server, action.conference, encodeOrigin(action.from), action.page];
    case 'ask-stop':
      return [action.server, action.conference, encodeOrigin(action.from)];
    case 'stop':
      return [action.server, action.conference, encodeOrigin(action.from), action.crowd];
    case 'stop-all':
      return [action.server, action.listed];
    case 'mute':
      return [action.server, action.minutes];
    case 'mute-all':
      return [action.minutes];
    case 'chart':
      return [action.server, action.days];
    case 'mutes':
    case 'all-forgotten':
    case 'help':
    case 'id':
      return [];
  }
}

/** What came back from a button; no action: it is outdated or forged. */
export function decodeButton(data: string): { readonly action?: Action; readonly keepsMessage: boolean } {
  const keepsMessage = data.startsWith(KEPT);
  const action = decode(keepsMessage ? data.slice(KEPT.length) : data);
  return { ...(action && { action }), keepsMessage };
}

/** @returns `undefined` for anything that `encode` would not have made */
export function decode(data: string): Action | undefined {
  const [code = '', ...parts] = data.split(':');
  const kind = KINDS.get(code);
  if (!kind || data.length > DATA_LIMIT) return undefined;
  const action = assemble(kind, parts);
  return action && Object.values(action).every(isCountable) && encode(action) === data ? action : undefined;
}

/** Pages and minutes are whole numbers. */
function isCountable(value: unknown): boolean {
  return typeof value !== 'number' || (Number.isSafeInteger(value) && value >= 0);
}

function assemble(kind: ActionKind, parts: readonly string[]): Action | undefined {
  const [server = '', second = '', third = '', fourth = ''] = parts;
  switch (kind) {
    case 'servers':
    case 'overview':
    case 'all-history':
      return { kind, page: Number(server) };
    case 'server':
    case 'status':
    case 'acknowledge':
      return { kind, server };
    case 'switch-monitoring':
      return { kind, server, on: second === '1' };
    case 'conferences':
    case 'users':
    case 'forgotten':
    case 'history':
    case 'ask-stop-all':
      return { kind, server, page: Number(second) };
    case 'conference': {
      const from = decodeOrigin(third);
      return from && { kind, server, conference: second, from, page: Number(fourth) };
    }
    case 'ask-stop': {
      const from = decodeOrigin(third);
      return from && { kind, server, conference: second, from };
    }
    case 'stop': {
      const from = decodeOrigin(third);
      return from && { kind, server, conference: second, from, crowd: fourth };
    }
    case 'stop-all':
      return { kind, server, listed: second };
    case 'mute':
      return { kind, server, minutes: Number(second) };
    case 'mute-all':
      return { kind, minutes: Number(server) };
    case 'chart':
      return { kind, server, days: Number(second) };
    case 'mutes':
    case 'all-forgotten':
    case 'help':
    case 'id':
      return { kind };
  }
}

function encodeOrigin({ list, page }: Origin): string {
  return `${list === 'conferences' ? 'c' : 'f'}${page}`;
}

function decodeOrigin(text: string): Origin | undefined {
  const match = /^([cf])(\d{1,4})$/.exec(text);
  return match ? { list: match[1] === 'c' ? 'conferences' : 'forgotten', page: Number(match[2]) } : undefined;
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
