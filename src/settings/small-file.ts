/** Reads the small files that settings consist of or point to. The only file here that touches the disk. */
import { type FileHandle, open, stat } from 'node:fs/promises';

export type SmallFile =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  /** `reason` in words, to follow a colon; `code` as the system gives it, or `TOO_LARGE`. */
  | { readonly kind: 'unreadable'; readonly code: string; readonly reason: string };

const LARGEST_BYTES = 1024 * 1024;
const CHUNK_BYTES = 16 * 1024;

export async function readSmallFile(path: string): Promise<SmallFile> {
  try {
    const file = await open(path);
    try {
      return await readUpToLimit(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    return unreadable((error as NodeJS.ErrnoException).code ?? 'unknown');
  }
}

/**
 * What the system says of the file behind a path, links followed: another text when it was written or replaced, which
 * costs no reading. `undefined`: a pipe or a device, which gives its content once or for ever.
 */
export async function stampOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) return undefined;
    return `${found.dev} ${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

/** Not `readFile`: a pipe is welcome, but `/dev/zero` must not fill the memory. */
async function readUpToLimit(file: FileHandle): Promise<SmallFile> {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= LARGEST_BYTES; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return { kind: 'read', bytes: Buffer.concat(chunks) };
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return unreadable('TOO_LARGE');
}

/** `undefined` when the bytes are not UTF-8. A byte order mark is dropped. */
export function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function unreadable(code: string): SmallFile {
  return { kind: 'unreadable', code, reason: REASONS[code] ?? `the system says ${code}` };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the user that runs the bot may not read it',
  EPERM: 'the user that runs the bot may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'its path is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk cannot read it',
  ERR_INVALID_ARG_VALUE: 'its path holds a zero byte',
  TOO_LARGE: 'it is larger than 1 MiB',
};
