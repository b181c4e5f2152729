/** Places and lines: who may go next. */
import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Turns } from '../../src/lib/turns.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

test('never more are in than there are places, and everybody gets in', async () => {
  const anyCallers = fc.array(fc.nat(4), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), anyCallers, async (places, callers) => {
      const turns = new Turns(places);
      const signals = Array.from({ length: 5 }, () => new AbortController().signal);
      setMaxListeners(0, ...signals);
      let inside = 0;
      let most = 0;
      let served = 0;
      await Promise.all(
        callers.map(async (caller) => {
          await turns.enter(signals[caller]);
          most = Math.max(most, ++inside);
          await settle();
          inside -= 1;
          served += 1;
          turns.leave();
        }),
      );
      expect(served).toBe(callers.length);
      expect(most).toBe(Math.min(places, callers.length));
    }),
    { numRuns: 40 },
  );
});

test("two hundred requests of one screen do not keep another screen's single one behind them", async () => {
  const turns = new Turns(1);
  const big = new AbortController().signal;
  setMaxListeners(0, big);
  const small = new AbortController().signal;
  const order: string[] = [];
  await turns.enter();
  for (let index = 0; index < 200; index++) turns.enter(big).then(() => order.push('big'));
  turns.enter(small).then(() => order.push('small'));
  for (let index = 0; index < 3; index++) {
    turns.leave();
    await settle();
  }
  expect(order).toEqual(['big', 'small', 'big']);
});

test('who aborts leaves the line with their reason and takes no place', async () => {
  const turns = new Turns(1);
  const controller = new AbortController();
  const reason = new Error('back');
  await turns.enter();
  const waiting = turns.enter(controller.signal);
  const next = turns.enter();
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  turns.leave();
  await next;
  turns.leave();
  await turns.enter();
});

test('with a signal that has aborted before, nobody enters', async () => {
  const turns = new Turns(1);
  await expect(turns.enter(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  await turns.enter();
});
