/** `run`: loads the settings, puts the real parts together and runs them until the process is told to stop. */
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Running, runApp } from '../app.ts';
import { COMMANDS, type CommandName } from '../bot/bot.ts';
import type { Identity } from '../channels/telegram/telegram.ts';
import { TokenRefused } from '../channels/telegram/token-refused.ts';
import { openCharts } from '../charts/charts.ts';
import { availableLocales, BrokenLocale, loadTranslator, type Translator } from '../i18n/translator.ts';
import { childOf } from '../lib/abort.ts';
import { systemClock } from '../lib/clock.ts';
import { createConnector } from '../lib/connector.ts';
import { createLog, type LevelledLog } from '../lib/log.ts';
import { isReachable } from '../lib/reachable.ts';
import { scrub } from '../lib/secret.ts';
import { type DurationMs, SECOND } from '../lib/time.ts';
import { differenceBetween, isNothing, summarize } from '../settings/difference.ts';
import { type LoadedSettings, loadSettings } from '../settings/load.ts';
import { renderBroken, renderMissing, renderProblem } from '../settings/problems.ts';
import type { Settings } from '../settings/settings.ts';
import { watchSettings } from '../settings/watch.ts';
import { openStore } from '../storage/open-store.ts';
import { openTrueConfServer } from '../trueconf/client.ts';
import { EXIT } from './exit-codes.ts';
import { STORAGE_ADVICE, storageNews } from './storage-news.ts';
import { openTelegramLine, type TelegramLine } from './telegram-line.ts';

export interface RunOptions {
  /** Relative to the working directory. */
  readonly config: string;
  /** Overrides `data-dir` of the settings; relative to the working directory. */
  readonly dataDir?: string;
}

type Loaded = Extract<LoadedSettings, { kind: 'loaded' }>;

/** A stop that takes longer than this is cut short. */
const STOP_LIMIT: DurationMs = 1.8 * SECOND;

/** When Telegram has not answered by then, the terminal says so instead of waiting. */
const PATIENCE: DurationMs = 2 * SECOND;

/** By then the first probes, looks at who is on, and the menus of commands are done. */
const SETTLED_AFTER: DurationMs = 15 * SECOND;

/** The languages in which the menu of commands is registered. */
const MENU_LANGUAGES = ['en', 'es', 'ru', 'de'];

/** @returns the exit code */
export async function run(options: RunOptions): Promise<number> {
  const loaded = await readSettings(options);
  if (!loaded) return EXIT.settings;
  const { settings } = loaded;

  const log = createLog(settings.logLevel);
  if (!(await canBeRead(settings.locale))) return EXIT.settings;
  // One for all: names are looked up once and TLS contexts shared.
  const connector = createConnector();
  let isIntroduced = false;
  const line = openTelegramLine(settings.telegram, {
    clock: systemClock,
    log,
    connector,
    begun: async (telegram, signal) => {
      if (!isIntroduced) await introduce(() => telegram.identify(signal), settings.servers.length, signal);
      isIntroduced = true;
      const menus = menusInAllLanguages().then((all) => telegram.registerCommands(all, signal));
      menus.catch((error) => {
        if (!signal.aborted) log.warn({ error: String(error) }, 'the menu of commands is not registered');
      });
    },
  });

  const stopping = stopOnSignals();
  const troubles = storageNews();
  const opened = await openStore(settings.dataDir, { clock: systemClock, log, ...troubles });
  if (opened.kind === 'in-use') {
    complain(`Another bot uses ${settings.dataDir}. Stop it first: two would tell everything twice.`);
    await line.close();
    return EXIT.inUse;
  }
  if (opened.kind === 'in-memory') {
    complain(`Warning: ${opened.trouble.path}: ${STORAGE_ADVICE[opened.trouble.code]}`);
    troubles.onTrouble(opened.trouble);
  }

  // Whatever ends the run ends this too: a timer of its own would keep a refused token waiting for its exit code.
  const life = childOf(stopping);
  giveMemoryBack(life.signal).catch(() => {});
  try {
    await runApp(
      settings,
      {
        clock: systemClock,
        random: Math.random,
        log,
        store: opened.store,
        channel: line,
        charts: openCharts({ clock: systemClock }),
        loadWords: loadTranslator,
        openServer: (server) => openTrueConfServer(server, { clock: systemClock, log, connector }),
        isReachable: (url, signal) => isReachable(url, { connector, signal }),
        beside: async (program, signal) => {
          await Promise.all([
            troubles.passOn((trouble) => program.tell(trouble), signal),
            followSettings(options, loaded, { program, line, log }, signal),
          ]);
        },
      },
      stopping,
    );
    return EXIT.ok;
  } catch (error) {
    if (error instanceof TokenRefused) {
      complain('Telegram refuses the token. Copy it anew from @BotFather into tg-api-token in the settings.');
      return EXIT.tokenRefused;
    }
    log.error({ error: error instanceof Error ? error.stack : String(error) }, 'the bot broke');
    complain('The bot ended because of an error of its own. The log says more.');
    return EXIT.internal;
  } finally {
    life.abort();
    await line.close();
  }
}

async function canBeRead(locale: string): Promise<boolean> {
  try {
    await loadTranslator(locale);
    return true;
  } catch (error) {
    if (!(error instanceof BrokenLocale)) throw error;
    complain(error.message);
    return false;
  }
}

async function readSettings(options: RunOptions): Promise<Loaded | undefined> {
  const path = resolve(options.config);
  const loaded = await load(options);
  if (loaded.kind === 'missing') {
    complain(renderMissing(path));
    return undefined;
  }
  if (loaded.kind === 'broken') {
    complain(renderBroken(path, loaded.problems));
    return undefined;
  }
  for (const warning of warningsOf(loaded, path)) complain(warning);
  return loaded;
}

function warningsOf({ warnings }: Loaded, path: string): string[] {
  return warnings.map((warning) => `Warning: ${renderProblem(path, warning)}`);
}

/** With what the command line says in place of what the file says. */
async function load({ config, dataDir }: RunOptions): Promise<LoadedSettings> {
  const loaded = await loadSettings(resolve(config), process.env, await availableLocales());
  if (loaded.kind !== 'loaded' || dataDir === undefined) return loaded;
  return { ...loaded, settings: { ...loaded.settings, dataDir: resolve(dataDir) } };
}

interface Followers {
  readonly program: Running;
  readonly line: TelegramLine;
  readonly log: LevelledLog;
}

/** Puts every edit of the settings in force; one that is no use is told, and what was in force stays so. */
async function followSettings(
  options: RunOptions,
  loaded: Loaded,
  { program, line, log }: Followers,
  signal: AbortSignal,
): Promise<void> {
  const path = resolve(options.config);
  let inForce = loaded.settings;
  let warnings: ReadonlySet<string> = new Set(warningsOf(loaded, path));
  let isBroken = false;

  const refuse = async (problems: readonly string[]) => {
    isBroken = true;
    log.warn({ problems }, 'the settings were changed and cannot be used');
    await program.tell({ kind: 'settings-broken', at: systemClock.now(), problems });
  };
  const apply = async (next: Settings) => {
    const difference = differenceBetween(inForce, next);
    if (difference.parts.has('locale')) await loadTranslator(next.locale);
    if (difference.parts.has('telegram')) {
      const flaw = await line.use(next.telegram, signal);
      if (flaw !== undefined) return refuse([`${path}: ${flaw}`]);
    }
    if (difference.parts.has('log-level')) log.setLevel(next.logLevel);
    if (difference.parts.has('data-dir')) log.warn({}, 'data-dir takes effect at the next start');
    await program.apply(next);
    inForce = next;
    if (!isNothing(difference)) log.info(summarize(difference), 'the settings were changed and are in force');
    if (isBroken) await program.tell({ kind: 'settings-mended', at: systemClock.now() });
    isBroken = false;
  };
  await watchSettings(
    {
      path,
      loaded,
      load: () => load(options),
      clock: systemClock,
      log,
      changed: async (found) => {
        if (found.kind === 'missing') return refuse([renderMissing(path)]);
        if (found.kind === 'broken') return refuse(found.problems.map((one) => renderProblem(path, one)));
        const before = warnings;
        warnings = new Set(warningsOf(found, path));
        for (const warning of warnings) if (!before.has(warning)) complain(warning);
        try {
          await apply(found.settings);
        } catch (error) {
          if (signal.aborted) return;
          if (error instanceof BrokenLocale) return refuse([error.message]);
          throw error;
        }
      },
    },
    signal,
  );
}

/** Says that the bot runs, as soon as it is known to whom it talks, or that Telegram keeps it waiting. */
async function introduce(
  identify: () => Promise<Identity>,
  servers: number,
  signal: AbortSignal,
): Promise<void> {
  const watched = `${servers} ${servers === 1 ? 'server' : 'servers'}`;
  const patience = new AbortController();
  const asked = identify();
  const first = await Promise.race([
    asked,
    systemClock.sleep(PATIENCE, patience.signal).then(
      () => undefined,
      () => undefined,
    ),
  ]);
  patience.abort();
  if (first?.kind === 'token-refused') throw new TokenRefused();
  if (first?.kind === 'known') {
    say(`Bot is running… @${first.username}, watching ${watched}`);
    return;
  }
  say(`Bot is running… watching ${watched}, but Telegram does not answer yet; trying on`);
  const later = first ?? (await asked);
  if (later.kind === 'token-refused') throw new TokenRefused();
  signal.throwIfAborted();
}

async function menusInAllLanguages() {
  const menus = [];
  for (const language of MENU_LANGUAGES) {
    menus.push({ languageCode: language, commands: commandMenu(await loadTranslator(language)) });
  }
  const [english] = menus;
  return english ? [{ ...english, languageCode: '' }, ...menus] : menus;
}

function commandMenu(words: Translator) {
  return (Object.keys(COMMANDS) as CommandName[]).map((command) => ({
    command,
    description: words.plain(`command.${command}`),
  }));
}

/**
 * What start-up needed and the rest of a quiet night does not: V8 would keep about 10 MiB of it until enough new
 * garbage comes, which may take hours.
 */
async function giveMemoryBack(signal: AbortSignal): Promise<void> {
  await systemClock.sleep(SETTLED_AFTER, signal);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}

/** Aborts at the first SIGINT or SIGTERM; a second one, or a stop that takes too long, ends the process at once. */
function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  const onSignal = () => {
    if (stopping.signal.aborted) process.exit(EXIT.ok);
    stopping.abort();
    setTimeout(() => process.exit(EXIT.ok), STOP_LIMIT).unref();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stopping.signal;
}

function say(text: string): void {
  process.stdout.write(`${scrub(text)}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${scrub(text)}\n`);
}
