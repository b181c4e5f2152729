/**
 * When must the settings be loaded anew? Looks at the files once a second instead of asking the system for events,
 * which do not come from network file systems and from most bind mounts, and get lost when folders are swapped.
 */
import { resolve } from 'node:path';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type DurationMs, MINUTE, SECOND } from '../lib/time.ts';
import { ChangedFiles } from './changed-files.ts';
import { ABSENT, type SeenFile } from './file-reader.ts';
import type { LoadedSettings } from './load.ts';
import { stampOf } from './small-file.ts';

export interface WatchedSettings {
  readonly path: string;
  /** What is in force. What was changed since that was read counts as a change. */
  readonly loaded: LoadedSettings;
  load(): Promise<LoadedSettings>;
  /** Not called again before the last call has resolved. */
  changed(loaded: LoadedSettings): Promise<void> | void;
  readonly clock: Clock;
  readonly log: Log;
}

const LOOK_INTERVAL: DurationMs = SECOND;

/** A file counts as written to its end when nothing has happened for so long. */
const QUIET: DurationMs = 250;

/** A file that is never quiet, or broken, is taken as it is after this. */
const PATIENCE: DurationMs = SECOND;

/** A file that was there and is gone may only be on its way. */
const PATIENCE_WITH_ABSENCE: DurationMs = 3 * SECOND;

/** What should not happen happens again at the next look, and would fill the log. */
const AFTER_FAILURE: DurationMs = MINUTE;

/**
 * Until the signal aborts. Rejects when `changed` does. Content decides: a file that was touched, or replaced by an
 * equal one, is not reported.
 */
export async function watchSettings(watched: WatchedSettings, signal: AbortSignal): Promise<void> {
  const { clock, log } = watched;
  const path = resolve(watched.path);
  let known = filesOf(watched.loaded, path);
  let files = new ChangedFiles(known);
  // What came through a pipe cannot be had again.
  const isWatchable = (await stampOf(path)) !== undefined;

  for (let wait = LOOK_INTERVAL; !signal.aborted; ) {
    try {
      await clock.sleep(wait, signal);
    } catch {
      return;
    }
    wait = LOOK_INTERVAL;
    let loaded: LoadedSettings | undefined;
    try {
      if (isWatchable && (await files.look())) loaded = await loadWhenQuiet(watched, known, files, signal);
    } catch (error) {
      if (signal.aborted) return;
      log.error({ error: String(error) }, 'the settings cannot be looked at');
      wait = AFTER_FAILURE;
    }
    if (!loaded || signal.aborted) continue;
    const seen = filesOf(loaded, path);
    const isNew = !areSame(seen, known);
    [known, files] = [seen, new ChangedFiles(seen)];
    if (isNew) await watched.changed(loaded);
  }
}

/** Called when something was found to have changed. */
async function loadWhenQuiet(
  { path, load, clock }: WatchedSettings,
  known: readonly SeenFile[],
  changed: ChangedFiles,
  signal: AbortSignal,
): Promise<LoadedSettings> {
  let files = changed;
  let before = await files.stamps();
  let loaded: LoadedSettings | undefined;
  for (let waited = QUIET; ; waited += QUIET) {
    await clock.sleep(QUIET, signal);
    const now = await files.stamps();
    if (now !== before) {
      [before, loaded] = [now, undefined];
      if (waited < PATIENCE) continue;
    }
    if (!loaded) {
      loaded = await load();
      files = new ChangedFiles(filesOf(loaded, resolve(path)));
      before = await files.stamps();
    }
    if (loaded.kind === 'loaded' || waited >= patienceWith(loaded, known, resolve(path))) return loaded;
  }
}

function patienceWith(loaded: LoadedSettings, known: readonly SeenFile[], path: string): DurationMs {
  const wasThere = new Set(
    known.filter(({ fingerprint }) => fingerprint !== ABSENT).map((file) => file.path),
  );
  const isGone = (file: SeenFile) => file.fingerprint === ABSENT && wasThere.has(file.path);
  return filesOf(loaded, path).some(isGone) ? PATIENCE_WITH_ABSENCE : PATIENCE;
}

function filesOf(loaded: LoadedSettings, path: string): readonly SeenFile[] {
  return loaded.kind === 'missing' ? [{ path, fingerprint: ABSENT }] : loaded.files;
}

function areSame(a: readonly SeenFile[], b: readonly SeenFile[]): boolean {
  const fingerprints = new Map(b.map(({ path, fingerprint }) => [path, fingerprint]));
  return a.length === b.length && a.every(({ path, fingerprint }) => fingerprints.get(path) === fingerprint);
}
