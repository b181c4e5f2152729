/** A process of the built program: what it says, and how and how soon it ends. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Program {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  /** With its exit code, and how long after the first `kill` (else after the start). */
  readonly ended: Promise<{ readonly code: number | null; readonly after: number }>;
  says(words: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Whatever it does, it ends; for `afterEach`. */
  readonly stop: () => Promise<void>;
}

export interface ProgramOptions {
  readonly cwd: string;
  /** Besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

export function startProgram(main: string, args: readonly string[], { cwd, env }: ProgramOptions): Program {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { PATH: process.env.PATH, ...env } });
  let [out, err] = ['', ''];
  let startedAt = performance.now();
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  child.stdout.on('data', (chunk) => {
    out += chunk;
    wake();
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
    wake();
  });
  const ended = new Promise<{ code: number | null; after: number }>((resolve) => {
    child.once('close', (code) => resolve({ code, after: performance.now() - startedAt }));
  });
  let isKilled = false;
  return {
    child,
    out: () => out,
    err: () => err,
    ended,
    says: (words) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!out.includes(words) && !err.includes(words)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        ended.then(({ code }) => reject(new Error(`ended with ${code} before "${words}":\n${out}\n${err}`)));
      }),
    kill: (signal) => {
      if (!isKilled) startedAt = performance.now();
      isKilled = true;
      child.kill(signal);
    },
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
