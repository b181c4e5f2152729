/**
 * Keeps screens in order: in one lane (a message, or the new messages for one person) only the newest ticket may
 * send, one request at a time. A lane lives as long as somebody holds a ticket for it.
 */
import { childOf } from '../../lib/abort.ts';
import type { Clock } from '../../lib/clock.ts';
import { type DurationMs, SECOND } from '../../lib/time.ts';

export interface Ticket {
  /** Newer tickets have higher numbers. */
  readonly number: number;
  isNewest(): boolean;
  /**
   * Runs the request as soon as no other is under way in this lane. `undefined`: a newer ticket had come by then.
   * Rejects when `signal` aborts before its turn, or `ceiling` (or a newer ticket's patience) ends it under way.
   */
  take<T>(
    signal: AbortSignal,
    ceiling: AbortSignal,
    request: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined>;
  leave(): void;
}

interface Lane {
  newest: number;
  holders: number;
  underWay: { readonly settled: Promise<unknown>; abort(): void } | undefined;
}

/**
 * How long a newer screen waits for an older request to settle before it gives that up. Ending it at once would
 * not do: Telegram may still carry out a request whose connection is closed, after the newer one.
 */
const PATIENCE: DurationMs = 2 * SECOND;

export interface Lanes {
  /** How many lanes are in use. */
  readonly size: number;
  /** @param number default: newer than every ticket before */
  enter(key: string, number?: number): Ticket;
}

export function openLanes(clock: Clock): Lanes {
  const lanes = new Map<string, Lane>();
  let last = 0;

  const quiet = async (lane: Lane, signal: AbortSignal): Promise<void> => {
    const older = lane.underWay;
    if (!older) return;
    const wait = childOf(signal);
    older.settled.then(wait.abort, wait.abort);
    try {
      await clock.sleep(PATIENCE, wait.signal);
      older.abort();
      await older.settled.catch(() => {});
    } catch {
      signal.throwIfAborted();
    } finally {
      wait.release();
    }
  };

  return {
    get size() {
      return lanes.size;
    },
    enter: (key, number = ++last) => {
      const lane = lanes.get(key) ?? { newest: number, holders: 0, underWay: undefined };
      lanes.set(key, lane);
      lane.newest = Math.max(lane.newest, number);
      lane.holders += 1;
      const isNewest = () => lane.newest === number;
      return {
        number,
        isNewest,
        take: async (signal, ceiling, request) => {
          while (lane.underWay && isNewest()) await quiet(lane, signal);
          signal.throwIfAborted();
          if (!isNewest()) return undefined;
          const own = childOf(ceiling);
          const outcome = request(own.signal);
          const mine = { settled: outcome, abort: () => own.abort() };
          lane.underWay = mine;
          try {
            return await outcome;
          } finally {
            own.release();
            if (lane.underWay === mine) lane.underWay = undefined;
          }
        },
        leave: () => {
          lane.holders -= 1;
          if (lane.holders === 0) lanes.delete(key);
        },
      };
    },
  };
}
