/**
 * The line to Telegram that the settings name. When they name another one, it is tried before the old one is given up:
 * a slip in a token or a proxy must not cut the bot off from those who could mend it. What cannot be tried, because
 * Telegram is away, is taken until Telegram refuses it.
 */
import type { ConversationChannel } from '../app.ts';
import type { Conversation } from '../channels/port.ts';
import { type Identity, openTelegram, type TelegramChannel } from '../channels/telegram/telegram.ts';
import { TokenRefused } from '../channels/telegram/token-refused.ts';
import { type ChildSignal, childOf } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import type { Connector } from '../lib/connector.ts';
import type { Log } from '../lib/log.ts';
import { MINUTE, SECOND } from '../lib/time.ts';
import type { TelegramSettings } from '../settings/settings.ts';

export interface TelegramLine extends ConversationChannel {
  /** @returns why it was not taken, for the operator; `undefined`: it is in use now */
  use(settings: TelegramSettings, onRefused: OnRefused, signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * It was taken while Telegram was away, which is back and refuses the token.
 * @param why for the operator
 * @param inUse those that worked before, and are in use again
 */
export type OnRefused = (why: string, inUse: TelegramSettings) => Promise<void>;

export interface LineDependencies {
  readonly clock: Clock;
  readonly log: Log;
  readonly connector: Connector;
  /** Each line that is taken into use, once. */
  begun(telegram: TelegramChannel, signal: AbortSignal): Promise<void>;
}

/** The time in which one line is listened to. */
interface Turn {
  readonly own: ChildSignal;
  readonly ended: Promise<void>;
}

interface Open {
  readonly settings: TelegramSettings;
  readonly telegram: TelegramChannel;
  /** `undefined`: there is nothing to go back to. */
  readonly onRefused: OnRefused | undefined;
}

const TOKEN_REFUSED = 'tg-api-token: Telegram refuses this token';

export function openTelegramLine(settings: TelegramSettings, deps: LineDependencies): TelegramLine {
  let current = open(settings, undefined, deps);
  /** Those of the start, or the last ones with which Telegram has answered. */
  let proven = settings;
  /** Told already. */
  let refused: TelegramSettings | undefined;
  let isConnected = false;
  let turn: Turn | undefined;

  async function listenTo(
    line: Open,
    conversation: Conversation,
    onState: (state: 'connected' | 'away') => void,
    own: ChildSignal,
  ): Promise<void> {
    try {
      await deps.begun(line.telegram, own.signal);
      await line.telegram.listen(conversation, own.signal, ({ kind }) => {
        isConnected = kind === 'connected';
        if (isConnected) proven = line.settings;
        onState(isConnected ? 'connected' : 'away');
      });
    } catch (error) {
      if (!own.signal.aborted) throw error;
    } finally {
      own.release();
    }
  }

  async function goBack(from: Open): Promise<void> {
    refused = from.settings;
    current = open(proven, undefined, deps);
    await from.telegram.close();
    await from.onRefused?.(TOKEN_REFUSED, proven);
  }

  return {
    name: current.telegram.name,
    deliver: (address, screen, signal) => current.telegram.deliver(address, screen, signal),

    listen: async (conversation, signal, onState) => {
      while (!signal.aborted) {
        const line = current;
        const own = childOf(signal);
        turn = { own, ended: listenTo(line, conversation, onState, own) };
        try {
          await turn.ended;
        } catch (error) {
          if (!(error instanceof TokenRefused) || line.settings === proven) throw error;
          // Else another one has taken its place meanwhile.
          if (line === current) await goBack(line);
        }
      }
    },

    use: async (wanted, onRefused, signal) => {
      const next = open(wanted, onRefused, deps);
      const identity = await next.telegram.identify(signal);
      const isRefused = refused !== undefined && isSameBot(refused, wanted);
      const flaw = flawOf(identity, isConnected, isRefused);
      if (flaw !== undefined) {
        await next.telegram.close();
        return flaw;
      }
      const before = current;
      current = next;
      // Its last words first: an answer that is on its way, and which update was the last.
      turn?.own.abort();
      await turn?.ended.catch(() => {});
      await before.telegram.close();
      return undefined;
    },

    close: () => current.telegram.close(),
  };
}

function flawOf(identity: Identity, isConnected: boolean, isRefused: boolean): string | undefined {
  if (identity.kind === 'token-refused') return TOKEN_REFUSED;
  if (identity.kind === 'known') return undefined;
  if (isRefused) return TOKEN_REFUSED;
  // When the old line does not work either, the new one is what the operator wants to try.
  if (!isConnected) return undefined;
  return `Telegram cannot be reached with these settings (${identity.reason}): look at tg-api-root and tg-proxy`;
}

function isSameBot(a: TelegramSettings, b: TelegramSettings): boolean {
  return a.token.reveal() === b.token.reveal() && a.apiRoot === b.apiRoot;
}

function open(
  settings: TelegramSettings,
  onRefused: OnRefused | undefined,
  { clock, log, connector }: LineDependencies,
): Open {
  const { token, apiRoot, proxy } = settings;
  // Polling holds a connection; the others are kept between taps, which saves each of them a TLS handshake.
  const http = {
    connectTimeout: 10 * SECOND,
    connections: 32,
    keepAlive: 1 * MINUTE,
    proxy,
    connector,
  };
  return { settings, telegram: openTelegram({ token, apiRoot, http, clock, log }), onRefused };
}
