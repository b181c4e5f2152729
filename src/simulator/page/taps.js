// @ts-check
/** Answers "which buttons wait for the bot?": from the tap until its answer, or until waiting makes no sense any more. */

/** @import {ActAnswer, ChatMessage, DemoAction} from '../demo-protocol.ts' */
/** @import {State} from './state.js' */

const LONGEST_WAIT_MS = 15_000;
/** Answers may overtake the request that made them known; so many are kept for it. */
const EARLY_LIMIT = 20;

/**
 * @typedef {object} TapDeps
 * @property {State} state
 * @property {(action: DemoAction) => Promise<ActAnswer | undefined>} wish
 * @property {(text: string, isAlert: boolean) => void} onAnswer
 * @property {(chatId: number, messageId: number) => void} onChange
 */

export class Taps {
  #deps;
  /** By button. @type {Map<string, ReturnType<typeof setTimeout>>} */
  #waiting = new Map();
  /** Whose answer is awaited: the button's key by tap. @type {Map<string, { key: string, message: ChatMessage }>} */
  #taps = new Map();
  /** @type {Map<string, { text?: string, isAlert?: boolean }>} */
  #early = new Map();

  /** @param {TapDeps} deps */
  constructor(deps) {
    this.#deps = deps;
    deps.state.subscribe((change) => {
      if (change.kind === 'tap-answered') this.#answered(change.tap, change);
      if (change.kind === 'snapshot') this.#early.clear();
    });
  }

  /** @param {ChatMessage} message @param {string} data */
  isWaiting(message, data) {
    return this.#waiting.has(keyOf(message, data));
  }

  /** @param {ChatMessage} message @param {string} data */
  async press(message, data) {
    const key = keyOf(message, data);
    if (this.#waiting.has(key)) return;
    this.#waiting.set(
      key,
      setTimeout(() => this.#end(key, message), LONGEST_WAIT_MS),
    );
    this.#deps.onChange(message.chatId, message.messageId);
    const answer = await this.#deps.wish({
      kind: 'tap',
      person: message.chatId,
      messageId: message.messageId,
      data,
    });
    if (answer?.tap === undefined) return this.#end(key, message);
    this.#taps.set(answer.tap, { key, message });
    const early = this.#early.get(answer.tap);
    if (early) this.#answered(answer.tap, early);
  }

  /** @param {string} tap @param {{ text?: string, isAlert?: boolean }} answer */
  #answered(tap, answer) {
    const known = this.#taps.get(tap);
    if (!known) {
      // Not ours, or not yet known to be.
      this.#early.set(tap, answer);
      const oldest = this.#early.keys().next();
      if (this.#early.size > EARLY_LIMIT && !oldest.done) this.#early.delete(oldest.value);
      return;
    }
    this.#taps.delete(tap);
    this.#early.delete(tap);
    this.#end(known.key, known.message);
    if (answer.text) this.#deps.onAnswer(answer.text, answer.isAlert ?? false);
  }

  /** @param {string} key @param {ChatMessage} message */
  #end(key, message) {
    clearTimeout(this.#waiting.get(key));
    if (this.#waiting.delete(key)) this.#deps.onChange(message.chatId, message.messageId);
  }
}

/** @param {ChatMessage} message @param {string} data */
function keyOf(message, data) {
  return `${message.chatId} ${message.messageId} ${data}`;
}
