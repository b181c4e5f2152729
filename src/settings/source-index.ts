/**
 * On which line of a TOML text does a key stand? Reads keys and skips values; smol-toml decides what is valid.
 * Never throws: in a damaged text it finds what it can.
 */
import type { KeyPath } from './key-path.ts';

export interface SourceIndex {
  /** 1-based line of the key, or of the innermost section around it that exists; `undefined`: the whole file. */
  lineOf(path: KeyPath): number | undefined;
  /** Keys and sections that are defined a second time, in the order of the file. */
  readonly repeats: readonly Repeat[];
}

export interface Repeat {
  readonly path: KeyPath;
  readonly firstLine: number;
  readonly secondLine: number;
}

interface Node {
  readonly path: KeyPath;
  readonly children: Map<string | number, Node>;
  offset: number;
  /** Written itself, not only implied by something below it. */
  declared: boolean;
  /** `[[name]]`: keys that follow belong to its last element. */
  isTableList: boolean;
}

/** As deep as the parser goes. */
export const DEEPEST = 64;

export function indexSource(source: string): SourceIndex {
  const lineAt = lineFinder(source);
  const root: Node = { path: [], children: new Map(), offset: 0, declared: true, isTableList: false };
  const repeats: Repeat[] = [];
  let at = 0;

  const childOf = (parent: Node, key: string | number, offset: number): Node => {
    let child = parent.children.get(key);
    if (!child) {
      child = {
        path: [...parent.path, key],
        children: new Map(),
        offset,
        declared: false,
        isTableList: false,
      };
      parent.children.set(key, child);
    }
    return child;
  };

  const declare = (node: Node, offset: number): Node => {
    if (node.declared) {
      repeats.push({ path: node.path, firstLine: lineAt(node.offset), secondLine: lineAt(offset) });
    } else {
      node.declared = true;
      node.offset = offset;
    }
    return node;
  };

  const declareKey = (table: Node, key: readonly string[], offset: number): Node =>
    declare(
      key.reduce((node, part) => childOf(node, part, offset), table),
      offset,
    );

  const openTable = (key: readonly string[], offset: number, isElement: boolean): Node => {
    let node = root;
    key.forEach((part, depth) => {
      node = childOf(node, part, offset);
      const isLast = depth === key.length - 1;
      if (isLast && isElement) {
        if (node.declared && !node.isTableList) declare(node, offset);
        node.isTableList = true;
      }
      if (node.isTableList) {
        const next = isLast && isElement ? node.children.size : node.children.size - 1;
        node.declared = true;
        node = childOf(node, next, offset);
      }
    });
    return declare(node, offset);
  };

  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? '';
    at += text.length;
    return text;
  };

  const readKey = (): readonly string[] | undefined => {
    const parts: string[] = [];
    for (;;) {
      skip(SPACES);
      const part = skip(KEY_PART);
      if (part === '') return undefined;
      parts.push(plainKey(part));
      skip(SPACES);
      if (source[at] !== '.') return parts;
      at += 1;
    }
  };

  const readKeyAndValue = (table: Node, depth: number): void => {
    const start = at;
    const key = readKey();
    if (!key) return;
    const node = declareKey(table, key, start);
    if (source[at] !== '=') return;
    at += 1;
    skip(SPACES);
    readValue(node, depth);
  };

  const readValue = (node: Node, depth: number): void => {
    const opening = source[at];
    if ((opening !== '[' && opening !== '{') || depth >= DEEPEST) {
      if (skip(MULTI_LINE_STRING) === '' && skip(STRING) === '') skip(PLAIN_VALUE);
      return;
    }
    const closing = opening === '[' ? ']' : '}';
    at += 1;
    for (let position = 0; ; ) {
      skip(BLANK);
      if (at >= source.length) return;
      const start = at;
      if (source[at] === closing) {
        at += 1;
        return;
      }
      if (source[at] === ',') at += 1;
      else if (opening === '{') readKeyAndValue(node, depth + 1);
      else readValue(declare(childOf(node, position++, at), at), depth + 1);
      if (at === start) at += 1;
    }
  };

  for (let table = root; ; ) {
    skip(BLANK);
    if (at >= source.length) break;
    const start = at;
    const brackets = skip(HEADER_START);
    if (brackets === '') {
      readKeyAndValue(table, 0);
    } else {
      const key = readKey();
      if (key) table = openTable(key, start, brackets === '[[');
    }
    skip(REST_OF_LINE);
  }

  return {
    repeats,
    lineOf: (path) => {
      let node = root;
      for (const part of path) {
        const child = node.children.get(part);
        if (!child) break;
        node = child;
      }
      return node === root ? undefined : lineAt(node.offset);
    },
  };
}

const SPACES = /[ \t]*/y;
const BLANK = /(?:[ \t\r\n]|#[^\n]*)*/y;
const REST_OF_LINE = /[^\n]*/y;
const HEADER_START = /\[\[?/y;
const KEY_PART = /[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\[^\n])*"|'[^'\n]*'/y;
const MULTI_LINE_STRING = /"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|'''(?:[^']|'(?!''))*'{3,5}/y;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"?|'[^'\n]*'?/y;
const PLAIN_VALUE = /[^,\]}#\n]*/y;

function plainKey(written: string): string {
  if (written.startsWith("'")) return written.slice(1, -1);
  if (!written.startsWith('"')) return written;
  return written.slice(1, -1).replace(ESCAPE, (_, x?: string, u?: string, U?: string, letter = '') => {
    const code = Number.parseInt(x ?? u ?? U ?? '', 16);
    if (Number.isNaN(code)) return ESCAPED[letter] ?? letter;
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

const ESCAPE = /\\(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/g;

const ESCAPED: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\x1b',
};

function lineFinder(source: string): (offset: number) => number {
  const starts = [0];
  for (let at = source.indexOf('\n'); at !== -1; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}
