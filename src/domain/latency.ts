/** How fast did a server answer in some span, as far as its buckets can tell? */
import type { ProbeBucket } from './history.ts';
import { answeredIn } from './tally.ts';

/** Whole milliseconds. */
export interface LatencySummary {
  readonly min: number;
  /**
   * The median of the buckets' medians, each with the weight of its answered probes. It is not the median of all
   * probes, which are no longer known, but at least a quarter of them were as fast and at least a quarter as slow.
   */
  readonly typical: number;
  readonly max: number;
}

/** @param buckets of one server; `undefined`: none of their probes was answered */
export function summarizeLatency(buckets: readonly ProbeBucket[]): LatencySummary | undefined {
  let [min, max, answered] = [Number.POSITIVE_INFINITY, 0, 0];
  // Probes by the median of their bucket: a quarter of a year has many buckets and few medians.
  const weights = new Map<number, number>();
  for (const bucket of buckets) {
    if (!bucket.latency) continue;
    min = Math.min(min, bucket.latency.min);
    max = Math.max(max, bucket.latency.max);
    answered += answeredIn(bucket);
    const { median } = bucket.latency;
    weights.set(median, (weights.get(median) ?? 0) + answeredIn(bucket));
  }
  let missing = answered / 2;
  for (const [median, weight] of [...weights].sort(([a], [b]) => a - b)) {
    missing -= weight;
    if (missing <= 0) return { min, typical: median, max };
  }
  return undefined;
}
