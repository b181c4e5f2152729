/** Keeps secrets out of everything that prints: a box that shows nothing, and a list of what must be blanked. */
import { inspect } from 'node:util';

const HIDDEN = '[secret]';

/** Values that must never be printed, in every spelling in which they may turn up. */
const known = new Set<string>();

/** The same, longest first so that one inside another leaves no rest; `undefined`: to be sorted anew. */
let longestFirst: readonly string[] | undefined;

/** A value that can be used but not printed: `String`, JSON, template literals and `console` all show `[secret]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    remember(value);
  }

  /** The value itself. Call it only where it goes on the wire. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return HIDDEN;
  }

  toJSON(): string {
    return HIDDEN;
  }

  [inspect.custom](): string {
    return HIDDEN;
  }
}

/** Secrets below this length would blank ordinary words; nobody is protected by them. */
const SHORTEST = 4;

function remember(value: string): void {
  // What stands in place of a secret would show the second kind again.
  if (value.length < SHORTEST || HIDDEN.includes(value)) return;
  // A lone surrogate, which only a broken answer holds, cannot be put into a URL.
  const inUrl = encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\ufffd'));
  const inForm = new URLSearchParams({ v: value }).toString().slice('v='.length);
  for (const spelling of [value, inUrl, inForm, JSON.stringify(value).slice(1, -1)]) known.add(spelling);
  longestFirst = undefined;
}

/** Replaces every known secret, and anything shaped like a Telegram bot token, in a text about to be printed. */
export function scrub(text: string): string {
  let clean = text;
  longestFirst ??= [...known].sort((a, b) => b.length - a.length);
  for (const value of longestFirst) {
    if (clean.includes(value)) clean = clean.replaceAll(WORD.test(value) ? alone(value) : value, HIDDEN);
  }
  return clean.replace(/\d{5,}:[\w-]{30,}/g, HIDDEN);
}

/** What a person might have chosen. Generated secrets are longer, or hold digits. */
const WORD = /^[A-Za-z]{4,15}$/;

/**
 * Not where it is only a part of an ordinary word: "cert" is no reason to garble "certificate". The letters of an
 * escape (`\n`, `%0A`, `\u000a`) make no word with what follows them.
 */
function alone(word: string): RegExp {
  return new RegExp(`(?<!(?<![\\\\%\\w])[A-Za-z]+)${word}(?![A-Za-z])`, 'g');
}
