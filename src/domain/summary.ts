/** How did a server do in the last day, week and month? */
import { DAY, type DurationMs, type EpochMs } from '../lib/time.ts';
import type { Period, ProbeBucket } from './history.ts';
import { type LatencySummary, summarizeLatency } from './latency.ts';
import { toBands, type Uptime, uptime, type WatchedRun, watchedRuns } from './uptime.ts';

/** Months have thirty days here. */
export const MONTH: DurationMs = 30 * DAY;

export interface Summary {
  readonly day: Uptime;
  readonly week: Uptime;
  readonly month: Uptime;
  /** Of the last day; `undefined`: nothing was answered. */
  readonly latency: LatencySummary | undefined;
  /** Of the last month, newest first. */
  readonly outages: readonly Period[];
}

/**
 * @param earlier what was watched before the buckets
 * @param buckets of the last day, also the one in which it begins
 * @param periods of the last month, newest first
 */
export function summarize(
  earlier: readonly WatchedRun[],
  buckets: readonly ProbeBucket[],
  periods: readonly Period[],
  now: EpochMs,
  probeInterval: DurationMs,
): Summary {
  const runs = watchedRuns(buckets, earlier);
  const within = (span: DurationMs) => uptime(toBands(runs, periods, now - span, now, probeInterval));
  return {
    day: within(DAY),
    week: within(7 * DAY),
    month: within(MONTH),
    latency: summarizeLatency(buckets.filter(({ start }) => start >= now - DAY)),
    outages: periods.filter(({ kind }) => kind === 'down'),
  };
}
