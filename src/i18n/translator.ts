/** Turns a text key into words of one language. The only file that imports i18next; formats are in `formats.ts`. */
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInstance, type Resource } from 'i18next';
import type { Trouble } from '../domain/trouble.ts';
import { escapeHtml, type Html } from './markup.ts';
import type { AdviceKey, CauseKey, RefusalKey, StorageKey, TEXTS, TextKey } from './texts.ts';

/** `locales/` of the package; the same path from `src/i18n` and from `dist/chunks`. */
const LOCALES = new URL('../../locales/', import.meta.url);

/** The language that fills in what a locale file of the operator's own leaves out. */
const FALLBACK = 'en';

type Value = string | number;
type Values<Key extends TextKey> = { readonly [Name in (typeof TEXTS)[Key][number]]: Value };
type Arguments<Key extends TextKey> = (typeof TEXTS)[Key] extends readonly [] ? [] : [values: Values<Key>];

export interface Translator {
  readonly locale: string;
  /** Plain text: for buttons and notices. */
  plain<Key extends TextKey>(key: Key, ...values: Arguments<Key>): string;
  /** Markup: the text's own tags are kept, the values are escaped. */
  html<Key extends TextKey>(key: Key, ...values: Arguments<Key>): Html;
  /** Why a server could not be asked, as the end of a sentence. */
  cause(trouble: Trouble): string;
  /** What to do about it, as a sentence. */
  advice(trouble: Trouble): string;
  refusal(key: RefusalKey): string;
  /** Why nothing can be written down, and what to do, as sentences. */
  storage(key: StorageKey): string;
}

/** Names of the files in `locales/`, e.g. `en`. */
export async function availableLocales(): Promise<string[]> {
  const files = await readdir(LOCALES);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort();
}

/** A file in `locales/` that cannot be used; the message is for the operator. */
export class BrokenLocale extends Error {
  readonly code = 'broken-locale';
}

async function readTexts(name: string): Promise<Record<string, string>> {
  const url = new URL(`${name}.json`, LOCALES);
  const file = fileURLToPath(url);
  let texts: unknown;
  try {
    texts = JSON.parse(await readFile(url, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BrokenLocale(`The texts in ${file} cannot be read: ${reason}`, { cause });
  }
  const isFlat =
    typeof texts === 'object' &&
    texts !== null &&
    !Array.isArray(texts) &&
    Object.values(texts).every((text) => typeof text === 'string');
  if (isFlat) return texts as Record<string, string>;
  throw new BrokenLocale(`The texts in ${file} must be one JSON object of texts, as in en.json beside it.`);
}

/** Throws `BrokenLocale`. @param locale a name from `availableLocales` */
export async function loadTranslator(locale: string): Promise<Translator> {
  const resources: Resource = {};
  for (const name of new Set([FALLBACK, locale])) {
    resources[name] = { translation: await readTexts(name) };
  }
  const i18n = createInstance();
  await i18n.init({
    lng: locale,
    fallbackLng: FALLBACK,
    resources,
    // Keys are flat and may hold dots; values are escaped here, where it is known whether markup is wanted.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });

  const translate = (key: string, values: object | undefined): string => i18n.t(key, { ...values });
  return {
    locale,
    plain: (key, ...[values]) => translate(key, values),
    html: (key, ...[values]) => translate(key, escaped(values)) as Html,
    cause: (trouble) => translate(`cause.${trouble.code}` satisfies CauseKey, known(trouble)),
    advice: (trouble) => translate(`advice.${trouble.code}` satisfies AdviceKey, known(trouble)),
    refusal: (key) => translate(key, undefined),
    storage: (key) => translate(key, undefined),
  };
}

function known({ status, scope, path }: Trouble): object {
  return { status: status ?? '?', scope: scope ?? '?', path: path ?? '?' };
}

/** Numbers stay numbers: `count` chooses the plural form. */
function escaped(values: Record<string, Value> | undefined): object {
  const safe: Record<string, Value> = {};
  for (const [name, value] of Object.entries(values ?? {})) {
    safe[name] = typeof value === 'string' ? escapeHtml(value) : value;
  }
  return safe;
}
