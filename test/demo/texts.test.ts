/** Holds the texts of the demo's page to the page and to each other. Judges form, never style. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEMO_LOCALES } from '../../src/commands/demo-options.ts';

const LOCALES = new URL('../../locales/demo/', import.meta.url);
const PAGE = new URL('../../src/simulator/page/', import.meta.url);

type Texts = Readonly<Record<string, string>>;

const load = (locale: string): Texts => JSON.parse(readFileSync(new URL(`${locale}.json`, LOCALES), 'utf8'));
const english = load('en');
const source = readdirSync(PAGE)
  .filter((name) => /\.(js|html)$/.test(name))
  .map((name) => readFileSync(new URL(name, PAGE), 'utf8'))
  .join('\n');

/** Keys that stand in the page as they are, and beginnings of those that a value completes. */
const named = [...source.matchAll(/\bt\(\s*'([^']+)'|\bdata-(?:text|title|name|placeholder)="([^"]+)"/g)].map(
  ([, code, markup]) => code ?? markup ?? '',
);
const families = [...source.matchAll(/\bt\(\s*`([^`$]+)\$\{[^}]+\}([^`$]*)`/g)].map(
  ([, before = '', after = '']) => ({ before, after }),
);

test('there is a file for each language that can be asked for, and no other', () => {
  const files = readdirSync(LOCALES).sort();
  expect(files).toEqual(DEMO_LOCALES.map((locale) => `${locale}.json`).sort());
});

describe('locales/demo/en.json', () => {
  test('has every text that the page names', () => {
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((key) => !(key in english))).toEqual([]);
    for (const { before, after } of families) {
      const keys = Object.keys(english).filter((key) => key.startsWith(before) && key.endsWith(after));
      expect(keys, `${before}…${after}`).not.toEqual([]);
    }
  });

  test('has no text that nobody shows (it would be translated four times for nothing)', () => {
    const isUsed = (key: string) =>
      source.includes(`'${key}'`) ||
      source.includes(`"${key}"`) ||
      families.some(({ before, after }) => key.startsWith(before) && key.endsWith(after));
    expect(Object.keys(english).filter((key) => !isUsed(key))).toEqual([]);
  });
});

describe.each(DEMO_LOCALES)('locales/demo/%s.json', (locale) => {
  const texts = load(locale);

  test('has the keys of the English one, in their order', () => {
    expect(Object.keys(texts)).toEqual(Object.keys(english));
  });

  test('asks for the same values, and marks as much as a command', () => {
    const shapeOf = (text: string | undefined) => ({
      values: [...(text ?? '').matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort(),
      commands: [...(text ?? '').matchAll(/`[^`]+`/g)].map(([command]) => command),
    });
    for (const [key, text] of Object.entries(texts))
      expect(shapeOf(text), key).toEqual(shapeOf(english[key]));
  });

  test('has a text behind each key, without markup and without spaces around it', () => {
    for (const [key, text] of Object.entries(texts)) {
      expect(text, key).toMatch(/^\S(.*\S)?$/s);
      expect(text, key).not.toMatch(/<[a-z/]|&[a-z]+;/i);
    }
  });
});
