/** Texts with values in them: escaped where there is markup, in the right form, in the right language. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Trouble } from '../../src/domain/trouble.ts';
import type { TextKey } from '../../src/i18n/texts.ts';
import { availableLocales, loadTranslator, type Translator } from '../../src/i18n/translator.ts';
import { DECLARED, decodeHtml, FILES, isPlural, LANGUAGES, type Language, tagsOf } from './locale-files.ts';

/** Locale files of an operator's own. The directory is fixed in the code, so the reading of these two is replaced. */
const OWN: Readonly<Record<string, string>> = {
  'eo.json': JSON.stringify({ 'button.back': '‹ Reen', 'count.people_one': '{{count}} persono' }),
  'our_words.json': JSON.stringify({ 'button.back': 'Go back', 'count.servers_other': '{{count}} boxes' }),
};
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const readFile = (path: URL, encoding: 'utf8') =>
    Promise.resolve(OWN[path.pathname.split('/').at(-1) ?? ''] ?? real.readFile(path, encoding));
  return { ...real, readFile };
});

const translators: Record<Language, Translator> = {
  en: await loadTranslator('en'),
  es: await loadTranslator('es'),
  ru: await loadTranslator('ru'),
  de: await loadTranslator('de'),
};

/** Any key with any values: what the types forbid in the code is what a property test needs. */
type Render = (key: string, values: object) => string;
const html = (words: Translator) => words.html as unknown as Render;
const plain = (words: Translator) => words.plain as unknown as Render;

describe('values', () => {
  const { en } = translators;

  test('html escapes them and keeps the tags of the text', () => {
    expect(en.html('stop.done', { topic: '<b>&"' })).toBe('✅ Stopped: <b>&lt;b&gt;&amp;&quot;</b>');
  });

  test('plain leaves them as they are (a button shows no markup)', () => {
    expect(en.plain('button.stop-one', { topic: '<b>&"' })).toBe('⏹ <b>&"');
  });

  test('words for trouble are plain; what is not known is a question mark, never "undefined"', () => {
    const trouble: Trouble = { code: 'http-status' };
    expect(en.cause({ ...trouble, status: 502 })).toBe('it answered with HTTP status 502');
    expect(en.cause(trouble)).toBe('it answered with HTTP status ?');
    expect(en.advice({ code: 'scope-missing', scope: '<x>' })).toContain('the scope <x> to');
    expect(en.refusal('refusal.kicked')).toBe(FILES.en['refusal.kicked']);
  });

  const pieces = [
    '<b>&"',
    '</b>',
    '<a href="x">',
    '&lt;',
    '{{count}}',
    '$t(help.text)',
    '$&',
    "$'",
    '\\',
    '\0',
  ];
  const hostile = fc.oneof(
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('x'.repeat(1_000), 'مرحبا \u202e<i>', '👩‍👩‍👧‍👦🇩🇪', '<'.repeat(200)),
  );
  const withValues = [...DECLARED].filter(([, names]) => names.length > 0).map(([key]) => key);

  test.each(LANGUAGES)('%s: whatever they are, the only tags are those of the text itself', (language) => {
    const words = translators[language];
    fc.assert(
      fc.property(
        fc.constantFrom(...withValues),
        fc.array(hostile, { minLength: 5, maxLength: 5 }),
        fc.nat(2_000_000),
        (key, texts, count) => {
          const names = DECLARED.get(key) ?? [];
          const values = Object.fromEntries(
            names.map((name, index) => [name, name === 'count' ? count : texts[index]]),
          );
          const form = new Intl.PluralRules(language).select(count);
          const text = FILES[language][isPlural(key) ? `${key}_${form}` : key] ?? 'missing';
          const shown = html(words)(key, values);
          expect(tagsOf(shown)).toEqual(tagsOf(text));
          expect(shown).not.toContain('undefined');
          // Each value is there, to the character: not interpolated a second time, not taken for a pattern.
          const wanted = text
            .split(/\{\{(\w+)\}\}/)
            .map((part, index) => (index % 2 === 0 ? part : String(values[part])))
            .join('');
          expect(plain(words)(key, values)).toBe(wanted);
          expect(decodeHtml(shown)).toBe(wanted);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('plural forms', () => {
  const counts = [0, 1, 2, 5, 11, 21, 22, 25];
  const rows: [key: TextKey, expected: string[]][] = [
    [
      'count.people',
      [
        '0 человек',
        '1 человек',
        '2 человека',
        '5 человек',
        '11 человек',
        '21 человек',
        '22 человека',
        '25 человек',
      ],
    ],
    [
      'count.conferences',
      [
        '0 конференций',
        '1 конференция',
        '2 конференции',
        '5 конференций',
        '11 конференций',
        '21 конференция',
        '22 конференции',
        '25 конференций',
      ],
    ],
    [
      'count.servers',
      [
        '0 серверов',
        '1 сервер',
        '2 сервера',
        '5 серверов',
        '11 серверов',
        '21 сервер',
        '22 сервера',
        '25 серверов',
      ],
    ],
    [
      'button.stop-all',
      [
        'Остановить 0 конференций',
        'Остановить 1 конференцию',
        'Остановить 2 конференции',
        'Остановить 5 конференций',
        'Остановить 11 конференций',
        'Остановить 21 конференцию',
        'Остановить 22 конференции',
        'Остановить 25 конференций',
      ],
    ],
  ];

  test.each(rows)('Russian: %s for 0, 1, 2, 5, 11, 21, 22, 25', (key, expected) => {
    const shown = counts.map((count) => plain(translators.ru)(key, { count }).replaceAll('\u00a0', ' '));
    expect(shown).toEqual(expected);
  });

  test('Spanish: a million takes "de"; nothing and many are one form', () => {
    const people = (count: number) =>
      translators.es.plain('count.people', { count }).replaceAll('\u00a0', ' ');
    expect([0, 1, 2, 1_000_000].map(people)).toEqual([
      '0 personas',
      '1 persona',
      '2 personas',
      '1000000 de personas',
    ]);
  });

  test('German and English: one is one, all else is many', () => {
    const { de, en } = translators;
    const inside = (words: Translator, count: number) =>
      words.html('conference.inside', { count }).replaceAll('\u00a0', ' ');
    expect([0, 1, 21].map((count) => inside(de, count))).toEqual([
      '<b>0 Personen in der Konferenz</b>',
      '<b>1 Person in der Konferenz</b>',
      '<b>21 Personen in der Konferenz</b>',
    ]);
    expect([0, 1, 21].map((count) => inside(en, count))).toEqual([
      '<b>0 people inside</b>',
      '<b>1 person inside</b>',
      '<b>21 people inside</b>',
    ]);
  });
});

describe("a locale file of the operator's own", () => {
  test('what it leaves out is said in English (never a bare key)', async () => {
    const words = await loadTranslator('eo');
    expect(words.locale).toBe('eo');
    expect(words.plain('button.back')).toBe('‹ Reen');
    expect(words.plain('button.refresh')).toBe(FILES.en['button.refresh']);
    expect(words.cause({ code: 'dns' })).toBe(FILES.en['cause.dns']);
  });

  test('a plural form that it lacks is said in English too', async () => {
    const words = await loadTranslator('eo');
    expect([1, 2].map((count) => words.plain('count.people', { count }))).toEqual(['1 persono', '2 people']);
  });

  test('its name need not be a language', async () => {
    const words = await loadTranslator('our_words');
    expect(words.plain('button.back')).toBe('Go back');
    expect([1, 2].map((count) => words.plain('count.servers', { count }))).toEqual(['1 server', '2 boxes']);
  });

  test('one that is not there is an error at once, and not a bot that speaks in keys', async () => {
    await expect(loadTranslator('xx')).rejects.toThrow('ENOENT');
    expect(await availableLocales()).toEqual(['de', 'en', 'es', 'ru']);
  });
});
