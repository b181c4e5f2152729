/** A clock that stands still until a test moves it, and tells what is waited for. */
import type { Clock } from '../../../src/lib/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly ms: number;
  wake(): void;
}

export interface VirtualClock extends Clock {
  /** The spans being waited for now. */
  readonly waits: number[];
  /** Wakes everybody whose time has come, the earliest first. */
  advance(ms: number): Promise<void>;
  /** Resolves once somebody waits for a span that matches. */
  untilWaiting(matches: (ms: number) => boolean): Promise<number>;
}

export function virtualClock(start = Date.UTC(2030, 0, 1)): VirtualClock {
  let now = start;
  const sleepers = new Set<Sleeper>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { until: now + ms, ms, wake };
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        function wake() {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }
        signal?.addEventListener('abort', onAbort, { once: true });
        sleepers.add(sleeper);
      }),
    get waits() {
      return [...sleepers].map(({ ms }) => ms);
    },
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...sleepers].sort((a, b) => a.until - b.until);
        if (!next || next.until > end) break;
        now = Math.max(now, next.until);
        next.wake();
        await turn();
      }
      now = end;
      await turn();
    },
    async untilWaiting(matches) {
      for (const startedAt = performance.now(); performance.now() - startedAt < 10_000; await turn()) {
        for (const { ms } of sleepers) if (matches(ms)) return ms;
      }
      throw new Error(
        `nobody waits for that; there are waits of ${[...sleepers].map(({ ms }) => ms).join(', ')} ms`,
      );
    },
  };
}

/** Lets everything that is ready run, sockets included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when the claim holds. */
export async function eventually(claim: () => boolean, what: string): Promise<void> {
  for (const startedAt = performance.now(); !claim(); await turn()) {
    if (performance.now() - startedAt > 10_000) throw new Error(`it never came to be that ${what}`);
  }
}
