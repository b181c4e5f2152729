/** One watch alone: what a look out of turn, a switch and a slow history do to the schedule and to what is known. */
import { channel } from 'node:diagnostics_channel';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Availability, Transition } from '../../src/domain/availability.ts';
import type { Occupancy } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import { createMonitor } from '../../src/monitor/monitor.ts';
import { type ProbedServer, ServerWatch } from '../../src/monitor/server-watch.ts';
import { recordingLog } from '../support/recording-log.ts';
import { type BehaviourName, ScriptedServer } from '../support/scripted-server.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';

const ALPHA = 'alpha' as ServerName;

interface Options {
  readonly interval?: number;
  readonly before?: Availability;
  readonly monitored?: boolean;
  readonly occupancy?: (signal: AbortSignal) => Promise<Occupancy>;
  /** Runs before a change counts as written down. */
  readonly writing?: () => Promise<void>;
}

function watching(options: Options = {}) {
  const clock = new VirtualClock();
  const log = recordingLog();
  const server = new ScriptedServer('alpha', clock);
  const changes: (Transition['kind'] | 'quiet')[] = [];
  const occupancyAsked: number[] = [];
  const probed: ProbedServer = {
    name: ALPHA,
    probeInterval: (options.interval ?? 15) * SECOND,
    thresholds: { failures: 2, successes: 1 },
    probe: (signal) => server.probe(signal),
    webAnswers: undefined,
    occupancy: async (signal) => {
      occupancyAsked.push((clock.now() - START) / SECOND);
      return options.occupancy ? options.occupancy(signal) : { at: clock.now(), conferences: 1, people: 2 };
    },
  };
  const watch = new ServerWatch(probed, options.before, options.monitored ?? true, {
    clock,
    random: () => 0,
    log,
    changed: async (_name, _after, transition) => {
      await options.writing?.();
      changes.push(transition?.kind ?? 'quiet');
    },
    stillDown: async () => {},
  });
  const stopping = new AbortController();
  const running = watch.run(0, stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await running;
    expect(clock.pending).toEqual([]);
  });
  return {
    ...{ clock, log, server, watch, changes, occupancyAsked, stopping },
    probes: () => server.probes.map((moment) => (moment - START) / SECOND),
    behave: (name: BehaviourName) => server.behave(name),
    look: () => watch.lookNow(new AbortController().signal),
  };
}

describe('a look out of turn', () => {
  test('joins a probe that is under way (two people who tap ask the server once)', async () => {
    const { clock, behave, look, probes } = watching();
    behave('answers after 4 s');
    await clock.advance(10 * SECOND);
    const looks = [look(), look()];
    await clock.advance(4 * SECOND);
    const views = await Promise.all(looks);
    expect(probes()).toEqual([0, 10]);
    expect(views.map(({ availability }) => availability.status)).toEqual(['up', 'up']);
  });

  test('given up by the only one who asked ends the probe; the watch goes on', async () => {
    const { clock, behave, watch, probes } = watching();
    await clock.advance(5 * SECOND);
    behave('hangs');
    const person = new AbortController();
    const looked = watch.lookNow(person.signal);
    await clock.settle();
    person.abort(new Error('back'));
    await expect(looked).rejects.toThrow('back');
    behave('answers');
    await clock.advance(10 * SECOND);
    expect(probes()).toEqual([0, 5, 15]);
    expect(watch.view.availability.status).toBe('up');
  });

  test('at a server that is not monitored shows what it saw and changes nothing', async () => {
    const { clock, behave, look, watch, changes } = watching({ monitored: false });
    behave('refuses');
    await clock.advance(MINUTE);
    const view = await look();
    expect(view.lastProbe?.kind).toBe('failed');
    expect(watch.view.availability.status).toBe('unknown');
    expect(changes).toEqual([]);
  });

  test('that fails is followed by the confirming one a second later', async () => {
    const { clock, behave, look, probes, changes } = watching({ interval: 600 });
    await clock.advance(100 * SECOND);
    behave('refuses');
    await look();
    await clock.advance(2 * SECOND);
    expect(probes()).toEqual([0, 100, 101]);
    expect(changes).toEqual(['quiet', 'went-down']);
  });
});

describe('a change that cannot be written down', () => {
  test('is found again by the next probe, with its first date (an outage must not get lost in a full disk)', async () => {
    let isDiskFull = false;
    const writing = async () => {
      if (isDiskFull) throw new Error('disk full');
    };
    const { clock, behave, watch, changes, log } = watching({ writing });
    await clock.advance(20 * SECOND);
    behave('refuses');
    isDiskFull = true;
    await clock.advance(15 * SECOND);
    expect(changes).toEqual(['quiet']);
    expect(watch.view.availability.status).toBe('up');
    isDiskFull = false;
    await clock.advance(2 * SECOND);
    expect(changes).toEqual(['quiet', 'went-down']);
    expect(watch.view.availability).toMatchObject({ status: 'down', since: START + 30 * SECOND });
    expect(log.lines.some(({ level }) => level === 'error')).toBe(true);
  });
});

describe('monitoring switched', () => {
  test('off: what was believed is no longer known (the caller writes it down together with the switch)', async () => {
    const { clock, watch, changes } = watching();
    await clock.advance(20 * SECOND);
    const after = watch.switchMonitoring(false);
    expect(after).toEqual({ status: 'unknown', since: clock.now() });
    expect(watch.view).toMatchObject({ monitored: false, availability: after });
    expect(changes).toEqual(['quiet']);
  });

  test('off and soon on again: it looks at once, not when the old round would have come', async () => {
    const { clock, watch, probes } = watching({ interval: 600 });
    await clock.advance(10 * SECOND);
    watch.switchMonitoring(false);
    await clock.advance(10 * SECOND);
    watch.switchMonitoring(true);
    await clock.advance(SECOND);
    expect(probes()).toEqual([0, 20]);
  });

  test('to what it is already: nothing happens', async () => {
    const { clock, watch, changes, probes } = watching();
    await clock.advance(SECOND);
    watch.switchMonitoring(true);
    await clock.advance(SECOND);
    expect(changes).toEqual(['quiet']);
    expect(probes()).toEqual([0]);
  });

  test('off while a probe is under way: its answer is no longer believed', async () => {
    const { clock, behave, watch } = watching();
    behave('answers after 4 s');
    await clock.advance(2 * SECOND);
    watch.switchMonitoring(false);
    await clock.advance(10 * SECOND);
    expect(watch.view.availability.status).toBe('unknown');
  });

  test('what an earlier run believed of a server that is no longer monitored is forgotten', () => {
    const before: Availability = { status: 'up', since: 5 };
    expect(watching({ before }).watch.view.availability).toEqual(before);
    expect(watching({ before, monitored: false }).watch.view.availability.status).toBe('unknown');
  });
});

describe('who is on it', () => {
  test('is asked of a server that answers, every two minutes and not with every probe (a look at the history costs more)', async () => {
    const { clock, occupancyAsked, watch } = watching();
    await clock.advance(5 * MINUTE);
    expect(occupancyAsked).toEqual([0, 120, 240]);
    expect(watch.view.occupancy).toMatchObject({ conferences: 1, people: 2 });
  });

  test('is not asked again soon when somebody has just looked', async () => {
    const { clock, occupancyAsked, watch } = watching();
    await clock.advance(MINUTE);
    watch.noteOccupancy({ at: clock.now(), conferences: 3, people: 9 });
    await clock.advance(2 * MINUTE - SECOND);
    expect(occupancyAsked).toEqual([0]);
    expect(watch.view.occupancy).toMatchObject({ people: 9 });
  });

  test('a history that hangs delays no probe and ends with the watch', async () => {
    let aborted = false;
    const { clock, probes, stopping } = watching({
      occupancy: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(signal.reason);
          });
        }),
    });
    await clock.advance(46 * SECOND);
    expect(probes()).toEqual([0, 15, 30, 45]);
    stopping.abort();
    await clock.settle();
    expect(aborted).toBe(true);
  });

  test('a history that cannot be read is no outage', async () => {
    const { clock, log, changes } = watching({ occupancy: () => Promise.reject(new Error('scope missing')) });
    await clock.advance(MINUTE);
    expect(changes).toEqual(['quiet']);
    expect(log.messages('debug')).toEqual(['could not see who is on it']);
  });
});

describe('all servers', () => {
  test('first probes are spread out a little, and each start can be measured', async () => {
    const clock = new VirtualClock();
    const names = Array.from({ length: 100 }, (_, index) => `s${index}` as ServerName);
    const starts: { server: string; due: number; at: number }[] = [];
    const onStart = (message: unknown) => void starts.push(message as (typeof starts)[number]);
    const measured = channel('trueconf-admin-bot:probe-start');
    measured.subscribe(onStart);
    onTestFinished(() => void measured.unsubscribe(onStart));

    const monitor = createMonitor(
      names.map((name) => {
        const server = new ScriptedServer(name, clock);
        return {
          server: {
            name,
            probeInterval: SECOND,
            thresholds: { failures: 2, successes: 1 },
            probe: (signal) => server.probe(signal),
            webAnswers: undefined,
            occupancy: async () => ({ at: clock.now(), conferences: 0, people: 0 }),
          },
          before: undefined,
          monitored: true,
        };
      }),
      {
        clock,
        random: () => 0,
        log: recordingLog(),
        changed: async () => {},
        stillDown: async () => {},
      },
    );
    const stopping = new AbortController();
    const running = monitor.run(stopping.signal);
    await clock.advance(SECOND - 1);
    const first = names.map((name) => starts.find(({ server }) => server === name)?.at);
    // A hundred in a second: 10 ms apart.
    expect(first).toEqual(names.map((_, index) => START + index * 10));
    expect(starts.every(({ due, at: moment }) => due === moment)).toBe(true);
    stopping.abort();
    await running;
    expect(clock.pending).toEqual([]);
  });

  test('a name that nobody has is a bug and said so', () => {
    const monitor = createMonitor([], {} as never);
    expect(() => monitor.watch('omega' as ServerName)).toThrow('no server is named omega');
  });
});
