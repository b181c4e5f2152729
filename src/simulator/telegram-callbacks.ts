/** Answers "was this tap answered, and may it still be?": callback queries between the tap and their answer. */
import { badRequest } from './telegram-refusal.ts';

export interface CallbackAnswer {
  text?: string;
  showAlert?: boolean;
}

const KEPT = 10_000;

export class Callbacks {
  readonly #now: () => number;
  readonly #timeoutMs: number;
  readonly #answered: (id: string, answer: CallbackAnswer) => void;
  readonly #taps = new Map<string, { at: number; answer?: CallbackAnswer }>();
  #lastId: bigint;

  constructor(
    now: () => number,
    timeoutMs: number,
    answered: (id: string, answer: CallbackAnswer) => void = () => {},
  ) {
    this.#now = now;
    this.#timeoutMs = timeoutMs;
    this.#answered = answered;
    this.#lastId = BigInt(now()) * 1_000_000n;
  }

  /** A new tap; returns the id of its callback query. */
  open(): string {
    const id = String(++this.#lastId);
    this.#taps.set(id, { at: this.#now() });
    if (this.#taps.size > KEPT) this.#taps.delete(this.#taps.keys().next().value as string);
    return id;
  }

  answer(id: string, answer: CallbackAnswer): void {
    const tap = this.#taps.get(id);
    if (tap === undefined || tap.answer !== undefined || this.#now() - tap.at > this.#timeoutMs) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    if ((answer.text ?? '').length > 200) throw badRequest('MESSAGE_TOO_LONG');
    tap.answer = answer;
    this.#answered(id, answer);
  }

  answered(id: string): CallbackAnswer | undefined {
    return this.#taps.get(id)?.answer;
  }
}
