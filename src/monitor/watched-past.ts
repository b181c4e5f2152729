/** When was each server watched in the last weeks? Asks about each time once and keeps the runs of it, which are few. */
import type { ServerName } from '../domain/names.ts';
import { joinRuns, type WatchedRun } from '../domain/uptime.ts';
import type { EpochMs } from '../lib/time.ts';

/** Runs of buckets with `from` ≤ start < `to`, oldest first, as they will stay. */
type Read = (server: ServerName, from: EpochMs, to: EpochMs) => Promise<readonly WatchedRun[]>;

interface Known {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly runs: readonly WatchedRun[];
}

export class WatchedPast {
  readonly #read: Read;
  #known = new Map<ServerName, Known>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** @param to so long ago that nothing before it will be written any more */
  async runs(server: ServerName, from: EpochMs, to: EpochMs): Promise<readonly WatchedRun[]> {
    const allKnown = this.#known;
    const before = allKnown.get(server);
    // Not when the machine's clock was set back in between.
    const known = before && before.from <= from && before.to <= to ? before : { from, to: from, runs: [] };
    const later = await this.#read(server, Math.max(known.to, from), to);
    const runs = joinRuns([...known.runs, ...later]).filter(({ last }) => last >= from);
    allKnown.set(server, { from, to, runs });
    return runs;
  }

  forget(server: ServerName): void {
    this.#known.delete(server);
  }

  /** Also what is being read: it goes where nobody looks any more. */
  forgetAll(): void {
    this.#known = new Map();
  }
}
