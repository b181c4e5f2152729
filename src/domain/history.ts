/** What is kept about the past of a server. */
import { type DurationMs, type EpochMs, MINUTE } from '../lib/time.ts';
import type { ServerName } from './names.ts';
import type { Trouble } from './trouble.ts';

/** Probes are counted together in spans of this length, which begin at multiples of it. */
export const BUCKET: DurationMs = 5 * MINUTE;

/** What the probes of one server saw in one span. */
export interface ProbeBucket {
  readonly server: ServerName;
  /** A multiple of `BUCKET`. */
  readonly start: EpochMs;
  /** At least 1, unless only `users` was read. */
  readonly probes: number;
  readonly failures: number;
  /** Of the probes that were answered, whole milliseconds; `undefined`: none was. */
  readonly latency: { readonly min: number; readonly median: number; readonly max: number } | undefined;
  /** Online users when they were last counted in that span; `undefined`: they were not. */
  readonly users: number | undefined;
}

/** A time in which a server was down, or in which the bot could not have seen it because it was cut off itself. */
export interface Period {
  readonly server: ServerName;
  readonly kind: 'down' | 'blind';
  readonly from: EpochMs;
  /** `undefined`: it lasts. */
  readonly to: EpochMs | undefined;
  /** It was over at `to` and had ended before that, when nobody looked; only `down`. */
  readonly endUnseen?: true;
  /** Why it was down, as seen first; only `down`. */
  readonly trouble: Trouble | undefined;
}

/** Where the bucket begins that this moment belongs to. */
export function bucketStart(at: EpochMs): EpochMs {
  return at - (at % BUCKET);
}
