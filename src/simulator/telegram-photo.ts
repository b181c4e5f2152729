/** Answers "would Telegram take this for a photo?": size, signature and dimensions, with its real refusals. PNG only. */
import { type Params, type UploadedFile, uploadedIn } from './telegram-params.ts';
import { badRequest } from './telegram-refusal.ts';

export interface Photo {
  /** As uploaded; empty for a photo that Telegram would fetch from an address or already has. */
  png: Buffer;
  width: number;
  height: number;
}

const MOST_BYTES = 10 * 1024 * 1024;
const MOST_WIDTH_AND_HEIGHT = 10_000;
const MOST_RATIO = 20;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** @param value a file, the name of one in `attach://`, an address or a file id */
export function readPhoto(params: Params, value: unknown): Photo {
  const attached = typeof value === 'string' ? /^attach:\/\/(.+)$/.exec(value)?.[1] : undefined;
  const file = uploadedIn(attached === undefined ? value : params[attached]);
  if (file !== undefined) return check(file);
  if (attached !== undefined) throw badRequest(`file "${attached}" not found`);
  if (typeof value !== 'string' || value === '') throw badRequest('there is no photo in the request');
  return { png: Buffer.alloc(0), width: 1, height: 1 };
}

function check({ content }: UploadedFile): Photo {
  if (content.length === 0) throw badRequest('file must be non-empty');
  if (content.length > MOST_BYTES) {
    throw badRequest(
      `file of size ${content.length} bytes is too big for a photo; the maximum size is ${MOST_BYTES} bytes`,
    );
  }
  if (content.length < 24 || !content.subarray(0, 8).equals(SIGNATURE))
    throw badRequest('IMAGE_PROCESS_FAILED');
  const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)];
  const isTooBig = width + height > MOST_WIDTH_AND_HEIGHT;
  const isTooNarrow = Math.max(width, height) > MOST_RATIO * Math.min(width, height);
  if (isTooBig || isTooNarrow) throw badRequest('PHOTO_INVALID_DIMENSIONS');
  return { png: content, width, height };
}
