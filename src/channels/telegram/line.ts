/** What state the line to Telegram is in: told and logged once per change, with the wait before the next try. */
import { type BackoffPolicy, backoff } from '../../lib/backoff.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type DurationMs, type EpochMs, SECOND } from '../../lib/time.ts';
import { type Failure, tell } from './failures.ts';
import { TokenRefused } from './token-refused.ts';
import { judge } from './verdicts.ts';

type LineTrouble =
  /** No connection, no answer in time, or an error of Telegram's own. */
  | 'away'
  /** Somebody else answers, most often a proxy with a page of its own. */
  | 'proxy-page'
  | 'rate-limited'
  /** Another program polls with the same token. */
  | 'conflict-poller'
  /** Updates go to a webhook. */
  | 'conflict-webhook'
  /** The token worked before; Telegram is asked again before that is believed. */
  | 'token-refused'
  | 'other';

export type LineState =
  | { readonly kind: 'connected' }
  | { readonly kind: 'trouble'; readonly code: LineTrouble; readonly reason: string };

export interface Line {
  /** The last try succeeded. That alone does not make it `connected`: see the peace after a conflict. */
  readonly isGood: boolean;
  succeeded(): void;
  /** Resolves when it is time for the next try. Rejects with TokenRefused, or when the signal aborts. */
  failed(failure: Failure, signal: AbortSignal): Promise<void>;
}

export interface LineOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly onState?: ((state: LineState) => void) | undefined;
}

/** Not longer: when Telegram is back, people tap and wait. */
const AWAY: BackoffPolicy = { first: SECOND, longest: 8 * SECOND };
const CONFLICT: BackoffPolicy = { first: 4 * SECOND, longest: 30 * SECOND };
/** Two pollers take turns at pushing each other out; only so long a peace means that the other one is gone. */
const PEACE: DurationMs = 45 * SECOND;
/** During outages Telegram has refused good tokens; one that worked is given up only after so many refusals in a row. */
const REFUSALS_BELIEVED = 3;

export function openLine({ clock, random, log, onState }: LineOptions): Line {
  let state: LineState | undefined;
  let hasWorked = false;
  let isGood = false;
  let attempt = 0;
  let refusals = 0;
  let lastConflict: EpochMs | undefined;

  const enter = (next: LineState) => {
    const isSame = state?.kind === next.kind && codeOf(state) === codeOf(next);
    const isFirst = state === undefined;
    state = next;
    if (isSame) return;
    if (next.kind === 'trouble')
      log.warn({ code: next.code, reason: next.reason }, 'Telegram cannot be polled');
    else log.info({}, isFirst ? 'connected to Telegram' : 'connected to Telegram again');
    onState?.(next);
  };

  return {
    get isGood() {
      return isGood;
    },
    succeeded: () => {
      hasWorked = true;
      isGood = true;
      refusals = 0;
      // Either way: the machine's clock may have been set back.
      if (lastConflict !== undefined && Math.abs(clock.now() - lastConflict) < PEACE) return;
      lastConflict = undefined;
      attempt = 0;
      enter({ kind: 'connected' });
    },
    failed: async (failure, signal) => {
      isGood = false;
      const code = classify(failure);
      refusals = code === 'token-refused' ? refusals + 1 : 0;
      if (refusals >= (hasWorked ? REFUSALS_BELIEVED : 1)) throw new TokenRefused();
      if (code === 'conflict-poller') lastConflict = clock.now();
      attempt += 1;
      // One broken connection between two good ones is daily business.
      const isBlip = code === 'away' && attempt === 1 && state?.kind === 'connected';
      if (isBlip) log.debug({ reason: tell(failure) }, 'a poll broke, trying again');
      else enter({ kind: 'trouble', code, reason: tell(failure) });
      const policy = code.startsWith('conflict') ? CONFLICT : AWAY;
      const verdict = judge(failure);
      const wait = verdict.kind === 'busy' ? verdict.after : backoff(policy, attempt, random());
      await clock.sleep(wait, signal);
    },
  };
}

function classify(failure: Failure): LineTrouble {
  if (failure.kind === 'unreachable') return failure.cause === 'page' ? 'proxy-page' : 'away';
  const { status, description } = failure;
  // 404: Telegram knows no such path, because the token is part of it.
  if (status === 401 || status === 404) return 'token-refused';
  if (status === 409) return /webhook/i.test(description) ? 'conflict-webhook' : 'conflict-poller';
  if (status === 429) return 'rate-limited';
  return status >= 500 ? 'away' : 'other';
}

function codeOf(state: LineState): string {
  return state.kind === 'trouble' ? state.code : state.kind;
}
