/** What can become of a call to Telegram, as plain values. Nothing here ever holds a URL: the token is part of it. */
import type { DurationMs } from '../../lib/time.ts';

/** Telegram understood the call and said no. */
export interface Rejection {
  readonly kind: 'rejected';
  readonly method: string;
  /** Numbered like HTTP's, from the answer itself. */
  readonly status: number;
  readonly description: string;
  readonly retryAfter: DurationMs | undefined;
  /** The chat's new id. */
  readonly movedTo: number | undefined;
}

/** Nothing that Telegram said came back; whether it has acted is not known. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly method: string;
  /** `page`: somebody else answered, most often a proxy with a page of its own. */
  readonly cause: 'timeout' | 'network' | 'page';
  /** A code such as `refused`, or a few words. */
  readonly detail: string;
}

export type Failure = Rejection | Unreachable;

export type Answer<T> = { readonly kind: 'answered'; readonly value: T } | Failure;

export function timedOut(method: string): Unreachable {
  return { kind: 'unreachable', method, cause: 'timeout', detail: 'no answer in time' };
}

/** @param status HTTP's, when that says something */
export function notTelegram(method: string, status?: number): Unreachable {
  const detail = `the answer is not Telegram's${status === undefined ? '' : ` (HTTP ${status})`}`;
  return { kind: 'unreachable', method, cause: 'page', detail };
}

/** One line for logs and for the operator. */
export function tell(failure: Failure): string {
  return failure.kind === 'rejected'
    ? `${failure.method}: ${failure.status} ${failure.description}`
    : `${failure.method}: ${failure.detail}`;
}
