/** V8, set for a program that waits most of the time, and whose memory should stay small. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Clock } from '../lib/clock.ts';
import { type DurationMs, SECOND } from '../lib/time.ts';

/** By then the first probes, looks at who is on, and the menus of commands are done. */
const SETTLED_AFTER: DurationMs = 15 * SECOND;

const COLLECT_EVERY: DurationMs = 30 * SECOND;
/** In bytes; takes some 10 ms. A larger one has the work to make V8 collect by itself. */
const SMALL_HEAP = 32 * 2 ** 20;

const FLAGS = [
  // undici's parser is WebAssembly. To optimise one function of it V8 takes 36 MiB, of which 10 are never given back.
  // (`--liftoff-only` says the same, but newer versions do not listen to it once they run.)
  '--wasm-tiering-budget=2147483647',
  // The space for young garbage would grow to 32 MiB in the first busy minute, and stay so.
  '--semi-space-growth-factor=1',
];
/** Sixteen times the default: what is optimised sooner costs 5 MiB, and more processor time than it saves. */
const FLAGS_OF_NODE_20 = ['--interrupt-budget=1081344'];
/** They have a second, smaller optimising compiler; what the large one adds costs 7 MiB on Node.js 22. */
const FLAGS_OF_NEWER_ONES = ['--no-opt'];

/** At the start. */
export function makeFrugal(): void {
  const more = process.versions.node.startsWith('20.') ? FLAGS_OF_NODE_20 : FLAGS_OF_NEWER_ONES;
  for (const flag of [...FLAGS, ...more]) setFlagsFromString(flag);
}

/**
 * Has the garbage collected, until the signal aborts: V8 itself would keep what the start needed, and then grow by half,
 * until enough new garbage comes, which may take hours.
 */
export async function giveMemoryBack(clock: Clock, signal: AbortSignal): Promise<void> {
  await clock.sleep(SETTLED_AFTER, signal);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  for (;;) {
    await clock.sleep(COLLECT_EVERY, signal);
    if (process.memoryUsage().heapUsed < SMALL_HEAP) collect();
  }
}
