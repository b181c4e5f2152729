/** One call to the Bot API: bounded in time, its outcome a value. Never retries and never waits. */
import type { Api } from 'node-telegram-bot-api';
import { childOf } from '../../lib/abort.ts';
import { systemClock } from '../../lib/clock.ts';
import type { HttpOrigin } from '../../lib/http.ts';
import type { Secret } from '../../lib/secret.ts';
import { type DurationMs, SECOND } from '../../lib/time.ts';
import { type Answer, timedOut } from './failures.ts';
import { CallFailed, WiredApi } from './wire.ts';

/** How long the parts of a talk with Telegram may take. */
export interface Limits {
  /** An ordinary call. Default 10 s. */
  readonly call: DurationMs;
  /** How long Telegram is asked to hold a poll; whole seconds. Default 50 s. */
  readonly poll: DurationMs;
  /** How much later than that a poll counts as hanging, e.g. on a half-open connection. Default 10 s. */
  readonly pollMargin: DurationMs;
  /** Telling Telegram at the end which update was the last. Default 0.5 s. */
  readonly confirm: DurationMs;
  /** What may still be sent after the end. Default 1 s. */
  readonly lastWords: DurationMs;
}

export const LIMITS: Limits = {
  call: 10 * SECOND,
  poll: 50 * SECOND,
  pollMargin: 10 * SECOND,
  confirm: SECOND / 2,
  lastWords: SECOND,
};

/** Rejects only when `signal` aborts, or through a mistake in `request`. */
export type Call = <T>(
  method: string,
  signal: AbortSignal,
  request: (api: Api, signal: AbortSignal) => Promise<T>,
  limit?: DurationMs,
) => Promise<Answer<T>>;

/** @param root the path below which the Bot API is, without a slash at its end */
export function openCalls(token: Secret, origin: HttpOrigin, root: string, limits: Limits): Call {
  const api = new WiredApi(token.reveal(), origin, root);

  return async (method, signal, request, limit = limits.call) => {
    signal.throwIfAborted();
    const own = childOf(signal);
    const done = new AbortController();
    // The real clock on purpose: sockets are real under a clock of the tests as well.
    systemClock.sleep(limit, done.signal).then(own.abort, () => {});
    try {
      return { kind: 'answered', value: await request(api, own.signal) };
    } catch (error) {
      signal.throwIfAborted();
      if (own.signal.aborted) return timedOut(method);
      if (error instanceof CallFailed) return error.failure;
      throw error;
    } finally {
      own.release();
      done.abort();
    }
  };
}
