/** `[[servers."NAME".maintenance]]`: how days and times of day are written, and windows that cannot be meant. */
import type { MaintenanceWindow, Weekday } from '../domain/maintenance.ts';
import { DAY, type DurationMs, HOUR, MINUTE } from '../lib/time.ts';
import { type Check, type HomeOf, isSection, type Key, readSection } from './checks.ts';
import { mustBe } from './found.ts';
import { showKeyPath } from './key-path.ts';
import type { Place } from './problems.ts';
import { didYouMean } from './suggestion.ts';

const DAYS: Readonly<Record<Weekday, string>> = {
  mon: 'monday',
  tue: 'tuesday',
  wed: 'wednesday',
  thu: 'thursday',
  fri: 'friday',
  sat: 'saturday',
  sun: 'sunday',
};

export const EVERY_DAY = Object.keys(DAYS) as readonly Weekday[];

export const weekday: Check<Weekday> = {
  allowed: 'a day of the week such as "sat" or "saturday"',
  read(value, place) {
    const word = typeof value === 'string' ? value.toLowerCase() : '';
    const day = EVERY_DAY.find((short) => word === short || word === DAYS[short]);
    if (day !== undefined) return day;
    const hint = word === '' ? '' : didYouMean(word, [...Object.values(DAYS), ...EVERY_DAY]);
    return place.refuse(mustBe(weekday.allowed, value) + hint);
  },
};

/** Counted from midnight. TOML has times of its own, which need no quotes; they count as well. */
function timeOfDay(latest: string): Check<DurationMs> {
  const allowed = `a time of day from "00:00" to "${latest}"`;
  const parse = (text: string): DurationMs | undefined => {
    const [, hours, minutes] = /^(\d{1,2}):([0-5]\d)$/.exec(text) ?? [];
    return hours === undefined ? undefined : Number(hours) * HOUR + Number(minutes) * MINUTE;
  };
  const limit = parse(latest) ?? DAY;
  return {
    allowed,
    read(value, place) {
      const written = value instanceof Date ? value.toISOString().replace(/:00\.000$/, '') : value;
      const time = typeof written === 'string' ? parse(written) : undefined;
      return time !== undefined && time <= limit ? time : place.refuse(mustBe(allowed, value));
    },
  };
}

export const beginning = timeOfDay('23:59');
export const end = timeOfDay('24:00');

type WindowKeys = {
  readonly days: Key<readonly Weekday[]>;
  readonly from: Key<DurationMs>;
  readonly to: Key<DurationMs>;
};

/** One window may stand in single brackets: it is clear what is meant. */
export function maintenance(keys: WindowKeys, homeOf: HomeOf): Check<readonly MaintenanceWindow[]> {
  const check: Check<readonly MaintenanceWindow[]> = {
    allowed: 'a section in double brackets for each window',
    read(value, place) {
      const sectionHere = `a section [[${showKeyPath(place.path)}]] for each window`;
      const read = (found: unknown, here: Place) =>
        isSection(found) ? readWindow(keys, found, here, homeOf) : here.refuse(mustBe(sectionHere, found));
      const windows = Array.isArray(value)
        ? value.map((found, position) => read(found, place.at(position)))
        : [read(value, place)];
      const good = windows.filter((window) => window !== undefined);
      if (!coverTheWeek(good)) return good;
      return place.refuse(
        'the windows cover the whole week, so that nothing would ever be told; leave a gap, ' +
          'or write state = false in server_status if the server is not to be watched',
      );
    },
  };
  return check;
}

function readWindow(
  keys: WindowKeys,
  found: Readonly<Record<string, unknown>>,
  place: Place,
  homeOf: HomeOf,
): MaintenanceWindow | undefined {
  const { days, from, to } = readSection(keys, found, place, homeOf);
  if (days === undefined || from === undefined || to === undefined) return undefined;
  if (from !== to) return { days, from, to };
  return place
    .at('to')
    .refuse('must not be the time in from; a whole day is from = "00:00" and to = "24:00"');
}

function coverTheWeek(windows: readonly MaintenanceWindow[]): boolean {
  const perDay = DAY / MINUTE;
  const minutes = new Set<number>();
  for (const { days, from, to } of windows) {
    const [first, last] = [from / MINUTE, (to > from ? to : to + DAY) / MINUTE];
    for (const day of days) {
      const midnight = EVERY_DAY.indexOf(day) * perDay;
      for (let minute = first; minute < last; minute++) minutes.add((midnight + minute) % (7 * perDay));
    }
  }
  return minutes.size === 7 * perDay;
}
