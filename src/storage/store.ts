/** What must outlive a message and, once it is durable, the process. Decides nothing; every write is one transaction. */
import type { Availability } from '../domain/availability.ts';
import type { ServerName } from '../domain/names.ts';
import type { AuditEntry, OutboxRow, Recipient } from '../domain/outbox.ts';
import type { EpochMs } from '../lib/time.ts';

/** A row before it has a place in the order. */
export type NewOutboxRow = Omit<OutboxRow, 'id'>;

/** What was told and done about the present outage of a server. */
export interface OutageNotes {
  readonly server: ServerName;
  /** When it was last announced; `undefined`: there is no outage. */
  readonly lastTold: EpochMs | undefined;
  /** Who takes care of it, as the others see the name. */
  readonly acknowledgedBy: string | undefined;
}

/** No alerts about this server to this recipient before then. */
export interface Mute {
  readonly server: ServerName;
  readonly recipient: Recipient;
  /** Not after now: the mute is over. */
  readonly until: EpochMs;
}

/** Everything that changes together. */
export interface Change {
  readonly availability?: { readonly server: ServerName; readonly value: Availability };
  /** Monitoring switched in a chat; wins over the settings. */
  readonly monitored?: { readonly server: ServerName; readonly on: boolean };
  readonly outage?: OutageNotes;
  readonly mute?: Mute;
  readonly outbox?: readonly NewOutboxRow[];
  readonly audit?: AuditEntry;
}

export interface Store {
  /** @returns the outbox rows of this change, now with their ids */
  commit(change: Change): Promise<readonly OutboxRow[]>;
  /** What was last believed about each server. */
  availabilities(): Promise<ReadonlyMap<ServerName, Availability>>;
  /** Servers whose monitoring was switched in a chat. */
  switches(): Promise<ReadonlyMap<ServerName, boolean>>;
  outages(): Promise<readonly OutageNotes[]>;
  mutes(): Promise<readonly Mute[]>;
  /** Rows not yet settled, oldest first. */
  outbox(): Promise<readonly OutboxRow[]>;
  /** Delivered, or refused for good. */
  settle(rowIds: readonly number[]): Promise<void>;
  /** The recipient's chat has moved: rows that wait go to the new address. */
  redirect(from: Recipient, to: Recipient): Promise<void>;
  /** Newest first. */
  audit(limit: number): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}
