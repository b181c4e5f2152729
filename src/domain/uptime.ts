/** How long was a server up in some span? Time in which nobody looked counts neither for it nor against it. */
import type { DurationMs, EpochMs } from '../lib/time.ts';
import { BUCKET, type Period, type ProbeBucket } from './history.ts';

/** Together as long as the span. */
export interface Uptime {
  readonly up: DurationMs;
  readonly down: DurationMs;
  /** Not watched, or the bot was cut off itself. */
  readonly unknown: DurationMs;
}

/**
 * A bucket that holds probes was watched, except while the bot was blind. Of that time the server was down in its
 * `down` periods, which are exact, and up in the rest.
 *
 * @param buckets of one server, the running one included; also the bucket in which the span begins, which is older
 * @param periods of the same server
 * @param to not after now, because the running bucket would count to its end
 * @param probeInterval longer than a bucket, a probe stands for as many buckets as pass until the next one
 */
export function uptime(
  buckets: readonly ProbeBucket[],
  periods: readonly Period[],
  from: EpochMs,
  to: EpochMs,
  probeInterval: DurationMs = BUCKET,
): Uptime {
  return uptimeWithin(watchedRuns(buckets), periods, from, to, probeInterval);
}

/** The same. @param runs of buckets that hold probes, see `watchedRuns`; in any order */
export function uptimeWithin(
  runs: readonly WatchedRun[],
  periods: readonly Period[],
  from: EpochMs,
  to: EpochMs,
  probeInterval: DurationMs = BUCKET,
): Uptime {
  const reach = Math.ceil(Math.max(probeInterval, BUCKET) / BUCKET) * BUCKET;
  const edges: Edge[] = [];
  const add = (kind: Edge['kind'], start: EpochMs, end: EpochMs) => {
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    if (first < last) edges.push({ at: first, kind, step: 1 }, { at: last, kind, step: -1 });
  };
  for (const { first, last } of runs) add('watched', first, last + reach);
  for (const { kind, from: start, to: end } of periods) add(kind, start, end ?? to);
  edges.sort((a, b) => a.at - b.at);

  const open = { watched: 0, blind: 0, down: 0 };
  const sums = { up: 0, down: 0, unknown: Math.max(to - from, 0) };
  let at = from;
  for (const edge of edges) {
    if (open.watched > 0 && open.blind === 0) {
      sums[open.down > 0 ? 'down' : 'up'] += edge.at - at;
      sums.unknown -= edge.at - at;
    }
    at = edge.at;
    open[edge.kind] += edge.step;
  }
  return sums;
}

/** From 0 to 1; `undefined`: nothing was watched. */
export function shareUp({ up, down }: Uptime): number | undefined {
  return up + down > 0 ? up / (up + down) : undefined;
}

/** Something begins or ends. */
interface Edge {
  readonly at: EpochMs;
  readonly kind: 'watched' | Period['kind'];
  readonly step: 1 | -1;
}

/** Buckets that hold probes and follow each other without a gap. */
export interface WatchedRun {
  /** Where the first of them begins. */
  readonly first: EpochMs;
  /** Where the last of them begins. */
  readonly last: EpochMs;
}

/**
 * A month has thousands of buckets and few runs.
 * @param buckets in order of time, else there are more runs
 * @param earlier runs of what was before; the last of them may go on
 */
export function watchedRuns(
  buckets: readonly ProbeBucket[],
  earlier: readonly WatchedRun[] = [],
): WatchedRun[] {
  const watched = buckets.filter(({ probes }) => probes > 0);
  return joinRuns([...earlier, ...watched.map(({ start }) => ({ first: start, last: start }))]);
}

/** Those that touch or overlap become one. @param runs in order of time, else more remain */
export function joinRuns(runs: readonly WatchedRun[]): WatchedRun[] {
  const joined: WatchedRun[] = [];
  for (const { first, last } of runs) {
    const run = joined.at(-1);
    if (run && first >= run.first && first <= run.last + BUCKET) {
      joined[joined.length - 1] = { first: run.first, last: Math.max(run.last, last) };
    } else joined.push({ first, last });
  }
  return joined;
}
