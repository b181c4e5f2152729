/** Telegram as a channel: puts the parts of this folder together. Knows no server, no rule and no text. */
import { setMaxListeners } from 'node:events';
import { childOf } from '../../lib/abort.ts';
import { type Clock, systemClock } from '../../lib/clock.ts';
import { type OriginOptions, openOrigin } from '../../lib/http.ts';
import type { Log } from '../../lib/log.ts';
import type { Secret } from '../../lib/secret.ts';
import type { DurationMs } from '../../lib/time.ts';
import type { Channel, Conversation } from '../port.ts';
import { type Call, LIMITS, type Limits, openCalls } from './calls.ts';
import { type CommandMenu, register } from './commands.ts';
import { type Dispatcher, openDispatcher } from './dispatcher.ts';
import { openDisplay } from './display.ts';
import { type Answer, notTelegram, tell } from './failures.ts';
import { openHolds } from './holds.ts';
import { openLanes } from './lanes.ts';
import { type Line, type LineState, openLine } from './line.ts';
import { openMessages } from './messages.ts';
import { confirm, poll } from './polling.ts';
import { openSender } from './sender.ts';

export interface TelegramOptions {
  readonly token: Secret;
  /** Without a slash at the end, e.g. `https://api.telegram.org`. */
  readonly apiRoot: string;
  readonly http: OriginOptions;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** In real time, because sockets are. */
  readonly limits?: Partial<Limits>;
}

export type Identity =
  | { readonly kind: 'known'; readonly username: string }
  | { readonly kind: 'token-refused' }
  | { readonly kind: 'unreachable'; readonly reason: string };

export interface TelegramChannel extends Channel {
  /** Asks once who the bot is. Never rejects except when the signal aborts. */
  identify(signal: AbortSignal): Promise<Identity>;
  /**
   * Polls until the signal aborts and hands every update to the conversation; once per program. Ends within about a
   * second of the abort. Rejects with TokenRefused; survives everything else and tells it through `onState`.
   */
  listen(
    conversation: Conversation,
    signal: AbortSignal,
    onState?: (state: LineState) => void,
  ): Promise<void>;
  /** Keeps trying while Telegram is away; logs what it refuses. Never rejects except when the signal aborts. */
  registerCommands(menus: readonly CommandMenu[], signal: AbortSignal): Promise<void>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export function openTelegram(options: TelegramOptions): TelegramChannel {
  const { token, clock, log, random = Math.random } = options;
  const apiRoot = new URL(options.apiRoot);
  const origin = openOrigin(apiRoot.origin, options.http);
  const limits = { ...LIMITS, ...options.limits };
  const call = openCalls(token, origin, apiRoot.pathname.replace(/\/+$/, ''), limits);
  const messages = openMessages(call, log);
  const holds = openHolds(clock);
  const lanes = openLanes(clock);
  const display = openDisplay({ messages, holds, clock, random, log });
  let botName: string | undefined;

  const askName = async (signal: AbortSignal): Promise<Answer<string>> => {
    const answer = await getName(call, signal);
    if (answer.kind === 'answered') botName = answer.value;
    return answer;
  };

  return {
    name: 'telegram',
    deliver: openSender(messages, holds),
    close: () => origin.close(),
    registerCommands: (menus, signal) => register(menus, { call, clock, random, log }, signal),

    identify: async (signal) => {
      const answer = await askName(signal);
      if (answer.kind === 'answered') return { kind: 'known', username: answer.value };
      const isRefused = answer.kind === 'rejected' && (answer.status === 401 || answer.status === 404);
      return isRefused ? { kind: 'token-refused' } : { kind: 'unreachable', reason: tell(answer) };
    },

    listen: async (conversation, signal, onState) => {
      const line = openLine({ clock, random, log, onState });
      const own = childOf(signal);
      const ceiling = new AbortController();
      // Each piece of work listens to both, and there may be hundreds.
      setMaxListeners(0, own.signal, ceiling.signal);
      let dispatcher: Dispatcher | undefined;
      let offset: number | undefined;
      try {
        botName ??= await learnName(askName, line, own.signal);
        dispatcher = openDispatcher({
          conversation,
          botName,
          call,
          lanes,
          display,
          clock,
          log,
          signal: own.signal,
          ceiling: ceiling.signal,
        });
        offset = await poll({ call, limits, clock, line, handle: dispatcher.dispatch }, own.signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        own.abort();
        own.release();
        await Promise.all([
          offset === undefined ? undefined : confirm(call, offset, limits.confirm),
          dispatcher === undefined ? undefined : within(limits.lastWords, dispatcher.settle()),
        ]);
        ceiling.abort();
      }
    },
  };
}

async function getName(call: Call, signal: AbortSignal): Promise<Answer<string>> {
  const answer = await call('getMe', signal, (api, own) => api.getMe(own));
  if (answer.kind !== 'answered') return answer;
  const name: unknown = answer.value?.username;
  return typeof name === 'string' ? { kind: 'answered', value: name } : notTelegram('getMe');
}

/** Without its name the bot could not tell which commands in a group are meant for it. */
async function learnName(
  ask: (signal: AbortSignal) => Promise<Answer<string>>,
  line: Line,
  signal: AbortSignal,
): Promise<string> {
  for (;;) {
    const answer = await ask(signal);
    if (answer.kind === 'answered') return answer.value;
    await line.failed(answer, signal);
  }
}

/** In real time, because what it bounds is on the network. */
async function within(limit: DurationMs, work: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, systemClock.sleep(limit, done.signal).catch(() => {})]);
  done.abort();
}
