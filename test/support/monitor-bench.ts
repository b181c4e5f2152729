/** A monitor over scripted servers under a virtual clock, and all that it passes on. */
import { expect, onTestFinished } from 'vitest';
import type { Availability } from '../../src/domain/availability.ts';
import type { EventOf, ServerChange } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { SECOND } from '../../src/lib/time.ts';
import { createMonitor, type Monitor, type MonitorDependencies } from '../../src/monitor/monitor.ts';
import type { ProbedServer } from '../../src/monitor/server-watch.ts';
import { recordingLog } from './recording-log.ts';
import { type BehaviourName, ScriptedServer } from './scripted-server.ts';
import { START, VirtualClock } from './virtual-clock.ts';

export interface MonitorBenchOptions {
  readonly names: readonly string[];
  /** Seconds. Default 15. */
  readonly interval?: number;
  readonly thresholds?: ProbedServer['thresholds'];
  /** What is believed at the start. Default: nothing. */
  readonly before?: Availability;
  readonly other?: Partial<MonitorDependencies>;
}

export function monitorBench(options: MonitorBenchOptions) {
  const clock = new VirtualClock();
  const log = recordingLog();
  const servers = new Map<string, ScriptedServer>();
  const changes: ServerChange[] = [];
  const hidden: string[] = [];
  const began: EventOf<'bot-blind'>[] = [];
  const remained: EventOf<'bot-still-blind'>[] = [];
  const ended: EventOf<'bot-sees-again'>[] = [];
  const monitor: Monitor = createMonitor({
    clock,
    log,
    random: () => 0,
    changed: async (change) => void changes.push(change),
    unchanged: () => undefined,
    hidden: async (server) => void hidden.push(server),
    probed: () => {},
    isExpected: () => false,
    otherAnswers: async () => undefined,
    began: async (event) => void began.push(event),
    remains: async (event) => void remained.push(event),
    ended: async (event) => void ended.push(event),
    ...options.other,
  });
  const server = (name: string) => {
    const found = servers.get(name);
    if (!found) throw new Error(`no server is named ${name}`);
    return found;
  };
  const add = (name: string) => {
    const scripted = new ScriptedServer(name, clock);
    servers.set(name, scripted);
    monitor.add({
      server: {
        name: name as ServerName,
        probeInterval: (options.interval ?? 15) * SECOND,
        thresholds: options.thresholds ?? { failures: 2, successes: 1 },
        probe: (signal) => scripted.probe(signal),
        webAnswers: undefined,
        occupancy: async () => ({ at: clock.now(), conferences: 0, people: 0 }),
      },
      before: options.before,
      isFromBefore: false,
      monitored: true,
    });
  };
  for (const name of options.names) add(name);
  const stopping = new AbortController();
  const running = monitor.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
    await clock.settle();
    expect(clock.pending).toEqual([]);
  };
  onTestFinished(stop);

  return {
    ...{ clock, log, monitor, server, changes, hidden, began, remained, ended, add, stop },
    behave: (behaviour: BehaviourName, ...names: readonly string[]) => {
      for (const name of names) server(name).behave(behaviour);
    },
    /** Seconds since the start at which its probes began. */
    probes: (name: string) => server(name).probes.map((moment) => (moment - START) / SECOND),
    transitions: () =>
      changes.flatMap(({ server: name, transition }) => (transition ? [`${name} ${transition.kind}`] : [])),
  };
}

export function named(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `s${index}`);
}
