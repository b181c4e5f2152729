/** Answers "has it happened yet?": promises for the first thing that matches, past or future, with a time limit. */

export interface Waiting<T> {
  /** Shows a thing to everybody who waits. */
  see(thing: T): void;
  /** Resolves with the first match; rejects after `timeoutMs` naming what was there. */
  wait(match: (thing: T) => boolean, timeoutMs: number): Promise<T>;
  /** Forgets everybody who waits; their promises stay open. */
  close(): void;
}

/** `past` are the things seen so far; `name` says one of them in a few words for the error. */
export function createWaiting<T>(
  what: string,
  past: () => readonly T[],
  name: (thing: T) => string,
): Waiting<T> {
  interface Waiter {
    match: (thing: T) => boolean;
    resolve: (thing: T) => void;
    timer: NodeJS.Timeout;
  }
  const waiters = new Set<Waiter>();
  return {
    see(thing) {
      for (const waiter of waiters) {
        if (!waiter.match(thing)) continue;
        waiters.delete(waiter);
        clearTimeout(waiter.timer);
        waiter.resolve(thing);
      }
    },
    wait(match, timeoutMs) {
      const found = past().find(match);
      if (found !== undefined) return Promise.resolve(found);
      // The stack of the caller, which is lost once the timer has fired.
      const error = new Error();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiters.delete(waiter);
          const seen = past().slice(-15).map(name);
          error.message = `no matching ${what} within ${timeoutMs} ms; there were ${past().length}${seen.length > 0 ? `, the last:\n  ${seen.join('\n  ')}` : ''}`;
          reject(error);
        }, timeoutMs);
        const waiter: Waiter = { match, resolve, timer };
        waiters.add(waiter);
      });
    },
    close() {
      for (const { timer } of waiters) clearTimeout(timer);
      waiters.clear();
    },
  };
}
