/**
 * How do probes become buckets? Counts them one by one, finishes the count, and puts together what was counted apart.
 * The one rule here that changes what it is given: it runs for each probe of each server.
 */
import type { EpochMs } from '../lib/time.ts';
import type { Probe } from './availability.ts';
import type { ProbeBucket } from './history.ts';
import type { ServerName } from './names.ts';

/** A bucket under construction. */
export interface Tally {
  readonly server: ServerName;
  readonly start: EpochMs;
  failures: number;
  /** Of each probe that was answered, whole milliseconds. */
  readonly latencies: number[];
  users: number | undefined;
}

/** @param start a multiple of `BUCKET` */
export function openTally(server: ServerName, start: EpochMs): Tally {
  return { server, start, failures: 0, latencies: [], users: undefined };
}

export function countProbe(tally: Tally, probe: Probe): void {
  if (probe.kind === 'failed') tally.failures += 1;
  else tally.latencies.push(Math.round(probe.latency));
}

/** The median of an even number is the mean of the middle two. The tally may be counted on afterwards. */
export function finishTally(tally: Tally): ProbeBucket {
  const { server, start, failures, users } = tally;
  const latencies = new Int32Array(tally.latencies).sort();
  const answered = latencies.length;
  const [below = 0, above = 0] = [latencies[(answered - 1) >> 1], latencies[answered >> 1]];
  const [min = 0, max = 0] = [latencies[0], latencies[answered - 1]];
  return {
    server,
    start,
    probes: answered + failures,
    failures,
    latency: answered === 0 ? undefined : { min, median: Math.round((below + above) / 2), max },
    users,
  };
}

/**
 * Two parts of one bucket, which a restart has cut. All is exact but the median, which is that of the part with more
 * answered probes, the later one of equals: the probes themselves are no longer known.
 */
export function mergeParts(earlier: ProbeBucket, later: ProbeBucket): ProbeBucket {
  return {
    server: later.server,
    start: later.start,
    probes: earlier.probes + later.probes,
    failures: earlier.failures + later.failures,
    latency: mergeLatencies(earlier, later),
    users: later.users ?? earlier.users,
  };
}

function mergeLatencies(earlier: ProbeBucket, later: ProbeBucket): ProbeBucket['latency'] {
  if (!earlier.latency || !later.latency) return earlier.latency ?? later.latency;
  const larger = answeredIn(earlier) > answeredIn(later) ? earlier.latency : later.latency;
  return {
    min: Math.min(earlier.latency.min, later.latency.min),
    median: larger.median,
    max: Math.max(earlier.latency.max, later.latency.max),
  };
}

export function answeredIn(bucket: ProbeBucket): number {
  return bucket.probes - bucket.failures;
}

/** What is kept of one server and what is yet to be written, as one past in order of time. */
export function joinBuckets(
  kept: readonly ProbeBucket[],
  unwritten: readonly ProbeBucket[],
): readonly ProbeBucket[] {
  const joined = new Map(kept.map((bucket) => [bucket.start, bucket]));
  for (const bucket of unwritten) {
    const earlier = joined.get(bucket.start);
    joined.set(bucket.start, earlier ? mergeParts(earlier, bucket) : bucket);
  }
  return [...joined.values()].sort((a, b) => a.start - b.start);
}
