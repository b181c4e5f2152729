/** Many pieces of work with a bound. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parallel } from '../../src/lib/parallel.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const anyLoad = fc.record({
  spans: fc.array(fc.nat(50), { maxLength: 40 }),
  bound: fc.integer({ min: 1, max: 12 }),
});

test('every item is worked on once, results keep the order of the items, and never more run than the bound', async () => {
  await fc.assert(
    fc.asyncProperty(anyLoad, async ({ spans, bound }) => {
      const clock = new VirtualClock();
      let running = 0;
      let most = 0;
      const started: number[] = [];
      const outcome = parallel(spans, bound, async (span, index) => {
        started.push(index);
        most = Math.max(most, ++running);
        await clock.sleep(span);
        running -= 1;
        return `${index}:${span}`;
      });
      await clock.advance(50 * 40);
      expect(await outcome).toEqual(spans.map((span, index) => `${index}:${span}`));
      expect(started).toEqual(spans.map((_, index) => index));
      expect(most).toBe(Math.min(bound, spans.length));
    }),
    { numRuns: 40 },
  );
});

test('a slow item holds up its own lane only', async () => {
  const clock = new VirtualClock();
  const done: number[] = [];
  const outcome = parallel([100, 1, 1, 1], 2, async (span) => {
    await clock.sleep(span);
    done.push(span);
  });
  await clock.advance(3);
  expect(done).toEqual([1, 1, 1]);
  await clock.advance(97);
  await outcome;
});

test('the first failure rejects with its own error and starts nothing more', async () => {
  const clock = new VirtualClock();
  const started: number[] = [];
  const broken = new Error('the second breaks');
  const outcome = parallel([0, 1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item);
    await clock.sleep(10 + item);
    if (item === 1) throw broken;
  });
  const rejected = expect(outcome).rejects.toBe(broken);
  await clock.advance(200);
  await rejected;
  expect(started).toEqual([0, 1, 2]);
});

test('nothing to do is done at once', async () => {
  expect(await parallel([], 4, () => Promise.reject(new Error('never')))).toEqual([]);
});
