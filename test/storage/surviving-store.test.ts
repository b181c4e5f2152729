/** A store whose disk fails now and then: it answers as if nothing had happened, and loses nothing when it comes back. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import { BUCKET } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { silentLog } from '../../src/lib/log.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import type { DurableStore } from '../../src/storage/contents.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { StorageTrouble, type StorageTroubleCode } from '../../src/storage/storage-trouble.ts';
import type { Store } from '../../src/storage/store.ts';
import { createSurvivingStore } from '../../src/storage/surviving-store.ts';
import { recordingLog } from '../support/recording-log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { temporaryFolder } from './folders.ts';
import { anyStep, everythingIn, take } from './steps.ts';
import { storeContract } from './store-contract.ts';

const ALPHA = 'alpha' as ServerName;
const UP: Event = { kind: 'server-up', server: ALPHA, at: 2, downSince: 1 };
const ROW = { recipient: { channel: 'telegram', address: '1001' }, event: UP, writtenAt: 3 };

const freshPath = () => join(temporaryFolder(), 'test.sqlite');

/** A disk that fails when it is told to. */
class Disk {
  fails: StorageTroubleCode | undefined;
  /** Writes that were tried. */
  tries = 0;
  /** Once, between what the next look at the audit log sees and its saying so. */
  afterRead: (() => Promise<unknown>) | undefined;

  under(store: DurableStore): DurableStore {
    const writes = new Set<PropertyKey>(['write', 'settle', 'prune']);
    return new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          if (writes.has(name)) this.tries += 1;
          if (this.fails && writes.has(name)) throw new StorageTrouble(this.fails, 'disk');
          const answer = await method.apply(target, args);
          if (name === 'audit') {
            const { afterRead } = this;
            this.afterRead = undefined;
            await afterRead?.();
          }
          return answer;
        };
      },
    });
  }
}

async function bench() {
  const path = freshPath();
  const [clock, disk, log] = [new VirtualClock(), new Disk(), recordingLog()];
  const told: string[] = [];
  const deps = {
    clock,
    log,
    onTrouble: ({ code }: StorageTrouble) => void told.push(code),
    onRecovered: () => void told.push('recovered'),
  };
  const open = async () => (await createSurvivingStore(disk.under(openSqlite(path, silentLog)), deps)).store;
  let store = await open();
  onTestFinished(() => store.close());
  return {
    ...{ clock, disk, log, told },
    store: () => store,
    /** As another run of the program finds it. */
    restart: async () => {
      await store.close();
      store = await open();
      return store;
    },
  };
}

const paths = new Map<Store, string>();

async function openAt(path: string): Promise<Store> {
  const deps = { clock: new VirtualClock(), log: silentLog, onTrouble: () => {}, onRecovered: () => {} };
  const { store } = await createSurvivingStore(openSqlite(path, silentLog), deps);
  paths.set(store, path);
  return store;
}

storeContract('surviving', {
  open: () => openAt(freshPath()),
  reopen: (store) => openAt(paths.get(store) ?? ''),
});

/** Known from the start to be read only. */
async function openOnFailingDisk(path = freshPath()): Promise<Store> {
  const deps = { clock: new VirtualClock(), log: silentLog, onTrouble: () => {}, onRecovered: () => {} };
  const durable = openSqlite(path, silentLog);
  const { store } = await createSurvivingStore(
    new Proxy(durable, {
      get: (target, name) =>
        name === 'makeWritable'
          ? async () => (await target.makeWritable()) ?? new StorageTrouble('read-only', path)
          : Reflect.get(target, name).bind(target),
    }),
    deps,
  );
  paths.set(store, path);
  return store;
}

storeContract('surviving, on a disk that fails until it is closed', {
  open: () => openOnFailingDisk(),
  reopen: (store) => openOnFailingDisk(paths.get(store)),
});

test('over any history with a disk that fails and works again nothing is lost, and nothing comes back', async () => {
  const anyEvent = fc.oneof(
    { weight: 2, arbitrary: anyStep },
    { weight: 1, arbitrary: fc.constantFrom('fail' as const, 'work' as const, 'a minute' as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 40 }), async (events) => {
      const { store, disk, clock, restart } = await bench();
      const model = createMemoryStore();
      for (const event of events) {
        if (event === 'fail') disk.fails = 'full';
        else if (event === 'work') disk.fails = undefined;
        else if (event === 'a minute') await clock.advance(MINUTE);
        else expect(await take(store(), event)).toEqual(await take(model, event));
      }
      expect(await everythingIn(store())).toEqual(await everythingIn(model));
      disk.fails = undefined;
      expect(await everythingIn(await restart())).toEqual(await everythingIn(model));
      await store().close();
    }),
    { numRuns: 60 },
  );
});

describe('while the disk fails', () => {
  test('an alert is written in memory and its row is there to be sent', async () => {
    const { store, disk } = await bench();
    disk.fails = 'full';
    const rows = await store().commit({ outbox: [ROW] });
    expect(rows).toMatchObject([ROW]);
    expect(await store().outbox()).toEqual(rows);
  });

  test('the administrators are told once, and once when it is over', async () => {
    const { store, disk, clock, told } = await bench();
    disk.fails = 'full';
    for (let minute = 0; minute < 5; minute++) {
      await store().commit({ outbox: [ROW] });
      await clock.advance(MINUTE);
    }
    expect(told).toEqual(['full']);
    disk.fails = undefined;
    for (let minute = 0; minute < 3; minute++) {
      await store().commit({ outbox: [ROW] });
      await clock.advance(MINUTE);
    }
    expect(told).toEqual(['full', 'recovered']);
  });

  test('it is tried once a minute and not with every write', async () => {
    const { store, disk, clock } = await bench();
    disk.fails = 'io-error';
    for (let second = 0; second < 180; second++) {
      await store().commit({ outbox: [ROW] });
      await clock.advance(SECOND);
    }
    // The first write of all, and then at 60 and 120 s.
    expect(disk.tries).toBe(3);
  });

  test('a clock that is set back does not put the next try off', async () => {
    const { store, disk, clock, told } = await bench();
    disk.fails = 'full';
    await store().commit({ outbox: [ROW] });
    disk.fails = undefined;
    clock.setDate(clock.now() - 1_000 * MINUTE);
    await store().commit({ outbox: [ROW] });
    expect(told).toEqual(['full', 'recovered']);
  });

  test('the past is one: what is on disk, and what is not yet', async () => {
    const { store, disk } = await bench();
    const bucket = (slot: number) => ({
      ...{ server: ALPHA, start: slot * BUCKET, probes: 20, failures: slot },
      ...{ latency: undefined, users: undefined },
    });
    const down = { server: ALPHA, kind: 'down', from: 1, to: undefined, trouble: undefined } as const;
    await store().commit({ buckets: [bucket(1), bucket(2)], periods: [down] });
    disk.fails = 'full';
    await store().commit({
      buckets: [{ ...bucket(2), failures: 9 }, bucket(3)],
      periods: [{ ...down, to: 5 }],
    });
    const buckets = await store().buckets(ALPHA, 0, 1e15);
    expect(buckets.map(({ failures }) => failures)).toEqual([1, 9, 3]);
    expect(await store().periods(ALPHA, 0)).toEqual([{ ...down, to: 5 }]);
    // The period on disk still lasts, but it is known better.
    expect(await store().periods(ALPHA, 7)).toEqual([]);
  });

  test('a message that was sent meanwhile is not sent again, however many there were', async () => {
    const { store, disk, restart } = await bench();
    const before = await store().commit({ outbox: [ROW, ROW] });
    disk.fails = 'full';
    await store().settle(
      before.map(({ id }) => id),
      'delivered',
      1,
    );
    const outbox = Array.from({ length: 3_000 }, () => ROW);
    const since = await store().commit({ outbox });
    await store().settle(
      since.map(({ id }) => id),
      'delivered',
      2,
    );
    disk.fails = undefined;
    expect(await (await restart()).outbox()).toEqual([]);
  });

  test('what may be used while telling does not wait for itself', async () => {
    const path = freshPath();
    const disk = new Disk();
    const deps = {
      ...{ clock: new VirtualClock(), log: silentLog },
      onTrouble: () => void store.commit({ outbox: [ROW] }),
      onRecovered: () => {},
    };
    const { store } = await createSurvivingStore(disk.under(openSqlite(path, silentLog)), deps);
    disk.fails = 'full';
    await store.commit({ availability: { server: ALPHA, value: { status: 'up', since: 1 } } });
    await store.close();
    expect(await store.outbox()).toHaveLength(1);
  });
});

test('who reads while the disk comes back is not given half of it', async () => {
  const { store, disk, clock, told } = await bench();
  const stop = (at: number) => ({
    audit: { kind: 'monitoring-switched' as const, server: ALPHA, at, by: { id: 1, name: 'Anna' }, on: true },
  });
  await store().commit(stop(1));
  disk.fails = 'full';
  await store().commit(stop(2));
  disk.fails = undefined;
  await clock.advance(MINUTE);
  disk.afterRead = () => store().commit(stop(3));
  const read = await store().audit(10);
  expect(told).toEqual(['full', 'recovered']);
  expect(read.map(({ at }) => at)).toEqual([3, 2, 1]);
});

test.each(['read-only', 'full', 'io-error', 'file-gone', 'unusable-folder'] as const)(
  '%s may end by itself, and then all is written',
  async (code) => {
    const { store, disk, clock, told } = await bench();
    disk.fails = code;
    await store().commit({ outbox: [ROW] });
    disk.fails = undefined;
    await clock.advance(MINUTE);
    await store().commit({ outbox: [ROW] });
    expect(told).toEqual([code, 'recovered']);
  },
);

test('a damaged file is not written to again', async () => {
  const { store, disk, clock, told } = await bench();
  disk.fails = 'damaged';
  await store().commit({ outbox: [ROW] });
  disk.fails = undefined;
  await clock.advance(10 * MINUTE);
  await store().commit({ outbox: [ROW] });
  expect(disk.tries).toBe(1);
  expect(told).toEqual(['damaged']);
});

test('the end of the program is one more try, whenever the last one was', async () => {
  const { store, disk, restart } = await bench();
  disk.fails = 'full';
  await store().commit({ outbox: [ROW] });
  disk.fails = undefined;
  expect(await (await restart()).outbox()).toHaveLength(1);
});

test('one change that the tables refuse is told to the operator and stands in nobody’s way', async () => {
  const { store, log, told, restart } = await bench();
  const nonsense = { server: ALPHA, endsAt: Number.NaN, toldDays: undefined };
  expect(await store().commit({ certificate: nonsense, outbox: [ROW] })).toHaveLength(1);
  await store().commit({ outbox: [ROW] });
  expect(log.messages('error')).toEqual(['a change could not be stored and is kept in memory only']);
  expect(told).toEqual([]);
  expect(await (await restart()).outbox()).toMatchObject([{ id: 2 }]);
});

test('nor does it keep the disk from coming back, whether it came before or while that failed', async () => {
  const { store, disk, clock, log, told, restart } = await bench();
  const nonsense = { endsAt: Number.NaN, toldDays: undefined };
  await store().commit({ certificate: { ...nonsense, server: ALPHA } });
  disk.fails = 'full';
  await store().commit({ certificate: { ...nonsense, server: 'beta' as ServerName }, outbox: [ROW] });
  const by = { id: 1, name: 'Anna' };
  await store().commit({ audit: { kind: 'monitoring-switched', server: ALPHA, at: 1, by, on: true } });
  disk.fails = undefined;
  await clock.advance(MINUTE);
  await store().commit({ outbox: [ROW] });
  expect(told).toEqual(['full', 'recovered']);
  expect(log.messages('error').at(-1)).toBe('a change could not be stored and is kept in memory only');
  const next = await restart();
  expect(await next.outbox()).toHaveLength(2);
  expect(await next.audit(10)).toHaveLength(1);
});
