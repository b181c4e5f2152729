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
  const holds = new Map<number, { readonly until: EpochMs; readonly span: DurationMs }>();
  const remaining = (chat: number) => {
    const { until, span } = holds.get(chat) ?? { until: 0, span: 0 };
    const left = until - clock.now();
    // More than was asked for: the machine's clock was set back, and an alarm must not wait for as long as that.
    return left > span ? 0 : Math.max(0, left);
  };
  return {
    hold: (chat, span) => {
      for (const known of holds.keys()) if (remaining(known) === 0) holds.delete(known);
      if (span > remaining(chat)) holds.set(chat, { until: clock.now() + span, span });
    },
    remaining,
    pass: async (chat, signal) => {
      for (let wait = remaining(chat); wait > 0; wait = remaining(chat)) await clock.sleep(wait, signal);
    },
  };
}
