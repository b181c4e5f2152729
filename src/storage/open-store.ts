/** Opens the store of a data folder, on disk if that is possible and else in memory: alerts matter more than records. */
import { join } from 'node:path';
import type { DurationMs } from '../lib/time.ts';
import { SECOND } from '../lib/time.ts';
import { createMemoryStore } from './memory-store.ts';
import { StorageTrouble } from './storage-trouble.ts';
import type { Store } from './store.ts';
import { createSurvivingStore, type SurvivingStoreDependencies } from './surviving-store.ts';

const FILE = 'trueconf-admin-bot.sqlite';

/** A bot that is being stopped lets go within this. */
const HANDOVER: DurationMs = 3 * SECOND;

export type OpenedStore =
  | { readonly kind: 'on-disk'; readonly store: Store }
  /** Until the next start at least; what could be read is in it. */
  | { readonly kind: 'in-memory'; readonly store: Store; readonly trouble: StorageTrouble }
  /** Two bots on one folder would tell everything twice: do not start. */
  | { readonly kind: 'in-use'; readonly trouble: StorageTrouble };

/** Loads SQLite, which takes some 60 ms, and what the file says holds now. A file that it cannot use is left as it is. */
export async function openStore(dataDir: string, deps: SurvivingStoreDependencies): Promise<OpenedStore> {
  const { clock, log } = deps;
  const path = join(dataDir, FILE);
  for (const patientUntil = clock.now() + HANDOVER; ; ) {
    try {
      const { openSqlite } = await import('./sqlite.ts').catch((error) => {
        throw new StorageTrouble('unsupported', path, error);
      });
      const durable = openSqlite(path, log);
      const { store, trouble } = await createSurvivingStore(durable, deps);
      return trouble ? { kind: 'in-memory', store, trouble } : { kind: 'on-disk', store };
    } catch (error) {
      // What is no trouble of the disk is a file with tables that are not ours.
      const trouble = error instanceof StorageTrouble ? error : new StorageTrouble('damaged', path, error);
      const { code } = trouble;
      if (code === 'in-use' && clock.now() < patientUntil) {
        // A random while: two that start at once, and tried again in step, would keep each other out each time.
        await clock.sleep(SECOND / 8 + (Math.random() * SECOND) / 4);
        continue;
      }
      log.error({ code, path: trouble.path, error: trouble.reason }, 'the database cannot be used');
      if (code === 'in-use') return { kind: 'in-use', trouble };
      // What may be in there is not known, and must not be written over when it can be read again.
      const told = trouble.mayHeal ? new StorageTrouble('unreadable', trouble.path, trouble) : trouble;
      return { kind: 'in-memory', store: createMemoryStore(), trouble: told };
    }
  }
}
