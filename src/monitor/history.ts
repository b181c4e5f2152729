/** What is known of a server's past: what is kept and what is yet to be written, as one. Reads, and writes nothing. */
import { bucketStart, type Period, type ProbeBucket } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import { MONTH, type Summary, summarize } from '../domain/summary.ts';
import { joinBuckets } from '../domain/tally.ts';
import type { Clock } from '../lib/clock.ts';
import { DAY, type DurationMs, type EpochMs, MINUTE } from '../lib/time.ts';
import type { HistoryRecorder } from './history-recorder.ts';
import type { WatchedPast } from './watched-past.ts';

export interface HistorySources {
  readonly clock: Clock;
  readonly recorder: Pick<HistoryRecorder, 'unwritten'>;
  readonly watchedPast: WatchedPast;
  readonly kept: {
    /** Those that lasted after `since`, newest first. */
    periods(server: ServerName, since: EpochMs): Promise<readonly Period[]>;
    /** Those with `from` ≤ start < `to`, oldest first. */
    buckets(server: ServerName, from: EpochMs, to: EpochMs): Promise<readonly ProbeBucket[]>;
  };
}

/** The probe before a span may stand for its beginning, so that all is read from an interval earlier on. */
export class History {
  readonly #sources: HistorySources;

  constructor(sources: HistorySources) {
    this.#sources = sources;
  }

  /** Up to this moment; buckets oldest first, periods newest first. */
  async since(
    server: ServerName,
    from: EpochMs,
    probeInterval: DurationMs,
  ): Promise<{ readonly buckets: readonly ProbeBucket[]; readonly periods: readonly Period[] }> {
    const [buckets, periods] = await Promise.all([
      this.#buckets(server, bucketStart(from - probeInterval)),
      this.#sources.kept.periods(server, from),
    ]);
    return { buckets, periods };
  }

  async summary(server: ServerName, probeInterval: DurationMs): Promise<Summary> {
    const { clock, kept, watchedPast } = this.#sources;
    const now = clock.now();
    const month = bucketStart(now - MONTH - probeInterval);
    const today = bucketStart(now - DAY - probeInterval);
    const [buckets, earlier, periods] = await Promise.all([
      this.#buckets(server, today),
      watchedPast.runs(server, month, today),
      kept.periods(server, now - MONTH),
    ]);
    return summarize(earlier, buckets, periods, now, probeInterval);
  }

  async #buckets(server: ServerName, start: EpochMs): Promise<readonly ProbeBucket[]> {
    const { clock, kept, recorder } = this.#sources;
    // Before the others: a span that is written meanwhile is then seen twice, and not never.
    const unwritten = recorder.unwritten(server);
    return joinBuckets(await kept.buckets(server, start, clock.now() + MINUTE), unwritten);
  }
}
