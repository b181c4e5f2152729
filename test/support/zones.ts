/** Nights on which clocks change, found by luxon and minute by minute: slow, and too plain to be wrong. */
import { IANAZone } from 'luxon';
import { DAY, type EpochMs, HOUR, MINUTE } from '../../src/lib/time.ts';

/** In the past, which no government changes any more. The kinds of change that there are: at night, at midnight, by half an hour, by two, in the south, a whole day. */
export const ZONE_YEARS: readonly (readonly [zone: string, year: number])[] = [
  ['Europe/Madrid', 2024],
  ['America/New_York', 2024],
  ['America/Havana', 2024],
  ['Asia/Beirut', 2024],
  ['Africa/Cairo', 2024],
  ['America/Santiago', 2024],
  ['Australia/Adelaide', 2024],
  ['Australia/Lord_Howe', 2024],
  ['Pacific/Chatham', 2024],
  ['Antarctica/Troll', 2024],
  ['Africa/Casablanca', 2024],
  // One minute past midnight.
  ['America/St_Johns', 2010],
  // Friday 30 December never came.
  ['Pacific/Apia', 2011],
  ['Asia/Kolkata', 2024],
  ['UTC', 2024],
];

/** The moments in that year at which the clock changes; its first day when it never does. */
export function changesIn(zone: string, year: number): readonly EpochMs[] {
  const offset = offsetIn(zone);
  const changes: EpochMs[] = [];
  const end = Date.UTC(year + 1, 0, 3);
  for (let at = Date.UTC(year, 0, 1); at < end; at += HOUR) {
    if (offset(at) === offset(at + HOUR)) continue;
    let change = at;
    while (offset(change) === offset(at)) change += MINUTE;
    changes.push(change);
  }
  return changes.length > 0 ? changes : [Date.UTC(year, 0, 1)];
}

/** What the clock shows at each minute around a moment, as `2030-03-31 02:00`. */
export function minutesAround(zone: string, middle: EpochMs, days: number): readonly [EpochMs, string][] {
  const offset = offsetIn(zone);
  return Array.from({ length: (2 * days * DAY) / MINUTE }, (_, minute) => {
    const at = middle - days * DAY + minute * MINUTE;
    return [at, shown(at + offset(at))];
  });
}

/** A date and time of day without a zone, in letters. */
export function shown(wall: number): string {
  return new Date(wall).toISOString().slice(0, 16).replace('T', ' ');
}

function offsetIn(zone: string): (at: EpochMs) => number {
  const iana = IANAZone.create(zone);
  return (at) => iana.offset(at) * MINUTE;
}
