/** The painter as it is installed: a process of its own, from the built files. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { paintInChild } from '../../src/charts/child.ts';
import { type Drawing, toDrawing } from '../../src/charts/drawing.ts';
import { WIDTH } from '../../src/charts/theme.ts';
import { expectWithin } from '../support/best-of.ts';
import { type Built, build } from '../support/built.ts';
import { chart } from './fixtures.ts';
import { readPng } from './read-png.ts';

const never = new AbortController().signal;
let built: Built;
let paint: typeof paintInChild;
const drawing = toDrawing(chart()) as Drawing;

beforeAll(async () => {
  built = build({ 'charts/child': 'src/charts/child.ts' });
  const file = pathToFileURL(join(built.home, 'dist', 'charts', 'child.js')).href;
  ({ paintInChild: paint } = (await import(file)) as { paintInChild: typeof paintInChild });
}, 60_000);
afterAll(() => built?.remove());

describe('a process of its own', () => {
  test('paints the picture', async () => {
    const png = await paint(drawing, never);
    expect(Buffer.isBuffer(png)).toBe(true);
    expect(readPng(png).width).toBe(WIDTH);
  });

  test('says what went wrong', async () => {
    const broken = { ...drawing, panels: undefined } as unknown as Drawing;
    await expect(paint(broken, never)).rejects.toMatchObject({ code: 'broken', message: /panels|undefined/ });
  });

  test('says which package is missing', async () => {
    // Found before the real one.
    const shadows = join(built.home, 'node_modules');
    mkdirSync(join(shadows, 'vega'), { recursive: true });
    const failure = await paint(drawing, never).catch((error: unknown) => error);
    rmSync(shadows, { recursive: true });
    expect(failure).toMatchObject({ code: 'broken', message: expect.stringContaining('vega') });
  });

  test('is gone as soon as nobody waits', async () => {
    await expectWithin(300, async () => {
      const controller = new AbortController();
      const painted = paint(drawing, controller.signal);
      let abortedAt = 0;
      setTimeout(() => {
        abortedAt = performance.now();
        controller.abort();
      }, 50);
      const reason = await painted.catch((error: unknown) => error);
      expect(reason).toBe(controller.signal.reason);
      return performance.now() - abortedAt;
    });
  });

  test('is not started for somebody who has gone', async () => {
    const gone = AbortSignal.abort();
    await expect(paint(drawing, gone)).rejects.toBe(gone.reason);
  });
});
