/**
 * The whole program between simulated TrueConf Servers and a simulated Telegram, over real sockets, and people who
 * write and tap: a test reads as a conversation. What a person does is waited for by what the chat shows next.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { runApp } from '../../src/app.ts';
import { decodeButton } from '../../src/bot/callback-data.ts';
import { openTelegram } from '../../src/channels/telegram/telegram.ts';
import { openCharts, type Paint } from '../../src/charts/charts.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLog } from '../../src/lib/log.ts';
import { loadSettings } from '../../src/settings/load.ts';
import { renderBroken } from '../../src/settings/problems.ts';
import type { Settings } from '../../src/settings/settings.ts';
import {
  type ApiCall,
  type Person,
  type SimulatedMessage,
  startTelegram,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../../src/simulator/telegram.ts';
import {
  type RecordedRequest,
  startTrueConf,
  type TrueConfSimulator,
  type TrueConfSimulatorOptions,
} from '../../src/simulator/trueconf.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { openTrueConfServer } from '../../src/trueconf/client.ts';
import { tinyPng } from './tiny-png.ts';

export const ANNA: Person = { id: 1001, name: 'Anna' };
export const BORIS: Person = { id: 1002, name: 'Boris' };
export const STRANGER: Person = { id: 6666, name: 'Mallory' };
export const GROUP = -1_001_234_567_890;

/** The only server of most tests. */
export const SERVER = 'video.example.com';

const LANGUAGES = ['de', 'en', 'es', 'ru'];
const CLIENT_ID = 'harness-client-id';
const CLIENT_SECRET = 'harness-client-secret';

type TomlValue = string | number | boolean | readonly (string | number)[];

export interface HarnessOptions {
  /** Simulated servers by the name on their buttons, in the order of the settings. Default: one, `SERVER`. */
  readonly servers?: Readonly<Record<string, TrueConfSimulatorOptions>>;
  /** Default: Anna and Boris. */
  readonly administrators?: readonly Person[];
  readonly locale?: string;
  readonly telegram?: TelegramSimulatorOptions;
  /** More keys at the top of the settings. */
  readonly keys?: Readonly<Record<string, TomlValue>>;
  /** More keys of each server's section. */
  readonly serverKeys?: Readonly<Record<string, TomlValue>>;
  /** More keys of each server's `server_status`. */
  readonly statusKeys?: Readonly<Record<string, TomlValue>>;
  /** More keys of each server's `forgotten`. */
  readonly forgottenKeys?: Readonly<Record<string, TomlValue>>;
  /** The last word on the settings after they were loaded. */
  readonly adjust?: (settings: Settings) => Settings;
  /** Default: a fresh one. Hand it on to restart the program with what it remembers. */
  readonly store?: Store;
  /** Paints charts. Default: always the same tiny picture. */
  readonly paint?: Paint;
  /** What the log may say at level `error` without failing the test. Default: nothing. */
  readonly expectedErrors?: RegExp;
  /** What Telegram may refuse without failing the test, besides edits that change nothing. Default: nothing. */
  readonly expectedRefusals?: RegExp;
}

/** One thing that a chat showed. */
export interface Shown {
  readonly change: 'sent' | 'edited' | 'unchanged' | 'deleted';
  /** As it stood then. */
  readonly message: SimulatedMessage;
}

export interface Harness {
  readonly telegram: TelegramSimulator;
  readonly settings: Settings;
  readonly store: Store;
  /** Lines of the log, as written. */
  readonly log: readonly string[];
  /** The simulator behind a name; default: the first. */
  server(name?: string): TrueConfSimulator;
  /** Where somebody talks to the bot; default: in private. */
  chat(person: Person, where?: { readonly id: number; readonly threadId?: number }): Chat;
  /** Waits until all servers have been probed once, so that their dots are known. */
  probed(): Promise<void>;
  /** Requests to all servers so far. */
  requests(): readonly RecordedRequest[];
  /** Ends the program and starts it again, as after an edit of the settings; what it remembers is kept. */
  restart(adjust?: (settings: Settings) => Settings): Promise<void>;
  /** Ends the program and checks what must hold for every message it has sent. */
  stop(): Promise<void>;
}

/** Starts it all; it is stopped at the end of the test unless the test did so. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const { servers = { [SERVER]: {} }, administrators = [ANNA, BORIS] } = options;
  const telegram = await startTelegram(options.telegram);
  const simulators = new Map<string, TrueConfSimulator>();
  for (const [name, own] of Object.entries(servers)) {
    simulators.set(name, await startTrueConf({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, ...own }));
  }
  for (const { id, name } of administrators) telegram.knowChat(id, name);
  const settings = await loadFrom(settingsText(options, simulators, telegram), options);
  const log: string[] = [];
  const store = options.store ?? createMemoryStore();
  const scene = watchScene(telegram);
  const { paint = async () => tinyPng(1) } = options;
  let program = await launch(settings, store, log, paint);

  let stopped: Promise<void> | undefined;
  const end = async () => {
    try {
      await program.end();
    } finally {
      await Promise.all([...simulators.values()].map((simulator) => simulator.close()));
      await telegram.close();
    }
    const faults = [...scene.faults(options.expectedRefusals), ...errorsIn(log, options.expectedErrors)];
    if (faults.length > 0) throw new Error(`what must never happen did:\n  ${faults.join('\n  ')}`);
  };
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  onTestFinished(stop);

  const all = [...simulators.values()];
  return {
    ...{ telegram, settings, store, log, stop },
    server: (name) => {
      const found = name === undefined ? all[0] : simulators.get(name);
      if (!found) throw new Error(`no server ${name}`);
      return found;
    },
    chat: (person, where) => openChat(telegram, scene, person, where),
    probed: async () => {
      const monitored = settings.servers.filter(({ status }) => status.monitored).length;
      while ((await store.availabilities()).size < monitored) await systemClock.sleep(5);
    },
    requests: () => all.flatMap(({ requests }) => requests),
    restart: async (adjust = (same) => same) => {
      await program.end();
      program = await launch(adjust(settings), store, log, paint);
    },
  };
}

/** The program as the `run` command puts it together, with a log that the test reads. */
async function launch(
  settings: Settings,
  store: Store,
  log: string[],
  paint: Paint,
): Promise<{ end(): Promise<void> }> {
  const stopping = new AbortController();
  const writer = createLog('trace', { write: (line: string) => void log.push(line) });
  const channel = openTelegram({
    token: settings.telegram.token,
    apiRoot: settings.telegram.apiRoot,
    http: { connectTimeout: 5_000 },
    clock: systemClock,
    log: writer,
  });
  const running = runApp(
    settings,
    {
      clock: systemClock,
      random: () => 0.5,
      log: writer,
      loadWords: loadTranslator,
      charts: openCharts({ clock: systemClock, paint }),
      store,
      isReachable: async () => true,
      openServer: (server) => openTrueConfServer(server, { clock: systemClock, log: writer }),
      channel: {
        name: channel.name,
        deliver: (address, screen, signal) => channel.deliver(address, screen, signal),
        listen: (conversation, signal, onState) =>
          channel.listen(conversation, signal, ({ kind }) =>
            onState(kind === 'connected' ? 'connected' : 'away'),
          ),
      },
    },
    stopping.signal,
  );
  running.catch(() => {});
  return {
    end: async () => {
      stopping.abort();
      try {
        await running;
      } finally {
        await channel.close();
      }
    },
  };
}

function settingsText(
  options: HarnessOptions,
  simulators: ReadonlyMap<string, TrueConfSimulator>,
  telegram: TelegramSimulator,
): string {
  const { administrators = [ANNA, BORIS], locale = 'en' } = options;
  const lines = [
    ...section(undefined, {
      'tg-api-token': telegram.token,
      'tg-api-root': telegram.apiRoot,
      'tg-users-id': administrators.map(({ id }) => id),
      locale,
      'time-zone': 'UTC',
      ...options.keys,
    }),
  ];
  for (const [name, simulator] of simulators) {
    const header = `servers.${JSON.stringify(name)}`;
    lines.push(
      ...section(header, {
        ip: simulator.host,
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        ssl_certificate: false,
        https_port: simulator.apiPort,
        ...options.serverKeys,
      }),
      ...section(`${header}.server_status`, { status_port: simulator.statusPort, ...options.statusKeys }),
      ...section(`${header}.forgotten`, { ...options.forgottenKeys }),
    );
  }
  return lines.join('\n');
}

/** JSON's strings, numbers, booleans and lists are TOML's too. */
function section(header: string | undefined, keys: Readonly<Record<string, TomlValue>>): string[] {
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return header === undefined ? lines : [`[${header}]`, ...lines];
}

/** For `adjust`: one server that is not monitored, while the others are. */
export function unwatch(name: string): (settings: Settings) => Settings {
  return (settings) => ({
    ...settings,
    servers: settings.servers.map((server) =>
      server.name === name ? { ...server, status: { ...server.status, monitored: false } } : server,
    ),
  });
}

async function loadFrom(text: string, { adjust }: HarnessOptions): Promise<Settings> {
  const folder = mkdtempSync(join(tmpdir(), 'bot-harness-'));
  try {
    const path = join(folder, 'settings.toml');
    writeFileSync(path, text);
    const loaded = await loadSettings(path, process.env, LANGUAGES);
    if (loaded.kind !== 'loaded')
      throw new Error(loaded.kind === 'broken' ? renderBroken(path, loaded.problems) : 'no settings');
    return adjust ? adjust(loaded.settings) : loaded.settings;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function errorsIn(log: readonly string[], expected: RegExp | undefined): string[] {
  return log.filter((line) => line.includes('"level":"error"') && !expected?.test(line));
}

/** Everything that chats showed, in order. */
interface Scene {
  readonly shown: Shown[];
  /** Resolves with the first that matches from `index` on. */
  wait(match: (shown: Shown) => boolean, index: number, timeoutMs?: number): Promise<Shown>;
  faults(expectedRefusals: RegExp | undefined): string[];
}

/** Only what never comes takes so long. */
const WAIT_MS = 20_000;

/** Data of a button whose message stays. */
const isKept = (data: string) => decodeButton(data).keepsMessage;
const isAlert = ({ keyboard }: SimulatedMessage) =>
  keyboard.flat().some(({ callback_data: data = '' }) => isKept(data));

function watchScene(telegram: TelegramSimulator): Scene {
  const shown: Shown[] = [];
  const faults: string[] = [];
  const refusals: string[] = [];
  const alerts = new Set<string>();
  const waiters = new Set<() => void>();
  const note = (one: Shown) => {
    shown.push(one);
    for (const wake of [...waiters]) wake();
  };
  telegram.onMessage = (message, change) => {
    if (!message.fromBot) return;
    if (message.droppedEntities > 0) faults.push(`formatting lost: ${message.text.slice(0, 200)}`);
    if (message.lostLinks.length > 0) faults.push(`links lost: ${message.lostLinks.join(' ')}`);
    const key = `${message.chatId} ${message.messageId}`;
    if (change === 'sent' && isAlert(message)) alerts.add(key);
    // What happened is looked up later; the message that told it is no screen.
    else if (alerts.has(key)) faults.push(`an alert was ${change}: ${message.text.slice(0, 200)}`);
    note({ change, message: { ...message } });
  };
  telegram.onCall = (call: ApiCall) => {
    // A poll that has been given up is refused when the next one comes; nobody reads that.
    if (call.ok || call.method === 'getUpdates') return;
    if (!call.description?.includes('message is not modified')) {
      refusals.push(`${call.method}: ${call.description}`);
      return;
    }
    const { chat_id: chatId, message_id: messageId } = call.params;
    const message = telegram.messages.find((one) => one.chatId === chatId && one.messageId === messageId);
    if (message) note({ change: 'unchanged', message: { ...message } });
  };

  return {
    shown,
    faults: (expected) => [...faults, ...refusals.filter((refusal) => !expected?.test(refusal))],
    wait: (match, index, timeoutMs = WAIT_MS) => {
      // The stack of the caller, which is lost once the timer has fired.
      const failure = new Error();
      return new Promise((resolve, reject) => {
        let at = index;
        const look = () => {
          for (; at < shown.length; at++) {
            const one = shown[at];
            if (!one || !match(one)) continue;
            clearTimeout(timer);
            waiters.delete(look);
            resolve(one);
            return;
          }
        };
        const timer = setTimeout(() => {
          waiters.delete(look);
          const seen = shown.slice(index).map(({ change, message }) => `${change}: ${message.text}`);
          failure.message = `nothing as expected within ${timeoutMs} ms; shown since:\n${seen.join('\n---\n')}`;
          reject(failure);
        }, timeoutMs);
        waiters.add(look);
        look();
      });
    },
  };
}

export interface Chat {
  /** What the current message shows, with times and waits replaced, see `timeless`. */
  readonly text: string;
  readonly message: SimulatedMessage;
  /** Labels of the current message's buttons, row by row. */
  readonly rows: readonly (readonly string[])[];
  readonly buttons: readonly string[];
  /** Everything the bot has shown here so far. */
  readonly history: readonly Shown[];
  /** Writes and waits for the answer. */
  send(words: string, timeoutMs?: number): Promise<string>;
  /** Writes without waiting. */
  write(words: string): void;
  /**
   * Taps the button whose label is, or holds, these words, and waits until its message shows what follows; a new
   * message when it is a button of an alert.
   */
  tap(label: string, timeoutMs?: number): Promise<string>;
  /** From `/start` to the menu of a server and on through these buttons. */
  open(server: string, ...labels: readonly string[]): Promise<string>;
  /** Taps without waiting. Returns the callback query id. */
  press(label: string): string;
  /** Sends data as an old or a forged button would, from the current message. Returns the callback query id. */
  forge(data: string): string;
  /** Waits for the next thing shown here after `from` (an index of `history`), waiting screens left out. */
  next(from?: number, timeoutMs?: number): Promise<string>;
  /** Waits until the current message shows that a server is being asked. */
  waiting(): Promise<string>;
  /** Waits until something shown here since the beginning matches, and makes it the current message. */
  until(match: (text: string) => boolean, timeoutMs?: number): Promise<string>;
  /** Data of the button with that label. */
  data(label: string): string;
}

function openChat(
  telegram: TelegramSimulator,
  scene: Scene,
  person: Person,
  where?: { readonly id: number; readonly threadId?: number },
): Chat {
  const chatId = where?.id ?? person.id;
  telegram.knowChat(chatId, where ? undefined : person.name);
  let current: SimulatedMessage | undefined;
  const isHere = ({ message }: Shown) => message.chatId === chatId && message.threadId === where?.threadId;
  const isScreen = ({ change, message }: Shown) => change !== 'deleted' && !message.text.startsWith('⏳');
  const take = ({ message }: Shown): string => {
    current = message;
    return timeless(message.text);
  };
  const message = () => {
    if (!current) throw new Error('nothing is shown yet');
    return current;
  };
  const find = (label: string) => {
    const all = message().keyboard.flat();
    const found = all.find(({ text }) => text === label) ?? all.find(({ text }) => text.includes(label));
    if (!found?.callback_data) {
      throw new Error(`no button "${label}" among: ${all.map(({ text }) => text).join(' | ')}`);
    }
    return found.callback_data;
  };
  const next = async (from: number, timeoutMs?: number, match = (_: Shown) => true) =>
    take(await scene.wait((one) => isHere(one) && isScreen(one) && match(one), from, timeoutMs));
  const write = (words: string) => {
    telegram.write(person, words, where && { ...where });
  };
  const tap = (label: string, timeoutMs?: number) => {
    const from = scene.shown.length;
    const { messageId } = message();
    const data = find(label);
    const newest = Math.max(...scene.shown.filter(isHere).map((one) => one.message.messageId));
    telegram.press(person, message(), data);
    return next(from, timeoutMs, (one) =>
      isKept(data) ? one.message.messageId > newest : one.message.messageId === messageId,
    );
  };

  const chat: Chat = {
    get text() {
      return timeless(message().text);
    },
    get message() {
      return message();
    },
    get rows() {
      return message().keyboard.map((row) => row.map(({ text }) => text));
    },
    get buttons() {
      return message()
        .keyboard.flat()
        .map(({ text }) => text);
    },
    get history() {
      return scene.shown.filter(isHere);
    },
    write,
    send: (words, timeoutMs) => {
      const from = scene.shown.length;
      write(words);
      return next(from, timeoutMs, ({ change }) => change === 'sent');
    },
    tap,
    open: async (server, ...labels) => {
      await chat.send('/start');
      for (const label of [server, ...labels]) await tap(label);
      return chat.text;
    },
    press: (label) => telegram.press(person, message(), find(label)),
    forge: (data) => telegram.press(person, message(), data),
    next: async (from = scene.shown.length, timeoutMs) => {
      if (from === scene.shown.length) return next(from, timeoutMs);
      const here = scene.shown.filter(isHere)[from];
      return next(here ? scene.shown.indexOf(here) : scene.shown.length, timeoutMs);
    },
    waiting: async () => {
      const { messageId } = message();
      const isWaiting = (one: Shown) => isHere(one) && one.message.text.startsWith('⏳');
      return take(await scene.wait((one) => isWaiting(one) && one.message.messageId === messageId, 0));
    },
    until: async (match, timeoutMs) =>
      take(await scene.wait((one) => isHere(one) && isScreen(one) && match(one.message.text), 0, timeoutMs)),
    data: find,
  };
  return chat;
}

/** The same text whenever it is read: `hh:mm:ss`, `hh:mm` and `N ms` stand for what differs from run to run. */
function timeless(text: string): string {
  return text
    .replace(/\b\d{1,2}:\d\d:\d\d\b/g, 'hh:mm:ss')
    .replace(/\b\d\d:\d\d\b/g, 'hh:mm')
    .replace(/\b\d{1,2} [A-Z][a-z]{2} (?:\d{4} )?(?=hh:mm)/g, '')
    .replace(/\b\d+\sms\b/g, 'N ms');
}

const MINUTE_MS = 60_000;

/** So long ago, and half a minute more, so that a running conference shows the same duration throughout a test. */
export function ago(minutes: number): number {
  return Date.now() - minutes * MINUTE_MS - MINUTE_MS / 2;
}

/** For `test.each`, whose `$what` would be quoted and cut. */
export function named<T extends { readonly what: string }>(cases: readonly T[]): (readonly [string, T])[] {
  return cases.map((one) => [one.what, one] as const);
}
