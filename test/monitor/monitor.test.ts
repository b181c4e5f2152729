/** All watches together: how they start, come and go, and what one that comes back means for the others. */
import { channel } from 'node:diagnostics_channel';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import { createMonitor } from '../../src/monitor/monitor.ts';
import { monitorBench, named } from '../support/monitor-bench.ts';
import { START } from '../support/virtual-clock.ts';

describe('the start', () => {
  test('first probes are spread out a little, and each start can be measured', async () => {
    const starts: { server: string; due: number; at: number }[] = [];
    const onStart = (message: unknown) => void starts.push(message as (typeof starts)[number]);
    const measured = channel('trueconf-admin-bot:probe-start');
    measured.subscribe(onStart);
    onTestFinished(() => void measured.unsubscribe(onStart));
    const names = named(100);
    const { clock } = monitorBench({ names, interval: 1 });
    await clock.advance(SECOND - 1);
    const first = names.map((name) => starts.find(({ server }) => server === name)?.at);
    // A hundred in a second: 10 ms apart.
    expect(first).toEqual(names.map((_, index) => START + index * 10));
    expect(starts.every(({ due, at: moment }) => due === moment)).toBe(true);
  });

  test('a name that nobody has is a bug and said so', () => {
    const monitor = createMonitor({} as never);
    expect(() => monitor.watch('omega' as ServerName)).toThrow('no server is named omega');
    expect(monitor.isWatched('omega' as ServerName)).toBe(false);
  });
});

describe('a server', () => {
  test('that is added while others are watched is looked at at once', async () => {
    const { clock, add, probes } = monitorBench({ names: ['a'] });
    await clock.advance(20 * SECOND);
    add('b');
    await clock.advance(16 * SECOND);
    expect(probes('b')).toEqual([20, 35]);
    expect(probes('a')).toEqual([0, 15, 30]);
  });

  test('that is removed in the middle of a look ends at once, and what was believed last is given back', async () => {
    const { clock, behave, monitor, changes, probes } = monitorBench({ names: ['a', 'b'] });
    await clock.advance(20 * SECOND);
    behave('hangs', 'a');
    await clock.advance(12 * SECOND); // 30 to 35
    const believed = await monitor.remove('a' as ServerName);
    expect(believed).toMatchObject({ status: 'up' });
    await clock.advance(MINUTE);
    expect(probes('a').at(-1)).toBe(30);
    expect(changes.filter(({ server }) => server === 'a')).toHaveLength(1);
    expect(monitor.watches().map(({ name }) => name)).toEqual(['b']);
  });

  test('that is removed while a person looks at it: the look ends too (nothing may be written about it any more)', async () => {
    const { clock, behave, monitor } = monitorBench({ names: ['a', 'b'] });
    await clock.advance(20 * SECOND);
    behave('hangs', 'a');
    const looked = monitor.watch('a' as ServerName).lookNow(new AbortController().signal);
    looked.catch(() => {});
    await clock.advance(SECOND);
    await monitor.remove('a' as ServerName);
    await expect(looked).rejects.toMatchObject({ trouble: { code: 'closed' } });
  });

  test('that is removed looks no more, whoever still holds its watch (two watches would tell everything twice)', async () => {
    const { clock, monitor, probes } = monitorBench({ names: ['a', 'b'] });
    await clock.advance(20 * SECOND);
    const watch = monitor.watch('a' as ServerName);
    await monitor.remove('a' as ServerName);
    const { signal } = new AbortController();
    await expect(watch.lookBeside(signal)).rejects.toBeDefined();
    await expect(watch.lookNow(signal)).rejects.toMatchObject({ trouble: { code: 'closed' } });
    expect(probes('a')).toEqual([0, 15]);
  });

  test('whose change is being written when it is removed: the removal waits for that', async () => {
    let written: () => void = () => {};
    const { clock, behave, monitor } = monitorBench({
      names: ['a', 'b'],
      other: {
        changed: ({ transition }) =>
          transition
            ? new Promise((resolve) => {
                written = resolve;
              })
            : Promise.resolve(),
      },
    });
    await clock.advance(20 * SECOND);
    behave('refuses', 'a');
    await clock.advance(12 * SECOND);
    let isRemoved = false;
    const removed = monitor.remove('a' as ServerName).then((believed) => {
      isRemoved = true;
      return believed;
    });
    await clock.settle();
    expect(isRemoved).toBe(false);
    written();
    // What was told is believed: the next watch must not tell it again.
    expect((await removed).status).toBe('down');
  });
});

describe('several fail at the same time', () => {
  /** Looks at all of them long after their rounds, and long before the next. */
  const failing = async (count: number, others: number) => {
    const names = named(count + others);
    const failed = names.slice(0, count);
    const bench = monitorBench({ names, interval: 3_600 });
    await bench.clock.advance(MINUTE);
    bench.behave('drops every packet', ...failed);
    const { signal } = new AbortController();
    const looks = failed.map((name) => bench.monitor.watch(name as ServerName).lookNow(signal));
    await bench.clock.advance(3 * SECOND);
    await Promise.all(looks);
    return { ...bench, lookedAt: () => names.slice(count).filter((name) => bench.probes(name).length > 1) };
  };

  test('three: the others are looked at before any of them is confirmed (they may be part of it)', async () => {
    const { lookedAt, transitions } = await failing(3, 5);
    expect(lookedAt()).toHaveLength(5);
    expect(transitions()).toEqual([]);
  });

  test('two: nobody is looked at yet', async () => {
    const { lookedAt } = await failing(2, 5);
    expect(lookedAt()).toEqual([]);
  });

  test('a hundred of many are looked at (a burst must not drown the alarm)', async () => {
    const { lookedAt } = await failing(3, 250);
    expect(lookedAt()).toHaveLength(100);
  });

  test('whoever has answered since they failed is not looked at again', async () => {
    const { clock, behave, probes } = await failing(3, 5);
    const before = probes('s7').length;
    behave('hangs', 's0', 's1', 's2');
    await clock.advance(900);
    expect(probes('s7').length).toBe(before);
  });
});

describe('one comes back', () => {
  test('a look at another one that may be lost begins anew (the answer to it may never come)', async () => {
    const { clock, behave, monitor, probes, transitions } = monitorBench({
      names: ['a', 'b', 'c', 'd', 'e'],
      interval: 60,
    });
    const { signal } = new AbortController();
    const look = (name: string) => monitor.watch(name as ServerName).lookNow(signal);
    await clock.advance(50 * SECOND);
    behave('refuses', 'a', 'b');
    await clock.advance(30 * SECOND);
    behave('hangs', 'b');
    const looked = look('b');
    await clock.advance(SECOND);
    behave('answers', 'a', 'b');
    await look('a');
    await clock.settle();
    expect(transitions().slice(2)).toEqual(['a came-up', 'b came-up']);
    // Whoever asked for the look has its answer, and the lost one was given up.
    expect((await looked).availability.status).toBe('up');
    expect(probes('b').slice(-2)).toEqual([80, 81]);
  });

  test('those that fell with it are looked at, again and again for three seconds (they are told together)', async () => {
    const { clock, behave, probes, transitions } = monitorBench({
      names: ['a', 'b', 'c', 'd', 'e'],
      interval: 60,
    });
    await clock.advance(50 * SECOND);
    behave('refuses', 'a', 'b');
    await clock.advance(15 * SECOND); // down at 60, 61
    await clock.advance(55 * SECOND); // a and b at 120 or 121
    const before = probes('b').length;
    behave('answers', 'a');
    await clock.advance(MINUTE);
    const back = probes('a').at(-1) ?? 0;
    expect(transitions()).toEqual(['a went-down', 'b went-down', 'a came-up']);
    expect(
      probes('b')
        .slice(before)
        .filter((moment) => moment > back && moment <= back + 3)
        .map((moment) => moment - back),
    ).toEqual([0.5, 1, 1.5, 2, 2.5]);
  });

  test('a hundred of them at a time (a burst of looks must not drown the good news)', async () => {
    const names = named(150);
    const { clock, behave, monitor, probes } = monitorBench({
      names,
      interval: 600,
      other: { otherAnswers: async () => true },
    });
    await clock.advance(10 * SECOND);
    behave('refuses', ...names);
    await monitor.watch('s0' as ServerName).lookNow(new AbortController().signal);
    await clock.advance(MINUTE);
    expect(monitor.watches().every(({ view }) => view.availability.status === 'down')).toBe(true);
    behave('answers', 's0');
    await monitor.watch('s0' as ServerName).lookNow(new AbortController().signal);
    await clock.settle();
    expect(names.filter((name) => probes(name).at(-1) === 70)).toHaveLength(1 + 100);
  });

  test('those that fell long before are left alone (another cause)', async () => {
    const { clock, behave, probes } = monitorBench({ names: ['a', 'b', 'c', 'd', 'e'] });
    await clock.advance(10 * SECOND);
    behave('refuses', 'b');
    await clock.advance(3 * MINUTE);
    behave('refuses', 'a');
    await clock.advance(MINUTE);
    behave('answers', 'a');
    const before = probes('b').length;
    await clock.advance(MINUTE);
    expect(probes('b').length - before).toBe(4);
  });
});

describe('a look out of turn by the monitor', () => {
  test('leaves the rounds of the others as they are (else all would fall into step)', async () => {
    const { clock, behave, probes } = monitorBench({ names: ['a', 'b', 'c', 'd'], interval: 60 });
    await clock.advance(10 * SECOND);
    behave('refuses', 'a');
    await clock.advance(120 * SECOND);
    expect(probes('b')).toEqual([0.02, 60, 61, 120]);
  });
});
