/** Which chats Telegram has asked to leave alone, and until when (429). Sends nothing. */
import type { Clock } from '../../lib/clock.ts';
import type { DurationMs, EpochMs } from '../../lib/time.ts';

export interface Holds {
  hold(chat: number, span: DurationMs): void;
  /** 0 when the chat may be written to. */
  remaining(chat: number): DurationMs;
  /** Rejects when the signal aborts. */
  pass(chat: number, signal: AbortSignal): Promise<void>;
}

export function openHolds(clock: Clock): Holds {
  const until = new Map<number, EpochMs>();
  const remaining = (chat: number) => Math.max(0, (until.get(chat) ?? 0) - clock.now());
  return {
    hold: (chat, span) => {
      for (const known of until.keys()) if (remaining(known) === 0) until.delete(known);
      until.set(chat, Math.max(until.get(chat) ?? 0, clock.now() + span));
    },
    remaining,
    pass: async (chat, signal) => {
      for (let wait = remaining(chat); wait > 0; wait = remaining(chat)) await clock.sleep(wait, signal);
    },
  };
}
