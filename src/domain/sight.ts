/** Is it the servers that are down, or is it we who see nothing? Pure. */

/** From this many silent servers on, and over half of those that count, the cause may be our own. */
export const SUSPICIOUS_FROM = 3;

export interface Outlook {
  /** Of those, the servers that have stopped answering. */
  readonly silent: number;
  /** Servers that were believed up, those left out whose silence would be planned. */
  readonly total: number;
  /** Whether a second target outside answers, or the messenger does; `undefined`: not known. */
  readonly otherAnswers: boolean | undefined;
}

/** Most servers at once. */
export function isMost(silent: number, total: number): boolean {
  return silent >= SUSPICIOUS_FROM && silent * 2 > total;
}

/** Whether it is worth finding out more: most are silent, or all of few. */
export function isSuspicious({ silent, total }: Pick<Outlook, 'silent' | 'total'>): boolean {
  return isMost(silent, total) || (silent > 0 && silent >= total);
}

/**
 * Most servers silent: blind, unless something else answers. All of one or two: blind only if something else is
 * silent too, because a single server that stops answering is usually just down.
 */
export function isBlind({ silent, total, otherAnswers }: Outlook): boolean {
  if (otherAnswers === true) return false;
  return isMost(silent, total) || (otherAnswers === false && silent > 0 && silent >= total);
}
