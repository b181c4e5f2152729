/** One piece of work for one person, from its beginning to what is shown of it. Knows nothing of other pieces of work. */
import { childOf } from '../../lib/abort.ts';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import { type DurationMs, SECOND } from '../../lib/time.ts';
import type { Reply, Work } from '../port.ts';
import type { Display } from './display.ts';
import type { Spot } from './spots.ts';

export interface Job {
  readonly work: Work;
  readonly spot: Spot;
  /** Aborts when the person asks for something else, and at the end of the program. */
  readonly signal: AbortSignal;
  /** Ends everything that is under way. */
  readonly ceiling: AbortSignal;
}

export interface JobTools {
  readonly display: Display;
  readonly clock: Clock;
  readonly log: Log;
}

/** Work that is done sooner shows no waiting screen. */
const WAITING_AFTER: DurationMs = SECOND;
/** How often it may change: in a group Telegram takes twenty messages a minute. */
const WAITING_AGAIN_AFTER: DurationMs = 3 * SECOND;

/** Never rejects. */
export async function perform(job: Job, { display, clock, log }: JobTools): Promise<void> {
  const { work, spot, signal, ceiling } = job;
  const isSuperseded = () => signal.aborted || !spot.isNewest();
  let isWaitingShown = false;
  let isReplyShown = false;

  const showWaiting = async (until: AbortSignal) => {
    let shown: string | undefined;
    for (let wait = WAITING_AFTER; work.waiting; wait = WAITING_AGAIN_AFTER) {
      await clock.sleep(wait, until);
      const screen = work.waiting;
      if (screen.text === shown) continue;
      shown = screen.text;
      if (await display.showWaiting(spot, screen, until, ceiling)) isWaitingShown = true;
    }
  };
  const takeWaitingBack = async () => {
    if (!isWaitingShown || isReplyShown) return;
    isWaitingShown = false;
    await display.undo(spot, ceiling).catch(() => {});
  };

  const done = childOf(signal);
  const waiting = showWaiting(done.signal).catch(() => {});
  // At once and not when the work has ended: it may be slow to notice that nobody wants it any more.
  const onAbort = () => void waiting.then(takeWaitingBack);
  signal.addEventListener('abort', onAbort, { once: true });

  const reply = await run(work, signal, log);
  done.abort();
  if (reply) {
    isReplyShown = await display.show(spot, reply.screen, signal, ceiling).catch(() => false);
  }
  // What was shown while a newer tap came in is overwritten before anybody could read it.
  if (reply?.important && isSuperseded()) {
    await display.announce(spot.place, reply.screen, ceiling).catch(() => {});
  }
  await waiting.then(takeWaitingBack);
  signal.removeEventListener('abort', onAbort);
  done.release();
  spot.leave();
}

async function run(work: Work, signal: AbortSignal, log: Log): Promise<Reply | undefined> {
  try {
    return await work.run(signal);
  } catch (error) {
    if (!signal.aborted) {
      log.error({ error }, 'work for a person failed');
    }
    return undefined;
  }
}
