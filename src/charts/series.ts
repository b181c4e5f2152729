/** What do buckets look like on a picture that is narrower than they are many? Keeps extremes and gaps. Pure. */
import { BUCKET, type ProbeBucket } from '../domain/history.ts';
import { reachOf } from '../domain/uptime.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';

/** What was measured in a time without a gap. */
export interface Column {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly low: number;
  readonly middle: number;
  readonly high: number;
}

/** What one bucket measured. */
export type Measured = Pick<Column, 'low' | 'middle' | 'high'>;

/**
 * Puts buckets together until there are at most about `most` columns. A gap begins a new column, however short the
 * gap: nothing is drawn where nothing was measured.
 *
 * @param measured `undefined`: nothing was
 * @param interval how far apart measurements are; one stands until the next, but no longer than this
 */
export function toColumns(
  buckets: readonly ProbeBucket[],
  measured: (bucket: ProbeBucket) => Measured | undefined,
  span: { readonly from: EpochMs; readonly to: EpochMs },
  most: number,
  interval: DurationMs = BUCKET,
): Column[] {
  const reach = reachOf(interval);
  const width = Math.max(1, Math.ceil((span.to - span.from) / BUCKET / most)) * BUCKET;
  const columns: Column[] = [];
  let open: OpenColumn | undefined;
  const close = (end: EpochMs) => {
    if (open) columns.push(finish(open, Math.min(open.end, end, span.to)));
    open = undefined;
  };
  for (const bucket of buckets) {
    const { start } = bucket;
    if (start >= span.to || start + reach <= span.from) continue;
    const values = measured(bucket);
    if (!values) continue;
    // By the clock and not by the span, so that a later picture groups the same buckets.
    const place = Math.floor(start / width);
    if (!open || place !== open.place || start > open.end) {
      close(start);
      open = { place, from: Math.max(start, span.from), end: start, ...values, middles: [] };
    }
    open.end = start + reach;
    open.low = Math.min(open.low, values.low);
    open.high = Math.max(open.high, values.high);
    open.middles.push(values.middle);
  }
  close(span.to);
  return columns;
}

interface OpenColumn {
  readonly place: number;
  readonly from: EpochMs;
  end: EpochMs;
  low: number;
  high: number;
  readonly middles: number[];
}

function finish({ from, low, high, middles }: OpenColumn, to: EpochMs): Column {
  middles.sort((a, b) => a - b);
  // Of an even number the upper one: something that was measured, and rather too slow than too fast.
  const middle = middles[Math.floor(middles.length / 2)] ?? 0;
  return { from, to, low, middle, high };
}

/** Columns that touch each other, together. */
export function toRuns(columns: readonly Column[]): Column[][] {
  const runs: Column[][] = [];
  for (const column of columns) {
    const run = runs.at(-1);
    if (run && run.at(-1)?.to === column.from) run.push(column);
    else runs.push([column]);
  }
  return runs;
}
