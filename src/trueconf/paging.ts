/** How are lists read that come in pages? Never for ever, whatever a server says of its pages. */
import type { Conference, OnlineUser, Participant } from '../domain/conference.ts';
import type { SessionId } from '../domain/names.ts';
import { ServerTrouble } from '../domain/trouble.ts';
import type { CallsPage, ParticipantsPage, UsersPage } from './decode.ts';
import { CALLS_FIRST_PAGE, CALLS_PAGE, CALLS_PAGES, PARTICIPANTS_PAGES, USERS_PAGES } from './limits.ts';

/**
 * All running conferences. What does not fit on a small page is read again from the start in large ones: rows move
 * between pages while conferences end, and one large page is a picture of one moment.
 */
export async function readCalls(
  operation: string,
  read: (page: number, size: number) => Promise<CallsPage>,
): Promise<Conference[]> {
  const first = await read(1, CALLS_FIRST_PAGE);
  if (isLast(first, first.rows, CALLS_FIRST_PAGE)) return conferencesOf(first.running);

  const running = new Map<SessionId, Conference | undefined>();
  let rows = 0;
  for (let page = 1; page <= CALLS_PAGES; page++) {
    const { size: before } = running;
    const answer = await read(page, CALLS_PAGE);
    for (const [session, conference] of answer.running) running.set(session, conference);
    rows += answer.rows;
    if (isLast(answer, rows, CALLS_PAGE) || running.size === before) return conferencesOf(running);
  }
  throw new ServerTrouble(operation, { code: 'too-large' });
}

/** A total is believed only when the page is not full: a server that counts pages' rows would hide the rest. */
function isLast(page: CallsPage, rowsSoFar: number, size: number): boolean {
  if (page.reachedEnded || page.rows === 0) return true;
  return page.rows < size && page.total !== undefined && rowsSoFar >= page.total;
}

function conferencesOf(running: ReadonlyMap<SessionId, Conference | undefined>): Conference[] {
  return [...running.values()].filter((conference) => conference !== undefined);
}

/** Everybody in a conference, or a trouble: one person missing might be the moderator. */
export async function readParticipants(
  operation: string,
  read: (page: number, size: number | undefined) => Promise<ParticipantsPage>,
): Promise<Participant[]> {
  const first = await read(1, undefined);
  if (first.participants.length >= (first.total ?? 0)) return [...first.participants];

  const everybody = new Map(first.participants.map((participant) => [participant.id, participant]));
  const size = first.participants.length;
  for (let page = 2; size > 0 && page <= PARTICIPANTS_PAGES; page++) {
    const { size: before } = everybody;
    const answer = await read(page, size);
    for (const participant of answer.participants) everybody.set(participant.id, participant);
    if (everybody.size >= (answer.total ?? first.total ?? 0)) return [...everybody.values()];
    if (everybody.size === before) break;
  }
  throw new ServerTrouble(operation, { code: 'unexpected-answer', path: 'count' });
}

/** Everybody who is online, each once. */
export async function readUsers(
  operation: string,
  read: (page: number | undefined) => Promise<UsersPage>,
): Promise<OnlineUser[]> {
  const online = new Map<string, OnlineUser>();
  const pages = new Set<number>();
  // Whether pages count from 0 or 1 is not documented; the server knows its first.
  let page: number | undefined;
  for (let reads = 0; reads < USERS_PAGES; reads++) {
    const answer = await read(page);
    for (const user of answer.online) online.set(user.id, user);
    if (answer.next === undefined || pages.has(answer.next)) return [...online.values()];
    page = answer.next;
    pages.add(page);
  }
  throw new ServerTrouble(operation, { code: 'too-large' });
}
