/** The real clock and the virtual one keep the same promises, so that what holds under the one holds under the other. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { DAY, SECOND } from '../../src/lib/time.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';

interface Subject {
  readonly clock: Clock;
  advance(ms: number): Promise<unknown>;
  /** Timers or sleeps that are still set. */
  pending(): number;
}

const SUBJECTS: Record<string, () => Subject> = {
  'the real clock': () => ({
    clock: systemClock,
    advance: (ms) => vi.advanceTimersByTimeAsync(ms),
    pending: () => vi.getTimerCount(),
  }),
  'the virtual clock': () => {
    const clock = new VirtualClock();
    return { clock, advance: (ms) => clock.advance(ms), pending: () => clock.pending.length };
  },
};

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(Object.entries(SUBJECTS))('%s', (_name, makeSubject) => {
  test('a sleep ends when its time has come and not before', async () => {
    const { clock, advance } = makeSubject();
    let woken: number | undefined;
    clock.sleep(5 * SECOND).then(() => {
      woken = clock.now();
    });
    await advance(5 * SECOND - 1);
    expect(woken).toBeUndefined();
    await advance(1);
    expect(woken).toBe(START + 5 * SECOND);
  });

  test('sleeps end in the order in which they are due', async () => {
    const { clock, advance } = makeSubject();
    const order: number[] = [];
    for (const ms of [300, 100, 200]) clock.sleep(ms).then(() => order.push(ms));
    await advance(300);
    expect(order).toEqual([100, 200, 300]);
  });

  test('a span of nothing or less ends without any time passing', async () => {
    const { clock, advance } = makeSubject();
    let woken = 0;
    clock.sleep(0).then(() => woken++);
    clock.sleep(-5).then(() => woken++);
    await advance(0);
    expect(woken).toBe(2);
  });

  test('an abort ends the sleep at once with its own reason, and nothing stays behind', async () => {
    const { clock, advance, pending } = makeSubject();
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleep = clock.sleep(5 * SECOND, controller.signal);
    const outcome = expect(sleep).rejects.toBe(reason);
    await advance(SECOND);
    controller.abort(reason);
    await outcome;
    expect(pending()).toBe(0);
  });

  test('with a signal that has aborted before, it never begins', async () => {
    const { clock, pending } = makeSubject();
    const reason = new Error('too late');
    await expect(clock.sleep(SECOND, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(pending()).toBe(0);
  });

  test('a sleep that has ended no longer listens to the signal (a long-lived one would gather listeners)', async () => {
    const { clock, advance } = makeSubject();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    const sleep = clock.sleep(SECOND, signal);
    await advance(SECOND);
    await sleep;
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(
      added.mock.calls.map(([, listener]) => listener),
    );
  });

  test('a sleep without end does not end soon (timers fire at once when asked for too long a span)', async () => {
    const { clock, advance } = makeSubject();
    let woken = false;
    clock.sleep(Number.POSITIVE_INFINITY).then(() => {
      woken = true;
    });
    await advance(20 * DAY);
    expect(woken).toBe(false);
  });
});

describe('the virtual clock', () => {
  test('what a sleep sets off is over before the next one ends', async () => {
    const clock = new VirtualClock();
    const seen: string[] = [];
    clock.sleep(1).then(async () => {
      for (let step = 0; step < 20; step++) await Promise.resolve();
      seen.push('all of the first');
      await clock.sleep(0);
      seen.push('its own sleep');
    });
    clock.sleep(2).then(() => seen.push('the second'));
    await clock.advance(2);
    expect(seen).toEqual(['all of the first', 'its own sleep', 'the second']);
  });

  test('says who waits for how long', () => {
    const clock = new VirtualClock();
    clock.sleep(300);
    clock.sleep(100);
    expect(clock.pending).toEqual([
      { due: START + 100, length: 100 },
      { due: START + 300, length: 300 },
    ]);
  });

  test('just before a moment, what is due at that moment is still to come', async () => {
    const clock = new VirtualClock();
    let woken = false;
    clock.sleep(100).then(() => {
      woken = true;
    });
    await clock.advanceJustBefore(START + 100);
    expect([clock.now(), woken]).toEqual([START + 100, false]);
    await clock.advanceTo(START + 100);
    expect(woken).toBe(true);
  });

  test('does not go back', async () => {
    const clock = new VirtualClock();
    await expect(clock.advanceTo(START - 1)).rejects.toThrow('time does not go back by 1 ms');
  });

  test('a loop that waits for nothing is found out', async () => {
    const clock = new VirtualClock();
    const loop = async (): Promise<void> => {
      for (;;) await clock.sleep(0);
    };
    loop();
    await expect(clock.advance(1)).rejects.toThrow('a loop sleeps for 0 ms');
  });
});
