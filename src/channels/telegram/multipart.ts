/**
 * Writes parameters that hold files as a `multipart/form-data` body (RFC 7578). By hand, because Node's own `FormData`
 * loads the second copy of undici inside Node.
 */
import { randomUUID } from 'node:crypto';
import { InputFile } from 'node-telegram-bot-api';

export interface Body {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** `undefined`: there is no file in them. Files lie at the top or one level below, as in `InputMedia`; as bytes only. */
export function toMultipart(params: Readonly<Record<string, unknown>>): Body | undefined {
  const files = new Map<string, InputFile>();
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(params)) {
    if (value instanceof InputFile) files.set(name, value);
    else if (value !== undefined) fields.set(name, toField(attach(value, name, files)));
  }
  if (files.size === 0) return undefined;

  const boundary = randomUUID();
  const parts = [...fields].map(([name, text]) => part(boundary, `name="${name}"`, [], Buffer.from(text)));
  for (const [name, { data, meta }] of files) {
    if (!(data instanceof Uint8Array)) throw new TypeError(`the file in ${name} is not given as bytes`);
    const place = `name="${name}"; filename="${meta?.filename ?? 'file'}"`;
    parts.push(
      part(boundary, place, [`content-type: ${meta?.contentType ?? 'application/octet-stream'}`], data),
    );
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** A file inside a structure becomes a part of its own, which the structure names. */
function attach(value: unknown, name: string, files: Map<string, InputFile>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (!(inner instanceof InputFile)) return [key, inner];
      const place = `${name}-${key}`;
      files.set(place, inner);
      return [key, `attach://${place}`];
    }),
  );
}

function toField(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function part(boundary: string, place: string, headers: readonly string[], content: Uint8Array): Buffer {
  const head = [`--${boundary}`, `content-disposition: form-data; ${place}`, ...headers, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head), content, Buffer.from('\r\n')]);
}
