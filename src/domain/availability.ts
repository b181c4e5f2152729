/**
 * What do we believe about a server, given what probes saw? Pure: the caller keeps the state and does the waiting.
 * A change is dated from the first probe of the run that confirmed it, not from the moment it was confirmed.
 */
import type { DurationMs, EpochMs } from '../lib/time.ts';
import type { Trouble } from './trouble.ts';

/** One look at a server. */
export type Probe =
  | {
      readonly kind: 'answered';
      readonly at: EpochMs;
      /** From sending to the whole answer. */
      readonly latency: DurationMs;
      /** Product version, when the answer tells it. */
      readonly version?: string;
    }
  | {
      readonly kind: 'failed';
      readonly at: EpochMs;
      readonly latency: DurationMs;
      readonly trouble: Trouble;
      /** Whether the web server on `https_port` answered at that time; `undefined`: not looked. */
      readonly webAnswers?: boolean;
    };

export type FailedProbe = Extract<Probe, { kind: 'failed' }>;

export type AvailabilityStatus = 'unknown' | 'up' | 'down';

export interface Availability {
  readonly status: AvailabilityStatus;
  /** Since when it has that status: the first probe of the run that confirmed it. */
  readonly since: EpochMs;
  /** Why it is down: the last failed probe. Present exactly when `down`. */
  readonly failure?: FailedProbe;
  /** The run of probes that contradicts `status` and is still too short to change it. */
  readonly doubt?: Doubt;
}

export interface Doubt {
  readonly seen: 'up' | 'down';
  /** How many in a row; at least 1. */
  readonly probes: number;
  readonly since: EpochMs;
}

export interface Thresholds {
  /** Failed probes in a row that mean down; at least 1, default 2. */
  readonly failures: number;
  /** Answered probes in a row that mean up; at least 1, default 1. */
  readonly successes: number;
}

export type Transition =
  | {
      readonly kind: 'went-down';
      readonly at: EpochMs;
      readonly failure: FailedProbe;
      /** It had not been seen up before, so it may have been down for longer. */
      readonly firstSeen: boolean;
    }
  | { readonly kind: 'came-up'; readonly at: EpochMs; readonly downSince: EpochMs };

/** Nothing is known at `at`: the state of a server before its first probe, or after monitoring was off. */
export function unknownSince(at: EpochMs): Availability {
  return { status: 'unknown', since: at };
}

/** Whether the last probe contradicts what is believed, so that the next one should come soon. */
export function isInDoubt(availability: Availability): boolean {
  return availability.doubt !== undefined;
}

/** Folds one probe into what was believed before. */
export function observe(
  before: Availability,
  probe: Probe,
  thresholds: Thresholds,
): { readonly after: Availability; readonly transition?: Transition } {
  const seen = probe.kind === 'answered' ? 'up' : 'down';
  if (before.status === seen) {
    if (probe.kind === 'failed') return { after: { status: 'down', since: before.since, failure: probe } };
    return { after: before.doubt ? { status: 'up', since: before.since } : before };
  }

  const run: Doubt =
    before.doubt?.seen === seen
      ? { seen, probes: before.doubt.probes + 1, since: before.doubt.since }
      : { seen, probes: 1, since: probe.at };
  const needed = probe.kind === 'failed' ? thresholds.failures : thresholds.successes;
  if (run.probes < needed) return { after: { ...before, doubt: run } };

  if (probe.kind === 'failed') {
    return {
      after: { status: 'down', since: run.since, failure: probe },
      transition: {
        kind: 'went-down',
        at: run.since,
        failure: probe,
        firstSeen: before.status === 'unknown',
      },
    };
  }
  const after: Availability = { status: 'up', since: run.since };
  // First seen up is no news: a restart of the bot must not report every healthy server.
  if (before.status === 'unknown') return { after };
  return { after, transition: { kind: 'came-up', at: run.since, downSince: before.since } };
}
