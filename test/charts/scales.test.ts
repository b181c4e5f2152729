import { describe, expect, test } from 'vitest';
import { latencyTop, timeScale, valueScale } from '../../src/charts/scales.ts';
import type { Column } from '../../src/charts/series.ts';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import { createZone } from '../../src/lib/zone.ts';
import { NOW, UTC } from './fixtures.ts';

describe('values', () => {
  test.each([
    [0, 4, [0, 1, 2, 3, 4]],
    [3, 4, [0, 1, 2, 3, 4]],
    [7, 4, [0, 2, 4, 6, 8]],
    [41, 20, [0, 20, 40, 60]],
    [90, 20, [0, 25, 50, 75, 100]],
    [5_210, 4, [0, 2_000, 4_000, 6_000]],
    [1_000_000, 4, [0, 250_000, 500_000, 750_000, 1_000_000]],
  ])('up to %i, at least %i: %j', (highest, least, ticks) => {
    expect(valueScale(highest, least)).toEqual({ top: ticks.at(-1), ticks });
  });
});

describe('the height of the latencies', () => {
  const columns = (highs: readonly number[], middle = 20): Column[] =>
    highs.map((high, index) => ({ from: index, to: index + 1, low: 10, middle, high }));
  const usual = Array.from({ length: 200 }, (_, index) => 25 + (index % 10));

  test('is that of the slowest answer', () => {
    expect(latencyTop(columns([...usual, 80]))).toBe(80);
  });

  test('is not that of a few which are much slower (all else would lie flat on the ground)', () => {
    expect(latencyTop(columns([...usual, 5_000, 4_000]))).toBeLessThan(60);
  });

  test('is that of the slow ones if they are many (that is how the server was)', () => {
    expect(latencyTop(columns([...usual, ...Array.from({ length: 40 }, () => 5_000)]))).toBe(5_000);
  });

  test('holds a median that lasted', () => {
    const slow = columns(
      Array.from({ length: 10 }, () => 400),
      300,
    );
    expect(latencyTop([...columns(usual), ...slow])).toBeGreaterThan(300);
  });

  test('of nothing is 0', () => {
    expect(latencyTop([])).toBe(0);
  });
});

describe('times', () => {
  const clock = (from: number, to: number, zone = UTC) =>
    timeScale(from, to, zone).ticks.map(({ at }) => new Date(zone.wallAt(at)).toISOString().slice(5, 16));

  test('of a day stand every four hours, midnight among them', () => {
    const { ticks, isDaily } = timeScale(NOW - DAY, NOW, UTC);
    expect(isDaily).toBe(false);
    expect(ticks.filter(({ isMidnight }) => isMidnight).map(({ at }) => at)).toEqual([NOW - 10 * HOUR]);
    expect(ticks.every(({ at }) => at % (4 * HOUR) === 0)).toBe(true);
    expect(ticks).toHaveLength(6);
  });

  test('of a week are its midnights', () => {
    const { ticks, isDaily } = timeScale(NOW - 7 * DAY, NOW, UTC);
    expect(isDaily).toBe(true);
    expect(ticks).toHaveLength(7);
    expect(ticks.every(({ at, isMidnight }) => isMidnight && at % DAY === 0)).toBe(true);
  });

  test('of an hour stand every ten minutes', () => {
    expect(timeScale(NOW - HOUR, NOW, UTC).ticks.map(({ at }) => (NOW - at) / MINUTE)).toEqual([
      60, 50, 40, 30, 20, 10, 0,
    ]);
  });

  test('are those of the clock on the wall, also where it is half an hour off', () => {
    expect(clock(NOW - DAY, NOW, createZone('Asia/Kolkata'))).toEqual([
      '11-21T16:00',
      '11-21T20:00',
      '11-22T00:00',
      '11-22T04:00',
      '11-22T08:00',
      '11-22T12:00',
    ]);
  });

  test.each([
    ['25 hours', '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['23 hours', '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
  ])('of a day with %s are as round before the change of the clock as after it', (_, from, to) => {
    const shown = clock(Date.parse(from), Date.parse(to), createZone('Europe/Madrid'));
    expect(shown.map((time) => time.slice(6))).toEqual([
      '00:00',
      '04:00',
      '08:00',
      '12:00',
      '16:00',
      '20:00',
      '00:00',
    ]);
  });

  test('of a week in which the clock is changed are seven midnights, none twice', () => {
    const zone = createZone('Europe/Madrid');
    const to = Date.parse('2026-10-28T11:00Z');
    expect(clock(to - 7 * DAY, to, zone).map((time) => time.slice(6))).toEqual(Array(7).fill('00:00'));
  });
});
