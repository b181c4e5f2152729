/** Lets many callers share one piece of work that is already under way. Keeps nothing once it has ended. */

/**
 * Wraps `work` so that calls made while one is running get that one's outcome, failure included. The work runs
 * under a signal of its own that aborts only when every caller has gone: one impatient caller spoils nothing.
 * Never two at once: what was given up may be in the middle of something, and the next one begins when it has ended.
 */
export function singleFlight<T>(
  work: (signal: AbortSignal) => Promise<T>,
): (signal?: AbortSignal) => Promise<T> {
  let flight: { outcome: Promise<T>; controller: AbortController; callers: number } | undefined;
  let givenUp: Promise<void> | undefined;

  const begin = (signal: AbortSignal) => {
    if (!givenUp) return work(signal);
    return givenUp.then(() => {
      signal.throwIfAborted();
      return work(signal);
    });
  };

  return (signal) => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (!flight) {
      const controller = new AbortController();
      const started = { outcome: begin(controller.signal), controller, callers: 0 };
      const land = () => {
        if (flight === started) flight = undefined;
      };
      started.outcome.then(land, land);
      flight = started;
    }
    const joined = flight;
    joined.callers += 1;
    if (!signal) return joined.outcome;

    return new Promise<T>((resolve, reject) => {
      const onAbort = () => {
        joined.callers -= 1;
        if (joined.callers === 0) giveUp(joined, signal.reason);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      joined.outcome.finally(() => signal.removeEventListener('abort', onAbort)).then(resolve, reject);
    });
  };

  function giveUp(left: NonNullable<typeof flight>, reason: unknown): void {
    const end = () => {
      if (givenUp === over) givenUp = undefined;
    };
    const over: Promise<void> = left.outcome.then(end, end);
    givenUp = over;
    if (flight === left) flight = undefined;
    left.controller.abort(reason);
  }
}
