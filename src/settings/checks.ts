/** The kinds of value that a key can have: what is allowed, and how a mistake is told. Knows no key by name. */
import { type DurationMs, SECOND } from '../lib/time.ts';
import { parseDuration, showDuration } from './duration.ts';
import { anyOf, mustBe } from './found.ts';
import { showKeyPath } from './key-path.ts';
import type { Place } from './problems.ts';
import { didYouMean, nearest } from './suggestion.ts';

export interface Check<T> {
  /** What is allowed, to follow "must be" or "write". */
  readonly allowed: string;
  /** The value in our units; `undefined` when it was refused, which then is recorded at `place`. */
  read(value: unknown, place: Place): T | undefined;
}

/** One key of a section. */
export interface Key<T> {
  readonly check: Check<T>;
  /** What holds when the key is absent; no `fallback`: it must be there. */
  readonly fallback?: T;
}

export type Keys = Readonly<Record<string, Key<unknown>>>;

/** What reading a section gives: `undefined` where a value was refused or a required one is absent. */
export type Read<K extends Keys> = {
  readonly [Name in keyof K]: K[Name] extends Key<infer T> ? T | undefined : never;
};

export function required<T>(check: Check<T>): Key<T> {
  return { check };
}

export function optional<T>(check: Check<T>, fallback: T): Key<T> {
  return { check, fallback };
}

export function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export const text: Check<string> = {
  allowed: 'a text in quotes',
  read: (value, place) =>
    typeof value === 'string' && value !== '' ? value : place.refuse(mustBe(text.allowed, value)),
};

export function oneOf<const Choice extends string>(choices: readonly Choice[]): Check<Choice> {
  const allowed = anyOf(choices.map((choice) => `"${choice}"`));
  return {
    allowed,
    read(value, place) {
      const choice = choices.find((candidate) => candidate === value);
      if (choice !== undefined) return choice;
      const hint = typeof value === 'string' && value !== '' ? didYouMean(value, choices) : '';
      return place.refuse(mustBe(allowed, value) + hint);
    },
  };
}

/** `1` and `0` count as well: the predecessor took them. */
export const flag: Check<boolean> = {
  allowed: 'true or false',
  read(value, place) {
    if (value === true || value === 1) return true;
    if (value === false || value === 0) return false;
    const isQuoted = typeof value === 'string' && /^(true|false|1|0)$/i.test(value);
    return place.refuse(mustBe(flag.allowed, value) + (isQuoted ? WITHOUT_QUOTES : ''));
  },
};

export function wholeNumber(smallest: number, largest: number): Check<number> {
  const isAllowed = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= smallest && value <= largest;
  const allowed = `a whole number from ${smallest} to ${largest}`;
  return {
    allowed,
    read(value, place) {
      if (isAllowed(value)) return value as number;
      const isQuoted = typeof value === 'string' && /^\d+$/.test(value) && isAllowed(Number(value));
      return place.refuse(mustBe(allowed, value) + (isQuoted ? WITHOUT_QUOTES : ''));
    },
  };
}

export const port = wholeNumber(1, 65_535);

export function duration(shortest: DurationMs, longest: DurationMs): Check<DurationMs> {
  const allowed = `a duration from "${showDuration(shortest)}" to "${showDuration(longest)}", such as "90m" or "1h30m"`;
  return {
    allowed,
    read(value, place) {
      const span = typeof value === 'string' ? parseDuration(value) : undefined;
      if (span !== undefined && span >= shortest && span <= longest) return span;
      const lacksUnit = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
      return place.refuse(mustBe(allowed, value) + (lacksUnit ? '; add a unit: s, m, h or d' : ''));
    },
  };
}

/** A duration that may be switched off. */
export function durationOrOff(shortest: DurationMs, longest: DurationMs): Check<DurationMs | 'off'> {
  const span = duration(shortest, longest);
  const allowed = `"off" or ${span.allowed}`;
  return {
    allowed,
    read(value, place) {
      if (value === 'off') return 'off';
      return span.read(value, {
        ...place,
        refuse: (message) => place.refuse(message.replace(span.allowed, allowed)),
      });
    },
  };
}

/** A number of seconds, or a duration. */
export function seconds(fewest: number, most: number): Check<DurationMs> {
  const allowed = `a number of seconds from ${fewest} to ${most}, or a duration such as "90s"`;
  return {
    allowed,
    read(value, place) {
      const span =
        typeof value === 'number'
          ? value * SECOND
          : typeof value === 'string'
            ? parseDuration(value)
            : undefined;
      if (span !== undefined && span >= fewest * SECOND && span <= most * SECOND) return Math.round(span);
      const isQuoted = typeof value === 'string' && /^\d+$/.test(value);
      return place.refuse(mustBe(allowed, value) + (isQuoted ? WITHOUT_QUOTES : ''));
    },
  };
}

/** What stands twice counts once. */
export function listOf<T extends string | number>(
  item: Check<T>,
  fewest: number,
  allowed: string,
): Check<readonly T[]> {
  return {
    allowed,
    read(value, place) {
      if (!Array.isArray(value)) return place.refuse(mustBe(allowed, value));
      if (value.length < fewest) return place.refuse(`must not be empty: write ${allowed}`);
      const items = value.map((entry, position) => item.read(entry, place.at(position)));
      return [...new Set(items.filter((entry) => entry !== undefined))];
    },
  };
}

/** A section whose keys are all optional, and which may be absent itself. */
export function section<const K extends Keys>(keys: K, homeOf: HomeOf): Key<Read<K>> {
  const check: Check<Read<K>> = {
    allowed: 'a section',
    read: (value, place) =>
      isSection(value)
        ? readSection(keys, value, place, homeOf)
        : place.refuse(mustBe(`${check.allowed} [${showKeyPath(place.path)}]`, value)),
  };
  const fallbacks = Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, key.fallback]));
  return { check, fallback: fallbacks as Read<K> };
}

/** Where a key that stands in the wrong section belongs, to follow "belongs"; `undefined`: no such key at all. */
export type HomeOf = (name: string) => string | undefined;

/** Reads every known key and reports every unknown one. A misspelt required key is one mistake, not two. */
export function readSection<const K extends Keys>(
  keys: K,
  found: Readonly<Record<string, unknown>>,
  place: Place,
  homeOf: HomeOf,
): Read<K> {
  const names = Object.keys(keys);
  const absent = names.filter((name) => !Object.hasOwn(found, name));
  const meant = new Set<string>();
  for (const name of Object.keys(found)) {
    if (Object.hasOwn(keys, name)) continue;
    const guess = nearest(name, absent);
    const home = homeOf(name);
    if (home !== undefined) {
      place.at(name).refuse(`does not belong here, but ${home}`);
    } else if (guess !== undefined) {
      meant.add(guess);
      place.at(name).refuse(`is not a key; did you mean \`${guess}\`?`);
    } else {
      place.at(name).refuse(`is not a key; allowed here: ${names.join(', ')}`);
    }
  }

  const read: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(keys)) {
    if (Object.hasOwn(found, name)) read[name] = key.check.read(found[name], place.at(name));
    else if (Object.hasOwn(key, 'fallback')) read[name] = key.fallback;
    else if (!meant.has(name)) place.at(name).refuse(`is missing; write ${key.check.allowed}`);
  }
  return read as Read<K>;
}

const WITHOUT_QUOTES = '; write it without quotes';
