/** Signals that end with their parent or before it. Used in place of `AbortSignal.any`, which in Node 20 keeps every child of a long-lived signal. */
import { setMaxListeners } from 'node:events';

export interface ChildSignal {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Lets go of the parent. Call it when the work is over. */
  release(): void;
}

export function childOf(parent: AbortSignal): ChildSignal {
  const controller = new AbortController();
  const follow = () => controller.abort(parent.reason);
  if (parent.aborted) follow();
  else {
    // Many pieces of work under one signal are no leak; Node warns from the eleventh on.
    setMaxListeners(0, parent);
    parent.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => parent.removeEventListener('abort', follow),
  };
}
