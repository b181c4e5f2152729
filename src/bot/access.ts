/** The one gate that every update passes: who may use the bot, and what anybody else gets. Asks nobody. */
import type { Incoming } from '../channels/port.ts';

export type Verdict =
  | 'allowed'
  /** Told that access is denied, with their own id for the operator. */
  | 'denied-with-id'
  /** A press gets a short answer that only that person sees. */
  | 'denied-press'
  /** Groups, and everything else a stranger writes, get silence. */
  | 'silence';

/** @param administrators ids of those who may use the bot */
export function admit(incoming: Incoming, administrators: ReadonlySet<number>): Verdict {
  if (administrators.has(incoming.person.id)) return 'allowed';
  const { request, place } = incoming;
  if (request.kind === 'tap') return 'denied-press';
  return place === 'private' && request.kind === 'command' && request.name === 'start'
    ? 'denied-with-id'
    : 'silence';
}
