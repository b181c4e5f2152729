/** Which files were read for these settings, and what stood in them? Keeps fingerprints and no content. */
import { createHash, randomBytes } from 'node:crypto';
import { readSmallFile, type SmallFile } from './small-file.ts';

export interface SeenFile {
  /** Absolute. */
  readonly path: string;
  /** Equal for equal content, and for a file that cannot be read for the same reason. */
  readonly fingerprint: string;
}

/** Reads for one load: each file once, so that all who name it see the same. */
export interface FileReader {
  read(path: string): Promise<SmallFile>;
  /** In the order in which they were asked for. */
  seen(): Promise<readonly SeenFile[]>;
}

export function createFileReader(): FileReader {
  const files = new Map<string, Promise<SmallFile>>();
  return {
    read: (path) => {
      const file = files.get(path) ?? readSmallFile(path);
      files.set(path, file);
      return file;
    },
    seen: () =>
      Promise.all([...files].map(async ([path, file]) => ({ path, fingerprint: fingerprintOf(await file) }))),
  };
}

export async function fingerprintAt(path: string): Promise<string> {
  return fingerprintOf(await readSmallFile(path));
}

/** What a file has that is not there. */
export const ABSENT = 'ENOENT';

/** Without it, who sees the fingerprint of a weak secret could try words until one fits. */
const SALT = randomBytes(32);

function fingerprintOf(file: SmallFile): string {
  if (file.kind === 'unreadable') return file.code;
  return createHash('sha256').update(SALT).update(file.bytes).digest('base64');
}
