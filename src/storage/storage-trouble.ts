/** Why what must be kept cannot be kept on disk: one list of codes for messages, logs and locale keys. Holds no text. */

export const STORAGE_TROUBLE_CODES = [
  'damaged', // the file is not a database, or not a whole one, or not of this bot
  'newer-schema', // a newer version of the bot has written it
  'read-only', // the file or its disk cannot be written to
  'full', // no space on the disk
  'io-error', // the disk or the network folder answers with an error
  'file-gone', // the file was removed or replaced while the bot ran
  'unusable-folder', // the folder cannot be made, entered or written to
  'unsupported', // there is no SQLite for this platform
  'in-use', // another bot has it open
] as const;

export type StorageTroubleCode = (typeof STORAGE_TROUBLE_CODES)[number];

/** While the bot runs it tries again after these, so that to repair the cause is enough. */
const HEALING: ReadonlySet<StorageTroubleCode> = new Set([
  'read-only',
  'full',
  'io-error',
  'file-gone',
  'unusable-folder',
]);

export class StorageTrouble extends Error {
  readonly code: StorageTroubleCode;
  /** The database file, or the folder for `unusable-folder`. */
  readonly path: string;

  constructor(code: StorageTroubleCode, path: string, cause?: unknown) {
    super(`${path}: ${code}`, { cause });
    this.name = 'StorageTrouble';
    this.code = code;
    this.path = path;
  }

  /** Whether the same open file may work again. */
  get mayHeal(): boolean {
    return HEALING.has(this.code);
  }
}
