/** Reads back a PNG with a palette, and nothing else, chunk by chunk. */
import { crc32, inflateSync } from 'node:zlib';

export interface ReadPng {
  readonly width: number;
  readonly height: number;
  readonly colours: number;
  /** As `#rrggbb`. */
  at(x: number, y: number): string;
}

export function readPng(png: Buffer): ReadPng {
  if (png.toString('latin1', 1, 4) !== 'PNG') throw new Error('no PNG');
  const chunks = new Map<string, Buffer>();
  for (let place = 8; place < png.length; ) {
    const length = png.readUInt32BE(place);
    const type = png.toString('latin1', place + 4, place + 8);
    const checked = png.subarray(place + 4, place + 8 + length);
    if (crc32(checked) !== png.readUInt32BE(place + 8 + length)) throw new Error(`${type} is damaged`);
    chunks.set(type, checked.subarray(4));
    place += length + 12;
  }
  const chunk = (type: string) => chunks.get(type) ?? Buffer.alloc(0);
  const [width, height] = [chunk('IHDR').readUInt32BE(0), chunk('IHDR').readUInt32BE(4)];
  const lines = inflateSync(chunk('IDAT'));
  const palette = chunk('PLTE');
  return {
    width,
    height,
    colours: palette.length / 3,
    at: (x, y) => {
      const entry = lines[y * (width + 1) + 1 + x] ?? 0;
      return `#${palette.toString('hex', 3 * entry, 3 * entry + 3)}`;
    },
  };
}
