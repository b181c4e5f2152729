/**
 * The line to Telegram that the settings name. When they name another one, it is tried before the old one is given up:
 * a slip in a token or a proxy must not cut the bot off from those who could mend it.
 */
import type { ConversationChannel } from '../app.ts';
import { type Identity, openTelegram, type TelegramChannel } from '../channels/telegram/telegram.ts';
import { type ChildSignal, childOf } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import type { Connector } from '../lib/connector.ts';
import { fetchThrough } from '../lib/http-fetch.ts';
import type { Log } from '../lib/log.ts';
import { MINUTE, SECOND } from '../lib/time.ts';
import type { TelegramSettings } from '../settings/settings.ts';

export interface TelegramLine extends ConversationChannel {
  /** @returns why it was not taken, for the operator; `undefined`: it is in use now */
  use(settings: TelegramSettings, signal: AbortSignal): Promise<string | undefined>;
  close(): Promise<void>;
}

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
  readonly telegram: TelegramChannel;
  close(): Promise<void>;
}

export function openTelegramLine(settings: TelegramSettings, deps: LineDependencies): TelegramLine {
  let current = open(settings, deps);
  let isConnected = false;
  let turn: Turn | undefined;

  return {
    name: current.telegram.name,
    deliver: (address, screen, signal) => current.telegram.deliver(address, screen, signal),

    listen: async (conversation, signal, onState) => {
      const listenTo = async (telegram: TelegramChannel, own: AbortSignal) => {
        try {
          await deps.begun(telegram, own);
          await telegram.listen(conversation, own, ({ kind }) => {
            isConnected = kind === 'connected';
            onState(isConnected ? 'connected' : 'away');
          });
        } catch (error) {
          if (!own.aborted) throw error;
        }
      };
      while (!signal.aborted) {
        const own = childOf(signal);
        const ended = listenTo(current.telegram, own.signal).finally(() => own.release());
        turn = { own, ended };
        await ended;
      }
    },

    use: async (wanted, signal) => {
      const next = open(wanted, deps);
      const identity = await next.telegram.identify(signal);
      const flaw = flawOf(identity, isConnected);
      if (flaw !== undefined) {
        await next.close();
        return flaw;
      }
      const before = current;
      current = next;
      // Its last words first: an answer that is on its way, and which update was the last.
      turn?.own.abort();
      await turn?.ended.catch(() => {});
      await before.close();
      return undefined;
    },

    close: () => current.close(),
  };
}

function flawOf(identity: Identity, isConnected: boolean): string | undefined {
  if (identity.kind === 'token-refused') return 'tg-api-token: Telegram refuses this token';
  // When the old line does not work either, the new one is what the operator wants to try.
  if (identity.kind === 'unreachable' && isConnected) {
    return `Telegram cannot be reached with these settings (${identity.reason}): look at tg-api-root and tg-proxy`;
  }
  return undefined;
}

function open(
  { token, apiRoot, proxy }: TelegramSettings,
  { clock, log, connector }: LineDependencies,
): Open {
  // Polling holds a connection; the others are kept between taps, which saves each of them a TLS handshake.
  const fetcher = fetchThrough({
    connectTimeout: 10 * SECOND,
    connections: 32,
    keepAlive: 1 * MINUTE,
    proxy,
    connector,
  });
  const telegram = openTelegram({ token, apiRoot, fetch: fetcher.fetch, clock, log });
  return { telegram, close: () => fetcher.close() };
}
