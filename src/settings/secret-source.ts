/**
 * Where does a secret come from: the settings file itself, an environment variable, or a file of its own?
 * No message holds a value.
 */
import { Secret } from '../lib/secret.ts';
import type { Check } from './checks.ts';
import type { FileReader } from './file-reader.ts';
import { describeKind, looksSecret } from './found.ts';
import { resolvePath, showFile } from './paths.ts';
import type { Place } from './problems.ts';
import { utf8 } from './small-file.ts';

export type SecretSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

export const NO_SECRET: SecretSource = { kind: 'none' };

/** An empty text is no secret. */
export function secretSource(what: string): Check<SecretSource> {
  const allowed = `${what}, "env:NAME" or "file:PATH"`;
  return {
    allowed,
    read(value, place) {
      if (typeof value !== 'string')
        return place.refuse(`must be a text: ${allowed}; found ${describeKind(value)}`);
      if (value === '') return NO_SECRET;
      const [prefix, rest] = [value.slice(0, 4), value.slice(4)];
      if (prefix === 'env:') {
        if (VARIABLE.test(rest) && !looksSecret(rest)) return { kind: 'variable', name: rest };
        return place.refuse(
          'must have the name of an environment variable after "env:", such as "env:BOT_SECRET"',
        );
      }
      if (value.startsWith('file:')) {
        const path = value.slice(5);
        if (path.trim() !== '') return { kind: 'file', path };
        return place.refuse('must have the path of a file after "file:", such as "file:/run/secrets/bot"');
      }
      return { kind: 'literal', value };
    },
  };
}

export interface SecretSurroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Paths count from here. */
  readonly folder: string;
  readonly reader: FileReader;
}

/** The secret itself; `null` when there is none; `undefined` when it could not be had, which is recorded. */
export async function resolveSecret(
  source: SecretSource | undefined,
  place: Place,
  surroundings: SecretSurroundings,
): Promise<Secret | null | undefined> {
  const value = await resolveText(source, place, surroundings);
  return typeof value === 'string' ? new Secret(value) : value;
}

/** The same for what is kept like a secret but is none. */
export async function resolveText(
  source: SecretSource | undefined,
  place: Place,
  surroundings: SecretSurroundings,
): Promise<string | null | undefined> {
  switch (source?.kind) {
    case undefined:
      return undefined;
    case 'none':
      return null;
    case 'literal':
      return oneLine(source.value, 'the text', place);
    case 'variable': {
      const value = surroundings.env[source.name];
      const name = `the environment variable ${source.name}`;
      if (value === undefined) return place.refuse(`${name} is not set; set it where the bot is started`);
      if (value.trim() === '') return place.refuse(`${name} is empty; give it the secret`);
      return oneLine(value, name, place);
    }
    case 'file': {
      const path = resolvePath(surroundings.folder, source.path);
      const name = showFile(surroundings.folder, source.path);
      const file = await surroundings.reader.read(path);
      if (file.kind === 'unreadable') return place.refuse(`cannot read ${name}: ${file.reason}`);
      const value = utf8(file.bytes);
      if (value === undefined) return place.refuse(`${name} holds no text (UTF-8)`);
      if (value.trim() === '') return place.refuse(`${name} is empty; write the secret into it`);
      return oneLine(value, name, place);
    }
  }
}

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Editors and `echo` end a file with a line break, which never belongs to the secret. */
function oneLine(value: string, name: string, place: Place): string | undefined {
  const trimmed = value.replace(/[\r\n]+$/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not go into an HTTP header
  if (/[\u0000-\u001f\u007f]/.test(trimmed)) {
    return place.refuse(`${name} holds a line break or control character; a secret is one line`);
  }
  return trimmed;
}
