import { afterEach, expect, test, vi } from 'vitest';
import { BrokenLocale, loadTranslator } from '../../src/i18n/translator.ts';

const file = vi.hoisted(() => ({ text: '' }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readFile = (path: URL, encoding: 'utf8') =>
    path.pathname.endsWith('/own.json') ? Promise.resolve(file.text) : real.readFile(path, encoding);
  return { ...real, readFile };
});

afterEach(() => {
  file.text = '';
});

test.each([
  ['half a file', '{ "no-name": "x', /own\.json cannot be read/],
  ['a list', '["x"]', /own\.json must be one JSON object/],
  ['texts inside texts', '{ "button": { "back": "x" } }', /own\.json must be one JSON object/],
  ['nothing', 'null', /own\.json must be one JSON object/],
])('%s: the operator is told which file is wrong (it is their own)', async (_, text, message) => {
  file.text = text;
  await expect(loadTranslator('own')).rejects.toThrow(message);
  await expect(loadTranslator('own')).rejects.toBeInstanceOf(BrokenLocale);
});

test('a whole one is used', async () => {
  file.text = '{ "no-name": "ohne Namen" }';
  expect((await loadTranslator('own')).plain('no-name')).toBe('ohne Namen');
});
