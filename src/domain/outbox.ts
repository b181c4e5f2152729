/** Who is told what, and how far that has come. What a recipient was told is kept apart from what is. */
import type { EpochMs } from '../lib/time.ts';
import type { Event } from './events.ts';

/** Where a message goes: a channel and an address that only that channel understands, e.g. `telegram` and `-100123:42`. */
export interface Recipient {
  readonly channel: string;
  readonly address: string;
}

/** One event that one recipient has yet to be told. */
export interface OutboxRow {
  /** Grows in the order in which rows were written. */
  readonly id: number;
  readonly recipient: Recipient;
  readonly event: Event;
  readonly writtenAt: EpochMs;
}

/** Who did what to which conference or server, and when: kept as long as the history, told to the other administrators. */
export type AuditEntry = Extract<Event, { kind: 'conference-stopped' | 'monitoring-switched' }>;

export function sameRecipient(a: Recipient, b: Recipient): boolean {
  return a.channel === b.channel && a.address === b.address;
}
