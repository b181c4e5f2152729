/**
 * Watches all servers: one watch for each, found by name, added and removed while the others go on. Servers never wait
 * for each other, except for a moment before one is called down.
 */
import type { Availability } from '../domain/availability.ts';
import type { ServerName } from '../domain/names.ts';
import { type ChildSignal, childOf } from '../lib/abort.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';
import { Company } from './company.ts';
import { type ProbedServer, ServerWatch, type WatchDependencies } from './server-watch.ts';
import { Sight, type SightDependencies } from './sight.ts';

/** First probes start this far apart at most, so that a start with many servers makes no burst. */
const FIRST_PROBE_STEP: DurationMs = 20;

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

export type MonitorDependencies = Omit<WatchDependencies, 'judge' | 'doubted'> &
  Omit<SightDependencies, 'watches'>;

/** What belongs to one watch while it runs. */
interface Running {
  readonly life: ChildSignal;
  readonly ended: Promise<void>;
}

export function createMonitor(deps: MonitorDependencies): Monitor {
  const watches = new Map<ServerName, ServerWatch>();
  const running = new Map<ServerName, Running>();
  let life = AbortSignal.abort();

  const all = () => [...watches.values()];
  const sight = new Sight({ ...deps, watches: all });
  const company = new Company(deps.clock, all);
  const watching: WatchDependencies = {
    ...deps,
    judge: (server, at, signal) => sight.judge(server, at, signal),
    doubted: () => company.lookAround(life),
    changed: async (change) => {
      await deps.changed(change);
      const { transition } = change;
      if (transition?.kind === 'came-up') void company.follow(transition.downSince, life);
    },
    unchanged: (server, availability, occupancy) => {
      if (sight.isBlind && availability.status === 'down') return undefined;
      return deps.unchanged(server, availability, occupancy);
    },
  };

  function find(name: ServerName): ServerWatch {
    const watch = watches.get(name);
    if (!watch) throw new Error(`no server is named ${name}`);
    return watch;
  }

  const start = (watch: ServerWatch, offset: DurationMs) => {
    const own = childOf(life);
    const ended = watch.run(offset, own.signal).finally(() => own.release());
    running.set(watch.name, { life: own, ended });
  };

  return {
    isWatched: (name) => watches.has(name),
    watch: find,
    watches: all,
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
      for (const [index, watch] of all().entries()) {
        const step = Math.min(FIRST_PROBE_STEP, watch.probeInterval / watches.size);
        start(watch, index * step);
      }
      await seeing;
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}
