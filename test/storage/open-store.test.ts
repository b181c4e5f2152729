/** A data folder in every state that it may be found in, with real files and real processes. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Event } from '../../src/domain/events.ts';
import { BUCKET } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import type { AuditEntry } from '../../src/domain/outbox.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { MINUTE } from '../../src/lib/time.ts';
import { type OpenedStore, openStore } from '../../src/storage/open-store.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import type { Store } from '../../src/storage/store.ts';
import { type Built, build } from '../support/built.ts';
import { temporaryFolder } from './folders.ts';

const ALPHA = 'alpha' as ServerName;
const UP: Event = { kind: 'server-up', server: ALPHA, at: 2, downSince: 1 };
const ROW = { recipient: { channel: 'telegram', address: '1001' }, event: UP, writtenAt: 3 };
const BY = { id: 1, name: 'Anna' };
const SWITCHED: AuditEntry = { kind: 'monitoring-switched', server: ALPHA, at: 1, by: BY, on: true };
const FILE = 'trueconf-admin-bot.sqlite';

interface Opened {
  readonly opened: OpenedStore;
  readonly store: Store;
  readonly told: string[];
  /** As if a minute had passed. */
  later(): void;
}

async function open(folder: string): Promise<Opened> {
  const told: string[] = [];
  let ahead = 0;
  const opened = await openStore(folder, {
    clock: { now: () => systemClock.now() + ahead, sleep: systemClock.sleep },
    log: silentLog,
    onTrouble: ({ code }) => void told.push(code),
    onRecovered: () => void told.push('recovered'),
  });
  if (opened.kind === 'in-use') throw new Error('in use');
  onTestFinished(() => opened.store.close());
  const later = () => {
    ahead += MINUTE;
  };
  return { opened, store: opened.store, told, later };
}

const troubleOf = ({ opened }: Opened) => (opened.kind === 'on-disk' ? undefined : opened.trouble.code);

/** A file with two rows and some history in it, closed. */
async function filled(): Promise<string> {
  const folder = temporaryFolder();
  const { store } = await open(folder);
  await store.commit({ outbox: [ROW, ROW] });
  const latency = { min: 3, median: 12, max: 4_800 };
  const buckets = Array.from({ length: 2_000 }, (_, slot) => ({
    ...{ server: ALPHA, start: slot * BUCKET, probes: 20, failures: 1 },
    ...{ latency, users: 1 },
  }));
  await store.commit({ buckets });
  await store.close();
  return folder;
}

let built: Built;
beforeAll(() => {
  built = build({ 'storage/other-bot': 'test/storage/other-bot.ts' });
  // Another user runs it as well.
  chmodSync(built.home, 0o755);
});
afterAll(() => built.remove());

function otherBot(folder: string, task: string, ...before: string[]) {
  const [command = '', ...args] = [
    ...before,
    process.execPath,
    join(built.home, 'dist', 'storage', 'other-bot.js'),
    folder,
    task,
  ];
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  let lines: string[] = [];
  let rest = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    const parts = `${rest}${chunk}`.split('\n');
    rest = parts.pop() ?? '';
    lines = [...lines, ...parts];
    for (const look of [...waiting]) look();
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(stop);
  return {
    pid: child.pid,
    stop,
    lines: () => lines,
    /** The next line that begins so, from now on. */
    says: (beginning: string) =>
      new Promise<string>((resolve) => {
        const from = lines.length;
        const look = () => {
          const found = lines.slice(from).find((line) => line.startsWith(beginning));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
      }),
  };
}

describe('a folder that can be used', () => {
  test('is made when it is not there, with its parents, for its owner only', async () => {
    const folder = join(temporaryFolder(), 'a', 'b');
    expect((await open(folder)).opened.kind).toBe('on-disk');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('knows at the next start what was written', async () => {
    const { opened, store } = await open(await filled());
    expect(opened.kind).toBe('on-disk');
    expect(await store.outbox()).toHaveLength(2);
  });

  test('holds one file when the program has ended', async () => {
    expect(readdirSync(await filled())).toEqual([FILE]);
  });
});

describe('a file that cannot be used is left as it is, and the program goes on in memory', () => {
  const cases: [string, string, (path: string) => void][] = [
    ['something else', 'damaged', (path) => writeFileSync(path, 'no database '.repeat(1_000))],
    ['half of it', 'damaged', (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['a broken head', 'damaged', (path) => writeFileSync(path, readFileSync(path).fill(0xff, 16, 100))],
    ['a broken body', 'damaged', (path) => writeFileSync(path, readFileSync(path).fill(0xaa, 4_096, 40_000))],
    [
      'the database of another program',
      'damaged',
      (path) => {
        rmSync(path);
        const db = new Database(path);
        db.exec('create table theirs (a)');
        db.close();
      },
    ],
    [
      'the database of a later version',
      'newer-schema',
      (path) => {
        const db = new Database(path);
        db.exec('pragma user_version = 1000');
        db.close();
      },
    ],
  ];

  test.each(cases)('%s: %s', async (_what, code, spoil) => {
    const folder = await filled();
    const path = join(folder, FILE);
    spoil(path);
    const before = readFileSync(path);
    const found = await open(folder);
    expect(troubleOf(found)).toBe(code);
    expect(found.opened.kind).toBe('in-memory');
    expect(await found.store.commit({ outbox: [ROW] })).toHaveLength(1);
    await found.store.close();
    expect(readFileSync(path)).toEqual(before);
  });

  test('an empty file is none yet', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, FILE), '');
    expect((await open(folder)).opened.kind).toBe('on-disk');
  });

  test('a damaged page is found when it is read, and told', async () => {
    const folder = await filled();
    const path = join(folder, FILE);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xaa, bytes.length - 3 * 4_096));
    const { opened, store, told } = await open(folder);
    expect(opened.kind).toBe('on-disk');
    await store.buckets(ALPHA, 0, 1e15);
    expect(told).toEqual(['damaged']);
    expect(await store.commit({ outbox: [ROW] })).toHaveLength(1);
    expect(await store.outbox()).toHaveLength(3);
  });
});

test('a folder that leads nowhere for a while: it is told, and nothing is lost', async () => {
  const folder = await filled();
  const { store, told, later } = await open(folder);
  const elsewhere = `${folder}-elsewhere`;
  renameSync(folder, elsewhere);
  symlinkSync(folder, folder);
  await store.commit({ audit: SWITCHED });
  rmSync(folder);
  renameSync(elsewhere, folder);
  later();
  await store.commit({ outbox: [ROW] });
  expect(told).toEqual(['unusable-folder', 'recovered']);
  await store.close();
  expect(await (await open(folder)).store.audit(10)).toEqual([SWITCHED]);
});

describe('a folder that cannot be one', () => {
  async function inTheWay() {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const folder = join(file, 'data');
    const found = await open(folder);
    expect(troubleOf(found)).toBe('unusable-folder');
    expect(await found.store.commit({ outbox: [ROW] })).toHaveLength(1);
    return { ...found, file, folder };
  }

  test('is tried again, and what has happened until then is written', async () => {
    const { store, told, later, file, folder } = await inTheWay();
    later();
    await store.commit({ outbox: [ROW] });
    expect(told).toEqual([]);
    rmSync(file);
    later();
    await store.commit({ outbox: [ROW] });
    expect(told).toEqual(['recovered']);
    await store.close();
    expect(await (await open(folder)).store.outbox()).toHaveLength(3);
  });

  test('a file that somebody has put there meanwhile stays as it is', async () => {
    const { store, told, later, file, folder } = await inTheWay();
    rmSync(file);
    cpSync(await filled(), folder, { recursive: true });
    later();
    await store.commit({ outbox: [ROW, ROW] });
    await store.close();
    expect(told).toEqual([]);
    expect(await (await open(folder)).store.outbox()).toHaveLength(2);
  });
});

const isRoot = process.getuid?.() === 0;
const canAskAsNobody = isRoot && spawnSync('setpriv', ['--version']).status === 0;
/** Rights do not hold root back. */
const NOBODY = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];

describe.runIf(!isRoot || canAskAsNobody)('without the rights', () => {
  test('a file that may only be read is read (nothing is told twice), and the rest is in memory', async () => {
    const folder = await filled();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, FILE), 0o444);
    const bot = otherBot(folder, 'hold', ...NOBODY);
    expect(await bot.says('')).toBe('in-memory read-only 2');
    expect(readdirSync(folder)).toEqual([FILE]);
  });

  test('a file that may be written to after all is, with what has happened until then', async () => {
    const folder = await filled();
    chmodSync(folder, 0o755);
    chmodSync(join(folder, FILE), 0o444);
    const bot = otherBot(folder, 'write', ...NOBODY);
    expect(await bot.says('in-memory')).toBe('in-memory read-only 2');
    await bot.says('written');
    chmodSync(join(folder, FILE), 0o666);
    chmodSync(folder, 0o777);
    await bot.says('recovered');
    const written = (await bot.says('written')).split(' ')[1];
    await bot.stop();
    const { store } = await open(folder);
    expect((await store.outbox()).some(({ id }) => id === Number(written))).toBe(true);
  });

  test('a folder that may not be written to', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o555);
    const bot = otherBot(folder, 'hold', ...NOBODY);
    expect(await bot.says('')).toBe('in-memory unusable-folder 0');
  });

  test('a folder that may not be entered', async () => {
    const folder = await filled();
    chmodSync(folder, 0o700);
    const bot = otherBot(join(folder, 'data'), 'hold', ...NOBODY);
    if (isRoot) expect(await bot.says('')).toBe('in-memory unreadable 0');
  });
});

describe('two processes', () => {
  test('a second one on the same folder is told so (two would alert twice)', async () => {
    const folder = await filled();
    const { store } = await open(folder);
    const second = otherBot(folder, 'hold');
    expect(await second.says('')).toBe('in-use in-use undefined');
    expect(await store.commit({ outbox: [ROW] })).toHaveLength(1);
    expect(await store.outbox()).toHaveLength(3);
  });

  test('also while the first one does nothing, and one that was killed holds nothing', async () => {
    const folder = await filled();
    const first = otherBot(folder, 'hold');
    expect(await first.says('on-disk')).toBe('on-disk  2');
    const told = open(folder);
    await expect(told).rejects.toThrow('in use');
    await first.stop();
    expect((await open(folder)).opened.kind).toBe('on-disk');
  });

  test('of two that start at once one runs', async () => {
    const folder = await filled();
    const bots = [otherBot(folder, 'start'), otherBot(folder, 'start')];
    const said = await Promise.all(bots.map((bot) => bot.says('')));
    expect(said.sort()).toEqual(['in-use in-use undefined', 'on-disk  2']);
  });

  test('one that waits does not try again in step with another one', async () => {
    const folder = await filled();
    await open(folder);
    const waits: number[] = [];
    let now = 0;
    const sleep = async (ms: number) => {
      waits.push(ms);
      now += ms;
    };
    const clock = { now: () => now, sleep };
    const second = await openStore(folder, { clock, log: silentLog, onTrouble() {}, onRecovered() {} });
    expect(second.kind).toBe('in-use');
    expect(new Set(waits).size).toBe(waits.length);
    expect(waits.length).toBeGreaterThan(6);
  });

  test('one that is turned away holds nothing (two that start at once would keep each other out for ever)', async () => {
    const path = join(await filled(), FILE);
    const first = new Database(path);
    onTestFinished(() => void first.close());
    // As far as one gets while another looks at the file.
    first.exec('begin immediate');
    expect(() => openSqlite(path, silentLog)).toThrow('in-use');
    first.exec('rollback; begin exclusive; rollback');
  });

  test('a second one is told also when the first one runs in memory', async () => {
    const folder = await filled();
    const db = new Database(join(folder, FILE));
    db.exec('pragma user_version = 1000');
    db.close();
    const first = otherBot(folder, 'hold');
    expect(await first.says('')).toBe('in-memory newer-schema 0');
    const second = otherBot(folder, 'hold');
    expect(await second.says('')).toBe('in-use in-use undefined');
  });

  test('one that is just being stopped is waited for', async () => {
    const folder = await filled();
    const first = otherBot(folder, 'hold');
    await first.says('on-disk');
    const second = open(folder);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await first.stop();
    expect((await second).opened.kind).toBe('on-disk');
  });

  test('whatever was acknowledged before a kill -9 is there afterwards', async () => {
    const folder = temporaryFolder();
    let least = 0;
    for (let round = 1; round <= 4; round++) {
      const bot = otherBot(folder, 'write');
      for (let line = 0; line < 20 * round; line++) await bot.says('written');
      await bot.stop();
      const acknowledged = bot.lines().filter((line) => line.startsWith('written')).length;
      const { store } = await open(folder);
      const rows = await store.outbox();
      // One more may have been written and not been told any more.
      least += acknowledged;
      expect(rows.length).toBeGreaterThanOrEqual(least);
      expect(rows.length).toBeLessThanOrEqual(least + round);
      expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => index + 1));
      least = rows.length;
      await store.close();
    }
  });
});

describe('while the program runs', () => {
  test('the file is removed: told, and when it is back all is written', async () => {
    const folder = await filled();
    const { store, told, later } = await open(folder);
    // As it lies on the disk: the file and its log.
    const away = join(temporaryFolder(), 'away');
    renameSync(folder, away);
    mkdirSync(folder);
    await store.commit({ outbox: [ROW] });
    expect(told).toEqual(['file-gone']);
    rmSync(folder, { recursive: true });
    renameSync(away, folder);
    later();
    await store.commit({ outbox: [ROW] });
    expect(told).toEqual(['file-gone', 'recovered']);
    await store.close();
    expect(await (await open(folder)).store.outbox()).toHaveLength(4);
  });

  const hasLimits = spawnSync('prlimit', ['--version']).status === 0;

  test.runIf(hasLimits)('the disk answers with errors, and works again', async () => {
    const folder = await filled();
    const size = statSync(join(folder, FILE)).size;
    // No file may become longer than that: a real error of a real write.
    const bot = otherBot(folder, 'write', 'prlimit', `--fsize=${size}:unlimited`);
    expect(await bot.says('trouble')).toBe('trouble io-error');
    await bot.says('written');
    execFileSync('prlimit', ['--pid', String(bot.pid), '--fsize=unlimited']);
    await bot.says('recovered');
    await bot.says('written');
    await bot.stop();
    const acknowledged = bot.lines().filter((line) => line.startsWith('written')).length;
    const rows = await (await open(folder)).store.outbox();
    expect(rows.length).toBeGreaterThanOrEqual(2 + acknowledged);
  });

  /** `undefined`: not root, or on a machine that lets nobody mount. */
  function smallDisk(): string | undefined {
    const folder = temporaryFolder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
    if (mounted.status !== 0) return undefined;
    onTestFinished(() => void execFileSync('umount', ['-l', folder]));
    return folder;
  }

  test('the disk becomes full, and works again', async ({ skip }) => {
    const folder = smallDisk() ?? skip('cannot mount');
    const { store, told, later } = await open(folder);
    const filler = join(folder, 'filler');
    const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);
    const write = (rows: number) => store.commit({ outbox: Array.from({ length: rows }, () => ROW) });
    await write(1);
    fill();
    await write(200);
    expect(told).toEqual(['full']);
    expect(await store.outbox()).toHaveLength(201);
    rmSync(filler);
    later();
    await write(1);
    expect(told).toEqual(['full', 'recovered']);

    fill();
    await write(200);
    expect(told.slice(2)).toEqual(['full']);
    execFileSync('mount', ['-o', 'remount,size=2m', folder]);
    await store.close();
    expect(existsSync(join(folder, `${FILE}-wal`))).toBe(false);
    expect(await (await open(folder)).store.outbox()).toHaveLength(402);
  });

  test('the disk is full at a start: what is known stays known, and all is written when there is space', async ({
    skip,
  }) => {
    const folder = smallDisk() ?? skip('cannot mount');
    const first = await open(folder);
    await first.store.commit({ outbox: [ROW, ROW] });
    await first.store.close();
    const filler = join(folder, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);
    const found = await open(folder);
    expect(troubleOf(found)).toBe('full');
    expect(await found.store.outbox()).toHaveLength(2);
    rmSync(filler);
    found.later();
    await found.store.commit({ outbox: [ROW] });
    expect(found.told).toEqual(['recovered']);
    expect(existsSync(join(folder, `${FILE}-wal`))).toBe(true);
    await found.store.close();
    expect(await (await open(folder)).store.outbox()).toHaveLength(3);
  });

  test('a file that may not be written to any more, and may again', async ({ skip }) => {
    const folder = await filled();
    const { store, told, later } = await open(folder);
    const files = [FILE, `${FILE}-wal`].map((name) => join(folder, name));
    // Rights do not hold back who has opened a file already; this does.
    const mayWrite = (yes: boolean) => spawnSync('chattr', [yes ? '-i' : '+i', ...files]).status === 0;
    onTestFinished(() => void mayWrite(true));
    await store.commit({ outbox: [ROW] });
    if (!mayWrite(false)) skip('no such mark on this disk');
    expect(await store.commit({ outbox: [ROW] })).toHaveLength(1);
    expect(told).toEqual(['io-error']);
    mayWrite(true);
    later();
    await store.commit({ outbox: [ROW] });
    expect(told).toEqual(['io-error', 'recovered']);
    await store.close();
    expect(await (await open(folder)).store.outbox()).toHaveLength(5);
  });

  test('pages are damaged: found with the next write that needs them, and alerts go on in memory', async () => {
    const folder = await filled();
    const { store, told, later } = await open(folder);
    const path = join(folder, FILE);
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xaa, 16 * 4_096));
    const bucket = { server: ALPHA, start: 2_000 * BUCKET, probes: 1, failures: 0 };
    await store.commit({ buckets: [{ ...bucket, latency: undefined, users: undefined }] });
    expect(told).toEqual(['damaged']);
    later();
    expect(await store.commit({ outbox: [ROW] })).toHaveLength(1);
    expect(await store.outbox()).toHaveLength(3);
    expect(await store.bucketsAt(2_000 * BUCKET)).toHaveLength(1);
    expect(told).toEqual(['damaged']);
  });

  test('a full disk at the first start', async ({ skip }) => {
    const folder = smallDisk() ?? skip('cannot mount');
    spawnSync('dd', ['if=/dev/zero', `of=${join(folder, 'filler')}`, 'bs=4096']);
    const found = await open(folder);
    expect(troubleOf(found)).toBe('full');
    expect(await found.store.commit({ outbox: [ROW] })).toHaveLength(1);
  });
});
