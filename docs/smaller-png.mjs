/**
 * Packs a PNG as small as a repository likes it: Chromium packs in a hurry, and its gradients have more shades than
 * anybody sees. For what Chromium writes: eight bits a channel, no palette, not interlaced.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = 8;
const FILTERS = [
  (_left, _up, _corner) => 0,
  (left) => left,
  (_left, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

/** @param {Buffer} png @param {number} bits that are kept of each channel */
export function smaller(png, bits) {
  const header = chunksOf(png, 'IHDR')[0];
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9]];
  if (header[8] !== 8 || channels === undefined || header[12] !== 0)
    throw new Error('not a PNG of that kind');
  const rows = unfilter(
    inflateSync(Buffer.concat(chunksOf(png, 'IDAT'))),
    width * channels,
    height,
    channels,
  );
  const shade = Uint8Array.from({ length: 256 }, (_, value) => roundTo(value, bits));
  for (const row of rows) for (let at = 0; at < row.length; at++) row[at] = shade[row[at]];
  const data = deflateSync(filter(rows, channels), { level: 9, memLevel: 9 });
  return Buffer.concat([
    png.subarray(0, SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Black and white stay what they are. */
function roundTo(value, bits) {
  const steps = 2 ** bits - 1;
  return Math.round((Math.round((value / 255) * steps) / steps) * 255);
}

function chunksOf(png, wanted) {
  const found = [];
  for (let at = SIGNATURE; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === wanted) found.push(png.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return found;
}

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function unfilter(raw, size, height, channels) {
  const rows = [];
  let above = new Uint8Array(size);
  for (let y = 0; y < height; y++) {
    const at = y * (size + 1);
    const row = new Uint8Array(raw.subarray(at + 1, at + 1 + size));
    const guess = FILTERS[raw[at]];
    for (let x = 0; x < size; x++)
      row[x] += guess(row[x - channels] ?? 0, above[x], above[x - channels] ?? 0);
    rows.push(row);
    above = row;
  }
  return rows;
}

/** Each row with the filter that leaves the smallest numbers. */
function filter(rows, channels) {
  let above = new Uint8Array(rows[0].length);
  const filtered = rows.map((row) => {
    let best;
    for (const [number, guess] of FILTERS.entries()) {
      const left = new Uint8Array(row.length + 1);
      left[0] = number;
      let sum = 0;
      for (let x = 0; x < row.length; x++) {
        const rest = (row[x] - guess(row[x - channels] ?? 0, above[x], above[x - channels] ?? 0)) & 255;
        left[x + 1] = rest;
        sum += Math.min(rest, 256 - rest);
      }
      if (!best || sum < best.sum) best = { sum, left };
    }
    above = row;
    return best.left;
  });
  return Buffer.concat(filtered);
}

function paeth(left, up, corner) {
  const [toLeft, toUp, toCorner] = [left, up, corner].map((one) => Math.abs(left + up - corner - one));
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
