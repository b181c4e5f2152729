/** How long is waited between tries. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from '../../src/lib/backoff.ts';

const anyPolicy = fc
  .tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 0, max: 3_600_000 }))
  .map(([first, more]) => ({ first, longest: first + more }));
const anyAttempt = fc.integer({ min: 1, max: 10_000 });
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('doubles with every attempt up to the longest, and takes between half and all of that', () => {
  const policy = { first: 1_000, longest: 30_000 };
  const waits = (random: number) => [1, 2, 3, 4, 5, 6, 7].map((attempt) => backoff(policy, attempt, random));
  expect(waits(0)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  expect(waits(0.5)).toEqual([750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]);
  expect(waits(1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test('is never shorter than half the first wait and never longer than the longest, however often it fails', () => {
  fc.assert(
    fc.property(anyPolicy, anyAttempt, anyRandom, (policy, attempt, random) => {
      const wait = backoff(policy, attempt, random);
      expect(wait).toBeGreaterThanOrEqual(Math.floor(policy.first / 2));
      expect(wait).toBeLessThanOrEqual(policy.longest);
      expect(Number.isInteger(wait)).toBe(true);
    }),
  );
});

test('does not shrink with more attempts', () => {
  fc.assert(
    fc.property(anyPolicy, anyAttempt, anyRandom, (policy, attempt, random) => {
      expect(backoff(policy, attempt + 1, random)).toBeGreaterThanOrEqual(backoff(policy, attempt, random));
    }),
  );
});
