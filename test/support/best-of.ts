/** Bounds in real time, on a machine that may be busy. */
import { expect } from 'vitest';

const TRIES = 5;

/**
 * That the span which it measures is below the limit at least once in a few tries. A busy machine breaks the limit now
 * and then, a program that does not keep it does so each time.
 */
export async function expectWithin(limitMs: number, measure: () => Promise<number> | number): Promise<void> {
  const spans: number[] = [];
  do spans.push(await measure());
  while (spans.length < TRIES && Math.min(...spans) >= limitMs);
  expect(Math.min(...spans), `ms, the best of ${spans.map(Math.round).join(', ')}`).toBeLessThan(limitMs);
}
