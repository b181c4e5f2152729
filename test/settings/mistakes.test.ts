/** One damaged file for each kind of mistake, beside it the exact text that the operator reads. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/settings/load.ts';
import { FIXTURES, LOCALES, linesOf, TOKEN } from './load-text.ts';

const folder = join(FIXTURES, 'bad');
const files = readdirSync(folder);
const names = files.filter((file) => file.endsWith('.toml')).map((file) => file.slice(0, -'.toml'.length));

/** Every text in the fixtures that stands for something secret. */
const SECRETS = [
  TOKEN,
  TOKEN.slice(10),
  'hush-hush',
  'hidden-word',
  'another-secret-value',
  'ready-made-token',
  'my-secret-bot',
  '5032177032',
  '86123412341234',
  'first-half',
  'b7f3f5cb51b02634',
  'my token',
];

async function load(name: string) {
  return linesOf(await loadSettings(join(folder, `${name}.toml`), { TEST_EMPTY: '' }, LOCALES), folder);
}

describe('a mistake in the settings is told exactly', () => {
  test.each(names)('%s', async (name) => {
    const expected = readFileSync(join(folder, `${name}.txt`), 'utf8')
      .trimEnd()
      .split('\n');
    expect(await load(name)).toEqual(expected);
  });

  test('no message holds a secret, whatever the mistake (terminals are copied into tickets)', async () => {
    for (const name of names) {
      const text = (await load(name)).join('\n');
      for (const secret of SECRETS) expect(text, name).not.toContain(secret);
    }
  });

  test('every expected text has its file (a renamed fixture must not go untested)', () => {
    const texts = files.filter((file) => file.endsWith('.txt')).map((file) => file.slice(0, -'.txt'.length));
    expect(texts.sort()).toEqual([...names].sort());
  });
});
