/** Pasts of a server, made up, and words for them. */
import type { Chart, ChartWords } from '../../src/charts/chart.ts';
import { BUCKET, type Period, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { DAY, type EpochMs } from '../../src/lib/time.ts';

const SERVER = 'video' as ServerName;

/** 2026-11-22 10:00 UTC. */
export const NOW: EpochMs = Date.UTC(2026, 10, 22, 10);

export function bucket(start: EpochMs, parts: Partial<ProbeBucket> = {}): ProbeBucket {
  const latency = { min: 15, median: 20, max: 30 };
  return { server: SERVER, start, probes: 20, failures: 0, latency, users: 100, ...parts };
}

/** One after another, from the bucket that `from` lies in. */
export function buckets(
  from: EpochMs,
  to: EpochMs,
  parts: (start: EpochMs) => Partial<ProbeBucket> | 'missing' = () => ({}),
): ProbeBucket[] {
  const found: ProbeBucket[] = [];
  for (let start = Math.floor(from / BUCKET) * BUCKET; start < to; start += BUCKET) {
    const these = parts(start);
    if (these !== 'missing') found.push(bucket(start, these));
  }
  return found;
}

export function period(kind: Period['kind'], from: EpochMs, to: EpochMs | undefined): Period {
  return { server: SERVER, kind, from, to, trouble: undefined };
}

export const UTC: Chart['zone'] = { wallAt: (at) => at, firstAt: (wall) => wall };

export const WORDS: ChartWords = {
  availability: 'Availability: 99.8 %',
  latency: 'Answer time, ms',
  users: 'Online users',
  up: 'up',
  down: 'down',
  unknown: 'not known',
  median: 'median',
  range: 'fastest to slowest',
  nothing: 'No data',
  beyond: (slowest) => `slower: up to ${slowest}`,
  number: String,
  clock: (at) => new Date(at).toISOString().slice(11, 16),
  weekday: (at) => ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][new Date(at).getUTCDay()] ?? '',
  date: (at) => new Date(at).toISOString().slice(5, 10),
};

export function chart(parts: Partial<Chart> = {}): Chart {
  const { from = NOW - DAY, to = NOW } = parts;
  return {
    title: 'video.example.com',
    subtitle: '24 hours',
    buckets: buckets(from, to),
    periods: [],
    zone: UTC,
    words: WORDS,
    ...parts,
    from,
    to,
  };
}
