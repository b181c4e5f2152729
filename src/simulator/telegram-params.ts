/**
 * Answers "what was the method called with?": form, multipart, JSON and query parameters as one plain object, numbers
 * and structures decoded the way the Bot API reads them, so that every encoding looks alike.
 */
import type { IncomingHttpHeaders } from 'node:http';

export type Params = Record<string, unknown>;

const NUMBERS = new Set([
  'chat_id',
  'message_id',
  'message_thread_id',
  'offset',
  'limit',
  'timeout',
  'cache_time',
  'user_id',
]);
const BOOLEANS = new Set(['show_alert', 'disable_notification', 'protect_content', 'drop_pending_updates']);
const STRUCTURES = new Set([
  'reply_markup',
  'allowed_updates',
  'commands',
  'entities',
  'caption_entities',
  'scope',
  'link_preview_options',
  'media',
  'reply_parameters',
]);

/** Decodes the parameters of a call; a body that cannot be read counts as empty. */
export function readParams(query: string, headers: IncomingHttpHeaders, body: Buffer): Params {
  const params: Params = Object.fromEntries(new URLSearchParams(query));
  const type = headers['content-type'] ?? '';
  if (body.length > 0) {
    if (type.includes('application/json')) Object.assign(params, readJson(body.toString()));
    else if (type.includes('multipart/form-data')) Object.assign(params, readMultipart(type, body));
    else Object.assign(params, Object.fromEntries(new URLSearchParams(body.toString())));
  }
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string') params[name] = decode(name, value);
  }
  return params;
}

function decode(name: string, value: string): unknown {
  if (NUMBERS.has(name)) return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (BOOLEANS.has(name)) return ['true', 'yes', '1'].includes(value.toLowerCase());
  if (!STRUCTURES.has(name)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function readJson(body: string): Params {
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed) ? (parsed as Params) : {};
  } catch {
    return {};
  }
}

/** A file that came in a multipart body. */
export interface UploadedFile {
  filename: string;
  contentType: string;
  bytes: number;
  content: Buffer;
}

/** The file that a parameter is, if it is one. */
export function uploadedIn(value: unknown): UploadedFile | undefined {
  return typeof value === 'object' && value !== null && 'content' in value
    ? (value as UploadedFile)
    : undefined;
}

/** The parameters as they are recorded: of files only what they are, because many calls are kept. */
export function withoutContents(params: Params): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const file = uploadedIn(value);
      if (file === undefined) return [name, value];
      const { content: _, ...about } = file;
      return [name, about];
    }),
  );
}

function readMultipart(type: string, body: Buffer): Params {
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) return {};
  const params: Params = {};
  const mark = Buffer.from(`--${boundary}`);
  let start = body.indexOf(mark);
  while (start >= 0) {
    const next = body.indexOf(mark, start + mark.length);
    if (next < 0) break;
    const part = body.subarray(start + mark.length + 2, next - 2);
    const gap = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, Math.max(gap, 0)).toString();
    const content = part.subarray(gap + 4);
    const name = /\bname="([^"]*)"/i.exec(head)?.[1];
    const filename = /filename="([^"]*)"/i.exec(head)?.[1];
    if (gap >= 0 && name !== undefined) {
      const contentType = /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream';
      params[name] =
        filename === undefined
          ? content.toString()
          : ({ filename, contentType, bytes: content.length, content } satisfies UploadedFile);
    }
    start = next;
  }
  return params;
}
