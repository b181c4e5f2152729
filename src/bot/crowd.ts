/**
 * Who was inside a conference when it was asked whether to stop it, short enough for a button: so that the press
 * can tell who has joined since, even after a restart. Pure.
 */
import { isModerator, type Participant } from '../domain/conference.ts';
import { digest } from './callback-data.ts';

/** Up to this many people each have a mark of their own; beyond it only numbers fit. */
const MARKED = 10;
const MARK_LENGTH = 3;

/** `-`: nobody could be read. */
const UNREAD = '-';

export function encodeCrowd(participants: readonly Participant[] | undefined): string {
  if (!participants) return UNREAD;
  if (participants.length > MARKED) {
    return `n${participants.length}m${participants.filter(isModerator).length}`;
  }
  return `l${participants.map((participant) => mark(participant)).join('')}`;
}

export type CrowdChange =
  | { readonly kind: 'same-or-fewer' }
  | { readonly kind: 'joined'; readonly who: readonly Participant[] }
  /** Too many to know them one by one. */
  | { readonly kind: 'more'; readonly before: number; readonly now: number; readonly moderatorCame: boolean }
  /** It was not known before who is inside, or the button is broken. */
  | { readonly kind: 'not-comparable' };

export function compareCrowd(before: string, now: readonly Participant[]): CrowdChange {
  const numbers = /^n(\d{1,6})m(\d{1,6})$/.exec(before);
  if (numbers) {
    const [people, moderators] = [Number(numbers[1]), Number(numbers[2])];
    const moderatorCame = now.filter(isModerator).length > moderators;
    if (now.length <= people && !moderatorCame) return { kind: 'same-or-fewer' };
    return { kind: 'more', before: people, now: now.length, moderatorCame };
  }
  if (!before.startsWith('l')) return { kind: 'not-comparable' };
  const marks = new Set<string>();
  for (let at = 1; at < before.length; at += MARK_LENGTH) marks.add(before.slice(at, at + MARK_LENGTH));
  const who = now.filter((participant) => !marks.has(mark(participant)));
  return who.length === 0 ? { kind: 'same-or-fewer' } : { kind: 'joined', who };
}

/** The role is part of it: somebody who became moderator counts as new. */
function mark(participant: Participant): string {
  return digest(`${participant.id} ${isModerator(participant)}`, MARK_LENGTH);
}
