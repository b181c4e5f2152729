/** Holds the files in `locales/` to `texts.ts` and to each other. Judges form, never style. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../src/bot/bot.ts';
import { TROUBLE_VALUES } from '../src/i18n/texts.ts';
import {
  categories,
  DECLARED,
  type Entry,
  entries,
  FAMILIES,
  FILES,
  fileKeys,
  inEnglish,
  isPlural,
  LANGUAGES,
  type Language,
  markupFault,
  placeholdersOf,
  TRANSLATIONS,
  tagsOf,
} from './i18n/locale-files.ts';

/** What Telegram takes: https://core.telegram.org/bots/api#botcommand and #answercallbackquery. */
const COMMAND_NAME = /^[a-z0-9_]{1,32}$/;
const DESCRIPTION_LENGTH = 256;
const NOTICE_LENGTH = 200;

/** What a telephone shows of a button that has its row to itself, and of one of two. */
const BUTTON_LENGTH = 28;
const HALF_BUTTON_LENGTH = 20;
const HALF_BUTTONS = ['button.back', 'button.refresh', 'button.servers', 'button.mute-1h', 'button.mute-8h'];

/** Texts that happen to be the same word as in English. */
const SAME_AS_ENGLISH: Record<Exclude<Language, 'en'>, readonly string[]> = {
  es: ['button.stop-one'],
  ru: ['button.stop-one'],
  de: [
    'button.status',
    'button.stop-one',
    'status.title',
    'status.version',
    'users.count_one',
    'users.count_other',
  ],
};

/** A picture before a name, understood without a word: it leaves the button to the name. */
const PICTURE_ALONE = ['button.stop-one'];

/** Families and keys that the code shows as plain text, where a tag would be read as such. */
const PLAIN_FAMILIES = /^(button|command|cause|advice|refusal|count|role|forgotten\.reason)\./;

/** What an operator types or reads in files: the same in every language. */
const SETTING_NAMES = /\b(ip|https_port|ssl_certificate|client_id|client_secret|access_token|tg-[a-z-]+)\b/g;

/** Options of i18next's `t`: a value of that name would be obeyed and not shown. */
const I18NEXT_OPTIONS = ['context', 'defaultValue', 'lng', 'lngs', 'ns', 'ordinal', 'replace', 'postProcess'];

const PICTURES = /[\p{Extended_Pictographic}‹↻•]/gu;

describe.each(LANGUAGES)('locales/%s.json', (language) => {
  const all = entries(language);

  test('has exactly the texts that the code asks for (one too few shows English, one too many is dead)', () => {
    const wanted = [...DECLARED.keys(), ...FAMILIES].flatMap((key) => fileKeys(key, language));
    expect(Object.keys(FILES[language]).sort()).toEqual(wanted.sort());
  });

  test('has no key twice (the second silently wins)', () => {
    const source = readFileSync(new URL(`../locales/${language}.json`, import.meta.url), 'utf8');
    const keys = [...source.matchAll(/^ {2}"([^"]+)":/gm)].map(([, key]) => key);
    expect(keys.length).toBe(Object.keys(FILES[language]).length);
  });

  test('every text uses the values it is given, all of them and no others', () => {
    check(all, ({ key, category, text }) => {
      const used = new Set(placeholdersOf(text));
      const declared = DECLARED.get(key) ?? placeholdersOf(inEnglish(key));
      // "Stop it" says as much as "Stop 1", but only where the form stands for no other number.
      if (category !== undefined && standsForOneNumber(language, category)) used.add('count');
      expect([...used].sort()).toEqual([...declared].sort());
    });
  });

  test('every text is well-formed, with the tags of the English text (a broken tag, and the message is refused)', () => {
    check(all, ({ key, text }) => {
      expect(markupFault(text)).toBeUndefined();
      expect(tagsOf(text).sort()).toEqual(tagsOf(inEnglish(key)).sort());
    });
  });

  test('every text says something, without stray spaces or typewriter signs', () => {
    check(all, ({ key, text }) => {
      const words = text.replaceAll(/<[^>]*>|\{\{\w+\}\}/g, '');
      if (PICTURE_ALONE.includes(key)) expect(text).toMatch(/^\p{Extended_Pictographic} \{\{\w+\}\}$/u);
      else expect(words).toMatch(/\p{L}/u);
      expect(text).toBe(text.trim());
      expect(text).not.toMatch(/ {2}|\.\.\./);
      if (language !== 'en') expect(words).not.toMatch(/["']/);
    });
  });

  test('every text has the pictures of the English text, in their order', () => {
    check(all, ({ key, text }) => expect(text.match(PICTURES)).toEqual(inEnglish(key).match(PICTURES)));
  });

  test('every text names the settings as the file does (the operator types them)', () => {
    check(all, ({ key, text }) =>
      expect(text.match(SETTING_NAMES)?.sort()).toEqual(inEnglish(key).match(SETTING_NAMES)?.sort()),
    );
  });

  test('buttons, notices and what is put into other texts have no tags (they are shown as they are)', () => {
    const shownPlain = all.filter(({ key }) => PLAIN_FAMILIES.test(key) || PLAIN_CALLS.has(key));
    check(shownPlain, ({ text }) => expect(tagsOf(text)).toEqual([]));
  });

  test('every button fits a telephone', () => {
    const buttons = all.filter(({ key }) => key.startsWith('button.'));
    check(buttons, ({ key, text }) => {
      const own = text.replaceAll(/\{\{\w+\}\}/g, '');
      expect(own.length).toBeLessThanOrEqual(HALF_BUTTONS.includes(key) ? HALF_BUTTON_LENGTH : BUTTON_LENGTH);
    });
  });

  test('describes every command within what Telegram takes', () => {
    const names = all.flatMap(({ fileKey }) => /^command\.(.+)$/.exec(fileKey)?.[1] ?? []);
    expect(names).toEqual(Object.keys(COMMANDS));
    for (const name of names) {
      expect(name).toMatch(COMMAND_NAME);
      const description = FILES[language][`command.${name}`];
      expect(description?.length).toBeGreaterThanOrEqual(1);
      expect(description?.length).toBeLessThanOrEqual(DESCRIPTION_LENGTH);
      expect(FILES[language]['help.text']).toContain(`/${name} – `);
    }
    expect(FILES[language]['denied.tap']?.length).toBeLessThanOrEqual(NOTICE_LENGTH);
  });

  test('a cause ends a sentence, advice is one (they are put together in many ways)', () => {
    check(all, ({ key, text }) => {
      if (key.startsWith('cause.')) expect(text).toMatch(/^\p{Ll}.*[^.!?:]$/u);
      if (key.startsWith('advice.')) expect(text).toMatch(/^\p{Lu}.*\.$/u);
    });
  });
});

describe.each(TRANSLATIONS)('locales/%s.json is a translation', (language) => {
  test('no text is left in English, but for words that both languages share', () => {
    const same = entries(language)
      .filter(({ fileKey, text }) => text === FILES.en[fileKey])
      .map(({ fileKey }) => fileKey);
    expect(same).toEqual(SAME_AS_ENGLISH[language]);
  });

  test('the five labels that a person meets first are there, each its own', () => {
    const keys = ['button.status', 'button.conferences', 'button.users', 'button.forgotten', 'button.back'];
    expect(new Set(keys.map((key) => FILES[language][key])).size).toBe(keys.length);
  });
});

test('the words for trouble ask for no more than a trouble carries', () => {
  const values = FAMILIES.flatMap((key) => placeholdersOf(inEnglish(key)));
  for (const value of values) expect(TROUBLE_VALUES).toContain(value);
});

test('no value is named like an option of i18next (it would be obeyed and not shown)', () => {
  const names = [...DECLARED.values()].flat();
  for (const option of I18NEXT_OPTIONS) expect(names).not.toContain(option);
});

test('every file in locales/ is tested here', () => {
  // The page of the demo has its own: test/demo/texts.test.ts.
  const files = readdirSync(new URL('../locales/', import.meta.url)).filter((name) => name !== 'demo');
  expect(files.sort()).toEqual(LANGUAGES.map((language) => `${language}.json`).sort());
});

test('plural texts in English have the forms of English, so that the others are compared with something', () => {
  const plural = [...DECLARED.keys()].filter(isPlural);
  expect(plural.length).toBeGreaterThan(0);
  expect(categories('en').sort()).toEqual(['one', 'other']);
  for (const key of plural) expect(FILES.en).toHaveProperty([`${key}_other`]);
});

/** Runs all checks before it fails, and says for which texts. */
function check(texts: readonly Entry[], one: (entry: Entry) => void): void {
  expect(texts.length).toBeGreaterThan(0);
  for (const entry of texts) {
    expect.soft(() => one(entry), `${entry.fileKey}: ${entry.text}`).not.toThrow();
  }
}

/** In English `one` is 1 alone; in Russian it is 1, 21, 31 and so on. */
function standsForOneNumber(language: Language, category: string): boolean {
  const rules = new Intl.PluralRules(language);
  let numbers = 0;
  for (let count = 0; count <= 200; count++) if (rules.select(count) === category) numbers += 1;
  return numbers === 1;
}

/** Read from the sources, so that a new call is held to the rule as well. */
const PLAIN_CALLS = plainCalls();

function plainCalls(): Set<string> {
  const keys = new Set<string>();
  const sources = new URL('../src/', import.meta.url);
  for (const name of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const source = readFileSync(new URL(name, sources), 'utf8');
    for (const [, key = ''] of source.matchAll(/\bplain\(\s*'([^']+)'/g)) keys.add(key);
  }
  return keys;
}
