/** From the operator's file to `Settings`, or to all of its mistakes at once. Reads the file and never writes it. */
import { dirname, resolve } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { assemble } from './assemble.ts';
import { readSection } from './checks.ts';
import { createFileReader, type SeenFile } from './file-reader.ts';
import { collectFindings, type Problem, toProblems } from './problems.ts';
import { FILE_KEYS, homeOf } from './schema.ts';
import type { Settings } from './settings.ts';
import { utf8 } from './small-file.ts';
import { DEEPEST, indexSource } from './source-index.ts';
import { explainSyntax } from './syntax.ts';

/** `files`: what was read, or should have been, the settings file first. */
export type LoadedSettings =
  | {
      readonly kind: 'loaded';
      readonly settings: Settings;
      readonly warnings: readonly Problem[];
      readonly files: readonly SeenFile[];
    }
  /** There is no such file. */
  | { readonly kind: 'missing'; readonly path: string }
  /** At least one problem, in the order of the file. */
  | {
      readonly kind: 'broken';
      readonly path: string;
      readonly problems: readonly Problem[];
      readonly files: readonly SeenFile[];
    };

/**
 * @param env     where `env:NAME` secrets are looked up
 * @param locales the languages that exist
 */
export async function loadSettings(
  path: string,
  env: NodeJS.ProcessEnv,
  locales: readonly string[],
): Promise<LoadedSettings> {
  const reader = createFileReader();
  const broken = async (...problems: readonly Problem[]): Promise<LoadedSettings> => ({
    kind: 'broken',
    path,
    problems,
    files: await reader.seen(),
  });

  const file = await reader.read(resolve(path));
  if (file.kind === 'unreadable') {
    if (file.code === 'ENOENT') return { kind: 'missing', path };
    return broken({ keyPath: '', line: undefined, message: `cannot read the settings: ${file.reason}` });
  }
  const source = utf8(file.bytes);
  if (source === undefined || source.includes('\0')) {
    return broken({ keyPath: '', ...encodingProblem(file.bytes) });
  }

  let table: Readonly<Record<string, unknown>>;
  try {
    table = parse(source, { integersAsBigInt: 'asNeeded', maxDepth: DEEPEST });
  } catch (error) {
    if (error instanceof TomlError) return broken(explainSyntax(error, source));
    throw error;
  }

  const { lineOf } = indexSource(source);
  const findings = collectFindings();
  const folder = resolve(dirname(path));
  const read = readSection(FILE_KEYS, table, findings.root, homeOf);
  const settings = await assemble(read, findings.root, { env, folder, locales, lineOf, reader });
  if (!settings || findings.mistakes.length > 0) return broken(...toProblems(findings.mistakes, lineOf));
  return {
    kind: 'loaded',
    settings,
    warnings: toProblems(findings.warnings, lineOf),
    files: await reader.seen(),
  };
}

function encodingProblem(bytes: Buffer): { readonly line: number | undefined; readonly message: string } {
  const isUtf16 = bytes.includes(0);
  if (isUtf16)
    return { line: undefined, message: 'the file is saved as UTF-16 or is no text; save it as UTF-8' };
  const line = bytes.toString('utf8').split('�')[0]?.split('\n').length;
  return { line, message: 'the file has a character that is not UTF-8; save it as UTF-8' };
}
