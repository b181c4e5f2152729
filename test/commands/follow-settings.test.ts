/** What is told and put in force when the settings are edited, with a real file, a clock moved by hand, and no Telegram. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OwnTrouble } from '../../src/app.ts';
import { followSettings } from '../../src/commands/follow-settings.ts';
import type { OnRefused, TelegramLine } from '../../src/commands/telegram-line.ts';
import { SECOND } from '../../src/lib/time.ts';
import { type LoadedSettings, loadSettings } from '../../src/settings/load.ts';
import type { Settings, TelegramSettings } from '../../src/settings/settings.ts';
import { fileWith, LOCALES, TOKEN } from '../settings/load-text.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const GOOD = fileWith({});
const OTHER_TOKEN = TOKEN.replace('Tok1', 'Tok2');

let folder: string;
let path: string;
let clock: VirtualClock;
let log: RecordingLog;
let stop: AbortController;
let running: Promise<void>;
/** What the administrators got. */
let told: OwnTrouble[];
let applied: Settings[];
let warned: string[];
/** What the line to Telegram was asked to use, and what it says to that. */
let asked: { readonly settings: TelegramSettings; readonly onRefused: OnRefused }[];
let flaw: string | undefined;
/** Happens while an edit is put in force. */
let meanwhile: () => Promise<void>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'follow-'));
  path = join(folder, 'settings.toml');
  clock = new VirtualClock();
  log = recordingLog();
  stop = new AbortController();
  [told, applied, warned, asked, flaw] = [[], [], [], [], undefined];
  meanwhile = async () => {};
});

afterEach(async () => {
  stop.abort();
  await running;
  rmSync(folder, { recursive: true });
});

async function follow(text: string): Promise<void> {
  writeFileSync(path, text);
  const load = () => loadSettings(path, {}, LOCALES);
  const loaded = (await load()) as Extract<LoadedSettings, { kind: 'loaded' }>;
  const line: Pick<TelegramLine, 'use'> = {
    use: async (settings, onRefused) => {
      asked.push({ settings, onRefused });
      return flaw;
    },
  };
  running = followSettings(
    {
      path,
      loaded,
      load,
      warn: ({ keyPath }) => warned.push(keyPath),
      program: {
        apply: async (settings) => {
          applied.push(settings);
          await meanwhile();
        },
        tell: async (trouble) => void told.push(trouble),
      },
      line: line as TelegramLine,
      clock,
      log: { ...log, setLevel: () => {} },
    },
    stop.signal,
  );
  await clock.untilWaiting(() => true);
}

/** Writes, and lets the time pass after which it is taken, useful or not. */
async function edit(text: string): Promise<void> {
  writeFileSync(path, text);
  const end = clock.now() + 3 * SECOND;
  for (;;) {
    await clock.untilWaiting(() => true);
    const due = clock.pending[0]?.due ?? end;
    if (due > end) return;
    await clock.advanceTo(due);
  }
}

const kinds = () => told.map(({ kind }) => kind);
const problems = () => told.flatMap((one) => (one.kind === 'settings-broken' ? one.problems : []));

test('a file that is no use is told once for each reason (whoever mends it may save it often)', async () => {
  await follow(GOOD);
  await edit(`${GOOD}\nx = = 1`);
  await edit(`${GOOD}\nx = = 1\n# in the middle of mending`);
  await edit(`# Moved down\n\n${GOOD}\nx = = 1`);
  expect(kinds()).toEqual(['settings-broken']);
  await edit(`${GOOD}\nlocal = "es"`);
  expect(kinds()).toEqual(['settings-broken', 'settings-broken']);
  expect(problems().at(-1)).toContain('local');
  await edit(GOOD);
  expect(kinds().at(-1)).toBe('settings-mended');
  await edit(`${GOOD}\nlocal = "es"`);
  expect(kinds().slice(2)).toEqual(['settings-mended', 'settings-broken']);
});

test('another data-dir waits for the next start, and is not said to be in force; what else was edited is', async () => {
  await follow(GOOD);
  await edit(fileWith({ top: 'data-dir = "elsewhere"\nlocale = "de"' }));
  expect(applied).toMatchObject([{ locale: 'de', dataDir: join(folder, 'data') }]);
  expect(log.messages('warn')).toEqual(['data-dir takes effect at the next start']);
  expect(log.lines.at(-1)).toEqual({
    level: 'info',
    fields: { parts: ['locale'] },
    message: 'the settings were changed and are in force',
  });
  expect(told).toEqual([]);
});

test('a warning is said once, though its line moves', async () => {
  const unverified = (top: string) => fileWith({ top, server: 'ssl_certificate = false' });
  await follow(unverified(''));
  await edit(unverified('# moved down\nlocale = "de"'));
  expect(applied).toHaveLength(1);
  expect(warned).toEqual([]);
  await edit(GOOD);
  await edit(unverified(''));
  expect(warned).toEqual(['servers.main.ssl_certificate']);
});

test('a token that Telegram refuses later is told as a breakage, and stays one until it is another', async () => {
  await follow(GOOD);
  await edit(GOOD.replace(TOKEN, OTHER_TOKEN));
  expect(applied).toHaveLength(1);
  const inUse = applied[0] as Settings;
  await asked[0]?.onRefused('tg-api-token: refused', {
    ...inUse.telegram,
    token: (await loadedFrom(GOOD)).telegram.token,
  });
  expect(problems()).toEqual([`${path}: tg-api-token: refused`]);

  // What is in force is the old token, so the one in the file is tried again.
  flaw = 'tg-api-token: refused';
  await edit(fileWith({ top: 'locale = "de"' }).replace(TOKEN, OTHER_TOKEN));
  expect(asked).toHaveLength(2);
  expect([applied.length, kinds()]).toEqual([1, ['settings-broken']]);

  flaw = undefined;
  await edit(fileWith({ top: 'locale = "de"' }));
  // The old token is in use: nothing to ask.
  expect(asked).toHaveLength(2);
  expect(applied.at(-1)?.locale).toBe('de');
  expect(kinds()).toEqual(['settings-broken', 'settings-mended']);
});

test('a token that is refused while its edit is being put in force is not told as mended', async () => {
  await follow(GOOD);
  await edit(`${GOOD}\nx = = 1`);
  const before = (await loadedFrom(GOOD)).telegram;
  meanwhile = async () => asked[0]?.onRefused('tg-api-token: refused', before);
  await edit(GOOD.replace(TOKEN, OTHER_TOKEN));
  expect(kinds()).toEqual(['settings-broken', 'settings-broken']);
});

async function loadedFrom(text: string): Promise<Settings> {
  const other = join(folder, 'other.toml');
  writeFileSync(other, text);
  const loaded = await loadSettings(other, {}, LOCALES);
  if (loaded.kind !== 'loaded') throw new Error(loaded.kind);
  return loaded.settings;
}
