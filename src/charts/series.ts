/** What do buckets and periods look like on a picture that is narrower than they are many? Keeps extremes and gaps. Pure. */
import { BUCKET, type Period, type ProbeBucket } from '../domain/history.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';

/** A time in which a server was in one state. */
export interface Band {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly state: 'up' | 'down' | 'unknown';
}

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
 * The whole span without a hole, by the rules of `uptime`: watched is where probes are, the blind time excepted;
 * of that the periods say where the server was down.
 */
export function toBands(
  buckets: readonly ProbeBucket[],
  periods: readonly Period[],
  from: EpochMs,
  to: EpochMs,
  probeInterval: DurationMs = BUCKET,
): Band[] {
  const spansOf = (kind: Period['kind']) =>
    periods.filter((period) => period.kind === kind).map((period) => ({ ...period, to: period.to ?? to }));
  const seen = spansIn(watchedSpans(buckets, reachOf(probeInterval)), from, to);
  const blind = spansIn(spansOf('blind'), from, to);
  const down = spansIn(spansOf('down'), from, to);

  const edges = [...seen, ...blind, ...down].flatMap((span) => [span.from, span.to]);
  const times = [...new Set([from, ...edges, to])].sort((a, b) => a - b);
  const bands: Band[] = [];
  const [isSeen, isBlind, isDown] = [seen, blind, down].map(membership) as [
    Membership,
    Membership,
    Membership,
  ];
  for (const [index, start] of times.slice(0, -1).entries()) {
    const end = times[index + 1] as EpochMs;
    const isKnown = isSeen(start) && !isBlind(start);
    const state = !isKnown ? 'unknown' : isDown(start) ? 'down' : 'up';
    const last = bands.at(-1);
    if (last?.state === state) bands[bands.length - 1] = { ...last, to: end };
    else bands.push({ from: start, to: end, state });
  }
  return bands;
}

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

function reachOf(interval: DurationMs): DurationMs {
  return Math.ceil(Math.max(interval, BUCKET) / BUCKET) * BUCKET;
}

interface Span {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Of thousands of buckets most follow each other. */
function watchedSpans(buckets: readonly ProbeBucket[], reach: DurationMs): Span[] {
  const spans: { readonly from: EpochMs; to: EpochMs }[] = [];
  for (const { start, probes } of buckets) {
    if (probes === 0) continue;
    const last = spans.at(-1);
    if (last && start >= last.from && start <= last.to) last.to = Math.max(last.to, start + reach);
    else spans.push({ from: start, to: start + reach });
  }
  return spans;
}

/** Cut to the span, in order, overlaps and touching ones joined. */
function spansIn(spans: readonly Span[], from: EpochMs, to: EpochMs): Span[] {
  const joined: Span[] = [];
  const inside = spans
    .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.from < span.to)
    .sort((a, b) => a.from - b.from);
  for (const span of inside) {
    const last = joined.at(-1);
    if (last && span.from <= last.to) {
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else joined.push(span);
  }
  return joined;
}

type Membership = (at: EpochMs) => boolean;

/** Whether a time lies in one of the spans; must be asked in order of time. */
function membership(spans: readonly Span[]): Membership {
  let index = 0;
  return (at) => {
    while (index < spans.length && (spans[index] as Span).to <= at) index += 1;
    return at >= (spans[index]?.from ?? Number.POSITIVE_INFINITY);
  };
}
