import { expect, test } from 'vitest';
import { toPng } from '../../src/charts/png.ts';
import { readPng } from './read-png.ts';

/** Pixels of `#rrggbb` colours. */
const pixels = (colours: readonly string[]) =>
  Buffer.concat(colours.map((colour) => Buffer.from(`${colour.slice(1)}ff`, 'hex')));

test('colours that differ come back as they were', () => {
  const colours = ['#ffffff', '#c8102e', '#4caf6d', '#ffffff', '#000000', '#1559b3'];
  const png = readPng(toPng(pixels(colours), 3, 2));
  expect([png.width, png.height]).toEqual([3, 2]);
  expect(colours.map((_, index) => png.at(index % 3, Math.floor(index / 3)))).toEqual(colours);
});

test('of colours nearly alike the more frequent one is taken', () => {
  const png = readPng(toPng(pixels(['#ffffff', '#fffffe', '#ffffff', '#000000']), 4, 1));
  expect([0, 1, 2, 3].map((x) => png.at(x, 0))).toEqual(['#ffffff', '#ffffff', '#ffffff', '#000000']);
});

test('of more colours than there is room for, each becomes one that is near', () => {
  const shades = Array.from({ length: 4_096 }, (_, index) => {
    const digits = index.toString(16).padStart(3, '0');
    return `#${[...digits].map((digit) => digit + digit).join('')}`;
  });
  const png = readPng(toPng(pixels([...shades, ...shades.slice(0, 200)]), 8, 537));
  expect(png.colours).toBeLessThanOrEqual(256);
});
