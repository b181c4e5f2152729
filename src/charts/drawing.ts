/** A chart as plain data, every text ready: what goes to the process that paints. Pure. */
import type { ProbeBucket } from '../domain/history.ts';
import { type Band, toBands, watchedRuns } from '../domain/uptime.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';
import type { Chart, ChartWords } from './chart.ts';
import { latencyTop, timeScale, valueScale } from './scales.ts';
import { type Column, type Measured, toColumns } from './series.ts';

export interface Drawing {
  readonly title: string;
  readonly subtitle: string;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly availability: { readonly title: string; readonly legend: readonly LegendEntry[] };
  readonly bands: readonly Band[];
  /** From the top. */
  readonly panels: readonly Panel[];
  /** In place of the columns of a panel that has none. */
  readonly nothing: string;
  readonly times: readonly TimeLabel[];
  /** Lines from top to bottom. */
  readonly grid: readonly { readonly at: EpochMs; readonly isMidnight: boolean }[];
}

export interface Panel {
  readonly kind: 'latency' | 'users';
  readonly title: string;
  readonly legend: readonly LegendEntry[];
  readonly columns: readonly Column[];
  readonly top: number;
  readonly ticks: readonly { readonly value: number; readonly label: string }[];
}

export interface LegendEntry {
  readonly mark: 'up' | 'down' | 'unknown' | 'line' | 'range' | 'beyond';
  readonly label: string;
}

export interface TimeLabel {
  readonly at: EpochMs;
  readonly label: string;
  /** Below the label. */
  readonly more: string | undefined;
}

/** About three pixels each. */
const MOST_COLUMNS = 300;

/** An axis is at least this high: differences of a few milliseconds are none. */
const LEAST_MS = 20;
const LEAST_USERS = 4;

/** A day that is cut off at the edge has no room for its date; one with 23 hours has. */
const SHORTEST_DAY_SHARE = 0.9;

/** `undefined`: there is nothing to show, which is better said in a sentence. */
export function toDrawing(chart: Chart): Drawing | undefined {
  const { title, subtitle, from, to, buckets, periods, words } = chart;
  const bands = toBands(watchedRuns(buckets), periods, from, to, chart.probeInterval);
  const columns = (measured: (bucket: ProbeBucket) => Measured | undefined, interval?: DurationMs) =>
    toColumns(buckets, measured, { from, to }, MOST_COLUMNS, interval);
  const latencies = columns(({ latency }) => latency && toMeasured(latency), chart.probeInterval);
  const users = columns(({ users: count }) => same(count), chart.usersInterval);
  const isEmpty = bands.every(({ state }) => state === 'unknown');
  if (isEmpty && latencies.length === 0 && users.length === 0) return undefined;

  const { ticks, isDaily } = timeScale(from, to, chart.zone);
  return {
    ...{ title, subtitle, from, to, bands },
    availability: {
      title: words.availability,
      legend: (['up', 'down', 'unknown'] as const).map((mark) => ({ mark, label: words[mark] })),
    },
    panels: [latencyPanel(latencies, words), usersPanel(users, words)],
    nothing: words.nothing,
    times: isDaily
      ? dayLabels(from, to, ticks, words)
      : ticks.map(({ at, isMidnight }) => ({
          at,
          label: words.clock(at),
          more: isMidnight ? words.date(at) : undefined,
        })),
    grid: ticks,
  };
}

function latencyPanel(columns: readonly Column[], words: ChartWords): Panel {
  const { top, ticks } = valueScale(latencyTop(columns), LEAST_MS);
  const slowest = Math.max(0, ...columns.map(({ high }) => high));
  const legend: LegendEntry[] = [
    { mark: 'line', label: words.median },
    { mark: 'range', label: words.range },
    ...(slowest > top ? [{ mark: 'beyond', label: words.beyond(words.number(slowest)) } as const] : []),
  ];
  return { kind: 'latency', title: words.latency, legend, columns, top, ticks: labelled(ticks, words) };
}

function usersPanel(columns: readonly Column[], words: ChartWords): Panel {
  const { top, ticks } = valueScale(Math.max(0, ...columns.map(({ high }) => high)), LEAST_USERS);
  return { kind: 'users', title: words.users, legend: [], columns, top, ticks: labelled(ticks, words) };
}

function labelled(ticks: readonly number[], words: ChartWords): Panel['ticks'] {
  return ticks.map((value) => ({ value, label: words.number(value) }));
}

/** In the middle of each whole day; the running one has its name alone, else the last would be yesterday's. */
function dayLabels(
  from: EpochMs,
  to: EpochMs,
  midnights: readonly { readonly at: EpochMs }[],
  words: ChartWords,
): TimeLabel[] {
  const edges = [from, ...midnights.map(({ at }) => at).filter((at) => at > from && at < to), to];
  const days = edges.slice(0, -1).map((start, index) => ({ start, end: edges[index + 1] as EpochMs }));
  const longest = Math.max(...days.map(({ start, end }) => end - start));
  const isWhole = ({ start, end }: { start: EpochMs; end: EpochMs }) =>
    end - start >= SHORTEST_DAY_SHARE * longest;
  return days
    .filter((day) => day.end === to || isWhole(day))
    .map((day) => {
      const at = (day.start + day.end) / 2;
      return { at, label: words.weekday(at), more: isWhole(day) ? words.date(at) : undefined };
    });
}

function toMeasured({ min, median, max }: NonNullable<ProbeBucket['latency']>): Measured {
  return { low: min, middle: median, high: max };
}

function same(value: number | undefined): Measured | undefined {
  return value === undefined ? undefined : { low: value, middle: value, high: value };
}
