/** When is "still down" due again? Pure. */
import type { DurationMs, EpochMs } from '../lib/time.ts';

export interface ReminderFacts {
  /** When the outage was last told; `undefined`: not yet. */
  readonly lastTold: EpochMs | undefined;
  readonly acknowledged: boolean;
}

/**
 * @param every `undefined`: no reminders. An acknowledged outage is not repeated: somebody is on it. When it was told
 * far ahead of now the machine's clock was set back, which must not put off the reminder for as long as that.
 */
export function isReminderDue(facts: ReminderFacts, every: DurationMs | undefined, now: EpochMs): boolean {
  if (every === undefined || facts.acknowledged || facts.lastTold === undefined) return false;
  return Math.abs(now - facts.lastTold) >= every;
}
