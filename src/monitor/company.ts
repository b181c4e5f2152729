/** What has happened to several servers at once is found at once, by looks out of turn. Believes and tells nothing. */
import { isInDoubt } from '../domain/availability.ts';
import type { Clock } from '../lib/clock.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';
import type { ServerWatch } from './server-watch.ts';

/** When so many that were up fail at the same time, the others that are up are looked at. */
const SEVERAL = 3;

/** What went down within this of a server that has come up may have the same cause, and come up with it. */
const TOGETHER: DurationMs = 1 * MINUTE;

/** They are looked at this often, and after each of them that comes back for as long as its alert waits for company. */
const STEP: DurationMs = 0.5 * SECOND;
const LOOKS = 6;

/** So many at a time. */
const AT_ONCE = 100;

/** Some have come back, and those that went down with them are looked at. */
interface Recovery {
  readonly downSince: EpochMs;
  looksLeft: number;
}

export class Company {
  readonly #clock: Clock;
  readonly #watches: () => readonly ServerWatch[];
  readonly #recoveries: Recovery[] = [];
  #lookedAroundAt: EpochMs = 0;

  constructor(clock: Clock, watches: () => readonly ServerWatch[]) {
    this.#clock = clock;
    this.#watches = watches;
  }

  /** A server that was up has failed, and is not yet called down: whoever has fallen with it is known by then. */
  lookAround(signal: AbortSignal): void {
    const now = this.#clock.now();
    if (Math.abs(now - this.#lookedAroundAt) < STEP) return;
    const up = this.#watches().filter(({ view }) => view.monitored && view.availability.status === 'up');
    const failedAt = up.flatMap(({ view }) => view.availability.doubt?.since ?? []);
    if (failedAt.length < SEVERAL) return;
    this.#lookedAroundAt = now;
    const first = Math.min(...failedAt);
    lookAt(
      up.filter(({ view }) => (view.lastProbe?.at ?? 0) < first),
      signal,
    );
  }

  /** A server that was down since then has come back. Until the others have, or do so no more. */
  async follow(downSince: EpochMs, signal: AbortSignal): Promise<void> {
    const isTogether = (since: EpochMs) => Math.abs(since - downSince) <= TOGETHER;
    const known = this.#recoveries.find((recovery) => isTogether(recovery.downSince));
    if (known) {
      known.looksLeft = LOOKS;
      return;
    }
    const recovery: Recovery = { downSince, looksLeft: LOOKS };
    this.#recoveries.push(recovery);
    const stillDown = () =>
      this.#watches().filter(({ view: { availability } }) => {
        return availability.status === 'down' && !isInDoubt(availability) && isTogether(availability.since);
      });
    for (const watch of stillDown()) watch.restartLook();
    while (recovery.looksLeft > 0 && !signal.aborted) {
      recovery.looksLeft -= 1;
      const now = this.#clock.now();
      lookAt(
        stillDown().filter(({ view }) => Math.abs(now - (view.lastProbe?.at ?? 0)) >= STEP),
        signal,
      );
      await this.#clock.sleep(STEP, signal).catch(() => {});
      if (stillDown().length === 0) break;
    }
    this.#recoveries.splice(this.#recoveries.indexOf(recovery), 1);
  }
}

function lookAt(watches: readonly ServerWatch[], signal: AbortSignal): void {
  for (const watch of watches.slice(0, AT_ONCE)) watch.lookBeside(signal).catch(() => {});
}
