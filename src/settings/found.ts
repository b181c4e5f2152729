/** Describes what was found in the settings file, without quoting what may be secret or would break the line. */

const LONGEST_QUOTED = 60;

/** To follow "found", for keys that hold nothing secret. */
export function describe(value: unknown): string {
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return `${value}`;
  return describeKind(value);
}

/** The same for keys that may hold a secret: the kind of value only. */
export function describeKind(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'an empty text' : 'a text';
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number';
  if (typeof value === 'boolean') return 'true or false without quotes';
  if (value instanceof Date) return 'a date or time';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return 'a section';
}

export function mustBe(allowed: string, value: unknown): string {
  return `must be ${allowed}, found ${describe(value)}`;
}

/**
 * In double quotes, on one line. What is long or looks like a secret is not shown: in a damaged file a secret can
 * end up in the value of any key.
 */
export function quote(text: string): string {
  if (text.length > LONGEST_QUOTED || looksSecret(text)) return `a text of ${text.length} characters`;
  return quoteWhole(text);
}

/** Tokens and secrets are long runs of letters and digits; names, addresses and paths have gaps. */
export function looksSecret(text: string): boolean {
  return (text.match(/[A-Za-z0-9]{20,}/g) ?? []).some((run) => /\d/.test(run));
}

/** In double quotes, with invisible characters spelled out, however long. */
export function quoteWhole(text: string): string {
  return JSON.stringify(text).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** `a`, `a or b`, `a, b or c`. */
export function anyOf(choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`;
}
