/** Does a server change so often that telling each change would only wake people? Pure. */
import { type DurationMs, type EpochMs, MINUTE } from '../lib/time.ts';

/** More changes than this… */
const MOST_CHANGES = 5;
/** …within this span make a server unstable. */
const CHANGES_WITHIN: DurationMs = 30 * MINUTE;
/** Unstable until it has not changed for this long. */
const STEADY_AFTER: DurationMs = 15 * MINUTE;

export interface Stability {
  /** The latest changes, oldest first: those within the span, and while it is unstable never none. */
  readonly changes: readonly EpochMs[];
  /** When the run of changes began that made it unstable; `undefined`: it is stable. */
  readonly unstableSince: EpochMs | undefined;
}

export const STABLE: Stability = { changes: [], unstableSince: undefined };

/** The server has gone down or come up. @returns `became-unstable` once, at the change that was one too many */
export function noteChange(
  before: Stability,
  at: EpochMs,
): { readonly after: Stability; readonly outcome: 'stable' | 'became-unstable' | 'unstable' } {
  // What lies ahead is from before the machine's clock was set back, and says nothing about this half hour.
  const recent = before.changes.filter((change) => change > at - CHANGES_WITHIN && change <= at);
  const changes = [...recent, at];
  // Only the number matters, and only up to the limit.
  const latest = changes.slice(-(MOST_CHANGES + 1));
  if (before.unstableSince !== undefined) {
    return { after: { changes: latest, unstableSince: before.unstableSince }, outcome: 'unstable' };
  }
  if (changes.length <= MOST_CHANGES) {
    return { after: { changes: latest, unstableSince: undefined }, outcome: 'stable' };
  }
  return { after: { changes: latest, unstableSince: latest[0] ?? at }, outcome: 'became-unstable' };
}

/** Nobody has seen it up to `at`: whether it has kept still is known only from then on. */
export function noteGap(before: Stability, at: EpochMs): Stability {
  if (before.unstableSince === undefined) return before;
  return { ...before, changes: [...before.changes.slice(0, -1), at] };
}

/**
 * Whether an unstable server has kept still for long enough to be called steady. A last change that lies ahead, because
 * the machine's clock was set back, must not keep it silent for as long as that.
 */
export function isSteadyAgain({ changes, unstableSince }: Stability, now: EpochMs): boolean {
  if (unstableSince === undefined) return false;
  return Math.abs(now - (changes.at(-1) ?? unstableSince)) >= STEADY_AFTER;
}
