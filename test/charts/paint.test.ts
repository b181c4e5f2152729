import { describe, expect, test } from 'vitest';
import type { Chart } from '../../src/charts/chart.ts';
import { toDrawing } from '../../src/charts/drawing.ts';
import { paint } from '../../src/charts/paint.ts';
import { COLOURS, HEIGHT, RIGHT, WIDTH, Y } from '../../src/charts/theme.ts';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import { buckets, chart, NOW, period, WORDS } from './fixtures.ts';
import { type ReadPng, readPng } from './read-png.ts';

const picture = async (parts: Partial<Chart>) => {
  const drawing = toDrawing(chart(parts));
  if (!drawing) throw new Error('there is nothing to paint');
  const bytes = await paint(drawing);
  return { bytes, png: readPng(bytes) };
};

/** The colours from left to right through the middle of something, each run once. */
const across = ({ at }: ReadPng, y: number) => {
  const found: string[] = [];
  for (let x = 100; x < RIGHT; x++) if (at(x, y) !== found.at(-1)) found.push(at(x, y));
  return found;
};
const BANDS = Y.bands.top + Y.bands.height / 2;

describe('a picture', () => {
  const noise = (start: number) => {
    const hash = (start / MINUTE) * 2_654_435_761;
    const [a, b] = [(hash >>> 8) % 17, (hash >>> 16) % 40];
    return { latency: { min: 12 + (a % 5), median: 20 + a, max: 40 + b }, users: 300 + a * 3 + b };
  };

  test.each([
    ['a day', DAY],
    ['a week', 7 * DAY],
  ])('of %s is as large as planned and at most 60 KB', async (_, span) => {
    const from = NOW - span;
    const { bytes, png } = await picture({ from, buckets: buckets(from, NOW, noise) });
    expect([png.width, png.height]).toEqual([WIDTH, HEIGHT]);
    expect(bytes.length).toBeLessThan(60_000);
  });

  test('shows up, down and unknown where they were, in their colours', async () => {
    const seen = buckets(NOW - DAY, NOW - HOUR);
    const { png } = await picture({
      buckets: seen,
      periods: [period('down', NOW - 8 * HOUR, NOW - 6 * HOUR)],
    });
    const states: string[] = [COLOURS.up, COLOURS.down, COLOURS.unknown];
    expect(across(png, BANDS).filter((colour) => states.includes(colour))).toEqual([
      COLOURS.up,
      COLOURS.down,
      COLOURS.up,
      COLOURS.unknown,
    ]);
  });

  test('of a week shows an outage of a minute', async () => {
    const from = NOW - 7 * DAY;
    const periods = [period('down', NOW - 3 * DAY, NOW - 3 * DAY + MINUTE)];
    const { png } = await picture({ from, buckets: buckets(from, NOW), periods });
    expect(across(png, BANDS)).toContain(COLOURS.down);
  });

  test('draws no line where nothing was counted', async () => {
    const counted = buckets(NOW - DAY, NOW, (start) => ({
      users: start >= NOW - 16 * HOUR && start < NOW - 8 * HOUR ? undefined : 100,
    }));
    const { png } = await picture({ buckets: counted });
    const line = Y.users.top;
    const colours = across(png, line);
    expect(colours.filter((colour) => colour === COLOURS.users.line)).toHaveLength(2);
  });

  test('says in words which panel has no data', async () => {
    const mute = buckets(NOW - DAY, NOW, () => ({ latency: undefined, users: undefined }));
    const middle = Y.users.top + Y.users.height / 2;
    const { png } = await picture({ buckets: mute });
    expect(across(png, middle)).toContain(COLOURS.quiet);
    const { png: wordless } = await picture({ buckets: mute, words: { ...WORDS, nothing: '' } });
    expect(across(wordless, middle)).toEqual([COLOURS.background]);
  });
});

describe('words', () => {
  const ink = async (title: string) => {
    const { png } = await picture({ title });
    let count = 0;
    for (let y = Y.title - 50; y < Y.title + 20; y++) {
      for (let x = 0; x < WIDTH; x++) if (png.at(x, y) === COLOURS.text) count += 1;
    }
    return count;
  };

  test('of all four languages have letters', async () => {
    expect(await ink('')).toBe(0);
    const drawn = await Promise.all(['Server', 'Сервер', 'Größe', 'señal'].map(ink));
    expect(Math.min(...drawn)).toBeGreaterThan(300);
  });

  test.each(['🚀', '\u0000\ud800', '<b>&amp;"\'', 'サーバー', 'שרת', ']]>', 'x'.repeat(5_000)])(
    '%j as the name of a server breaks nothing',
    async (title) => {
      expect((await picture({ title })).png.width).toBe(WIDTH);
    },
  );

  test('that are long stay inside the picture', async () => {
    const long = 'extraordinarily long words of some language '.repeat(4);
    const words = { ...WORDS, availability: long, up: long, median: long, range: long, clock: () => long };
    const { png } = await picture({ title: long, subtitle: long, words });
    for (let y = 0; y < HEIGHT; y++) expect(png.at(WIDTH - 2, y)).toBe(COLOURS.background);
  });
});
