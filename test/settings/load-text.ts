/** Loads settings from a text or a fixture, and shows what came of it as plain data. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '../../src/lib/secret.ts';
import { type LoadedSettings, loadSettings } from '../../src/settings/load.ts';
import { renderProblem } from '../../src/settings/problems.ts';
import type { Settings } from '../../src/settings/settings.ts';

export const LOCALES = ['de', 'en', 'es', 'ru'];
export const TOKEN = '123456789:TestTokenTestTokenTestTokenTestTok1';
export const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'settings');

/** A file that loads, with room for keys at its top, in its server and below. */
export function fileWith(parts: { top?: string; server?: string; below?: string }): string {
  return [
    `tg-api-token = "${TOKEN}"`,
    'tg-users-id = [123456789]',
    parts.top ?? '',
    '[servers.main]',
    parts.server?.includes('ip =') ? '' : 'ip = "10.1.2.3"',
    parts.server?.includes('access_token') ? '' : 'access_token = "ready-made-token"',
    parts.server ?? '',
    parts.below ?? '',
  ].join('\n');
}

export async function loadText(text: string | Buffer, env: NodeJS.ProcessEnv = {}): Promise<LoadedSettings> {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  try {
    writeFileSync(join(folder, 'settings.toml'), text);
    return await loadSettings(join(folder, 'settings.toml'), env, LOCALES);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The settings of a file that must load. */
export async function settingsOf(text: string, env: NodeJS.ProcessEnv = {}): Promise<Settings> {
  const loaded = await loadText(text, env);
  if (loaded.kind !== 'loaded') throw new Error(linesOf(loaded).join('\n'));
  return loaded.settings;
}

/** What the operator reads; paths below `folder` are shown from `<folder>`. */
export function linesOf(loaded: LoadedSettings, folder = ''): readonly string[] {
  if (loaded.kind === 'missing') return ['missing'];
  const problems = loaded.kind === 'loaded' ? loaded.warnings : loaded.problems;
  return problems.map((problem) => {
    const line = renderProblem('settings.toml', problem);
    return folder === '' ? line : line.replaceAll(folder, '<folder>');
  });
}

/** With secrets laid open, paths below `folder` shown from `<folder>`, and `undefined` as null. */
export function plain(settings: Settings, folder: string): unknown {
  const open = (value: unknown): unknown => {
    if (value instanceof Secret) return { secret: value.reveal() };
    if (value === undefined) return null;
    if (typeof value === 'string') {
      return value.startsWith('-----BEGIN') ? '<pem>' : value.replace(folder, '<folder>');
    }
    if (Array.isArray(value)) return value.map(open);
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, open(inner)]));
    }
    return value;
  };
  return open(settings);
}
