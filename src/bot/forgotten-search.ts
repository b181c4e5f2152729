/** Finds the forgotten conferences of one server: reads who is inside those that have lasted long enough and judges them. */
import type { Conference, Participant } from '../domain/conference.ts';
import { type ForgottenReason, judge } from '../domain/forgotten.ts';
import { ServerTrouble, type Trouble } from '../domain/trouble.ts';
import { parallel } from '../lib/parallel.ts';
import type { BotServer } from './ports.ts';

/** Requests to one server at once, so that a search does not crowd out its users. */
const AT_ONCE = 8;

export interface ForgottenConference {
  readonly conference: Conference;
  readonly participants: readonly Participant[];
  readonly reason: ForgottenReason;
}

export interface UnknownConference {
  readonly conference: Conference;
  readonly trouble: Trouble;
}

export interface ForgottenSearch {
  readonly running: number;
  readonly forgotten: readonly ForgottenConference[];
  /** Their participants could not be read: neither forgotten nor not, and never stopped. */
  readonly unknown: readonly UnknownConference[];
}

/** Throws `ServerTrouble` when the list of running conferences cannot be read. */
export async function searchForgotten(server: BotServer, signal: AbortSignal): Promise<ForgottenSearch> {
  const running = await server.runningConferences(signal);
  const overdue = running.filter(({ duration }) => duration >= server.forgottenRule.minDuration);
  const forgotten: ForgottenConference[] = [];
  const unknown: UnknownConference[] = [];
  await parallel(overdue, AT_ONCE, async (conference) => {
    const read = await readParticipants(server, conference, signal);
    if (read.kind === 'unknown') {
      unknown.push({ conference, trouble: read.trouble });
      return;
    }
    const verdict = judge(conference.duration, read.participants, server.forgottenRule);
    if (verdict.kind === 'forgotten') {
      forgotten.push({ conference, participants: read.participants, reason: verdict.reason });
    }
  });
  return { running: running.length, forgotten: longestFirst(forgotten), unknown: longestFirst(unknown) };
}

export type ReadParticipants =
  | { readonly kind: 'read'; readonly participants: readonly Participant[] }
  | { readonly kind: 'unknown'; readonly trouble: Trouble };

/**
 * Never throws except when the signal aborts: not knowing is an answer. `not-found` is unknown too: it may have
 * ended just now, or the server may not know the call.
 */
export async function readParticipants(
  server: BotServer,
  conference: Conference,
  signal: AbortSignal,
): Promise<ReadParticipants> {
  try {
    return { kind: 'read', participants: await server.participants(conference, signal) };
  } catch (error) {
    if (!(error instanceof ServerTrouble)) throw error;
    return { kind: 'unknown', trouble: error.trouble };
  }
}

function longestFirst<T extends { readonly conference: Conference }>(found: T[]): T[] {
  return found.sort(
    (a, b) =>
      b.conference.duration - a.conference.duration || (a.conference.session < b.conference.session ? -1 : 1),
  );
}
