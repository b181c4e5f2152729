/** The tables as kysely knows them, the same in each SQL database. Times are in milliseconds unless they say otherwise. */
import type { ColumnType, Generated } from 'kysely';
import type { Period } from '../domain/history.ts';
import type { EpochMs } from '../lib/time.ts';
import type { Outcome } from './store.ts';

/** 0 or 1: what SQLite has for true and false. */
type Flag = 0 | 1;

/** Text that `stored-json.ts` reads. */
type Json = string;

export interface Tables {
  availabilities: { server: string; value: Json };
  stabilities: { server: string; value: Json };
  switches: { server: string; monitored: Flag };
  outage_notes: { server: string; last_told: EpochMs | null; acknowledged_by: string | null };
  mutes: { server: string; channel: string; address: string; until: EpochMs };
  moves: { channel: string; address: string; moved_to: string };
  certificates: { server: string; ends_at: EpochMs; told_days: number | null };
  outbox: {
    id: number;
    channel: string;
    address: string;
    event: Json;
    written_at: EpochMs;
    /** Both or neither. */
    outcome: Outcome | null;
    settled_at: EpochMs | null;
  };
  audit: { id: Generated<number>; server: string; at: EpochMs; entry: Json };
  periods: {
    server: string;
    kind: Period['kind'];
    began: EpochMs;
    ended: EpochMs | null;
    /** `null` as 0. */
    end_unseen: Flag | null;
    trouble: Json | null;
  };
  /** Numbers for names: buckets are many and small. */
  servers: { id: Generated<number>; name: ColumnType<string, string, never> };
  buckets: {
    /** The start, in spans of `BUCKET` since 1970. */
    slot: number;
    server: number;
    probes: number;
    failures: number;
    latency_min: number | null;
    latency_median: number | null;
    latency_max: number | null;
    users: number | null;
  };
}
