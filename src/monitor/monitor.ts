/**
 * Watches all servers: one watch for each, found by name, added and removed while the others go on. Servers never wait
 * for each other, except for a moment before one is called down.
 */
import { type Availability, isInDoubt } from '../domain/availability.ts';
import type { ServerName } from '../domain/names.ts';
import { type ChildSignal, childOf } from '../lib/abort.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';
import { type ProbedServer, ServerWatch, type WatchDependencies } from './server-watch.ts';
import { Sight, type SightDependencies } from './sight.ts';

/** First probes start this far apart at most, so that a start with many servers makes no burst. */
const FIRST_PROBE_STEP: DurationMs = 20;

/** What went down within this of a server that has come up may have the same cause, and come up with it. */
const TOGETHER: DurationMs = 1 * MINUTE;
/** Those are looked at this often, for as long as an alert waits for company. */
const FOLLOW_STEP: DurationMs = 0.5 * SECOND;
const FOLLOW_WITHIN: DurationMs = 3 * SECOND;
/** So many at a time. */
const FOLLOWERS = 100;

export interface Monitored {
  readonly server: ProbedServer;
  /** What was believed so far. */
  readonly before: Availability | undefined;
  /** That was when the program last ran: what has happened since then was not seen. */
  readonly isFromBefore: boolean;
  readonly monitored: boolean;
}

export interface Monitor {
  isWatched(server: ServerName): boolean;
  /** Throws for a name that nobody has. */
  watch(server: ServerName): ServerWatch;
  /** In the order in which they were added. */
  watches(): readonly ServerWatch[];
  add(monitored: Monitored): void;
  /** Resolves when nothing of it is under way any more, with what was believed last. */
  remove(server: ServerName): Promise<Availability>;
  /** An earlier run of the program ended blind, and said so. Before `run`. */
  staysBlind(since: EpochMs): void;
  /** While the bot is blind: resolves when it is known whether it sees again. */
  lookAgain(signal: AbortSignal): Promise<void>;
  /** Resolves after the signal has aborted and every watch has ended. */
  run(signal: AbortSignal): Promise<void>;
}

export type MonitorDependencies = Omit<WatchDependencies, 'judge'> & Omit<SightDependencies, 'watches'>;

/** What belongs to one watch while it runs. */
interface Running {
  readonly life: ChildSignal;
  readonly ended: Promise<void>;
}

export function createMonitor(deps: MonitorDependencies): Monitor {
  const watches = new Map<ServerName, ServerWatch>();
  const running = new Map<ServerName, Running>();
  let life = AbortSignal.abort();

  const sight = new Sight({ ...deps, watches: () => [...watches.values()] });
  const watching: WatchDependencies = {
    ...deps,
    judge: (server, at, signal) => sight.judge(server, at, signal),
    changed: async (change) => {
      await deps.changed(change);
      const { transition } = change;
      if (transition?.kind === 'came-up') follow(transition.downSince).catch(() => {});
    },
  };

  function find(name: ServerName): ServerWatch {
    const watch = watches.get(name);
    if (!watch) throw new Error(`no server is named ${name}`);
    return watch;
  }

  /** What brought one back may have brought others back: they are told together. */
  async function follow(downSince: EpochMs): Promise<void> {
    const { clock } = deps;
    for (let waited = 0; waited < FOLLOW_WITHIN; waited += FOLLOW_STEP) {
      const fellTogether = [...watches.values()].filter(({ view: { availability, lastProbe } }) => {
        const isDown = availability.status === 'down' && !isInDoubt(availability);
        const isSeen = Math.abs(clock.now() - (lastProbe?.at ?? 0)) < FOLLOW_STEP;
        return isDown && !isSeen && Math.abs(availability.since - downSince) <= TOGETHER;
      });
      if (fellTogether.length === 0 && waited > 0) return;
      for (const watch of fellTogether.slice(0, FOLLOWERS)) watch.lookBeside(life).catch(() => {});
      await clock.sleep(FOLLOW_STEP, life);
    }
  }

  const start = (watch: ServerWatch, offset: DurationMs) => {
    const own = childOf(life);
    const ended = watch.run(offset, own.signal).finally(() => own.release());
    running.set(watch.name, { life: own, ended });
  };

  return {
    isWatched: (name) => watches.has(name),
    watch: find,
    watches: () => [...watches.values()],
    add: ({ server, monitored, ...earlier }) => {
      const watch = new ServerWatch(server, earlier, monitored, watching);
      watches.set(server.name, watch);
      if (!life.aborted) start(watch, 0);
    },
    remove: async (name) => {
      const watch = find(name);
      watches.delete(name);
      sight.forget(name);
      const run = running.get(name);
      running.delete(name);
      run?.life.abort();
      await run?.ended;
      return watch.view.availability;
    },
    staysBlind: (since) => sight.staysBlind(since),
    lookAgain: (signal) => sight.lookAgain(signal),
    run: async (signal) => {
      life = signal;
      const seeing = sight.run(signal);
      for (const [index, watch] of [...watches.values()].entries()) {
        const step = Math.min(FIRST_PROBE_STEP, watch.probeInterval / watches.size);
        start(watch, index * step);
      }
      await seeing;
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
