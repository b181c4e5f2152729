/** Words of a picture: what has room is written whole, and in the largest letters that fit. */
import type { Mark } from 'vega';
import { describe, expect, test } from 'vitest';
import { legend, timeLabels } from '../../src/charts/labels.ts';
import { COLOURS, SIZES, WIDTH } from '../../src/charts/theme.ts';
import { HOUR } from '../../src/lib/time.ts';

const measure = (text: string, size: number) => [...text].length * size * 0.5;

interface Written {
  readonly text: string;
  readonly size: number;
}

function written(marks: readonly Mark[]): Written[] {
  return marks.flatMap((mark) => {
    if (mark.type !== 'text') return [];
    const { text, fontSize } = (mark.encode?.enter ?? {}) as Record<string, { readonly value: unknown }>;
    return [{ text: String(text?.value), size: Number(fontSize?.value) }];
  });
}

describe('a legend', () => {
  const drawn = (labels: readonly string[]) =>
    written(
      legend(
        labels.map((label) => ({ mark: 'line', label })),
        0,
        measure,
        COLOURS.latency,
      ),
    );

  test('that has room is written in full size', () => {
    expect(drawn(['median', 'range'])).toEqual([
      { text: 'median', size: SIZES.legend },
      { text: 'range', size: SIZES.legend },
    ]);
  });

  test('that is a little too long gets smaller, and nothing of it is cut (the number is at its end)', () => {
    const labels = ['медиана', 'от быстрых до медленных', 'медленнее, до 4 047 мс'];
    const lines = drawn(labels);
    expect(lines.map(({ text }) => text)).toEqual(labels);
    expect(new Set(lines.map(({ size }) => size)).size).toBe(1);
    expect(lines[0]?.size).toBeLessThan(SIZES.legend);
  });
});

describe('labels of times', () => {
  const drawn = (hours: readonly number[], more: string) =>
    written(
      timeLabels(
        hours.map((hour) => ({ at: hour * HOUR, label: `${hour}:00`, more: hour === 8 ? more : undefined })),
        (at) => (at / (24 * HOUR)) * WIDTH,
        measure,
      ),
    );

  test('stay large where the clock was changed: a date below one of them has the line to itself', () => {
    const lines = drawn([0, 4, 8, 11, 15, 19, 23], '29. März 2026');
    expect(new Set(lines.map(({ size }) => size))).toEqual(new Set([SIZES.tick]));
  });

  test('get smaller together when they would touch', () => {
    const sizes = drawn([0, 2, 4, 6, 8, 10], '29').map(({ size }) => size);
    expect(new Set(sizes).size).toBe(1);
    expect(sizes[0]).toBeLessThan(SIZES.tick);
  });
});
