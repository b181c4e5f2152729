/**
 * What is wrong with the settings, as values and as one line of text each. For the terminal, in English.
 * No text here ever holds the value of a secret.
 */
import { fileURLToPath } from 'node:url';
import { scrub } from '../lib/secret.ts';
import { type KeyPath, showKeyPath } from './key-path.ts';

export interface Problem {
  /** E.g. `servers."video.example.com".ip`; empty when the whole file or its syntax is meant. */
  readonly keyPath: string;
  /** 1-based. For a missing key the line of its section; `undefined` when no line is meant. */
  readonly line: number | undefined;
  /** 1-based; only for mistakes of syntax. */
  readonly column?: number;
  readonly message: string;
}

/** Something found while reading, before its line is known. */
export interface Finding {
  readonly path: KeyPath;
  readonly message: string;
}

/** One value's place in the file: where its mistakes are reported. */
export interface Place {
  readonly path: KeyPath;
  at(...parts: KeyPath): Place;
  /** Records a mistake. Answers `undefined`, so that a check can `return place.refuse(…)`. */
  refuse(message: string): undefined;
  /** Records something that works and should not stay so. */
  warn(message: string): void;
}

export interface Findings {
  /** The place of the whole file. */
  readonly root: Place;
  readonly mistakes: readonly Finding[];
  readonly warnings: readonly Finding[];
}

export function collectFindings(): Findings {
  const mistakes: Finding[] = [];
  const warnings: Finding[] = [];
  const place = (path: KeyPath): Place => ({
    path,
    at: (...parts) => place([...path, ...parts]),
    refuse: (message) => {
      mistakes.push({ path, message });
    },
    warn: (message) => {
      warnings.push({ path, message });
    },
  });
  return { root: place([]), mistakes, warnings };
}

/** In the order of the file; what has no line comes first. */
export function toProblems(
  findings: readonly Finding[],
  lineOf: (path: KeyPath) => number | undefined,
): readonly Problem[] {
  return findings
    .map(({ path, message }) => ({
      keyPath: scrub(showKeyPath(path)),
      line: lineOf(path),
      message: scrub(message),
    }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** `settings.toml:12: servers.main.https_port: must be …`, without a line break. */
export function renderProblem(file: string, problem: Problem): string {
  const position = [file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  return [position, problem.keyPath, problem.message].filter((part) => part !== '').join(': ');
}

/** A line that sums up and a line for each problem. */
export function renderBroken(file: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`;
  return [
    `The settings have ${count}; nothing was started.`,
    ...problems.map((problem) => renderProblem(file, problem)),
  ].join('\n');
}

/** In the package; the same path from `src/settings` and from `dist/chunks`. */
const EXAMPLE = new URL('../../settings.example.toml', import.meta.url);

/** For the start, when nothing can be done without the file. */
export function renderMissing(file: string): string {
  return [
    `There is no settings file ${file}.`,
    `Copy ${fileURLToPath(EXAMPLE)} to that place and fill it in, or name another file with --config PATH.`,
  ].join('\n');
}

/** For a program that runs by what the file said. */
export function renderGone(file: string): string {
  return `The settings file ${file} is gone. Put it back.`;
}
