/**
 * A clock that stands still until a test moves it. It skips no wait: a sleep ends when its time has come and not
 * before, the earliest first, and what each one sets off is over before the next one ends.
 */
import type { Clock } from '../../src/lib/clock.ts';
import type { DurationMs, EpochMs } from '../../src/lib/time.ts';

/** Somebody waits. */
export interface PendingSleep {
  readonly due: EpochMs;
  /** What was asked for. */
  readonly length: DurationMs;
}

interface Sleeper {
  due: EpochMs;
  readonly length: DurationMs;
  wake(): void;
}

/** A Tuesday morning, far from midnight, so that texts show no dates. */
export const START: EpochMs = Date.UTC(2030, 0, 1, 10, 0, 0);

/** So many at one moment are no coincidence: a loop waits for nothing. */
const MOST_AT_ONE_MOMENT = 20_000;

export class VirtualClock implements Clock {
  #now: EpochMs;
  /** In the order in which they were asked for. */
  readonly #sleepers = new Set<Sleeper>();
  #sleepsSoFar = 0;

  constructor(start: EpochMs = START) {
    this.#now = start;
  }

  now(): EpochMs {
    return this.#now;
  }

  sleep(ms: DurationMs, signal?: AbortSignal): Promise<void> {
    this.#sleepsSoFar += 1;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        due: this.#now + Math.max(ms, 0),
        length: ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** The earliest first. */
  get pending(): readonly PendingSleep[] {
    return this.#inOrder().map(({ due, length }) => ({ due, length }));
  }

  advance(ms: DurationMs): Promise<void> {
    return this.advanceTo(this.#now + ms);
  }

  /** Up to that moment; what is due at that very moment has happened. */
  async advanceTo(at: EpochMs): Promise<void> {
    await this.#wake(at, (due) => due <= at);
  }

  /** Up to that moment; what is due at that very moment is still to come. */
  async advanceJustBefore(at: EpochMs): Promise<void> {
    await this.#wake(at, (due) => due < at);
  }

  /** Somebody sets the machine's clock: the date changes, and who sleeps sleeps no longer and no shorter for that. */
  setDate(at: EpochMs): void {
    for (const sleeper of this.#sleepers) sleeper.due += at - this.#now;
    this.#now = at;
  }

  /** Until everything that can go on without the time moving has gone on. */
  async settle(): Promise<void> {
    for (let before = -1; before !== this.#sleepsSoFar; ) {
      before = this.#sleepsSoFar;
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #wake(end: EpochMs, isDue: (due: EpochMs) => boolean): Promise<void> {
    if (end < this.#now) throw new Error(`time does not go back by ${this.#now - end} ms`);
    await this.settle();
    for (let atThisMoment = 0; ; ) {
      const [next] = this.#inOrder();
      if (!next || !isDue(next.due)) break;
      atThisMoment = next.due > this.#now ? 0 : atThisMoment + 1;
      if (atThisMoment > MOST_AT_ONE_MOMENT) throw new Error(`a loop sleeps for ${next.length} ms`);
      this.#now = Math.max(this.#now, next.due);
      next.wake();
      await this.settle();
    }
    this.#now = end;
  }

  /** Resolves with its length once somebody waits for a span that matches; what leads there may take real time. */
  async untilWaiting(matches: (length: DurationMs) => boolean): Promise<DurationMs> {
    for (const startedAt = performance.now(); performance.now() - startedAt < 20_000; ) {
      const found = this.pending.find(({ length }) => matches(length));
      if (found) return found.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
    const lengths = this.pending.map(({ length }) => length).join(', ');
    throw new Error(`nobody waits for that; there are waits of ${lengths} ms`);
  }

  #inOrder(): Sleeper[] {
    return [...this.#sleepers].sort((a, b) => a.due - b.due);
  }
}
