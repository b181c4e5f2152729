/**
 * Says what is wrong with a text that is no TOML. Chooses a text of our own by the kind of mistake: the parser's
 * message quotes the lines around it, secrets included.
 */
import type { TomlError } from 'smol-toml';
import { scrub } from '../lib/secret.ts';
import { showKey, showKeyPath } from './key-path.ts';
import type { Problem } from './problems.ts';
import { indexSource, type Repeat } from './source-index.ts';

export function explainSyntax(error: TomlError, source: string): Problem {
  const line = source.split('\n')[error.line - 1]?.replace(/\r$/, '') ?? '';
  const repeat = /redefine/.test(error.message)
    ? indexSource(source).repeats.find(({ secondLine }) => secondLine === error.line)
    : undefined;
  return {
    keyPath: repeat ? scrub(showKeyPath(repeat.path)) : '',
    line: error.line,
    column: error.column,
    message: scrub(repeat ? explainRepeat(repeat) : explain(error, line)),
  };
}

function explainRepeat({ path, firstLine }: Repeat): string {
  const [root, name, ...below] = path;
  if (root === 'servers' && typeof name === 'string' && below.length === 0) {
    return `there are two servers with the name ${showKey(name)}, the first in line ${firstLine}; give one another name`;
  }
  if (root === 'servers' && below[0] === 'maintenance' && typeof (below[1] ?? 0) === 'number') {
    const section = showKeyPath(path.slice(0, 3));
    return `stands here a second time, the first is in line ${firstLine}; write [[${section}]], in double brackets, for each window`;
  }
  return `stands here a second time, the first is in line ${firstLine}; delete one`;
}

function explain(error: TomlError, line: string): string {
  const rest = line.slice(error.column - 1);
  const isAtEnd = /^\s*(#.*)?$/.test(rest);
  // A curly quote is not where the parser stops when a value looks like a key, so the line is searched.
  if (/^[\w\s."'-]*=?\s*[“”„«»‘’]/.test(line)) return 'has a curly quote; write the straight one: "';
  for (const [pattern, say] of EXPLANATIONS) {
    if (pattern.test(error.message)) return say({ line, rest, isAtEnd });
  }
  return 'this is not TOML';
}

interface Spot {
  readonly line: string;
  /** From the mistake on. */
  readonly rest: string;
  readonly isAtEnd: boolean;
}

const NOT_A_VALUE =
  'this is not a value; texts, addresses and durations stand in quotes, and a list ends with "]"';
const MISSING_CLOSING_QUOTE = 'the closing quote is missing';
const BACKSLASH = 'a backslash in "…" begins a special character; write paths with "/" or use \'…\'';

/** By the beginning of the parser's message, which is a fixed text up to its first line break. */
const EXPLANATIONS: readonly (readonly [RegExp, (spot: Spot) => string])[] = [
  [/^[^\n]*redefine/, () => 'a key or section is defined a second time'],
  [
    /^[^\n]*control characters are not allowed in strings/,
    ({ isAtEnd }) =>
      isAtEnd
        ? MISSING_CLOSING_QUOTE
        : 'a text holds a control character; copy it anew or write it as \\u0000',
  ],
  [/^[^\n]*unfinished string/, () => MISSING_CLOSING_QUOTE],
  [/^[^\n]*(escape sequence|unicode escape|invalid escape)/, () => BACKSLASH],
  [
    /^[^\n]*followed by an end-of-line/,
    () => 'there is something after the value; is a quote missing or too many, or are two keys on one line?',
  ],
  [
    /^[^\n]*comma or end of structure/,
    () => 'a comma or the closing "]" or "}" is missing, here or in a line above',
  ],
  [/^[^\n]*unfinished array/, () => 'the list has no closing "]"'],
  [/^[^\n]*unfinished table/, () => 'the section in braces has no closing "}"'],
  [/^[^\n]*end of table array/, () => 'the name of the section must end with "]]"'],
  [
    /^[^\n]*(empty bare key|illegal character in key|cannot find end of key|end of key|illegal quoted key)/,
    explainKey,
  ],
  [/^[^\n]*nested/, () => 'lists or sections are nested too deeply'],
  [
    /^[^\n]*(numeric|underscore|leading zero|date)/,
    () => 'this is not a number; texts, addresses and durations stand in quotes',
  ],
  [/^[^\n]*invalid value/, explainValue],
];

function explainKey({ line, rest, isAtEnd }: Spot): string {
  if (/^\s*\[/.test(line))
    return 'the name of the section must end with "]", and a name with special characters stands in quotes';
  if (isAtEnd && line.trim() !== '') return 'a key must be followed by "=" and a value';
  if (/^["']/.test(rest)) return 'the "=" between key and value is missing';
  if (rest.startsWith(':')) return 'write "=" instead of ":" between key and value';
  if (rest.startsWith('=')) return 'the key before "=" is missing';
  return 'a line must be: key = value. A key with special characters stands in quotes';
}

function explainValue({ rest, isAtEnd }: Spot): string {
  if (isAtEnd) return 'the value after "=" is missing';
  if (/^(true|false)\b/i.test(rest)) return 'write true and false in small letters';
  if (/^(yes|no|on|off)\b/i.test(rest)) return 'write true or false';
  return NOT_A_VALUE;
}
