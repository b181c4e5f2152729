/** What do TrueConf's answers say in our words? The only bridge from the wire to the domain; asks nobody anything. */
import type {
  Conference,
  OnlineStatus,
  OnlineUser,
  Participant,
  ParticipantRole,
} from '../domain/conference.ts';
import type { ConferenceId, SessionId } from '../domain/names.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';
import type { Reader } from './reader.ts';

export interface CallsPage {
  /** How many rows the page held, ended ones included. */
  readonly rows: number;
  /** How many rows there are on all pages; `undefined`: not told. */
  readonly total: number | undefined;
  /** Running rows come first, so an ended one means that no running one follows. */
  readonly reachedEnded: boolean;
  /** The running ones; those left out are `undefined` (see `decodeCall`). */
  readonly running: ReadonlyMap<SessionId, Conference | undefined>;
}

/** A page of `logs/calls`, sorted by descending end time. */
export function decodeCalls(answer: Reader, now: EpochMs): CallsPage {
  const rows = answer.field('list').items();
  const running = rows.filter((row) => isRunning(row.field('end_time')));
  return {
    rows: rows.length,
    total: answer.field('cnt').number(),
    reachedEnded: running.length < rows.length,
    running: new Map(running.map((row) => decodeCall(row, now))),
  };
}

/** Null while it runs; PHP has zero dates for "none" as well. */
function isRunning(end: Reader): boolean {
  if (end.isNothing || end.value === '' || end.value === false) return true;
  if (end.date() !== undefined) return false;
  const text = typeof end.value === 'object' ? end.field('date').text() : end.text();
  return text !== undefined && /^(0|0000-|-0001-)/.test(text) ? true : end.fail();
}

/** Calls of class 0 and 1 are between two people and no conference (TrueConf's own bot leaves them out, too). */
const POINT_TO_POINT = [0, 1];

function decodeCall(row: Reader, now: EpochMs): [SessionId, Conference | undefined] {
  // `conference_id` here is what other calls name a session.
  const session = (row.field('conference_id').id() ?? row.field('conference_id').fail()) as SessionId;
  const kind = row.field('class').number();
  if (kind !== undefined && POINT_TO_POINT.includes(kind)) return [session, undefined];
  const count = row.field('participant_count').number();
  const conference: Conference = {
    session,
    id: row.field('named_conf_id').id() as ConferenceId | undefined,
    topic: row.field('topic').label(),
    owner: row.field('owner').label() ?? '',
    participantCount: count === undefined || count < 0 ? undefined : Math.floor(count),
    ...decodeTimes(row, now),
  };
  return [session, conference];
}

/** A start that differs more from the duration was read in another zone than it was written in. */
const ZONE_DOUBT: DurationMs = 15 * MINUTE;

function decodeTimes(row: Reader, now: EpochMs): { startedAt: EpochMs; duration: DurationMs } {
  const start = row.field('start_time').date();
  const seconds = row.field('duration').number();
  if (seconds === undefined || seconds < 0) {
    if (start === undefined) return row.field('duration').fail();
    return { startedAt: start, duration: Math.max(0, now - start) };
  }
  const duration: DurationMs = seconds * SECOND;
  const byDuration = now - duration;
  const isPlausible = start !== undefined && Math.abs(start - byDuration) <= ZONE_DOUBT;
  return { startedAt: isPlausible ? start : byDuration, duration };
}

export interface ParticipantsPage {
  readonly total: number | undefined;
  readonly participants: readonly Participant[];
}

/**
 * A page of `conference-sessions/{id}/participants`. An entry that cannot be understood fails the page: left out, it
 * might be the moderator, and the conference would look forgotten.
 * @param owner TrueConf ID of the conference's owner
 */
export function decodeParticipants(answer: Reader, owner: string): ParticipantsPage {
  return {
    total: answer.field('count', 'cnt').number(),
    participants: answer
      .field('participants', 'list')
      .items()
      .map((entry) => decodeParticipant(entry, owner)),
  };
}

function decodeParticipant(entry: Reader, owner: string): Participant {
  const role = entry.field('role').number() ?? entry.field('role').fail();
  const name = entry.field('display_name', 'name').label();
  const id = entry.field('id', 'call_id', 'uid').label() ?? name ?? entry.field('id').fail();
  return { id, name: name ?? id, role: roleOf(id, role, owner) };
}

/** 2 is "owner or moderator" (TrueConf's own bot); other numbers tell who is on the podium (VideoSDK). */
const LEADER = 2;

function roleOf(id: string, role: number, owner: string): ParticipantRole {
  if (isSamePerson(id, owner)) return 'owner';
  if (role === LEADER) return 'moderator';
  if (/^#guest/i.test(id)) return 'guest';
  if (/^#(sip|h323|rtsp|tel):/i.test(id)) return 'device';
  return 'participant';
}

/** `anna` and `Anna@video.example.com` are one person; two full ids are compared in full. */
function isSamePerson(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a === '' || b === '') return false;
  return a === b || (a.includes('@') !== b.includes('@') && a.split('@')[0] === b.split('@')[0]);
}

export interface UsersPage {
  readonly online: readonly OnlineUser[];
  /** `undefined`: this was the last page. */
  readonly next: number | undefined;
}

/** Other numbers are kinds of "not there". */
const ONLINE: Readonly<Record<number, OnlineStatus>> = {
  1: 'online',
  2: 'busy',
  3: 'in-conference',
  5: 'in-conference',
};

/** A page of `users`. */
export function decodeUsers(answer: Reader): UsersPage {
  const next = answer.field('next_page_id').number();
  const online: OnlineUser[] = [];
  for (const entry of answer.field('users').items()) {
    const status = ONLINE[entry.field('status').number() ?? entry.field('status').fail()];
    if (!status) continue;
    const id = entry.field('id', 'uid', 'login_name').label() ?? entry.field('id').fail();
    online.push({ id, name: entry.field('display_name', 'login_name').label() ?? id, status });
  }
  return { online, next: next === undefined || next < 0 ? undefined : Math.floor(next) };
}
