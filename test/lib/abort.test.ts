/** Signals that end with their parent or before it. */
import { expect, test, vi } from 'vitest';
import { childOf } from '../../src/lib/abort.ts';

test('a child ends with its parent, with the same reason', () => {
  const parent = new AbortController();
  const child = childOf(parent.signal);
  const reason = new Error('stop');
  parent.abort(reason);
  expect(child.signal.reason).toBe(reason);
});

test('a child of an ended parent has ended', () => {
  const reason = new Error('stop');
  expect(childOf(AbortSignal.abort(reason)).signal.reason).toBe(reason);
});

test('a child may end before its parent, which goes on', () => {
  const parent = new AbortController();
  const child = childOf(parent.signal);
  child.abort(new Error('enough'));
  expect(child.signal.aborted).toBe(true);
  expect(parent.signal.aborted).toBe(false);
});

test('a released child hears nothing any more, and the parent keeps nothing of it (parents live for months)', () => {
  const parent = new AbortController();
  const added = vi.spyOn(parent.signal, 'addEventListener');
  const removed = vi.spyOn(parent.signal, 'removeEventListener');
  const child = childOf(parent.signal);
  child.release();
  expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1]);
  parent.abort();
  expect(child.signal.aborted).toBe(false);
});
