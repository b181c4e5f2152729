/**
 * Answers "is the bot too fast?": Telegram's unpublished limits as sliding windows. Who went over one waits until the
 * time it was told; asking again earlier is refused with what is left.
 */
import { tooMany } from './telegram-refusal.ts';

export interface RateLimits {
  /** Messages and edits in a private chat; default 1. */
  perChatPerSecond?: number;
  /** Messages and edits in a group; default 20. */
  perGroupPerMinute?: number;
  /** The whole bot; default 30. */
  perSecond?: number;
}

export class Rate {
  readonly #limits: Required<RateLimits> | undefined;
  readonly #now: () => number;
  readonly #sent = new Map<number | 'all', number[]>();
  readonly #blockedUntil = new Map<number | 'all', number>();

  constructor(limits: RateLimits | false, now: () => number) {
    this.#limits =
      limits === false ? undefined : { perChatPerSecond: 1, perGroupPerMinute: 20, perSecond: 30, ...limits };
    this.#now = now;
  }

  /** Counts a message to the chat, or throws 429. */
  count(chatId: number): void {
    if (this.#limits === undefined) return;
    const { perChatPerSecond, perGroupPerMinute, perSecond } = this.#limits;
    const window: [number, number] = chatId < 0 ? [perGroupPerMinute, 60_000] : [perChatPerSecond, 1000];
    this.#check('all', perSecond, 1000);
    this.#check(chatId, ...window);
    for (const key of ['all', chatId] as const) this.#times(key).push(this.#now());
  }

  #check(key: number | 'all', limit: number, windowMs: number): void {
    const now = this.#now();
    const blockedUntil = this.#blockedUntil.get(key) ?? 0;
    if (now < blockedUntil) throw tooMany(Math.ceil((blockedUntil - now) / 1000));
    const times = this.#times(key);
    while (times[0] !== undefined && times[0] <= now - windowMs) times.shift();
    if (times.length < limit) return;
    const retryAfter = Math.max(1, Math.ceil(((times[0] ?? now) + windowMs - now) / 1000));
    this.#blockedUntil.set(key, now + retryAfter * 1000);
    throw tooMany(retryAfter);
  }

  #times(key: number | 'all'): number[] {
    let times = this.#sent.get(key);
    if (times === undefined) {
      times = [];
      this.#sent.set(key, times);
    }
    return times;
  }
}
