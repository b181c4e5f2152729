/** The locale files as data, and what is expected of them by `texts.ts`: for the tests, which judge. */
import { readFileSync } from 'node:fs';
import { REFUSALS, STORAGE_TROUBLE_CODES } from '../../src/domain/events.ts';
import { TROUBLE_CODES } from '../../src/domain/trouble.ts';
import { TEXTS } from '../../src/i18n/texts.ts';

export const LANGUAGES = ['en', 'es', 'ru', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export const TRANSLATIONS = LANGUAGES.filter((language) => language !== 'en');

export type Texts = Readonly<Record<string, string>>;

export const FILES: Record<Language, Texts> = {
  en: read('en'),
  es: read('es'),
  ru: read('ru'),
  de: read('de'),
};

function read(language: Language): Texts {
  return JSON.parse(readFileSync(new URL(`../../locales/${language}.json`, import.meta.url), 'utf8'));
}

/** Keys of `TEXTS` with the names of their values. */
export const DECLARED: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(TEXTS));

/** Keys of the families: one text for each code. */
export const FAMILIES: readonly string[] = [
  ...TROUBLE_CODES.flatMap((code) => [`cause.${code}`, `advice.${code}`]),
  ...REFUSALS.map((refusal) => `refusal.${refusal}`),
  ...STORAGE_TROUBLE_CODES.map((code) => `storage.${code}`),
];

export function isPlural(key: string): boolean {
  return DECLARED.get(key)?.includes('count') ?? false;
}

export function categories(language: Language): Intl.LDMLPluralRule[] {
  return new Intl.PluralRules(language).resolvedOptions().pluralCategories;
}

/** The keys in the file for one declared key. */
export function fileKeys(key: string, language: Language): string[] {
  return isPlural(key) ? categories(language).map((category) => `${key}_${category}`) : [key];
}

export interface Entry {
  /** In the file: `count.people_few`. */
  readonly fileKey: string;
  /** As declared: `count.people`. */
  readonly key: string;
  readonly category: string | undefined;
  readonly text: string;
}

export function entries(language: Language): Entry[] {
  return Object.entries(FILES[language]).map(([fileKey, text]) => {
    const [, base = fileKey, category] = /^(.*)_(zero|one|two|few|many|other)$/.exec(fileKey) ?? [];
    return { fileKey, key: base, category, text };
  });
}

/** The English text of the same key. */
export function inEnglish(key: string): string {
  const text = FILES.en[isPlural(key) ? `${key}_other` : key];
  if (text === undefined) throw new Error(`no English text for ${key}`);
  return text;
}

/** `<b>`, `</b>`, … in their order. */
export function tagsOf(text: string): string[] {
  return text.match(/<[^>]*>/g) ?? [];
}

export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(/\{\{([^{}]*)\}\}/g)].map(([, name = '']) => name);
}

/** What is wrong with the markup; `undefined`: nothing. Stricter than Telegram: a mistake here is a mistake of ours. */
export function markupFault(text: string): string | undefined {
  const open: string[] = [];
  for (const tag of tagsOf(text)) {
    const [, end, name, rest] = /^<(\/?)(b|i|code|pre|a)( href="[^"<>]+")?>$/.exec(tag) ?? [];
    if (name === undefined) return `${tag} is not one of the tags that every channel knows`;
    if (end === '/') {
      if (rest !== undefined || open.pop() !== name) return `${tag} closes nothing`;
    } else {
      if ((name === 'a') !== (rest !== undefined)) return `${tag} has a wrong attribute`;
      open.push(name);
    }
  }
  if (open.length > 0) return `<${open.join('>, <')}> stays open`;
  const words = text.replaceAll(/<[^>]*>/g, '').replaceAll(/&(amp|lt|gt|quot);/g, '');
  if (/[<>&]/.test(words)) return 'a bare <, > or &';
  return undefined;
}

/** What a messenger shows for text that `escapeHtml` made. */
export function decodeHtml(html: string): string {
  return html
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}
