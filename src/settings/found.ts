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

/** In double quotes, on one line, with invisible characters spelled out. A long text is not shown: it may be a pasted secret. */
export function quote(text: string, longest = LONGEST_QUOTED): string {
  if (text.length > longest) return `a text of ${text.length} characters`;
  return JSON.stringify(text).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** Paths are no secrets, and long ones are common. */
export function quotePath(path: string): string {
  return quote(path, 1_000);
}

/** `a`, `a or b`, `a, b or c`. */
export function anyOf(choices: readonly string[]): string {
  const last = choices.at(-1) ?? '';
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(', ')} or ${last}`;
}
