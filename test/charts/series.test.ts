import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toColumns, toRuns } from '../../src/charts/series.ts';
import { BUCKET, type ProbeBucket } from '../../src/domain/history.ts';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import { bucket, buckets, NOW } from './fixtures.ts';

const latency = ({ latency: found }: ProbeBucket) =>
  found && { low: found.min, middle: found.median, high: found.max };
const DAY_SPAN = { from: NOW - DAY, to: NOW };

describe('columns', () => {
  test('of a day are its buckets', () => {
    const columns = toColumns(buckets(DAY_SPAN.from, NOW), latency, DAY_SPAN, 300);
    expect(columns).toHaveLength(288);
    expect(columns[0]).toEqual({ from: NOW - DAY, to: NOW - DAY + BUCKET, low: 15, middle: 20, high: 30 });
  });

  test('of a week are few, and yet no extreme is lost', () => {
    const span = { from: NOW - 7 * DAY, to: NOW };
    const slow = NOW - 3 * DAY + 35 * MINUTE;
    const fast = NOW - 2 * DAY;
    const week = buckets(span.from, NOW, (start) => {
      if (start === slow) return { latency: { min: 15, median: 20, max: 5_000 } };
      return start === fast ? { latency: { min: 1, median: 20, max: 30 } } : {};
    });
    const columns = toColumns(week, latency, span, 300);
    expect(columns.length).toBeLessThanOrEqual(300);
    expect(columns.find(({ high }) => high === 5_000)).toMatchObject({ low: 15, middle: 20 });
    expect(Math.min(...columns.map(({ low }) => low))).toBe(1);
    expect(toRuns(columns)).toHaveLength(1);
  });

  test('stop where nothing was measured and go on after it, however short the gap', () => {
    const span = { from: NOW - 7 * DAY, to: NOW };
    const gap = NOW - 3 * DAY;
    const week = buckets(span.from, NOW, (start) => (start === gap ? { latency: undefined } : {}));
    const runs = toRuns(toColumns(week, latency, span, 300));
    expect(runs).toHaveLength(2);
    expect(runs[0]?.at(-1)?.to).toBe(gap);
    expect(runs[1]?.[0]?.from).toBe(gap + BUCKET);
  });

  test('of measurements further apart than a bucket have no gaps, except where one is missing', () => {
    const sparse = buckets(NOW - DAY, NOW, (start) => ({
      users: (start / BUCKET) % 3 === 0 && start !== NOW - 12 * HOUR ? 50 : undefined,
    }));
    const users = ({ users: count }: ProbeBucket) =>
      count === undefined ? undefined : { low: count, middle: count, high: count };
    const runs = toRuns(toColumns(sparse, users, DAY_SPAN, 300, 15 * MINUTE));
    expect(runs.map((run) => [run[0]?.from, run.at(-1)?.to])).toEqual([
      [NOW - DAY, NOW - 12 * HOUR],
      [NOW - 12 * HOUR + 15 * MINUTE, NOW],
    ]);
  });

  test('begin and end with the span, which cuts the buckets at its edges', () => {
    const span = { from: NOW - HOUR + MINUTE, to: NOW - MINUTE };
    const columns = toColumns(buckets(NOW - 2 * HOUR, NOW + HOUR), latency, span, 300);
    expect(columns[0]?.from).toBe(span.from);
    expect(columns.at(-1)?.to).toBe(span.to);
  });

  test('are in order, do not overlap, lie in the span, and keep the extremes, whatever is missing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 0, max: 999 }), { nil: undefined }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (values, most) => {
          const span = { from: NOW, to: NOW + 60 * BUCKET };
          const seen = values.map((users, index) => bucket(NOW + index * BUCKET, { users }));
          const columns = toColumns(
            seen,
            ({ users }) => (users === undefined ? undefined : { low: users, middle: users, high: users }),
            span,
            most,
          );
          let at = span.from;
          for (const column of columns) {
            expect(column.from).toBeGreaterThanOrEqual(at);
            expect(column.to).toBeGreaterThan(column.from);
            expect(column.low <= column.middle && column.middle <= column.high).toBe(true);
            at = column.to;
          }
          expect(at).toBeLessThanOrEqual(span.to);
          const known = values.filter((value) => value !== undefined);
          expect(Math.max(...columns.map(({ high }) => high))).toBe(Math.max(...known));
          expect(Math.min(...columns.map(({ low }) => low))).toBe(Math.min(...known));
          const length = columns.reduce((sum, { from, to }) => sum + to - from, 0);
          expect(length).toBe(known.length * BUCKET);
        },
      ),
    );
  });
});
