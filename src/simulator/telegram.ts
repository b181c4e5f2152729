/**
 * Answers "how do I run a Telegram that is none?": a Bot API server on loopback with the people who write and tap,
 * scriptable and observable. Knows nothing of the bot.
 */
import { selfSigned } from './certificate.ts';
import { createListener } from './listener.ts';
import { type CallbackAnswer, Callbacks } from './telegram-callbacks.ts';
import { Chats, type MessageChange, type SimulatedMessage } from './telegram-chats.ts';
import { type TelegramFault, TelegramTrouble } from './telegram-fault.ts';
import { seconds } from './telegram-json.ts';
import { type Person, press, write } from './telegram-people.ts';
import { Rate, type RateLimits } from './telegram-rate.ts';
import { type ApiCall, type CallFate, CallServer } from './telegram-server.ts';
import type { BotCommand, BotState } from './telegram-state.ts';
import { Updates } from './telegram-updates.ts';
import { createWaiting } from './waiting.ts';

export type { SimulatedMessage } from './telegram-chats.ts';
export type { TelegramFault } from './telegram-fault.ts';
export type { Person } from './telegram-people.ts';
export type { ApiCall, CallFate } from './telegram-server.ts';

export interface TelegramSimulatorOptions {
  /** Any address in 127.0.0.0/8; default 127.0.0.1. */
  host?: string;
  /** Default 0: a free port. */
  port?: number;
  /** Default '123456:SIMULATED-token-0000000000000000000'. */
  token?: string;
  username?: string;
  /** Wait before every answer; default 0. */
  latencyMs?: number;
  /** A self-signed certificate; default false. */
  tls?: boolean;
  /** Limits on messages and edits; default false. */
  rate?: false | RateLimits;
  /** How long a tap may be answered; default 15,000. */
  callbackTimeoutMs?: number;
  /** Default Date.now. */
  now?: () => number;
  /** How many calls are kept; default 10,000. */
  keptCalls?: number;
}

export interface TelegramSimulator {
  readonly apiRoot: string;
  readonly token: string;
  /** PEM; `undefined` without TLS. */
  readonly certificate: string | undefined;
  /** Answered calls, the last 10,000 or so; getUpdates among them. */
  readonly calls: ApiCall[];
  /** What the chats now show. */
  readonly messages: SimulatedMessage[];
  /** By language code; '' for the rest. */
  commands: Record<string, BotCommand[]>;
  /** Asked when a call arrives, before anything is done about it; default 'answered'. */
  onArrival?: (method: string, params: Record<string, unknown>) => CallFate;
  onCall?: (call: ApiCall) => void;
  onMessage?: (message: SimulatedMessage, change: MessageChange) => void;
  onTapAnswered?: (callbackQueryId: string, answer: CallbackAnswer) => void;
  /** A person writes; a private chat unless `chat` is given. Makes the chat known. Returns the update id. */
  write(from: Person, words: string, chat?: { id: number; threadId?: number }): number;
  /**
   * A person taps a button of a message: its exact callback_data or its label. Data that the message does not show
   * any more are sent as they are, as an old button would. Returns the callback query id.
   */
  press(from: Person, message: { chatId: number; messageId: number }, data: string): string;
  answered(callbackQueryId: string): CallbackAnswer | undefined;
  /** Any raw update; returns its id. */
  pushUpdate(update: Record<string, unknown>): number;
  setFault(fault: TelegramFault): Promise<void>;
  /** Makes a chat one that the bot may write to, as if the person had pressed Start. */
  knowChat(id: number, name?: string): void;
  block(userId: number): void;
  unblock(userId: number): void;
  /** 403 "user is deactivated". */
  deactivate(userId: number): void;
  kick(chatId: number): void;
  migrate(chatId: number, toChatId: number): void;
  /** 400 "chat not found". */
  deleteChat(chatId: number): void;
  /** 400 "message thread not found". */
  deleteThread(chatId: number, threadId: number): void;
  deleteMessage(chatId: number, messageId: number): void;
  /** 400 "message can't be edited". */
  freezeMessage(chatId: number, messageId: number): void;
  /** getUpdates then answers 409 until the webhook is deleted; '' deletes it. */
  setWebhook(url: string): void;
  setLatency(latencyMs: number): void;
  /** Resolves with the first call, past or future, that matches; rejects after 5,000 ms naming what was there. */
  waitForCall(match: (call: ApiCall) => boolean, timeoutMs?: number): Promise<ApiCall>;
  /** Resolves with the first message that matches as it now stands, or as it is sent or edited to. */
  waitForMessage(
    match: (message: SimulatedMessage) => boolean,
    timeoutMs?: number,
  ): Promise<SimulatedMessage>;
  /** Forgets recorded calls; messages stay. */
  forgetCalls(): void;
  close(): Promise<void>;
}

/** Only what never comes takes so long. */
const WAIT_MS = 20_000;

/** Starts a simulated Bot API; resolves when it listens. */
export async function startTelegram(options: TelegramSimulatorOptions = {}): Promise<TelegramSimulator> {
  const { host = '127.0.0.1', now = Date.now } = options;
  const token = options.token ?? '123456:SIMULATED-token-0000000000000000000';
  let { latencyMs = 0 } = options;
  const certificate = options.tls === true ? await selfSigned(host) : undefined;
  const chats = new Chats();
  const trouble = new TelegramTrouble();
  const state: BotState = {
    id: Number(token.split(':')[0]),
    username: options.username ?? 'simulated_bot',
    chats,
    callbacks: new Callbacks(now, options.callbackTimeoutMs ?? 15_000, (id, answer) =>
      simulator.onTapAnswered?.(id, answer),
    ),
    updates: new Updates(seconds(now())),
    rate: new Rate(options.rate ?? false, now),
    get commands() {
      return simulator.commands;
    },
    now,
    changed(message, change) {
      simulator.onMessage?.(message, change);
      if (change !== 'deleted') messagesSeen.see(message);
    },
  };
  const server = new CallServer({
    token,
    state,
    trouble,
    latencyMs: () => latencyMs,
    fateOf: (method, params) => simulator.onArrival?.(method, params) ?? 'answered',
    called(call) {
      simulator.onCall?.(call);
      callsSeen.see(call);
    },
    keptCalls: options.keptCalls ?? 10_000,
  });
  const callsSeen = createWaiting<ApiCall>(
    'call',
    () => server.calls,
    (call) => `${call.method} ${call.ok ? 'ok' : call.description}`,
  );
  const messagesSeen = createWaiting<SimulatedMessage>(
    'message',
    () => chats.messages,
    (message) => `${message.chatId}/${message.messageId}: ${JSON.stringify(message.text.slice(0, 100))}`,
  );
  const listener = await createListener({
    host,
    port: options.port ?? 0,
    tls: certificate,
    handle: (request, response) => void server.receive(request, response),
  });

  const simulator: TelegramSimulator = {
    apiRoot: `${certificate ? 'https' : 'http'}://${host}:${listener.port}`,
    token,
    certificate: certificate?.cert,
    calls: server.calls,
    messages: chats.messages,
    commands: {},
    write: (from, words, chat) => write(state, from, words, chat),
    press: (from, message, data) => press(state, from, message, data),
    answered: (id) => state.callbacks.answered(id),
    pushUpdate: (update) => state.updates.push(update),
    async setFault(fault) {
      trouble.fault = fault;
      // A poll that waits meets the fault now, not when its time is up.
      if (fault.kind === 'hanging') state.updates.freeze();
      else if (fault.kind !== 'none' && state.updates.isPolled) {
        const refusal = trouble.refusalOf('getUpdates');
        if (fault.kind !== 'error' || refusal !== undefined) state.updates.interrupt(refusal);
      }
      await listener.become(
        fault.kind === 'away' ? 'refusing' : fault.kind === 'dropping' ? 'silent' : 'open',
      );
    },
    knowChat: (id, name) => void chats.know(id, name),
    block: (userId) => chats.setState(userId, 'blocked'),
    unblock: (userId) => chats.setState(userId, 'open'),
    deactivate: (userId) => chats.setState(userId, 'deactivated'),
    kick: (chatId) => chats.setState(chatId, 'kicked'),
    migrate: (chatId, toChatId) => chats.migrate(chatId, toChatId),
    deleteChat: (chatId) => chats.setState(chatId, 'gone'),
    deleteThread: (chatId, threadId) => void chats.know(chatId).missingThreads.add(threadId),
    deleteMessage(chatId, messageId) {
      const message = chats.find(chatId, messageId);
      if (message !== undefined) chats.delete(message);
    },
    freezeMessage(chatId, messageId) {
      const message = chats.find(chatId, messageId);
      if (message !== undefined) message.isFrozen = true;
    },
    setWebhook: (url) => state.updates.setWebhook(url),
    setLatency(wait) {
      latencyMs = wait;
    },
    waitForCall: (match, timeoutMs = WAIT_MS) => callsSeen.wait(match, timeoutMs),
    waitForMessage: (match, timeoutMs = WAIT_MS) => messagesSeen.wait(match, timeoutMs),
    forgetCalls() {
      server.calls.length = 0;
    },
    async close() {
      state.updates.interrupt();
      callsSeen.close();
      messagesSeen.close();
      await listener.become('refusing');
    },
  };
  return simulator;
}
