/** `run`: loads the settings, puts the real parts together and runs them until the process is told to stop. */
import { resolve } from 'node:path';
import { runApp } from '../app.ts';
import { COMMANDS, type CommandName } from '../bot/bot.ts';
import type { Identity } from '../channels/telegram/telegram.ts';
import { TokenRefused } from '../channels/telegram/token-refused.ts';
import { openCharts } from '../charts/charts.ts';
import { availableLocales, BrokenLocale, loadTranslator, type Translator } from '../i18n/translator.ts';
import { childOf } from '../lib/abort.ts';
import { systemClock } from '../lib/clock.ts';
import { createConnector } from '../lib/connector.ts';
import { createLog } from '../lib/log.ts';
import { isReachable } from '../lib/reachable.ts';
import { scrub } from '../lib/secret.ts';
import { type DurationMs, SECOND } from '../lib/time.ts';
import { type LoadedSettings, loadSettings } from '../settings/load.ts';
import { type Problem, renderBroken, renderMissing, renderProblem } from '../settings/problems.ts';
import { openStore } from '../storage/open-store.ts';
import { openTrueConfServer } from '../trueconf/client.ts';
import { giveMemoryBack, makeFrugal } from './engine.ts';
import { EXIT } from './exit-codes.ts';
import { followSettings } from './follow-settings.ts';
import { STORAGE_ADVICE, storageNews } from './storage-news.ts';
import { openTelegramLine } from './telegram-line.ts';

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

/** The languages in which the menu of commands is registered. */
const MENU_LANGUAGES = ['en', 'es', 'ru', 'de'];

/** @returns the exit code */
export async function run(options: RunOptions): Promise<number> {
  makeFrugal();
  const stopping = stopOnSignals();
  const loaded = await readSettings(options);
  if (!loaded) return EXIT.settings;
  const { settings } = loaded;
  const path = resolve(options.config);
  const warn = (warning: Problem) => complain(`Warning: ${renderProblem(path, warning)}`);
  for (const warning of loaded.warnings) warn(warning);

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
  giveMemoryBack(systemClock, life.signal).catch(() => {});
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
            followSettings(
              { path, loaded, load: () => load(options), warn, program, line, clock: systemClock, log },
              signal,
            ),
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
    log.error({ error }, 'the bot broke');
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
  return loaded;
}

/** With what the command line says in place of what the file says. */
async function load({ config, dataDir }: RunOptions): Promise<LoadedSettings> {
  const loaded = await loadSettings(resolve(config), process.env, await availableLocales());
  if (loaded.kind !== 'loaded' || dataDir === undefined) return loaded;
  return { ...loaded, settings: { ...loaded.settings, dataDir: resolve(dataDir) } };
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
    // Also when it fails: a wait that is left over would hold up the end of the program.
  ]).finally(() => patience.abort());
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
 * Aborts at the first SIGINT or SIGTERM, or when the process that has started it with a channel between them is gone,
 * as the demo may be; a second signal, or a stop that takes too long, ends the process at once.
 */
function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
    setTimeout(() => process.exit(EXIT.ok), STOP_LIMIT).unref();
  };
  const onSignal = () => {
    if (stopping.signal.aborted) process.exit(EXIT.ok);
    stop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.once('disconnect', stop);
  // Whoever listens for that keeps the process alive.
  process.channel?.unref();
  return stopping.signal;
}

function say(text: string): void {
  process.stdout.write(`${scrub(text)}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${scrub(text)}\n`);
}
