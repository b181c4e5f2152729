/** What time it is and how to wait: the only file that holds a waiting timer, so that tests pass in a clock of their own. */
import type { DurationMs, EpochMs } from './time.ts';

export interface Clock {
  now(): EpochMs;
  /** Resolves after `ms`. Rejects with the signal's reason as soon as it aborts. */
  sleep(ms: DurationMs, signal?: AbortSignal): Promise<void>;
}

/** `setTimeout` fires at once for longer spans than this (2^31 - 1 ms, about 24.8 days). */
const LONGEST_TIMER: DurationMs = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(Math.max(ms, 0), LONGEST_TIMER),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
