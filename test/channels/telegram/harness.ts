/** The channel, a conversation made of functions, and a simulated Telegram between them. */
import { onTestFinished } from 'vitest';
import type { Conversation, Incoming, Reception, Reply, Screen } from '../../../src/channels/port.ts';
import type { LineState } from '../../../src/channels/telegram/line.ts';
import { openTelegram, type TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { escapeHtml, type Html } from '../../../src/i18n/markup.ts';
import type { Log } from '../../../src/lib/log.ts';
import { Secret } from '../../../src/lib/secret.ts';
import {
  type ApiCall,
  startTelegram,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../../../src/simulator/telegram.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const ANNA = { id: 1001, name: 'Anna' };
export const BORIS = { id: 1002, name: 'Boris' };
export const GROUP = -1_001_234_567_890;

interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly message: string;
}

export interface Stage {
  readonly telegram: TelegramSimulator;
  readonly channel: TelegramChannel;
  readonly clock: VirtualClock;
  readonly lines: LogLine[];
  readonly states: LineState[];
  readonly incoming: Incoming[];
  /** Calls of a method so far, refused ones included. */
  calls(method: string): ApiCall[];
  /** Starts to listen; the promise is that of `listen`. */
  listen(receive?: (incoming: Incoming) => Reception): Promise<void>;
  /** Sends a menu to the person and says where it is. */
  menu(person?: { id: number }): Promise<{ chatId: number; messageId: number }>;
  text(at: { chatId: number; messageId: number }): string | undefined;
  /** Aborts and waits until everything has ended. */
  stop(): Promise<void>;
}

export interface StageOptions extends TelegramSimulatorOptions {
  readonly limits?: Parameters<typeof openTelegram>[0]['limits'];
  /** What the channel uses in place of the simulator's token. */
  readonly botToken?: string;
}

export async function setStage(options: StageOptions = {}): Promise<Stage> {
  const telegram = await startTelegram({ callbackTimeoutMs: 1e9, ...options });
  const clock = new VirtualClock();
  const lines: LogLine[] = [];
  const states: LineState[] = [];
  const incoming: Incoming[] = [];
  const channel = openTelegram({
    token: new Secret(options.botToken ?? telegram.token),
    apiRoot: telegram.apiRoot,
    http: { connectTimeout: 5_000, connections: 64 },
    clock,
    random: () => 0.5,
    log: recordingLog(lines),
    ...(options.limits ? { limits: options.limits } : {}),
  });
  const controller = new AbortController();
  let listening: Promise<void> = Promise.resolve();
  const stop = async () => {
    controller.abort();
    await listening.catch(() => {});
  };
  onTestFinished(async () => {
    await stop();
    await channel.close();
    await telegram.close();
  });
  telegram.knowChat(ANNA.id);
  telegram.knowChat(BORIS.id);
  telegram.knowChat(GROUP);
  return {
    ...{ telegram, channel, clock, lines, states, incoming, stop },
    calls: (method) => telegram.calls.filter((call) => call.method === method),
    listen: (receive = () => ({ kind: 'ignore' })) => {
      const conversation: Conversation = {
        receive: (one) => {
          incoming.push(one);
          return receive(one);
        },
      };
      listening = channel.listen(conversation, controller.signal, (state) => states.push(state));
      listening.catch(() => {});
      return listening;
    },
    menu: async (person = ANNA) => {
      const before = telegram.messages.length;
      await channel.deliver(String(person.id), screen('the menu', ['Status', 'Users']), controller.signal);
      const { chatId, messageId } = telegram.messages[before] ?? { chatId: 0, messageId: 0 };
      return { chatId, messageId };
    },
    text: ({ chatId, messageId }) =>
      telegram.messages.find((one) => one.chatId === chatId && one.messageId === messageId)?.text,
  };
}

export function screen(text: string, buttons: readonly string[] = []): Screen {
  return {
    text: escapeHtml(text),
    keyboard: buttons.length > 0 ? [buttons.map((label) => ({ label, data: label }))] : [],
  };
}

export function markup(text: string): Html {
  return text as Html;
}

/** Lets everything that is ready run, sockets included. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when the claim holds. */
export async function eventually(claim: () => boolean, what: string): Promise<void> {
  for (const startedAt = performance.now(); !claim(); await turn()) {
    if (performance.now() - startedAt > 20_000) throw new Error(`it never came to be that ${what}`);
  }
}

/** Work that is done at once. */
export function reply(text: string): Reception {
  return { kind: 'work', work: { waiting: undefined, run: async () => ({ screen: screen(text) }) } };
}

/** The same work, for a button whose message stays. */
export function keeping(reception: Reception): Reception {
  return reception.kind === 'work'
    ? { kind: 'work', work: { ...reception.work, keepsMessage: true } }
    : reception;
}

/** Work that the test ends by hand. */
export interface Slow {
  readonly reception: Reception;
  readonly signal: AbortSignal | undefined;
  finish(reply: Reply): void;
}

/** @param heeds whether it ends as soon as its signal aborts, as work should */
export function slow(waiting?: string, heeds = true): Slow {
  let given: AbortSignal | undefined;
  let finish: (reply: Reply) => void = () => {};
  return {
    get signal() {
      return given;
    },
    finish: (one) => finish(one),
    reception: {
      kind: 'work',
      work: {
        waiting: waiting === undefined ? undefined : screen(waiting, ['Back']),
        run: (signal) =>
          new Promise((resolve, reject) => {
            given = signal;
            finish = resolve;
            if (heeds) signal.addEventListener('abort', () => reject(signal.reason));
          }),
      },
    },
  };
}

function recordingLog(lines: LogLine[]): Log {
  const at = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
