/** What must outlive a message and, in a durable store, the process. Decides nothing; every write is one transaction. */
import type { Availability } from '../domain/availability.ts';
import type { CertificateNotes } from '../domain/certificate.ts';
import type { Period, ProbeBucket } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import type { AuditEntry, OutboxRow, Recipient } from '../domain/outbox.ts';
import type { Stability } from '../domain/stability.ts';
import type { WatchedRun } from '../domain/uptime.ts';
import type { EpochMs } from '../lib/time.ts';

/** A row before it has a place in the order. */
export type NewOutboxRow = Omit<OutboxRow, 'id'>;

/** How the telling of a row ended; `obsolete`: it is of no use any more. */
export type Outcome = 'delivered' | 'refused' | 'obsolete';

/** Who was told what, and when. */
export interface SettledRow extends OutboxRow {
  readonly outcome: Outcome;
  readonly settledAt: EpochMs;
}

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

/** A chat has another address now. */
export interface Move {
  readonly from: Recipient;
  readonly to: Recipient;
}

/** Everything that changes together. */
export interface Change {
  readonly availability?: { readonly server: ServerName; readonly value: Availability };
  readonly stability?: { readonly server: ServerName; readonly value: Stability };
  /** Monitoring switched in a chat; wins over the settings. `undefined`: what the settings say holds again. */
  readonly monitored?: { readonly server: ServerName; readonly on: boolean | undefined };
  readonly outage?: OutageNotes;
  /** Each takes the place of one of the same server and recipient. */
  readonly mutes?: readonly Mute[];
  /** Each takes the place of one from the same address. */
  readonly moves?: readonly Move[];
  readonly certificate?: CertificateNotes;
  readonly outbox?: readonly NewOutboxRow[];
  readonly audit?: AuditEntry;
  /** Each takes the place of one of the same server, kind and beginning. */
  readonly periods?: readonly Period[];
  /** Each takes the place of one of the same server and start. */
  readonly buckets?: readonly ProbeBucket[];
  /**
   * A server that is no longer in the settings: nothing is believed, switched or noted about it any more. Its past stays,
   * and so do its mutes, which end by themselves. What else the change says of it holds afterwards.
   */
  readonly forgotten?: ServerName;
}

export interface Store {
  /** @returns the outbox rows of this change, now with their ids */
  commit(change: Change): Promise<readonly OutboxRow[]>;
  /** What was last believed about each server. */
  availabilities(): Promise<ReadonlyMap<ServerName, Availability>>;
  stabilities(): Promise<ReadonlyMap<ServerName, Stability>>;
  /** Servers whose monitoring was switched in a chat. */
  switches(): Promise<ReadonlyMap<ServerName, boolean>>;
  outageNotes(): Promise<readonly OutageNotes[]>;
  mutes(): Promise<readonly Mute[]>;
  moves(): Promise<readonly Move[]>;
  certificates(): Promise<readonly CertificateNotes[]>;
  /** Rows not yet settled, oldest first. */
  outbox(): Promise<readonly OutboxRow[]>;
  /** Delivered, refused for good, or obsolete. Rows that are settled or not there stay as they are. */
  settle(rowIds: readonly number[], outcome: Outcome, at: EpochMs): Promise<void>;
  /** The latest that were settled, newest first. */
  settled(limit: number): Promise<readonly SettledRow[]>;
  /** Newest first. @param server `undefined`: of all */
  audit(limit: number, server?: ServerName): Promise<readonly AuditEntry[]>;
  /** Those that lasted after `since`, by their beginning, newest first. */
  periods(server: ServerName, since: EpochMs): Promise<readonly Period[]>;
  /** Those with `from` ≤ start < `to`, oldest first. */
  buckets(server: ServerName, from: EpochMs, to: EpochMs): Promise<readonly ProbeBucket[]>;
  /** Where there are buckets that hold probes, with `from` ≤ start < `to`. A month of `buckets` would take long to read. */
  watched(server: ServerName, from: EpochMs, to: EpochMs): Promise<readonly WatchedRun[]>;
  /** Of all servers, in the span that begins then. */
  bucketsAt(start: EpochMs): Promise<readonly ProbeBucket[]>;
  /**
   * Forgets buckets, ended periods and mutes, settled rows and audit entries older than that. Lets others go first every few
   * milliseconds, so it may take long after it was not called for long; meant to be called every few hours.
   */
  prune(before: EpochMs): Promise<void>;
  close(): Promise<void>;
}
