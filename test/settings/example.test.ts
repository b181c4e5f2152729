/** The example file: complete, true, and usable once its blanks are filled in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSettings } from '../../src/settings/load.ts';
import {
  FILE_KEYS,
  FORGOTTEN_KEYS,
  MAINTENANCE_KEYS,
  NETWORK_KEYS,
  SERVER_KEYS,
  STATUS_KEYS,
} from '../../src/settings/schema.ts';
import { LOCALES, linesOf, settingsOf, TOKEN } from './load-text.ts';

const path = join(import.meta.dirname, '..', '..', 'settings.example.toml');
const example = readFileSync(path, 'utf8');
const filledIn = example
  .replace('123456789:replace-me', TOKEN)
  .replace('tg-users-id = [0]', 'tg-users-id = [123456789]')
  .replace('client_id = ""', 'client_id = "the-client-id"')
  .replace('client_secret = ""', 'client_secret = "hush-hush-hush"');

/** The same with every optional line switched on. */
const everything = filledIn.replaceAll(/^#(?=[a-z_-]+ = |\[)/gm, '');

test('copied and not filled in, it lacks exactly what is marked in it', async () => {
  const lines = linesOf(await loadSettings(path, {}, LOCALES));
  expect(lines.map((line) => line.replace(/^settings\.toml:\d+: /, ''))).toEqual([
    'tg-api-token: is still the example value; write the token that @BotFather gave you',
    'tg-users-id[0]: is still the example value; write your own Telegram id (@userinfobot tells it)',
  ]);
});

test('it shows every key there is (what is not in it, nobody finds)', () => {
  const sections = [FILE_KEYS, NETWORK_KEYS, SERVER_KEYS, STATUS_KEYS, FORGOTTEN_KEYS, MAINTENANCE_KEYS];
  const keys = sections.flatMap((section) => Object.keys(section));
  const shown = [...everything.matchAll(/^([a-z_-]+) = |^\[+(servers|network).*?(?:\.([a-z_]+))?\]+$/gm)];
  expect(new Set(shown.flatMap(([, ...names]) => names.filter(Boolean)))).toEqual(new Set(keys));
});

test('an optional line switched on changes nothing where it shows the default', async () => {
  const shown = await settingsOf(everything);
  const meant = await settingsOf(filledIn);
  // A window has no default to show.
  expect(shown.servers.map((server) => ({ ...server, maintenance: [] }))).toEqual(meant.servers);
  expect(shown.servers[0]?.maintenance).toHaveLength(1);
  expect(shown.network).toEqual(meant.network);
  expect(shown.telegram.apiRoot).toBe(meant.telegram.apiRoot);
  expect([shown.locale, shown.logLevel]).toEqual([meant.locale, meant.logLevel]);
  expect(shown.dataDir.endsWith('/data') && meant.dataDir.endsWith('/data')).toBe(true);
});

test('it holds nothing that looks like a real secret (scanners and readers would stumble)', () => {
  expect(example).not.toMatch(/[A-Za-z0-9_]{24,}/);
});
