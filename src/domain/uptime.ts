/** When was a server up and when down, and how long in all? Time in which nobody looked counts neither way. */
import type { DurationMs, EpochMs } from '../lib/time.ts';
import { BUCKET, type Period, type ProbeBucket } from './history.ts';

/** A time in which a server was in one state. */
export interface Band {
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** `unknown`: not watched, or the bot was cut off itself. */
  readonly state: 'up' | 'down' | 'unknown';
}

/** How long each state lasted in all. */
export type Uptime = Readonly<Record<Band['state'], DurationMs>>;

/**
 * The whole span in order, without a hole. A bucket that holds probes was watched, except while the bot was blind. Of
 * that time the server was down in its `down` periods, which are exact, and up in the rest.
 *
 * @param runs of buckets of one server that hold probes, the running one included, see `watchedRuns`; also the bucket in
 * which the span begins, which is older; in any order
 * @param periods of the same server
 * @param to not after now, because the running bucket would count to its end
 * @param probeInterval longer than a bucket, a probe stands for as many buckets as pass until the next one
 */
export function toBands(
  runs: readonly WatchedRun[],
  periods: readonly Period[],
  from: EpochMs,
  to: EpochMs,
  probeInterval: DurationMs = BUCKET,
): Band[] {
  const edges: Edge[] = [];
  const add = (kind: Edge['kind'], start: EpochMs, end: EpochMs) => {
    const [first, last] = [Math.max(start, from), Math.min(end, to)];
    if (first < last) edges.push({ at: first, kind, step: 1 }, { at: last, kind, step: -1 });
  };
  for (const { first, last } of runs) add('watched', first, last + reachOf(probeInterval));
  for (const { kind, from: start, to: end } of periods) add(kind, start, end ?? to);
  edges.sort((a, b) => a.at - b.at);

  const bands: Band[] = [];
  const open = { watched: 0, blind: 0, down: 0 };
  const goOnTo = (end: EpochMs) => {
    const last = bands.at(-1);
    const start = last?.to ?? from;
    if (end <= start) return;
    const state = open.watched === 0 || open.blind > 0 ? 'unknown' : open.down > 0 ? 'down' : 'up';
    if (last?.state === state) bands[bands.length - 1] = { ...last, to: end };
    else bands.push({ from: start, to: end, state });
  };
  for (const { at, kind, step } of edges) {
    goOnTo(at);
    open[kind] += step;
  }
  goOnTo(to);
  return bands;
}

export function uptime(bands: readonly Band[]): Uptime {
  const sums = { up: 0, down: 0, unknown: 0 };
  for (const { from, to, state } of bands) sums[state] += to - from;
  return sums;
}

/** How long a bucket stands for what it holds, if that is measured so often. */
export function reachOf(interval: DurationMs): DurationMs {
  return Math.ceil(Math.max(interval, BUCKET) / BUCKET) * BUCKET;
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
