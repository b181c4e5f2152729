/** What the storage has to say about itself, kept until the program runs and can tell it. */
import type { OwnTrouble } from '../app.ts';
import type { StorageTroubleCode } from '../domain/events.ts';
import { systemClock } from '../lib/clock.ts';

/** For the terminal. */
export const STORAGE_ADVICE: Record<StorageTroubleCode | 'in-use', string> = {
  damaged:
    'it is damaged and was left as it is. Move it away and restart. Until then everything is kept in memory.',
  'newer-schema':
    'it was written by a newer version. Install that, or name another data-dir. Until then everything is kept in memory.',
  unreadable:
    'it cannot be read, or not be brought up to date. The log says why. Mend that and restart. Until then everything is kept in memory.',
  'read-only':
    'it cannot be written to. Give the user that runs the bot the right to. Until then everything is kept in memory.',
  full: 'the disk is full. Free some space. Until then everything is kept in memory.',
  'io-error':
    'the disk answers with an error. Look at it. Until it works again everything is kept in memory.',
  'file-gone': 'it was removed. Restart to begin with an empty one. Until then everything is kept in memory.',
  'unusable-folder':
    'the data folder cannot be made or used. Create it for the user that runs the bot. Until then everything is kept in memory.',
  unsupported:
    'SQLite cannot be loaded. Run npm ci and restart; it is there for Linux, macOS and Windows with x64 or arm64. Until then everything is kept in memory.',
  'in-use': 'another bot uses it.',
};

export interface StorageNews {
  onTrouble(trouble: { readonly code: StorageTroubleCode | 'in-use' }): void;
  onRecovered(): void;
  /** Tells what has come so far and what comes, until the signal aborts. */
  passOn(tell: (trouble: OwnTrouble) => Promise<void>, signal: AbortSignal): Promise<void>;
}

export function storageNews(): StorageNews {
  const waiting: OwnTrouble[] = [];
  let wake: () => void = () => {};
  const add = (news: OwnTrouble) => {
    waiting.push(news);
    wake();
  };
  return {
    onTrouble: ({ code }) => {
      if (code !== 'in-use') add({ kind: 'storage-trouble', at: systemClock.now(), trouble: code });
    },
    onRecovered: () => add({ kind: 'storage-mended', at: systemClock.now() }),
    passOn: async (tell, signal) => {
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort, { once: true });
      while (!signal.aborted) {
        const next = waiting.shift();
        if (next) await tell(next);
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      signal.removeEventListener('abort', onAbort);
    },
  };
}
