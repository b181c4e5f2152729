/** A bucket says the same as its probes, held against a count by hand, whatever cuts it into parts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Probe } from '../../src/domain/availability.ts';
import { BUCKET, bucketStart, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { countProbe, finishTally, joinBuckets, mergeParts, openTally } from '../../src/domain/tally.ts';

const server = 'alpha' as ServerName;
const START = 1_000 * BUCKET;

/** Latencies of answered probes; `undefined`: it failed. */
type Looks = readonly (number | undefined)[];

const anyLatency = fc.oneof(fc.nat(20), fc.double({ min: 0, max: 8_000, noNaN: true }));
const anyLooks: fc.Arbitrary<Looks> = fc.array(fc.option(anyLatency, { nil: undefined }), { maxLength: 320 });
const anyUsers = fc.option(fc.nat(500), { nil: undefined });

function bucketOf(looks: Looks, users?: number, start = START): ProbeBucket {
  const tally = openTally(server, start);
  tally.users = users;
  for (const latency of looks) countProbe(tally, probe(latency));
  return Object.freeze(finishTally(tally));
}

function probe(latency: number | undefined): Probe {
  return latency === undefined
    ? { kind: 'failed', at: START, latency: 3_000, trouble: { code: 'refused' } }
    : { kind: 'answered', at: START, latency };
}

const answered = (looks: Looks) => looks.filter((latency) => latency !== undefined).map(Math.round);

/** As in a textbook. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(half)] ?? Number.NaN)
    : Math.round(((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2);
}

test('a moment belongs to the bucket that begins at or before it', () => {
  fc.assert(
    fc.property(fc.nat(), (at) => {
      const start = bucketStart(at);
      expect(start % BUCKET).toBe(0);
      expect(at - start).toBeGreaterThanOrEqual(0);
      expect(at - start).toBeLessThan(BUCKET);
    }),
  );
});

test('a finished bucket holds the counts and the exact minimum, median and maximum', () => {
  fc.assert(
    fc.property(anyLooks, anyUsers, (looks, users) => {
      const times = answered(looks);
      expect(bucketOf(looks, users)).toEqual({
        ...{ server, start: START, users },
        probes: looks.length,
        failures: looks.length - times.length,
        latency:
          times.length === 0
            ? undefined
            : { min: Math.min(...times), median: median(times), max: Math.max(...times) },
      });
    }),
  );
});

test('a look at a bucket under construction does not disturb it', () => {
  const tally = openTally(server, START);
  for (const latency of [30, 10]) countProbe(tally, probe(latency));
  expect(finishTally(tally).latency).toEqual({ min: 10, median: 20, max: 30 });
  countProbe(tally, probe(11));
  expect(finishTally(tally).latency).toEqual({ min: 10, median: 11, max: 30 });
});

describe('two parts of one bucket', () => {
  test('make the whole, but for the median', () => {
    fc.assert(
      fc.property(anyLooks, anyLooks, anyUsers, anyUsers, (first, second, before, after) => {
        const merged = mergeParts(bucketOf(first, before), bucketOf(second, after));
        const whole = bucketOf([...first, ...second], after ?? before);
        expect({ ...merged, latency: undefined }).toEqual({ ...whole, latency: undefined });
        expect(merged.latency?.min).toBe(whole.latency?.min);
        expect(merged.latency?.max).toBe(whole.latency?.max);
      }),
    );
  });

  test('take the median of the part with more answered probes, the later one of equals', () => {
    fc.assert(
      fc.property(anyLooks, anyLooks, (first, second) => {
        const counted = answered(first).length > answered(second).length ? first : second;
        const merged = mergeParts(bucketOf(first), bucketOf(second));
        expect(merged.latency?.median).toBe(bucketOf(counted).latency?.median);
      }),
    );
  });

  test('of which one saw nothing are the other (a bot that starts twice in a minute loses nothing)', () => {
    fc.assert(
      fc.property(anyLooks, anyUsers, (looks, users) => {
        const bucket = bucketOf(looks, users);
        expect(mergeParts(bucket, bucketOf([]))).toEqual(bucket);
        expect(mergeParts(bucketOf([]), bucket)).toEqual(bucket);
      }),
    );
  });
});

test('what is kept and what is yet to be written are one past: in order, each bucket once, no probe lost', () => {
  const anyBuckets = fc.uniqueArray(fc.tuple(fc.nat(30), anyLooks), { selector: ([place]) => place });
  const past = (parts: readonly (readonly [number, Looks])[]) =>
    parts.map(([place, looks]) => bucketOf(looks, undefined, START + place * BUCKET));
  fc.assert(
    fc.property(anyBuckets, anyBuckets, (before, after) => {
      const [kept, unwritten] = [past(before), past(after)];
      const joined = joinBuckets(kept, unwritten);
      const starts = [...new Set([...kept, ...unwritten].map(({ start }) => start))].sort((a, b) => a - b);
      expect(joined.map(({ start }) => start)).toEqual(starts);
      const probes = (buckets: readonly ProbeBucket[]) => buckets.reduce((sum, each) => sum + each.probes, 0);
      expect(probes(joined)).toBe(probes(kept) + probes(unwritten));
    }),
    { numRuns: 50 },
  );
});
