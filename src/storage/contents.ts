/** Everything that a store holds, or any part of it, in the form in which a durable store writes it. */
import type { Availability } from '../domain/availability.ts';
import type { CertificateNotes } from '../domain/certificate.ts';
import type { Period, ProbeBucket } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import type { AuditEntry, OutboxRow } from '../domain/outbox.ts';
import type { Stability } from '../domain/stability.ts';
import type { StorageTrouble } from './storage-trouble.ts';
import type { Change, Move, Mute, OutageNotes, SettledRow, Store } from './store.ts';

/** All but the audit log have a key, so that to write them twice is to write them once. */
export interface Contents {
  /** See `Change`. */
  readonly forgotten?: readonly ServerName[];
  readonly availabilities?: ReadonlyMap<ServerName, Availability>;
  readonly stabilities?: ReadonlyMap<ServerName, Stability>;
  /** `undefined`: there is none any more. */
  readonly switches?: ReadonlyMap<ServerName, boolean | undefined>;
  readonly outageNotes?: readonly OutageNotes[];
  readonly mutes?: readonly Mute[];
  readonly moves?: readonly Move[];
  readonly certificates?: readonly CertificateNotes[];
  readonly outbox?: readonly OutboxRow[];
  readonly settled?: readonly SettledRow[];
  /** Oldest first. */
  readonly audit?: readonly AuditEntry[];
  readonly periods?: readonly Period[];
  readonly buckets?: readonly ProbeBucket[];
}

/** A store that outlives the process, as the surviving store needs it. A failing disk is a `StorageTrouble`. */
export interface DurableStore extends Store {
  /**
   * To be called before the first write, after all is read that shows damage: up to then the file is as it was found.
   * @returns why it can only be read at present
   */
  makeWritable(): Promise<StorageTrouble | undefined>;
  /** Writes or replaces all of it in one transaction. */
  write(contents: Contents): Promise<void>;
  /** The highest id that a row has had; 0: none has been written. */
  lastRowId(): Promise<number>;
}

/** @param rows the change's outbox rows with their ids */
export function contentsOf(change: Change, rows: readonly OutboxRow[]): Contents {
  const { availability, stability, monitored, outage, mutes, moves, certificate } = change;
  const { audit, periods, buckets } = change;
  return {
    ...(change.forgotten !== undefined && { forgotten: [change.forgotten] }),
    ...(availability && { availabilities: new Map([[availability.server, availability.value]]) }),
    ...(stability && { stabilities: new Map([[stability.server, stability.value]]) }),
    ...(monitored && { switches: new Map([[monitored.server, monitored.on]]) }),
    ...(outage && { outageNotes: [outage] }),
    ...(mutes && { mutes }),
    ...(moves && { moves }),
    ...(certificate && { certificates: [certificate] }),
    ...(rows.length > 0 && { outbox: rows }),
    ...(audit && { audit: [audit] }),
    ...(periods && { periods }),
    ...(buckets && { buckets }),
  };
}
