/** Where a chat is that has moved, whatever the messenger says one after the other. */
import { expect, test } from 'vitest';
import { Moves } from '../../src/alerts/moves.ts';
import type { Recipient } from '../../src/domain/outbox.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';

const chat = (address: string): Recipient => ({ channel: 'telegram', address });
const [A, B, C] = [chat('-1'), chat('-1002'), chat('-1003')];

test('it is where it was heard of last, and has the names that it had', async () => {
  const moves = new Moves(createMemoryStore());
  expect(moves.placeOf(A)).toEqual(A);
  expect(moves.namesOf(A)).toEqual([A]);
  await moves.note(A, B);
  await moves.note(B, C);
  expect([A, B, C].map((one) => moves.placeOf(one))).toEqual([C, C, C]);
  expect(new Set(moves.namesOf(A))).toEqual(new Set([A, B, C]));
  expect(moves.namesOf(A)[0]).toEqual(C);
});

test('the next run knows it, and of other channels nothing', async () => {
  const store = createMemoryStore();
  await new Moves(store).note(A, B);
  const next = new Moves(store);
  await next.load();
  expect(next.placeOf(A)).toEqual(B);
  expect(next.placeOf({ ...A, channel: 'pigeons' })).toEqual({ ...A, channel: 'pigeons' });
});

test('there and back again, as often as the messenger likes', async () => {
  const store = createMemoryStore();
  const moves = new Moves(store);
  for (const [from, to] of [
    [A, B],
    [B, A],
    [A, B],
    [B, A],
  ] as const) {
    await moves.note(from, to);
    expect([A, B].map((one) => moves.placeOf(one))).toEqual([to, to]);
  }
  expect(await store.moves()).toHaveLength(2);
});
