/** What the summary of buckets promises about the probes that are in them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ProbeBucket } from '../../src/domain/history.ts';
import { summarizeLatency } from '../../src/domain/latency.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { countProbe, finishTally, openTally } from '../../src/domain/tally.ts';

function bucketOf(latencies: readonly number[], failures = 0): ProbeBucket {
  const tally = openTally('alpha' as ServerName, 0);
  tally.failures = failures;
  for (const latency of latencies) countProbe(tally, { kind: 'answered', at: 0, latency });
  return finishTally(tally);
}

const anyBuckets = fc.array(fc.tuple(fc.array(fc.nat(5_000), { maxLength: 25 }), fc.nat(3)), {
  maxLength: 20,
});

test('nothing answered, nothing to say', () => {
  expect(summarizeLatency([])).toBe(undefined);
  expect(summarizeLatency([bucketOf([], 20)])).toBe(undefined);
});

test('of one bucket it is that bucket', () => {
  expect(summarizeLatency([bucketOf([10, 12, 90])])).toEqual({ min: 10, typical: 12, max: 90 });
});

test('of two halves the faster is typical', () => {
  expect(summarizeLatency([bucketOf([30]), bucketOf([10])])?.typical).toBe(10);
});

test('a bucket of few probes weighs little (a bot that has just started saw one slow answer)', () => {
  const usual = bucketOf(Array(20).fill(10));
  expect(summarizeLatency([bucketOf([5_000]), bucketOf([4_000]), usual])?.typical).toBe(10);
});

test('minimum and maximum are exact, and a quarter of all answers lies on either side of what is typical', () => {
  fc.assert(
    fc.property(anyBuckets, (parts) => {
      const all = parts.flatMap(([latencies]) => latencies);
      fc.pre(all.length > 0);
      const summary = summarizeLatency(parts.map(([latencies, failures]) => bucketOf(latencies, failures)));
      expect(summary).toMatchObject({ min: Math.min(...all), max: Math.max(...all) });
      const typical = summary?.typical ?? Number.NaN;
      expect(all.filter((latency) => latency <= typical).length).toBeGreaterThanOrEqual(all.length / 4);
      expect(all.filter((latency) => latency >= typical).length).toBeGreaterThanOrEqual(all.length / 4);
    }),
    { numRuns: 500 },
  );
});

test('the order of buckets does not matter', () => {
  fc.assert(
    fc.property(anyBuckets, (parts) => {
      const buckets = parts.map(([latencies, failures]) => bucketOf(latencies, failures));
      expect(summarizeLatency([...buckets].reverse())).toEqual(summarizeLatency(buckets));
    }),
  );
});
