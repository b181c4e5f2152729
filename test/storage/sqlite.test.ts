/** The store in SQLite keeps the contract; its transactions are whole, its tables come up to date, its rows are checked. */
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import { BUCKET, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import type { AuditEntry } from '../../src/domain/outbox.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { SqlStore } from '../../src/storage/sql-store.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { MIGRATIONS } from '../../src/storage/sqlite-migrations.ts';
import { StorageTrouble } from '../../src/storage/storage-trouble.ts';
import type { Store } from '../../src/storage/store.ts';
import { recordingLog } from '../support/recording-log.ts';
import { temporaryFolder } from './folders.ts';
import { everythingIn } from './steps.ts';
import { storeContract } from './store-contract.ts';

const paths = new Map<Store, string>();

function openAt(path: string, log = silentLog, migrations = MIGRATIONS): SqlStore {
  const store = openSqlite(path, log, migrations);
  store.makeWritable();
  paths.set(store, path);
  onTestFinished(() => store.close());
  return store;
}

const freshPath = () => join(temporaryFolder(), 'test.sqlite');

storeContract('SQLite', {
  open: async () => openAt(freshPath()),
  reopen: async (store) => openAt(paths.get(store) ?? ''),
});

const ALPHA = 'alpha' as ServerName;
const UP: Event = { kind: 'server-up', server: ALPHA, at: 2, downSince: 1 };
const ROW = { recipient: { channel: 'telegram', address: '1001' }, event: UP, writtenAt: 3 };

const bucket = (slot: number): ProbeBucket => ({
  server: ALPHA,
  start: slot * BUCKET,
  probes: 20,
  failures: 0,
  latency: undefined,
  users: undefined,
});

/** Statements on a file that no store has open. */
function edit(path: string, ...statements: string[]): void {
  const db = new Database(path);
  for (const statement of statements) db.exec(statement);
  db.close();
}

describe('a transaction', () => {
  test('that breaks in its middle leaves nothing of it', async () => {
    const store = openAt(freshPath());
    await store.commit({ outbox: [ROW], availability: { server: ALPHA, value: { status: 'up', since: 1 } } });
    const before = await everythingIn(store);
    const whole = store.commit({
      availability: { server: ALPHA, value: { status: 'up', since: 2 } },
      audit: { kind: 'monitoring-switched', server: ALPHA, at: 1, by: { id: 1, name: 'Anna' }, on: true },
      outbox: [ROW, ROW],
      // Written last, under a name that is not known yet, and refused by the table.
      buckets: [{ ...bucket(1), server: 'gamma' as ServerName, probes: Number.NaN }],
    });
    await expect(whole).rejects.toThrow('NOT NULL');
    expect(await everythingIn(store)).toEqual(before);
    // The name went with the transaction; to believe that it is there would write buckets of nobody.
    await store.commit({ buckets: [{ ...bucket(1), server: 'gamma' as ServerName }] });
    expect(await store.buckets('gamma' as ServerName, 0, 1e15)).toHaveLength(1);
  });

  test('that mutes all servers mutes none when one of them breaks', async () => {
    const store = openAt(freshPath());
    const mute = (index: number) => ({
      ...{ server: `server ${index}` as ServerName, recipient: ROW.recipient },
      // Far from the first ones: in another statement of the same transaction.
      until: index === 1_999 ? Number.NaN : 10,
    });
    const mutes = Array.from({ length: 2_000 }, (_, index) => mute(index));
    await expect(store.commit({ mutes })).rejects.toThrow('NOT NULL');
    expect(await store.mutes()).toEqual([]);
    await store.commit({ mutes: mutes.slice(0, 1_999) });
    expect(await store.mutes()).toHaveLength(1_999);
  });

  test('for which there is no space leaves nothing of it, and the store works on', async () => {
    const store = openAt(freshPath(), silentLog, [...MIGRATIONS, ['pragma max_page_count = 60']]);
    const written: number[] = [];
    const fill = async () => {
      for (let slot = 0; ; slot += 100) {
        const buckets = Array.from({ length: 100 }, (_, index) => bucket(slot + index));
        const [row] = await store.commit({ buckets, outbox: [ROW] });
        written.push(row?.id ?? 0);
      }
    };
    await expect(fill()).rejects.toMatchObject({ name: 'StorageTrouble', code: 'full' });
    expect(written.length).toBeGreaterThan(5);
    // Here SQLite rolls back itself, and would refuse to do it again.
    const by = { id: 1, name: 'Anna'.repeat(100_000) };
    const audit: AuditEntry = { kind: 'monitoring-switched', server: ALPHA, at: 1, by, on: true };
    await expect(store.commit({ audit })).rejects.toMatchObject({ code: 'full' });
    expect((await store.outbox()).map(({ id }) => id)).toEqual(written);
    expect(await store.buckets(ALPHA, 0, 1e15)).toHaveLength(written.length * 100);
    await store.prune(written.length * 100 * BUCKET);
    await store.commit({ outbox: [ROW] });
    expect(await store.outbox()).toHaveLength(written.length + 1);
  });

  test('takes what several callers write at once one after the other', async () => {
    const store = openAt(freshPath());
    const commits = Array.from({ length: 50 }, () => store.commit({ outbox: [ROW, ROW] }));
    const ids = (await Promise.all(commits)).flat().map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(await store.outbox()).toHaveLength(100);
  });
});

test('much is forgotten piece by piece (an alert goes in between)', async () => {
  const store = openAt(freshPath());
  for (let slot = 0; slot < 20_000; slot += 5_000) {
    await store.commit({ buckets: Array.from({ length: 5_000 }, (_, index) => bucket(slot + index)) });
  }
  const order: string[] = [];
  const pruning = store.prune(19_999 * BUCKET).then(() => order.push('pruned'));
  await new Promise((resolve) => setImmediate(resolve));
  await store.commit({ outbox: [ROW] }).then(() => order.push('alert'));
  expect(await store.bucketsAt(19_998 * BUCKET)).toHaveLength(1);
  await pruning;
  expect(order).toEqual(['alert', 'pruned']);
  expect(await store.buckets(ALPHA, 0, 1e15)).toEqual([bucket(19_999)]);
});

test('the log beside the file shrinks again after a large write (it would lie there for months)', async () => {
  const path = freshPath();
  const store = openAt(path);
  const row = { ...ROW, event: { ...UP, server: 'x'.repeat(200) as ServerName } };
  const log = () => statSync(`${path}-wal`).size / 2 ** 20;
  await store.commit({ outbox: Array.from({ length: 30_000 }, () => row) });
  expect(log()).toBeGreaterThan(8.5);
  for (let write = 0; write < 3; write++) await store.commit({ outbox: [row] });
  expect(log()).toBeLessThan(8.1);
});

test('ids go on after the highest, whoever gave it', async () => {
  const store = openAt(freshPath());
  await store.commit({ outbox: [ROW] });
  await store.write({ outbox: [{ ...ROW, id: 50 }] });
  expect(await store.commit({ outbox: [ROW] })).toMatchObject([{ id: 51 }]);
});

test('one file is left when it is closed (a copy of it is a whole backup)', async () => {
  const path = freshPath();
  const store = openAt(path);
  await store.commit({ outbox: [ROW] });
  await store.close();
  const copy = freshPath();
  edit(path, `vacuum into '${copy}'`);
  expect(await openAt(copy).outbox()).toHaveLength(1);
});

describe('versions of the tables', () => {
  const FIXTURE = readFileSync(new URL('../fixtures/storage/version-1.sql', import.meta.url), 'utf8');

  function versionOne(): string {
    const path = freshPath();
    edit(path, FIXTURE);
    return path;
  }

  test('what version 1 has written is read', async () => {
    const store = openAt(versionOne());
    expect(await everythingIn(store)).toMatchObject({
      availabilities: new Map([['alpha', { status: 'down', since: 2_000, failure: { latency: 12 } }]]),
      stabilities: new Map([['alpha', { changes: [1_000, 2_000] }]]),
      switches: new Map([['beta', false]]),
      outageNotes: [{ server: 'alpha', lastTold: 2_500, acknowledgedBy: 'Anna' }],
      mutes: [{ server: 'alpha', recipient: { channel: 'telegram', address: '1001' }, until: 9_000 }],
      certificates: [{ server: 'alpha', endsAt: 1_900_000_000_000, toldDays: 21 }],
      outbox: [{ id: 8, recipient: { address: '1002' }, event: UP, writtenAt: 3 }],
      settled: [{ id: 7, outcome: 'delivered', settledAt: 4 }],
      audit: [{ kind: 'monitoring-switched', by: { name: 'Anna' } }],
    });
    expect(await store.periods(ALPHA, 0)).toEqual([
      { server: 'alpha', kind: 'down', from: 2_000, to: undefined, trouble: { code: 'refused' } },
    ]);
    const latency = { min: 3, median: 12, max: 4_800 };
    expect(await store.buckets(ALPHA, 0, 1e15)).toEqual([
      { ...bucket(100), failures: 1, latency, users: 250 },
    ]);
    expect(await store.commit({ outbox: [ROW] })).toMatchObject([{ id: 9 }]);
  });

  test('older tables are brought up to date, and the operator is told', async () => {
    const [path, log] = [versionOne(), recordingLog()];
    const next = [
      ...MIGRATIONS,
      ['alter table mutes add column reason text', "update mutes set reason = 'old'"],
    ];
    await openAt(path, log, next).close();
    expect(log.lines).toEqual([
      { level: 'info', fields: { from: 1, to: next.length }, message: 'the database was brought up to date' },
    ]);
    const again = recordingLog();
    expect(await openAt(path, again, next).outbox()).toHaveLength(1);
    expect(again.lines).toEqual([]);
  });

  test('a step that fails leaves the tables as they were', async () => {
    const path = versionOne();
    const broken = [...MIGRATIONS, ['drop table mutes', 'insert into nowhere values (1)']];
    expect(() => openAt(path, silentLog, broken)).toThrow('nowhere');
    // The refused connection holds the file until it is collected; a copy shows what a new process would see.
    const copy = freshPath();
    copyFileSync(path, copy);
    expect(await openAt(copy).mutes()).toHaveLength(1);
  });

  test('newer tables are refused and left as they are', async () => {
    const path = freshPath();
    await openAt(path, silentLog, [...MIGRATIONS, ['create table later (a text) strict']]).close();
    const before = readFileSync(path);
    expect(() => openAt(path)).toThrow(new StorageTrouble('newer-schema', path));
    expect(readFileSync(path)).toEqual(before);
  });
});

describe('a row that cannot be read', () => {
  const broken: [string, string, string][] = [
    ['is no JSON', 'outbox', "update outbox set event = '{' where id = 8"],
    [
      'is of a kind that a later version knows',
      'outbox',
      `update outbox set event = '{"kind":"moon-rose"}' where id = 8`,
    ],
    [
      'lacks a field',
      'outbox',
      `update outbox set event = '{"kind":"server-up","server":"alpha","at":2}' where id = 8`,
    ],
    ['is nonsense', 'availabilities', `update availabilities set value = '{"status":"asleep","since":1}'`],
    ['is nonsense', 'stabilities', `update stabilities set value = '{"changes":["x"]}'`],
    ['is nonsense', 'audit', "update audit set entry = '[]'"],
    ['is nonsense', 'periods', `update periods set trouble = '{"code":"gremlins"}'`],
  ];

  test.each(broken)('because it %s (%s) is left out, left alone and told', async (_why, table, statement) => {
    const [path, log] = [freshPath(), recordingLog()];
    const first = openAt(path);
    const [second] = await first.commit({
      availability: { server: ALPHA, value: { status: 'up', since: 1 } },
      stability: { server: ALPHA, value: { changes: [], unstableSince: undefined } },
      audit: { kind: 'monitoring-switched', server: ALPHA, at: 1, by: { id: 1, name: 'Anna' }, on: true },
      periods: [{ server: ALPHA, kind: 'down', from: 1, to: undefined, trouble: { code: 'dns' } }],
      outbox: Array.from({ length: 9 }, () => ROW),
    });
    expect(second?.id).toBe(1);
    await first.close();
    edit(path, statement);
    const store = openAt(path, log);
    const rest = await everythingIn(store);
    expect(rest).toMatchObject({ outbox: table === 'outbox' ? { length: 8 } : { length: 9 } });
    expect(log.lines[0]?.message).toBe('a stored row cannot be read and is left out');
    expect(log.lines[0]?.fields).toMatchObject({ table });
    // Each of them was asked for several times.
    expect(log.lines).toHaveLength(1);
    if (table === 'outbox') expect(log.lines[0]?.fields).toMatchObject({ id: 8 });
  });

  test('what a later version has added does no harm', async () => {
    const path = freshPath();
    await openAt(path).commit({ outbox: [ROW] });
    await [...paths.keys()].at(-1)?.close();
    edit(
      path,
      `update outbox set event = '{"kind":"server-up","server":"alpha","at":2,"downSince":1,"moon":"full"}'`,
    );
    expect(await openAt(path).outbox()).toMatchObject([{ event: UP }]);
  });
});
