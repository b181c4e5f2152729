/** How long to wait before trying again. Pure: the randomness comes in. */
import type { DurationMs } from './time.ts';

export interface BackoffPolicy {
  /** Wait after the first failed attempt. */
  readonly first: DurationMs;
  /** No wait is longer than this. */
  readonly longest: DurationMs;
}

/**
 * Doubles with every attempt and takes between half and all of that ("equal jitter"), so that many who fail
 * together do not come back together.
 * @param attempt 1-based number of the attempt that failed
 * @param random  in [0, 1)
 */
export function backoff(policy: BackoffPolicy, attempt: number, random: number): DurationMs {
  const ceiling = Math.min(policy.longest, policy.first * 2 ** Math.min(attempt - 1, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
