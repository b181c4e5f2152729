import { describe, expect, test } from 'vitest';
import { type Drawing, toDrawing } from '../../src/charts/drawing.ts';
import { DAY, HOUR } from '../../src/lib/time.ts';
import { buckets, chart, NOW, period } from './fixtures.ts';

const draw = (...args: Parameters<typeof chart>): Drawing => {
  const drawing = toDrawing(chart(...args));
  if (!drawing) throw new Error('there is nothing to draw');
  return drawing;
};
const panel = (drawing: Drawing, kind: 'latency' | 'users') => {
  const found = drawing.panels.find((one) => one.kind === kind);
  if (!found) throw new Error(`there is no ${kind}`);
  return found;
};

describe('when there is nothing to show', () => {
  test('there is no drawing: never watched, or blind all the time', () => {
    expect(toDrawing(chart({ buckets: [] }))).toBeUndefined();
    const blind = [period('blind', NOW - DAY, undefined)];
    const unseen = buckets(NOW - DAY, NOW, () => ({ latency: undefined, users: undefined }));
    expect(toDrawing(chart({ buckets: unseen, periods: blind }))).toBeUndefined();
  });

  test('a server that was down all the time is something to show', () => {
    const down = buckets(NOW - DAY, NOW, () => ({ failures: 20, latency: undefined, users: undefined }));
    const drawing = draw({ buckets: down, periods: [period('down', NOW - 2 * DAY, undefined)] });
    expect(drawing.bands).toEqual([{ from: NOW - DAY, to: NOW, state: 'down' }]);
    expect(drawing.panels.map(({ columns }) => columns)).toEqual([[], []]);
  });
});

describe('what goes to the painter', () => {
  test('is plain data (it crosses the border of a process)', () => {
    const drawing = draw();
    expect(structuredClone(drawing)).toEqual(drawing);
  });

  test('is small, of a week as well', () => {
    const week = draw({ from: NOW - 7 * DAY, buckets: buckets(NOW - 7 * DAY, NOW) });
    expect(JSON.stringify(week).length).toBeLessThan(60_000);
  });
});

describe('the axes', () => {
  test('of latencies go at least to 20 ms, of users to 4 (noise must not look like mountains)', () => {
    const quiet = buckets(NOW - DAY, NOW, () => ({ latency: { min: 1, median: 1, max: 2 }, users: 0 }));
    const drawing = draw({ buckets: quiet });
    expect([panel(drawing, 'latency').top, panel(drawing, 'users').top]).toEqual([20, 4]);
  });

  test('of a day say the hours, and at midnight the date', () => {
    expect(draw().times).toEqual(
      expect.arrayContaining([
        { at: NOW - 10 * HOUR, label: '00:00', more: '11-22' },
        { at: NOW - 6 * HOUR, label: '04:00', more: undefined },
      ]),
    );
  });

  test('of a week name the whole days and the running one, each in its middle', () => {
    const { times, grid } = draw({ from: NOW - 7 * DAY, buckets: buckets(NOW - 7 * DAY, NOW) });
    expect(times.map(({ label, more }) => `${label} ${more}`)).toEqual([
      'Mon 11-16',
      'Tue 11-17',
      'Wed 11-18',
      'Thu 11-19',
      'Fri 11-20',
      'Sat 11-21',
      // Cut off, it has no room for its date.
      'Sun undefined',
    ]);
    expect(times.at(-1)?.at).toBe(NOW - 5 * HOUR);
    expect(times[0]?.at).toBe(Date.UTC(2026, 10, 16, 12));
    expect(grid).toHaveLength(7);
  });
});

test('answers beyond the scale are in the legend, with the slowest of them', () => {
  const spikes = buckets(NOW - DAY, NOW, (start) =>
    start % (6 * HOUR) === 0 ? { latency: { min: 15, median: 20, max: 5_012 } } : {},
  );
  expect(panel(draw({ buckets: spikes }), 'latency').legend.at(-1)).toEqual({
    mark: 'beyond',
    label: 'slower: up to 5012',
  });
  expect(panel(draw(), 'latency').legend).toHaveLength(2);
});
