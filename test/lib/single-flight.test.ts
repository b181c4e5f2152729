/** Many callers, one piece of work. */
import { describe, expect, test, vi } from 'vitest';
import { singleFlight } from '../../src/lib/single-flight.ts';

/** Work that the test ends by hand. */
function work() {
  const starts: { signal: AbortSignal; land(value: string): void; crash(error: unknown): void }[] = [];
  const fly = singleFlight(
    (signal) =>
      new Promise<string>((land, crash) => {
        signal.addEventListener('abort', () => crash(signal.reason));
        starts.push({ signal, land, crash });
      }),
  );
  return { starts, fly };
}

describe('the callers of one flight', () => {
  test('two hundred of them cause one piece of work and get its outcome', async () => {
    const { starts, fly } = work();
    const callers = Array.from({ length: 200 }, (_, index) =>
      fly(index % 2 === 0 ? new AbortController().signal : undefined),
    );
    expect(starts).toHaveLength(1);
    starts[0]?.land('a token');
    expect(await Promise.all(callers)).toEqual(Array.from({ length: 200 }, () => 'a token'));
  });

  test('share its failure too, and the next call tries anew (a failure is not kept)', async () => {
    const { starts, fly } = work();
    const broken = new Error('no answer');
    const callers = [fly(), fly(new AbortController().signal)];
    starts[0]?.crash(broken);
    for (const caller of callers) await expect(caller).rejects.toBe(broken);
    const next = fly();
    expect(starts).toHaveLength(2);
    starts[1]?.land('a token');
    expect(await next).toBe('a token');
  });

  test('a call after the landing starts anew (nothing is kept once it has ended)', async () => {
    const { starts, fly } = work();
    const first = fly();
    starts[0]?.land('old');
    await first;
    fly();
    expect(starts).toHaveLength(2);
  });
});

describe('an abort', () => {
  test('of one caller spoils nothing for the others', async () => {
    const { starts, fly } = work();
    const impatient = new AbortController();
    const patient = new AbortController();
    const reason = new Error('back');
    const gone = fly(impatient.signal);
    const stays = fly(patient.signal);
    impatient.abort(reason);
    await expect(gone).rejects.toBe(reason);
    expect(starts[0]?.signal.aborted).toBe(false);
    starts[0]?.land('a token');
    expect(await stays).toBe('a token');
  });

  test('of every caller ends the work, and the next call starts anew instead of joining the dead one', async () => {
    const { starts, fly } = work();
    const controllers = [new AbortController(), new AbortController()];
    const callers = controllers.map(({ signal }) => fly(signal));
    for (const controller of controllers) controller.abort(new Error('back'));
    const next = fly();
    for (const caller of callers) await expect(caller).rejects.toThrow('back');
    expect(starts[0]?.signal.aborted).toBe(true);
    await vi.waitFor(() => expect(starts).toHaveLength(2));
    starts[1]?.land('a token');
    expect(await next).toBe('a token');
  });

  test('in the middle of something: the next work waits until that has ended (never two at once)', async () => {
    const ends: (() => void)[] = [];
    const signals: AbortSignal[] = [];
    const fly = singleFlight((signal) => {
      signals.push(signal);
      return new Promise<void>((resolve) => ends.push(resolve));
    });
    const impatient = Array.from({ length: 3 }, () => new AbortController());
    const gone = impatient.map((one) => {
      const caller = fly(one.signal);
      one.abort(new Error('back'));
      return caller;
    });
    for (const caller of gone) await expect(caller).rejects.toThrow('back');
    const next = fly(new AbortController().signal);
    await new Promise((resolve) => setImmediate(resolve));
    expect(signals).toHaveLength(1);
    ends[0]?.();
    await vi.waitFor(() => expect(signals).toHaveLength(2));
    expect(signals[1]?.aborted).toBe(false);
    ends[1]?.();
    await next;
  });

  test('of everybody who can abort does not end work that somebody without a signal waits for', async () => {
    const { starts, fly } = work();
    const controller = new AbortController();
    const gone = fly(controller.signal);
    const stays = fly();
    controller.abort(new Error('back'));
    await expect(gone).rejects.toThrow('back');
    expect(starts[0]?.signal.aborted).toBe(false);
    starts[0]?.land('a token');
    expect(await stays).toBe('a token');
  });

  test('before the call: no work is started', async () => {
    const { starts, fly } = work();
    await expect(fly(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(starts).toHaveLength(0);
  });

  test('after the landing does no harm', async () => {
    const { starts, fly } = work();
    const controller = new AbortController();
    const caller = fly(controller.signal);
    starts[0]?.land('a token');
    await caller;
    fly();
    controller.abort();
    expect(starts[1]?.signal.aborted).toBe(false);
  });
});
