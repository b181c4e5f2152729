/** Puts every edit of the settings in force while the program runs; one that is no use is told, and changes nothing. */
import type { Running } from '../app.ts';
import { BrokenLocale, loadTranslator } from '../i18n/translator.ts';
import type { Clock } from '../lib/clock.ts';
import type { LevelledLog } from '../lib/log.ts';
import { differenceBetween, isNothing, summarize } from '../settings/difference.ts';
import type { LoadedSettings } from '../settings/load.ts';
import { type Problem, renderGone, renderProblem } from '../settings/problems.ts';
import type { Settings, TelegramSettings } from '../settings/settings.ts';
import { watchSettings } from '../settings/watch.ts';
import type { TelegramLine } from './telegram-line.ts';

export interface FollowedSettings {
  /** Absolute. */
  readonly path: string;
  /** With what the program was started. */
  readonly loaded: Extract<LoadedSettings, { kind: 'loaded' }>;
  load(): Promise<LoadedSettings>;
  /** Told of each once, for as long as it stands in the file. */
  warn(warning: Problem): void;
  readonly program: Running;
  readonly line: TelegramLine;
  readonly clock: Clock;
  readonly log: LevelledLog;
}

/** Until the signal aborts. */
export async function followSettings(followed: FollowedSettings, signal: AbortSignal): Promise<void> {
  const { path, loaded, load, warn, program, line, clock, log } = followed;
  let inForce = loaded.settings;
  let warnings = loaded.warnings;
  /** What was told last of a file that is no use; `undefined`: it is in order. */
  let told: string | undefined;

  /** @param mistakes the same for as long as they are the same ones, wherever they stand in the file */
  const refuse = async (problems: readonly string[], mistakes = problems.join('\n')) => {
    // Whoever mends a file in several steps saves it several times.
    if (mistakes === told) return;
    told = mistakes;
    log.warn({ problems }, 'the settings were changed and cannot be used');
    await program.tell({ kind: 'settings-broken', at: clock.now(), problems });
  };

  const tokenRefused = async (why: string, { token, apiRoot, proxy }: TelegramSettings) => {
    inForce = { ...inForce, telegram: { ...inForce.telegram, token, apiRoot, proxy } };
    await refuse([`${path}: ${why}`]);
  };

  const apply = async (found: Settings) => {
    if (found.dataDir !== inForce.dataDir) log.warn({}, 'data-dir takes effect at the next start');
    const next = { ...found, dataDir: inForce.dataDir };
    const difference = differenceBetween(inForce, next);
    if (difference.parts.has('locale')) await loadTranslator(next.locale);
    if (difference.parts.has('telegram')) {
      const flaw = await line.use(next.telegram, tokenRefused, signal);
      if (flaw !== undefined) return refuse([`${path}: ${flaw}`]);
    }
    const isMended = told !== undefined;
    [inForce, told] = [next, undefined];
    if (difference.parts.has('log-level')) log.setLevel(next.logLevel);
    await program.apply(next);
    if (!isNothing(difference)) log.info(summarize(difference), 'the settings were changed and are in force');
    // Telegram may have refused the token by now.
    if (isMended && told === undefined) await program.tell({ kind: 'settings-mended', at: clock.now() });
  };

  const changed = async (found: LoadedSettings) => {
    if (found.kind === 'missing') return refuse([renderGone(path)]);
    if (found.kind === 'broken') {
      const mistakes = found.problems.map(({ keyPath, message }) => `${keyPath}: ${message}`);
      return refuse(
        found.problems.map((one) => renderProblem(path, one)),
        mistakes.join('\n'),
      );
    }
    const isKnown = (one: Problem) =>
      warnings.some(({ keyPath, message }) => keyPath === one.keyPath && message === one.message);
    for (const one of found.warnings) if (!isKnown(one)) warn(one);
    warnings = found.warnings;
    try {
      await apply(found.settings);
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof BrokenLocale) return refuse([error.message]);
      throw error;
    }
  };
  await watchSettings({ path, loaded, load, changed, clock, log }, signal);
}
