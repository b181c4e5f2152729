/** When was each server watched in the last weeks? Reads each bucket once and keeps the runs of them, which are few. */
import type { ProbeBucket } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import { type WatchedRun, watchedRuns } from '../domain/uptime.ts';
import type { EpochMs } from '../lib/time.ts';

/** Those with `from` ≤ start < `to`, oldest first, as they will stay. */
type Read = (server: ServerName, from: EpochMs, to: EpochMs) => Promise<readonly ProbeBucket[]>;

interface Known {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly runs: readonly WatchedRun[];
}

export class WatchedPast {
  readonly #read: Read;
  readonly #known = new Map<ServerName, Known>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** @param to so long ago that nothing before it will be written any more */
  async runs(server: ServerName, from: EpochMs, to: EpochMs): Promise<readonly WatchedRun[]> {
    const before = this.#known.get(server);
    // Not when the machine's clock was set back in between.
    const known = before && before.from <= from && before.to <= to ? before : { from, to: from, runs: [] };
    const buckets = await this.#read(server, Math.max(known.to, from), to);
    const runs = watchedRuns(buckets, known.runs).filter(({ last }) => last >= from);
    this.#known.set(server, { from, to, runs });
    return runs;
  }

  forget(server: ServerName): void {
    this.#known.delete(server);
  }
}
