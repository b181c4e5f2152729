/**
 * Gathers what the probes of all servers see and hands it over bucket by bucket, all servers of one span together.
 * Keeps what cannot be written for a day. Knows neither schedules nor tables.
 */
import type { Probe } from '../domain/availability.ts';
import { BUCKET, bucketStart, type ProbeBucket } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import { countProbe, finishTally, joinBuckets, mergeParts, openTally, type Tally } from '../domain/tally.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { DAY, type DurationMs, type EpochMs, SECOND } from '../lib/time.ts';

/** A probe belongs to the span in which it began; by then the slowest has come back. */
const SETTLED_AFTER: DurationMs = 20 * SECOND;

/** So many spans may wait to be written; the newest are kept. */
const MOST_SPANS = DAY / BUCKET;

export interface HistoryDependencies {
  readonly clock: Clock;
  readonly log: Log;
  /** All of one span. Each takes the place of what is kept for its server and start; all or none is written. */
  write(buckets: readonly ProbeBucket[]): Promise<void>;
  /** What is kept for all servers in the span that begins then. Asked when an earlier run may have written there. */
  load(start: EpochMs): Promise<readonly ProbeBucket[]>;
}

export interface HistoryRecorder {
  /** A server that is not probed any more leaves nothing behind once its last bucket is written. */
  probed(server: ServerName, probe: Probe): void;
  /** Somebody has counted who is online. */
  users(server: ServerName, count: number): void;
  /**
   * What is not kept yet, the running bucket included, in order of time. `joinBuckets` puts it to what is kept, which
   * should be read afterwards: what is written between the two is then seen twice and not missed.
   */
  unwritten(server: ServerName): readonly ProbeBucket[];
  /** Writes each span soon after its end, and what there is when the signal aborts; then resolves. */
  run(signal: AbortSignal): Promise<void>;
}

export function createHistoryRecorder(deps: HistoryDependencies): HistoryRecorder {
  return new Recorder(deps);
}

class Recorder implements HistoryRecorder {
  readonly #deps: HistoryDependencies;
  /** Spans that are being counted, by their start: one, or two around its end. */
  readonly #counting = new Map<EpochMs, Map<ServerName, Tally>>();
  /** Spans that are over and wait to be written. */
  readonly #waiting = new Map<EpochMs, Map<ServerName, ProbeBucket>>();
  /** The span that was counted in last, so that the next probe need not look for it. */
  #start: EpochMs = Number.NaN;
  #span = new Map<ServerName, Tally>();
  /** Up to here something may be kept, from this run or one before. */
  #keptUpTo: EpochMs;

  constructor(deps: HistoryDependencies) {
    this.#deps = deps;
    this.#keptUpTo = bucketStart(deps.clock.now());
  }

  probed(server: ServerName, probe: Probe): void {
    countProbe(this.#tally(server, probe.at), probe);
  }

  users(server: ServerName, count: number): void {
    this.#tally(server, this.#deps.clock.now()).users = count;
  }

  unwritten(server: ServerName): readonly ProbeBucket[] {
    const over = [...this.#waiting.values()].flatMap((span) => span.get(server) ?? []);
    const running = [...this.#counting.values()].flatMap((span) => span.get(server) ?? []);
    return joinBuckets(over, running.map(finishTally));
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    while (!signal.aborted) {
      const now = clock.now();
      try {
        await clock.sleep(bucketStart(now - SETTLED_AFTER) + BUCKET + SETTLED_AFTER - now, signal);
        this.#closeSpans(clock.now());
        await this.#write();
      } catch (reason) {
        if (!signal.aborted) throw reason;
      }
    }
    this.#closeSpans(Number.POSITIVE_INFINITY);
    await this.#write();
  }

  #tally(server: ServerName, at: EpochMs): Tally {
    const start = bucketStart(at);
    if (start !== this.#start) {
      this.#start = start;
      this.#span = this.#spanAt(start);
    }
    const known = this.#span.get(server);
    if (known) return known;
    const tally = openTally(server, start);
    this.#span.set(server, tally);
    return tally;
  }

  #spanAt(start: EpochMs): Map<ServerName, Tally> {
    const span = this.#counting.get(start) ?? new Map<ServerName, Tally>();
    this.#counting.set(start, span);
    return span;
  }

  /** What is over by now waits for being written; also what lies ahead, when the machine's clock was set back. */
  #closeSpans(now: EpochMs): void {
    this.#start = Number.NaN;
    for (const [start, tallies] of this.#counting) {
      if (start + BUCKET + SETTLED_AFTER > now && start <= now) continue;
      this.#counting.delete(start);
      const span = this.#waiting.get(start) ?? new Map<ServerName, ProbeBucket>();
      this.#waiting.set(start, span);
      for (const [server, tally] of tallies) {
        const before = span.get(server);
        span.set(server, before ? mergeParts(before, finishTally(tally)) : finishTally(tally));
      }
    }
  }

  /** The oldest first, so that after a broken write the next try goes on where this one stopped. */
  async #write(): Promise<void> {
    const starts = [...this.#waiting.keys()].sort((a, b) => a - b);
    for (const start of starts.splice(0, starts.length - MOST_SPANS)) this.#waiting.delete(start);
    try {
      for (const start of starts) {
        await this.#deps.write(await this.#whole(start));
        this.#waiting.delete(start);
        this.#keptUpTo = Math.max(this.#keptUpTo, start);
      }
    } catch (error) {
      const spans = this.#waiting.size;
      this.#deps.log.error({ spans, error: String(error) }, 'the history could not be written');
    }
  }

  /** A span with what is kept of it already: from before a restart, or from before the clock was set back. */
  async #whole(start: EpochMs): Promise<ProbeBucket[]> {
    const span = [...(this.#waiting.get(start)?.values() ?? [])];
    if (start > this.#keptUpTo) return span;
    const kept = new Map((await this.#deps.load(start)).map((bucket) => [bucket.server, bucket]));
    return span.map((bucket) => {
      const earlier = kept.get(bucket.server);
      return earlier ? mergeParts(earlier, bucket) : bucket;
    });
  }
}
