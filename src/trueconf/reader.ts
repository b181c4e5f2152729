/**
 * How is a value taken out of JSON that nobody promised anything about? Leniently (numbers as strings, PHP's objects
 * for lists, nulls anywhere), and with the path of what could not be understood. Knows no field of TrueConf's.
 */
import { ServerTrouble } from '../domain/trouble.ts';
import type { EpochMs } from '../lib/time.ts';
import { LONGEST_TEXT } from './limits.ts';
import { readDate } from './php-date.ts';

export class Reader {
  readonly value: unknown;
  readonly #operation: string;
  readonly #path: string;

  /** @param operation what is being done, for the message of a failure */
  constructor(operation: string, value: unknown, path = '') {
    this.#operation = operation;
    this.value = value;
    this.#path = path;
  }

  /** Nothing there: absent or null. */
  get isNothing(): boolean {
    return this.value === undefined || this.value === null;
  }

  /** The first of these fields that holds something; a reader of nothing when none does. */
  field(...names: [string, ...string[]]): Reader {
    const { value } = this;
    if (typeof value !== 'object' || value === null) return this.fail();
    const name =
      names.find((each) => Object.hasOwn(value, each) && Reflect.get(value, each) !== null) ?? names[0];
    const found = Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;
    return new Reader(this.#operation, found, this.#path ? `${this.#path}.${name}` : name);
  }

  items(): Reader[] {
    return this.#list().map((item, index) => new Reader(this.#operation, item, `${this.#path}[${index}]`));
  }

  /** A string or number that holds something, trimmed. */
  text(): string | undefined {
    const { value } = this;
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string') return undefined;
    return value.trim() || undefined;
  }

  /** Text to be shown: cut when absurdly long. */
  label(): string | undefined {
    const text = this.text();
    return text === undefined ? undefined : wellFormed(onOneLine(text).slice(0, LONGEST_TEXT)) || undefined;
  }

  /** Text to be sent back: when absurdly long it is not cut, which would name something else, but taken as nothing. */
  id(): string | undefined {
    const text = this.text();
    return text === undefined || text.length > LONGEST_TEXT ? undefined : wellFormed(text);
  }

  /** Finite; booleans count as 0 and 1. */
  number(): number | undefined {
    const { value } = this;
    if (typeof value === 'boolean') return Number(value);
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }

  date(): EpochMs | undefined {
    return readDate(this.value);
  }

  fail(): never {
    if (this.#path !== '')
      throw new ServerTrouble(this.#operation, { code: 'unexpected-answer', path: this.#path });
    // The whole answer is nothing, or a bare word or number: nothing of TrueConf's.
    throw new ServerTrouble(this.#operation, { code: this.isNothing ? 'empty-answer' : 'not-json' });
  }

  #list(): unknown[] {
    const { value } = this;
    if (Array.isArray(value)) return value;
    if (typeof value !== 'object' || value === null) return this.fail();
    // PHP writes a list with gaps in its keys as an object; an empty one it writes as a list.
    const keys = Object.keys(value);
    return keys.length > 0 && keys.every((key) => /^\d+$/.test(key)) ? Object.values(value) : this.fail();
  }
}

/** Half a surrogate pair, sent or left by cutting, can be neither encoded in a path nor shown. */
function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? Buffer.from(text).toString() : text;
}

/** A topic of several lines, or one that turns the direction of writing, could pass for words of the bot. */
function onOneLine(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
