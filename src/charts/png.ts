/** Writes pixels as a PNG with a palette: a chart has few colours, and so it takes a quarter of what it would with all. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Enough for a chart with its smoothed edges; fewer colours pack better. */
const MOST_COLOURS = 128;

/** Colours nearer than this to a more frequent one are not worth a place. Squared distance. */
const NEAR = 48;

/** @param rgba four bytes for each pixel; how opaque they are is not kept */
export function toPng(rgba: Uint8Array, width: number, height: number): Buffer {
  const colours = new Uint32Array(width * height);
  for (let index = 0; index < colours.length; index++) {
    const place = 4 * index;
    colours[index] = ((rgba[place] ?? 0) << 16) | ((rgba[place + 1] ?? 0) << 8) | (rgba[place + 2] ?? 0);
  }
  const palette = choosePalette(colours);
  const nearest = nearestIn(palette);
  // Each line begins with its filter; with a palette none packs best.
  const lines = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) lines[y * (width + 1) + 1 + x] = nearest(colours[y * width + x] ?? 0);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits for each pixel, which are a place in the palette.
  header.set([8, 3, 0, 0, 0], 8);
  const entries = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', entries),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The most frequent ones that differ. */
function choosePalette(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const palette: number[] = [];
  for (const [colour] of [...counts].sort((a, b) => b[1] - a[1])) {
    if (palette.length === MOST_COLOURS) break;
    if (palette.every((chosen) => distance(chosen, colour) > NEAR)) palette.push(colour);
  }
  return palette;
}

function nearestIn(palette: readonly number[]): (colour: number) => number {
  const known = new Map<number, number>();
  return (colour) => {
    const found = known.get(colour);
    if (found !== undefined) return found;
    let best = 0;
    for (const [index, candidate] of palette.entries()) {
      if (distance(candidate, colour) < distance(palette[best] ?? 0, colour)) best = index;
    }
    known.set(colour, best);
    return best;
  };
}

function distance(a: number, b: number): number {
  const [red, green, blue] = [
    (a >> 16) - (b >> 16),
    ((a >> 8) & 255) - ((b >> 8) & 255),
    (a & 255) - (b & 255),
  ];
  return red * red + green * green + blue * blue;
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.alloc(data.length + 12);
  whole.writeUInt32BE(data.length, 0);
  whole.write(type, 4, 'latin1');
  data.copy(whole, 8);
  whole.writeUInt32BE(crc32(whole.subarray(4, data.length + 8)), data.length + 8);
  return whole;
}
