/** The verdict before an alarm: who is asked, how long that takes, and that it always comes. */
import { describe, expect, test } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import type { ServerWatch } from '../../src/monitor/server-watch.ts';
import { Sight } from '../../src/monitor/sight.ts';
import { monitorBench, named } from '../support/monitor-bench.ts';
import { recordingLog } from '../support/recording-log.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';

const UP = { status: 'up', since: START } as const;
/** Confirmed by one look, which somebody asks for: nobody else is due. */
const QUICK = { failures: 1, successes: 1 };

function quiet(count: number, other: Parameters<typeof monitorBench>[0]['other'] = {}) {
  const names = named(count);
  const bench = monitorBench({ names, interval: 3_600, before: UP, thresholds: QUICK, other });
  const look = (name: string) =>
    bench.monitor.watch(name as ServerName).lookNow(new AbortController().signal);
  const askedAfter = (seconds: number) =>
    names.filter((name) => bench.probes(name).some((moment) => moment > seconds));
  return { ...bench, names, look, askedAfter };
}

describe('who is asked', () => {
  const cases: [others: number, asked: number][] = [
    [2, 2],
    [20, 20],
    [21, 20],
    [500, 20],
  ];

  test.each(cases)('of %i others that answer %i are', async (others, asked) => {
    const { clock, behave, look, askedAfter, transitions } = quiet(others + 1);
    await clock.advance(MINUTE);
    behave('refuses', 's0');
    await look('s0');
    expect(transitions()).toEqual(['s0 went-down']);
    expect(askedAfter(1 + others * 0.02)).toHaveLength(asked + 1);
  });

  test('when one of twenty is silent too a hundred are asked, and when one of them is, all', async () => {
    const { clock, behave, look, askedAfter, names, transitions } = quiet(300);
    await clock.advance(MINUTE);
    // In the order of their names, because chance is switched off.
    behave('refuses', 's0', 's10');
    await look('s0');
    // And twenty more of the rest, because s10 has joined s0.
    expect(askedAfter(10)).toHaveLength(1 + 100 + 20);
    expect(transitions()).toEqual(['s0 went-down', 's10 went-down']);
    behave('answers', ...names);
    behave('refuses', 's200', 's2', 's50');
    await clock.advance(MINUTE);
    const now = (clock.now() - START) / SECOND;
    await look('s200');
    expect(askedAfter(now - 1)).toHaveLength(300 - 2);
  });

  test('those whom their own rounds have just seen are no sample of the others (one place may have its rounds together)', async () => {
    const { clock, behave, look, names, transitions } = quiet(60);
    await clock.advance(MINUTE);
    // A whole rack is gone; the other one has just been seen.
    behave('refuses', ...names.slice(0, 25));
    for (const name of names.slice(25)) await look(name);
    await look('s0');
    expect(transitions()).toHaveLength(25);
  });

  test('who has been seen a quarter of a second ago is not asked again', async () => {
    const { clock, behave, look, probes } = quiet(4);
    await clock.advance(MINUTE);
    await look('s1');
    await clock.advance(250);
    behave('refuses', 's0');
    await look('s0');
    expect(probes('s1')).toHaveLength(2);
    expect(probes('s2')).toHaveLength(2);
    await clock.advance(MINUTE);
    await look('s1');
    await clock.advance(251);
    behave('refuses', 's3');
    await look('s3');
    expect(probes('s1')).toHaveLength(4);
  });
});

describe('how long it takes', () => {
  test('nothing, when the others answer', async () => {
    const { clock, behave, look, changes } = quiet(10);
    await clock.advance(MINUTE);
    behave('refuses', 's0');
    await look('s0');
    expect(clock.now()).toBe(START + MINUTE);
    expect(changes[0]).toMatchObject({ foundAt: START + MINUTE });
  });

  test('a second, when some of the others hang (they were not silent before, and are left to their own looks)', async () => {
    const { clock, behave, look, changes, began } = quiet(10);
    await clock.advance(MINUTE);
    behave('refuses', 's0');
    behave('hangs', 's1', 's2');
    const looked = look('s0');
    await clock.advance(SECOND - 1);
    expect(changes).toEqual([]);
    await clock.advance(1);
    await looked;
    expect(changes).toMatchObject([{ server: 's0', foundAt: START + MINUTE }]);
    await clock.advance(MINUTE);
    expect(began).toEqual([]);
  });

  test('at most four seconds while another one is in doubt; meanwhile the rest are looked at twice a second', async () => {
    const names = named(10);
    const { clock, behave, monitor, changes, probes } = monitorBench({ names, before: UP, interval: 3_600 });
    const look = (name: string) => monitor.watch(name as ServerName).lookNow(new AbortController().signal);
    await clock.advance(MINUTE);
    behave('refuses', 's0', 's1');
    await Promise.all([look('s0'), look('s1')]); // again at 61
    behave('hangs', 's1'); // from 61 to 66
    await clock.advance(1_600);
    behave('refuses', 's2'); // at 61.6
    await clock.advance(3_399);
    expect(changes).toEqual([]);
    expect(probes('s9').filter((moment) => moment > 60)).toEqual([61, 61.5, 62, 62.5, 63, 63.5, 64, 64.5]);
    // Found at 62 and confirmed at 63, it waits for the same verdict.
    expect(probes('s2').filter((moment) => moment > 61.5)).toEqual([62, 63]);
    await clock.advance(1);
    expect(changes.map(({ server, foundAt }) => [server, (foundAt - START) / SECOND])).toEqual([
      // Known of both only now: what is written down first must not go out before the other is.
      ['s0', 65],
      ['s2', 65],
    ]);
  });

  test('a server that hangs for ever (a bug) does not keep the verdict from coming', async () => {
    const { clock, behave, look, server, changes } = quiet(4);
    await clock.advance(MINUTE);
    behave('refuses', 's0');
    for (const name of ['s1', 's2', 's3']) {
      server(name).probe = (signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    const looked = look('s0');
    await clock.advance(30 * SECOND);
    await looked;
    expect(changes).toMatchObject([{ server: 's0' }]);
  });
});

describe('who no longer waits', () => {
  test('does not take the verdict along: the others get theirs', async () => {
    const { clock, behave, monitor, look, changes } = quiet(6);
    await clock.advance(MINUTE);
    behave('refuses', 's0', 's1');
    behave('answers after 4 s', 's2', 's3', 's4', 's5');
    const impatient = new AbortController();
    const first = monitor.watch('s0' as ServerName).lookNow(impatient.signal);
    const second = look('s1');
    await clock.advance(100);
    impatient.abort(new Error('back'));
    await expect(first).rejects.toThrow('back');
    await clock.advance(MINUTE);
    await second;
    expect(changes.map(({ server }) => server)).toContain('s1');
  });

  test('has its change found again a second later, whatever its interval (it must not get lost)', async () => {
    const { clock, behave, monitor, changes } = quiet(6);
    await clock.advance(MINUTE);
    behave('refuses', 's0');
    behave('answers after 4 s', 's1', 's2', 's3', 's4', 's5');
    const impatient = new AbortController();
    const looked = monitor.watch('s0' as ServerName).lookNow(impatient.signal);
    await clock.advance(100);
    impatient.abort(new Error('back'));
    await expect(looked).rejects.toThrow('back');
    await clock.advance(20 * SECOND);
    expect(changes.map(({ server }) => server)).toEqual(['s0']);
  });

  test('everybody stops: the question is given up, and nothing is left', async () => {
    const { clock, behave, look, stop } = quiet(6);
    await clock.advance(MINUTE);
    behave('hangs', 's1', 's2', 's3', 's4', 's5');
    behave('refuses', 's0');
    look('s0').catch(() => {});
    await clock.advance(100);
    await stop();
  });
});

describe('blind', () => {
  test('at most five seconds after the first of them answers it sees again, whatever their intervals', async () => {
    const { clock, behave, look, names, began, ended, hidden } = quiet(6);
    await clock.advance(MINUTE);
    behave('refuses', ...names);
    await look('s0');
    expect(began).toMatchObject([{ at: START + MINUTE, servers: names, total: 6 }]);
    expect(hidden.sort()).toEqual(names);
    await clock.advance(10 * MINUTE);
    behave('answers', ...names);
    const back = clock.now();
    await clock.advance(5 * SECOND);
    expect(ended).toMatchObject([{ since: START + MINUTE, silent: [] }]);
    expect((ended[0]?.at ?? 0) - back).toBeLessThanOrEqual(5 * SECOND);
  });

  test('what cannot be written down is tried again, and said once', async () => {
    let isFull = true;
    const told: unknown[] = [];
    const { clock, behave, look, names, log } = quiet(3, {
      began: async (event) => {
        if (isFull) throw new Error('disk full');
        told.push(event);
      },
      ended: async (event) => {
        if (isFull) throw new Error('disk full');
        told.push(event);
      },
    });
    await clock.advance(MINUTE);
    behave('refuses', ...names);
    await expect(look('s0')).rejects.toThrow('disk full');
    await clock.advance(5 * SECOND);
    isFull = false;
    await clock.advance(5 * SECOND);
    expect(told).toHaveLength(1);
    isFull = true;
    behave('answers', ...names);
    await clock.advance(20 * SECOND);
    isFull = false;
    await clock.advance(10 * SECOND);
    expect(told).toMatchObject([{ kind: 'bot-blind' }, { kind: 'bot-sees-again' }]);
    expect(log.messages('error')).toContain('a look whether the bot sees again broke');
  });

  test('a server that falls silent while its end is written down is judged anew (it would stay hidden for ever)', async () => {
    let written: () => void = () => {};
    const { clock, behave, look, names, transitions, hidden } = quiet(6, {
      ended: () =>
        new Promise((resolve) => {
          written = resolve;
        }),
    });
    await clock.advance(MINUTE);
    behave('refuses', ...names.slice(0, 5));
    await look('s0');
    behave('answers', ...names);
    await clock.advance(10 * SECOND);
    behave('refuses', 's5');
    await look('s5');
    expect(hidden).not.toContain('s5');
    expect(transitions()).toEqual(['s5 went-down']);
    written();
  });

  test('a server that is added meanwhile and fails is hidden as well', async () => {
    const { clock, behave, look, names, add, hidden, changes } = quiet(3);
    await clock.advance(MINUTE);
    behave('refuses', ...names);
    await look('s0');
    add('new');
    behave('refuses', 'new');
    await clock.advance(20 * SECOND);
    expect(hidden).toContain('new');
    expect(changes.filter(({ server, transition }) => server === 'new' && transition)).toEqual([]);
  });

  test('its end does not need those that are no longer watched', async () => {
    const { clock, behave, look, names, monitor, ended } = quiet(4);
    await clock.advance(MINUTE);
    behave('refuses', ...names);
    await look('s0');
    for (const name of ['s0', 's1']) await monitor.remove(name as ServerName);
    monitor.watch('s2' as ServerName).switchMonitoring(false);
    await clock.advance(10 * SECOND);
    // One is left, and one is too few to doubt: it will be told as down.
    expect(ended).toMatchObject([{ silent: ['s3'] }]);
  });
});

test('whoever asks when its watch has ended already is not counted as silent afterwards', async () => {
  const clock = new VirtualClock();
  const probe = (kind: 'answered' | 'failed', at: number) => ({ kind, at, latency: 0 });
  const looks = [
    probe('answered', START - MINUTE),
    ...[probe('failed', START), probe('failed', START)],
    ...[probe('answered', START), probe('answered', START)],
  ];
  const watches = looks.map((lastProbe, index) => {
    const view = { monitored: true, availability: UP, lastProbe };
    return { name: `s${index}`, view, lookBeside: async () => {} } as unknown as ServerWatch;
  });
  const sight = new Sight({
    ...{ clock, random: () => 0, log: recordingLog(), watches: () => watches, isExpected: () => false },
    ...{ otherAnswers: async () => undefined, began: async () => {} },
    ...{ remains: async () => {}, ended: async () => {} },
  });
  const judge = (name: string, signal: AbortSignal) => sight.judge(name as ServerName, START, signal);
  await expect(judge('s0', AbortSignal.abort())).rejects.toThrow();
  const { signal } = new AbortController();
  const verdicts = Promise.all([judge('s1', signal), judge('s2', signal)]);
  await clock.advance(MINUTE);
  expect(await verdicts).toMatchObject([{ verdict: 'down' }, { verdict: 'down' }]);
});

test('who asks at the moment in which the others give up is among those who wait (else nobody would know since when)', async () => {
  const clock = new VirtualClock();
  const watches = ['s0', 's1', 's2', 's3'].map((name) => {
    const lastProbe = { kind: 'failed', at: START, latency: 0 };
    const view = { monitored: true, availability: UP, lastProbe };
    return { name, view, lookBeside: async () => {} } as unknown as ServerWatch;
  });
  const began: unknown[] = [];
  const sight = new Sight({
    ...{ clock, random: () => 0, log: recordingLog(), watches: () => watches, isExpected: () => false },
    ...{ otherAnswers: async () => undefined, began: async (event) => void began.push(event) },
    ...{ remains: async () => {}, ended: async () => {} },
  });
  const impatient = new AbortController();
  const first = sight.judge('s0' as ServerName, START, impatient.signal);
  impatient.abort();
  const { signal } = new AbortController();
  const verdicts = Promise.all(watches.map(({ name }) => sight.judge(name, START, signal)));
  await expect(first).rejects.toThrow();
  await clock.advance(MINUTE);
  expect((await verdicts).map(({ verdict }) => verdict)).toEqual(Array(4).fill('blind'));
  expect(began).toMatchObject([{ at: START, servers: ['s0', 's1', 's2', 's3'] }]);
});
