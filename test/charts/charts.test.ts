import { describe, expect, test } from 'vitest';
import { type Charts, openCharts, type Paint } from '../../src/charts/charts.ts';
import { MINUTE } from '../../src/lib/time.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { chart } from './fixtures.ts';

/** Pictures that the test finishes by hand. */
function easel(limit?: number) {
  const clock = new VirtualClock();
  const under: { readonly signal: AbortSignal; readonly finish: (png: string) => void }[] = [];
  const paint: Paint = (_, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason));
      under.push({ signal, finish: (png) => resolve(Buffer.from(png)) });
    });
  const charts: Charts = openCharts({ clock, paint, ...(limit === undefined ? {} : { limit }) });
  let reads = 0;
  const draw = (key: string, signal?: AbortSignal) =>
    charts
      .draw(
        key,
        async () => {
          reads += 1;
          return chart();
        },
        signal,
      )
      .then((picture) => picture?.png.toString());
  return { clock, under, charts, draw, reads: () => reads };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('one picture at a time', async () => {
  const { under, draw } = easel();
  const [first, second] = [draw('a'), draw('b')];
  await turn();
  expect(under).toHaveLength(1);
  under[0]?.finish('A');
  expect(await first).toBe('A');
  await turn();
  under[1]?.finish('B');
  expect(await second).toBe('B');
});

describe('who asks for the same', () => {
  test('at the same time shares the work', async () => {
    const { under, draw, reads } = easel();
    const both = [draw('a'), draw('a')];
    await turn();
    under[0]?.finish('A');
    expect(await Promise.all(both)).toEqual(['A', 'A']);
    expect([under.length, reads()]).toEqual([1, 1]);
  });

  test('within a minute gets the same picture, with the time at which it was read; later a new one', async () => {
    const { clock, under, charts, draw } = easel();
    const startedAt = clock.now();
    const first = draw('a');
    await turn();
    under[0]?.finish('A');
    await first;
    await clock.advance(MINUTE - 1);
    const again = await charts.draw('a', () => Promise.reject(new Error('not read again')));
    expect(again).toEqual({ png: Buffer.from('A'), at: startedAt });
    await clock.advance(1);
    const later = draw('a');
    await turn();
    under[1]?.finish('B');
    expect(await later).toBe('B');
  });

  test('after a failure starts anew', async () => {
    const { charts, draw, under } = easel();
    await expect(charts.draw('a', () => Promise.reject(new Error('no store')))).rejects.toThrow('no store');
    const again = draw('a');
    await turn();
    under[0]?.finish('A');
    expect(await again).toBe('A');
  });
});

test('nothing to show is an answer, and nothing is painted', async () => {
  const { charts, under } = easel();
  expect(await charts.draw('a', async () => chart({ buckets: [] }))).toBeUndefined();
  expect(under).toHaveLength(0);
});

describe('bounds', () => {
  test('who comes when eight are asked for is told that it is busy', async () => {
    const { draw, under } = easel();
    const asked = Array.from({ length: 8 }, (_, index) => draw(`server ${index}`));
    await expect(draw('one more')).rejects.toMatchObject({ code: 'busy' });
    for (const [index] of asked.entries()) {
      await turn();
      under[index]?.finish('');
    }
    await Promise.all(asked);
    const after = draw('one more');
    await turn();
    under[8]?.finish('Z');
    expect(await after).toBe('Z');
  });

  test('painting that takes too long is ended, and the next gets its turn', async () => {
    const { draw, under } = easel(30);
    const [slow, next] = [draw('slow'), draw('next')];
    await expect(slow).rejects.toMatchObject({ code: 'slow' });
    expect(under[0]?.signal.aborted).toBe(true);
    await turn();
    under[1]?.finish('B');
    expect(await next).toBe('B');
  });

  test('a picture that nobody waits for any more is not painted to its end', async () => {
    const { draw, under } = easel();
    const [one, other] = [new AbortController(), new AbortController()];
    const asked = [draw('a', one.signal), draw('a', other.signal)];
    await turn();
    one.abort();
    await expect(asked[0]).rejects.toBe(one.signal.reason);
    expect(under[0]?.signal.aborted).toBe(false);
    other.abort();
    await expect(asked[1]).rejects.toBe(other.signal.reason);
    expect(under[0]?.signal.aborted).toBe(true);
  });
});
