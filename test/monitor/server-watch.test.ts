/** One watch alone: what a look out of turn, a switch and a slow history do to the schedule and to what is known. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Availability, Transition } from '../../src/domain/availability.ts';
import type { Occupancy, ServerChange } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import { type ProbedServer, ServerWatch, type Verdict } from '../../src/monitor/server-watch.ts';
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
  /** Default: it is down. */
  readonly judge?: (signal: AbortSignal) => Promise<Verdict>;
  readonly failures?: number;
}

function watching(options: Options = {}) {
  const clock = new VirtualClock();
  const log = recordingLog();
  const server = new ScriptedServer('alpha', clock);
  const changes: (Transition['kind'] | 'quiet')[] = [];
  const told: ServerChange[] = [];
  const hidden: Availability[] = [];
  const occupancyAsked: number[] = [];
  const probed: ProbedServer = {
    name: ALPHA,
    probeInterval: (options.interval ?? 15) * SECOND,
    thresholds: { failures: options.failures ?? 2, successes: 1 },
    probe: (signal) => server.probe(signal),
    webAnswers: undefined,
    occupancy: async (signal) => {
      occupancyAsked.push((clock.now() - START) / SECOND);
      return options.occupancy ? options.occupancy(signal) : { at: clock.now(), conferences: 1, people: 2 };
    },
  };
  const earlier = { before: options.before, isFromBefore: options.before !== undefined };
  const watch = new ServerWatch(probed, earlier, options.monitored ?? true, {
    clock,
    random: () => 0,
    log,
    judge: async (_name, _at, signal) => ({
      verdict: (await options.judge?.(signal)) ?? 'down',
      isShared: false,
    }),
    changed: async (change) => {
      await options.writing?.();
      changes.push(change.transition?.kind ?? 'quiet');
      told.push(change);
    },
    hidden: async (_name, value) => void hidden.push(value),
    doubted: () => {},
    unchanged: async () => {},
    probed: () => {},
  });
  const stopping = new AbortController();
  const running = watch.run(0, stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await running;
    expect(clock.pending).toEqual([]);
  });
  return {
    ...{ clock, log, server, watch, changes, told, hidden, occupancyAsked, stopping },
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

describe('the verdict on a server that has stopped answering', () => {
  const asked = (...verdicts: Verdict[]) => {
    const open: ((verdict: Verdict) => void)[] = [];
    const judge = () =>
      verdicts.length > 0
        ? Promise.resolve(verdicts.shift() ?? 'down')
        : new Promise<Verdict>((resolve) => void open.push(resolve));
    return { judge, open };
  };

  test('is waited for; until then it is believed up', async () => {
    const { judge, open } = asked();
    const { clock, behave, watch, changes, told } = watching({ judge });
    await clock.advance(20 * SECOND);
    behave('refuses');
    await clock.advance(20 * SECOND);
    expect(watch.view.availability).toMatchObject({ status: 'up', doubt: { probes: 1 } });
    expect(changes).toEqual(['quiet']);
    open[0]?.('down');
    await clock.settle();
    expect(changes).toEqual(['quiet', 'went-down']);
    // Dated from the first look, found by the second, whenever the verdict comes.
    expect(told[1]).toMatchObject({
      foundAt: START + 31 * SECOND,
      transition: { at: START + 30 * SECOND },
    });
  });

  test('look again: a second later, and then it counts', async () => {
    const { judge } = asked('look-again', 'down');
    const { clock, behave, probes, changes } = watching({ judge, failures: 1, interval: 600 });
    await clock.advance(SECOND);
    behave('refuses');
    await clock.advance(605 * SECOND);
    expect(probes()).toEqual([0, 600, 601]);
    expect(changes).toEqual(['quiet', 'went-down']);
  });

  test('blind: nothing is known since its first silent look, and the next round comes in its time', async () => {
    const { judge } = asked('blind', 'blind', 'down');
    const { clock, behave, probes, changes, hidden, watch, told } = watching({ judge });
    await clock.advance(20 * SECOND);
    behave('refuses');
    await clock.advance(20 * SECOND); // 30, 31
    expect(watch.view.availability).toEqual({ status: 'unknown', since: START + 30 * SECOND });
    await clock.advance(20 * SECOND); // 46, 47
    expect(watch.view.availability).toEqual({ status: 'unknown', since: START + 30 * SECOND });
    await clock.advance(10 * SECOND); // 62, 63
    expect(probes()).toEqual([0, 15, 30, 31, 46, 47, 62, 63]);
    expect(hidden).toHaveLength(2);
    expect(changes).toEqual(['quiet', 'went-down']);
    expect(told[1]?.transition).toMatchObject({ at: START + 62 * SECOND, firstSeen: true });
  });

  test('that comes after monitoring was switched off changes nothing', async () => {
    const { judge, open } = asked();
    const { clock, behave, watch, changes } = watching({ judge });
    await clock.advance(20 * SECOND);
    behave('refuses');
    await clock.advance(12 * SECOND);
    watch.switchMonitoring(false);
    open[0]?.('down');
    await clock.advance(MINUTE);
    expect(changes).toEqual(['quiet']);
    expect(watch.view.availability.status).toBe('unknown');
  });

  test('is not asked about a server that comes up', async () => {
    const { judge } = asked('down');
    const { clock, behave, changes } = watching({ judge });
    await clock.advance(20 * SECOND);
    behave('refuses');
    await clock.advance(20 * SECOND);
    behave('answers');
    await clock.advance(20 * SECOND);
    expect(changes).toEqual(['quiet', 'went-down', 'came-up']);
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

  test("it goes on when the machine's clock is set back (an outage would be told with who was there an hour ago)", async () => {
    const { clock, occupancyAsked } = watching();
    await clock.advance(10 * SECOND);
    clock.setDate(START - 60 * MINUTE);
    await clock.advance(20 * SECOND);
    expect(occupancyAsked).toHaveLength(2);
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
