/** The sections `[servers."NAME"]`: their names, and the mistakes that names invite. */
import { type Check, type HomeOf, isSection, type Keys, type Read, readSection } from './checks.ts';
import { mustBe } from './found.ts';
import { type KeyPath, showKey } from './key-path.ts';
import type { Place } from './problems.ts';

/** One section as read. */
export interface NamedServer<K extends Keys> {
  readonly name: string;
  readonly keys: Read<K>;
}

const LONGEST_NAME = 100;

export function servers<const K extends Keys>(keys: K, homeOf: HomeOf): Check<readonly NamedServer<K>[]> {
  const check: Check<readonly NamedServer<K>[]> = {
    allowed: 'a section [servers."NAME"] for each server',
    read(value, place) {
      if (Array.isArray(value) && value.some(isSection)) {
        return place.refuse('must be sections with a name: [servers."NAME"] instead of [[servers]]');
      }
      if (!isSection(value)) return place.refuse(mustBe(check.allowed, value));
      if (Object.keys(value).length === 0) return place.refuse(`has no server; write ${check.allowed}`);
      return Object.entries(value).flatMap(([name, found]) =>
        readServer(keys, name, found, place.at(name), homeOf),
      );
    },
  };
  return check;
}

function readServer<const K extends Keys>(
  keys: K,
  name: string,
  found: unknown,
  place: Place,
  homeOf: HomeOf,
): readonly NamedServer<K>[] {
  const flaw = flawIn(name);
  if (flaw !== undefined) place.refuse(flaw);
  if (!isSection(found)) {
    place.refuse(mustBe(`a section [servers.${showKey(name)}]`, found));
    return [];
  }
  const unquoted = splitNames(keys, found);
  for (const rest of unquoted) {
    const whole = [name, ...rest].join('.');
    place.at(...rest).refuse(`a name with dots must be in quotes: [servers.${showKey(whole)}]`);
  }
  if (unquoted.length > 0 && !hasAnyOf(keys, found)) return [];
  return [{ name, keys: readSection(keys, found, place, homeOf) }];
}

/**
 * `[servers.video.example.com]` is a section "com" in "example" in "video". Finds sections below that look like
 * a server: the rest of such names.
 */
function splitNames(keys: Keys, found: Readonly<Record<string, unknown>>): readonly KeyPath[] {
  return Object.entries(found).flatMap(([part, inner]) => {
    if (Object.hasOwn(keys, part) || !isSection(inner)) return [];
    if (hasAnyOf(keys, inner)) return [[part]];
    return splitNames(keys, inner).map((rest) => [part, ...rest]);
  });
}

function hasAnyOf(keys: Keys, found: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(keys).some((key) => Object.hasOwn(found, key));
}

function flawIn(name: string): string | undefined {
  if (name.trim() === '') return 'a server must have a name: [servers."NAME"]';
  if (name.length > LONGEST_NAME)
    return `the name of a server must have at most ${LONGEST_NAME} characters, found ${name.length}`;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name))
    return 'the name of a server must not hold line breaks or control characters';
  return undefined;
}

/**
 * Reports names that look alike on a button: they differ only in case, in spaces around them, or in how a letter
 * is composed.
 */
export function refuseLookalikes(
  names: readonly string[],
  place: Place,
  lineOf: (path: KeyPath) => number | undefined,
): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const looks = name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
    const first = seen.get(looks);
    if (first === undefined) {
      seen.set(looks, name);
    } else {
      const line = lineOf([...place.path, first]);
      place
        .at(name)
        .refuse(
          `looks like the server ${showKey(first)} in line ${line} (case and spaces do not count); rename one`,
        );
    }
  }
}
