/** Lines take turns, so that the long one does not starve the short one. */
import { expect, test } from 'vitest';
import { Turns } from '../../src/lib/turns.ts';

test('no more are in than there are places', async () => {
  const turns = new Turns(3);
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      await turns.enter();
      most = Math.max(most, ++inside);
      await Promise.resolve();
      inside -= 1;
      turns.leave();
    }),
  );
  expect(most).toBe(3);
});

test('callers take turns, each with its own in order', async () => {
  const turns = new Turns(1);
  const [long, short] = [new AbortController().signal, new AbortController().signal];
  const order: string[] = [];
  const wait = (name: string, signal: AbortSignal) => turns.enter(signal).then(() => order.push(name));
  await turns.enter();
  const all = [wait('a1', long), wait('a2', long), wait('a3', long), wait('b1', short), wait('b2', short)];
  for (const _ of all) {
    turns.leave();
    await new Promise(setImmediate);
  }
  expect(order).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('who gives up leaves the line, and the next gets the place', async () => {
  const turns = new Turns(1);
  await turns.enter();
  const impatient = new AbortController();
  const gone = turns.enter(impatient.signal);
  const next = turns.enter();
  impatient.abort(new Error('enough'));
  await expect(gone).rejects.toThrow('enough');
  turns.leave();
  await expect(next).resolves.toBeUndefined();
});

test('who has given up already does not take a place', async () => {
  const turns = new Turns(1);
  await expect(turns.enter(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  await expect(turns.enter()).resolves.toBeUndefined();
});
