/**
 * When is a conference forgotten? TrueConf's own definition: an hour or longer, and either no moderator is in it
 * or only the owner or a moderator is left (README of TrueConf's example bot). Reads nothing, stops nothing.
 */
import type { DurationMs } from '../lib/time.ts';
import { isModerator, type Participant } from './conference.ts';

/** Why it counts as forgotten; also the locale key `forgotten.reason.…`. */
export const FORGOTTEN_REASONS = ['empty', 'no-moderator', 'moderator-alone'] as const;
export type ForgottenReason = (typeof FORGOTTEN_REASONS)[number];

export type ForgottenVerdict =
  | { readonly kind: 'forgotten'; readonly reason: ForgottenReason }
  | { readonly kind: 'in-use' }
  /** The participants could not be read: neither forgotten nor not, and never stopped. */
  | { readonly kind: 'unknown' };

export interface ForgottenRule {
  /** At least this long, inclusive. Default 1 h. */
  readonly minDuration: DurationMs;
}

/** @param participants `undefined` when they could not be read */
export function judge(
  duration: DurationMs,
  participants: readonly Participant[] | undefined,
  rule: ForgottenRule,
): ForgottenVerdict {
  if (duration < rule.minDuration) return { kind: 'in-use' };
  if (participants === undefined) return { kind: 'unknown' };
  if (participants.length === 0) return { kind: 'forgotten', reason: 'empty' };
  const moderators = participants.filter(isModerator).length;
  if (moderators === 0) return { kind: 'forgotten', reason: 'no-moderator' };
  if (moderators === participants.length && moderators === 1) {
    return { kind: 'forgotten', reason: 'moderator-alone' };
  }
  return { kind: 'in-use' };
}
