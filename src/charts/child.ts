/** Has a drawing painted by a process of its own, which gives back all of its memory. Knows no charts. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Drawing } from './drawing.ts';
import { ChartFailed } from './failure.ts';
import type { Painted } from './painter.ts';

/** In `dist/`. There is nothing to start in `src/`: Node.js 20 reads no TypeScript. */
const PAINTER = fileURLToPath(new URL('../charts/painter.js', import.meta.url));

/** Enough for any chart; who needs more has a fault and must not take the machine's. */
const MOST_HEAP_MIB = 128;

/** Throws `ChartFailed`, or the signal's reason as soon as it aborts: then the process is gone. */
export async function paintInChild(drawing: Drawing, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const child = fork(PAINTER, {
    // The bot's environment may hold its secrets.
    env: {},
    execArgv: [`--max-old-space-size=${MOST_HEAP_MIB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise<Buffer>((resolve, reject) => {
    const onAbort = () => {
      child.kill('SIGKILL');
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('message', (painted: Painted) => {
      if ('png' in painted) resolve(Buffer.from(painted.png));
      else reject(new ChartFailed('broken', painted.error));
    });
    child.once('error', (error) => reject(new ChartFailed('broken', error.message)));
    child.once('exit', (code, killer) => {
      signal.removeEventListener('abort', onAbort);
      reject(new ChartFailed('broken', `the painter ended with ${killer ?? code}`));
    });
    child.send(drawing, () => {});
  });
}
