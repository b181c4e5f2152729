/** Why what must be kept cannot be kept on disk. Holds no text. */
import type { StorageTroubleCode as ToldCode } from '../domain/events.ts';

/** `in-use`: another bot has it open, and this one ends. */
export type StorageTroubleCode = ToldCode | 'in-use';

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

  /** For the log; `undefined`: the code says it all. */
  get reason(): string | undefined {
    return this.cause === undefined ? undefined : String(this.cause);
  }

  /** Whether the same open file may work again. */
  get mayHeal(): boolean {
    return HEALING.has(this.code);
  }
}
