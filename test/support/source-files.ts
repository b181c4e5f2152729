/** The source as a graph: every file of `src/` with what it imports. Reads the text; knows no rule. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = join(dirname(fileURLToPath(import.meta.url)), '../../src');

export interface Import {
  /** A path below `src/`, or a package, or `node:` and a module of Node's. */
  readonly target: string;
  /** Gone after compilation. */
  readonly typesOnly: boolean;
}

export interface SourceFile {
  /** Below `src/`, with slashes. */
  readonly path: string;
  /** Without comments. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export function sourceFiles(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map((path) => {
      const code = withoutComments(readFileSync(join(SRC, path), 'utf8'));
      return { path, code, imports: importsOf(path, code) };
    });
}

/** A quote or a slash inside a string does not begin a comment. */
function withoutComments(text: string): string {
  return text.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_all, quoted: string | undefined) => quoted ?? '',
  );
}

const STATIC = /\b(?:import|export)\s+(type\s+)?([\w*$\s{},]*?)\s*from\s*['"]([^'"]+)['"]/g;
const BARE = /\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

function importsOf(path: string, code: string): Import[] {
  const named = [...code.matchAll(STATIC)].map(([, type, names = '', specifier = '']) => ({
    target: resolve(path, specifier),
    typesOnly: type !== undefined || isTypesOnly(names),
  }));
  const bare = [...code.matchAll(BARE)].map(([, specifier = '']) => ({
    target: resolve(path, specifier),
    typesOnly: false,
  }));
  return [...named, ...bare];
}

/** `{ type A, type B }` */
function isTypesOnly(names: string): boolean {
  const list = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  const parts = list?.split(',').map((part) => part.trim());
  return parts?.filter((part) => part !== '').every((part) => part.startsWith('type ')) ?? false;
}

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(from), specifier)) : specifier;
}
