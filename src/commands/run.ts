/** `run`: loads the settings, puts the real parts together and runs them until the process is told to stop. */
import { resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runApp } from '../app.ts';
import { COMMANDS, type CommandName } from '../bot/bot.ts';
import { type Identity, openTelegram } from '../channels/telegram/telegram.ts';
import { TokenRefused } from '../channels/telegram/token-refused.ts';
import { availableLocales, BrokenLocale, loadTranslator, type Translator } from '../i18n/translator.ts';
import { childOf } from '../lib/abort.ts';
import { systemClock } from '../lib/clock.ts';
import { createConnector } from '../lib/connector.ts';
import { fetchThrough } from '../lib/http-fetch.ts';
import { createLog } from '../lib/log.ts';
import { scrub } from '../lib/secret.ts';
import { type DurationMs, MINUTE, SECOND } from '../lib/time.ts';
import { loadSettings } from '../settings/load.ts';
import { renderBroken, renderMissing, renderProblem } from '../settings/problems.ts';
import type { Settings } from '../settings/settings.ts';
import { createMemoryStore } from '../storage/memory-store.ts';
import { openTrueConfServer } from '../trueconf/client.ts';
import { EXIT } from './exit-codes.ts';

export interface RunOptions {
  /** Relative to the working directory. */
  readonly config: string;
  /** Overrides `data-dir` of the settings; relative to the working directory. */
  readonly dataDir?: string;
}

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
  const settings = await readSettings(options);
  if (!settings) return EXIT.settings;

  const log = createLog(settings.logLevel);
  const words = await readWords(settings.locale);
  if (!words) return EXIT.settings;
  const { token, apiRoot, proxy } = settings.telegram;
  // One for all: names are looked up once and TLS contexts shared.
  const connector = createConnector();
  // Polling holds a connection; the others are kept between taps, which saves each of them a TLS handshake.
  const fetcher = fetchThrough({
    connectTimeout: 10 * SECOND,
    connections: 32,
    keepAlive: 1 * MINUTE,
    proxy,
    connector,
  });
  const telegram = openTelegram({ token, apiRoot, fetch: fetcher.fetch, clock: systemClock, log });

  const stopping = stopOnSignals();
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
        words,
        store: createMemoryStore(),
        openServer: (server) => openTrueConfServer(server, { clock: systemClock, log, connector }),
        channel: {
          name: telegram.name,
          deliver: (address, screen, signal) => telegram.deliver(address, screen, signal),
          listen: async (conversation, signal, onConnected) => {
            await introduce(() => telegram.identify(signal), settings.servers.length, signal);
            const menus = menusInAllLanguages().then((all) => telegram.registerCommands(all, signal));
            menus.catch((error) => {
              if (!signal.aborted)
                log.warn({ error: String(error) }, 'the menu of commands is not registered');
            });
            await telegram.listen(conversation, signal, (state) => {
              if (state.kind === 'connected') onConnected();
            });
          },
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
    await fetcher.close();
  }
}

async function readWords(locale: string): Promise<Translator | undefined> {
  try {
    return await loadTranslator(locale);
  } catch (error) {
    if (!(error instanceof BrokenLocale)) throw error;
    complain(error.message);
    return undefined;
  }
}

async function readSettings({ config, dataDir }: RunOptions): Promise<Settings | undefined> {
  const path = resolve(config);
  const loaded = await loadSettings(path, process.env, await availableLocales());
  if (loaded.kind === 'missing') {
    complain(renderMissing(path));
    return undefined;
  }
  if (loaded.kind === 'broken') {
    complain(renderBroken(path, loaded.problems));
    return undefined;
  }
  for (const warning of loaded.warnings) complain(`Warning: ${renderProblem(path, warning)}`);
  return dataDir === undefined ? loaded.settings : { ...loaded.settings, dataDir: resolve(dataDir) };
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
