/** Folders for one test each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** An empty one, which goes when the file's tests are over. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'storage-test-'));
  folders.push(path);
  return path;
}
