/** A real picture of two by two pixels; others for other shades. */
import { toPng } from '../../src/charts/png.ts';

export function tinyPng(shade: number): Buffer {
  return toPng(Buffer.alloc(16, shade), 2, 2);
}
