/** Who may go next? Lets a bounded number in; those who wait stand in one line per caller, and the lines take turns. */

interface Waiting {
  enter(): void;
}

/**
 * A caller is known by its signal: two hundred requests of one screen make one line, so another screen's single
 * request goes in at the next turn and not behind them all.
 */
export class Turns {
  #free: number;
  readonly #lines = new Map<AbortSignal | undefined, Waiting[]>();

  /** @param places how many may be in at once */
  constructor(places: number) {
    this.#free = places;
  }

  /** Resolves when it is this caller's turn; then `leave` must be called. Rejects with the signal's reason. */
  enter(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const line = this.#lines.get(signal);
        const place = line?.indexOf(waiting) ?? -1;
        if (place >= 0) line?.splice(place, 1);
        if (line?.length === 0) this.#lines.delete(signal);
        reject(signal?.reason);
      };
      const waiting: Waiting = {
        enter: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const line = this.#lines.get(signal);
      if (line) line.push(waiting);
      else this.#lines.set(signal, [waiting]);
    });
  }

  leave(): void {
    for (const [caller, line] of this.#lines) {
      this.#lines.delete(caller);
      const next = line.shift();
      // To the end of the lines, so that the others come first.
      if (line.length > 0) this.#lines.set(caller, line);
      next?.enter();
      return;
    }
    this.#free += 1;
  }
}
