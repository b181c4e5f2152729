/** Watches all servers: starts one watch for each and finds it by name. Servers never wait for each other. */
import type { Availability } from '../domain/availability.ts';
import type { ServerName } from '../domain/names.ts';
import type { DurationMs } from '../lib/time.ts';
import { type ProbedServer, ServerWatch, type WatchDependencies } from './server-watch.ts';

/** First probes start this far apart at most, so that a start with many servers makes no burst. */
const FIRST_PROBE_STEP: DurationMs = 20;

export interface Monitored {
  readonly server: ProbedServer;
  /** What was believed when the program last ran. */
  readonly before: Availability | undefined;
  readonly monitored: boolean;
}

export interface Monitor {
  watch(server: ServerName): ServerWatch;
  /** Resolves after the signal has aborted and every watch has ended. */
  run(signal: AbortSignal): Promise<void>;
}

export function createMonitor(servers: readonly Monitored[], deps: WatchDependencies): Monitor {
  const watches = new Map(
    servers.map(({ server, before, monitored }) => [
      server.name,
      new ServerWatch(server, before, monitored, deps),
    ]),
  );
  return {
    watch: (name) => {
      const watch = watches.get(name);
      if (!watch) throw new Error(`no server is named ${name}`);
      return watch;
    },
    run: async (signal) => {
      await Promise.all(
        servers.map(({ server }, index) => {
          const step = Math.min(FIRST_PROBE_STEP, server.probeInterval / servers.length);
          return watches.get(server.name)?.run(index * step, signal);
        }),
      );
    },
  };
}
