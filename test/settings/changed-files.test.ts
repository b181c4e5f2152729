/** How often files are looked at and how often they are read, with a system that tells what a test wants. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ChangedFiles } from '../../src/settings/changed-files.ts';
import { fingerprintAt } from '../../src/settings/file-reader.ts';

let folder: string;
/** Paths, in the order in which the system was asked for them. */
let asked: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'changed-'));
  asked = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A system whose clock stands still: nothing that is written shows. */
const frozen = async (path: string) => {
  asked.push(path);
  return 'always the same';
};

async function filesOf(count: number) {
  const paths = Array.from({ length: count }, (_, n) => join(folder, `${n}`));
  for (const path of paths) writeFileSync(path, 'before');
  return Promise.all(paths.map(async (path) => ({ path, fingerprint: await fingerprintAt(path) })));
}

async function looksUntilSeen(files: ChangedFiles): Promise<number> {
  for (let looks = 1; looks <= 1_000; looks++) if (await files.look()) return looks;
  return Number.POSITIVE_INFINITY;
}

test.each([0, 1, 7, 49])(
  'file %i that changes within one tick of the system is seen at most ten looks later (it shows no other date)',
  async (place) => {
    const files = new ChangedFiles(await filesOf(50), frozen);
    for (let look = 0; look < 5; look++) expect(await files.look()).toBe(false);
    writeFileSync(join(folder, `${place}`), 'after!');
    const looks = await looksUntilSeen(files);
    expect(looks).toBeLessThanOrEqual(10);
    expect(looks, 'nothing is read at every look').toBeGreaterThan(1);
  },
);

test('a change that shows is seen at the first look after it', async () => {
  let stamp = 'one';
  const files = new ChangedFiles(await filesOf(1), async () => stamp);
  for (let look = 0; look < 5; look++) await files.look();
  writeFileSync(join(folder, '0'), 'after!');
  stamp = 'two';
  expect(await files.look()).toBe(true);
});

test('it stays seen until the file is what it was', async () => {
  const files = new ChangedFiles(await filesOf(1));
  writeFileSync(join(folder, '0'), 'after!');
  expect([await files.look(), await files.look()]).toEqual([true, true]);
  writeFileSync(join(folder, '0'), 'before');
  expect(await files.look()).toBe(false);
});

test('of thousands of files fifty are looked at each time, and the first always', async () => {
  const all = await filesOf(1_001);
  const files = new ChangedFiles(all, frozen);
  for (let look = 0; look < 20; look++) await files.look();
  expect(asked).toHaveLength(20 * 51);
  expect(asked.filter((path) => path === all[0]?.path)).toHaveLength(20);
  expect(new Set(asked).size).toBe(1_001);
});

test('what is no file is neither read nor waited for', async () => {
  const files = new ChangedFiles([{ path: '/dev/zero', fingerprint: 'what it was' }]);
  expect(await files.look()).toBe(false);
});

test('the stamps of all files are the same text until one of them is written', async () => {
  const files = new ChangedFiles(await filesOf(3));
  const before = await files.stamps();
  expect(await files.stamps()).toBe(before);
  writeFileSync(join(folder, '2'), 'longer than before');
  expect(await files.stamps()).not.toBe(before);
});

test('no files: nothing changes', async () => {
  expect(await new ChangedFiles([]).look()).toBe(false);
});
