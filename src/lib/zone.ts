/** What does the clock on the wall show, and when does it show that? Asks Node.js for offsets and remembers them; parses and prints nothing. */
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE, SECOND } from './time.ts';

/** A date and a time of day without a zone: the moment at which a clock that never changes, in Greenwich, shows them. */
export type WallMs = number;

/**
 * Twice a year a clock skips an hour or shows one twice, so that a time of day may come never or two times. Both
 * questions below have one answer all the same: a time that is skipped is the moment of the skip.
 */
export interface Zone {
  wallAt(at: EpochMs): WallMs;
  /** The first moment at which the clock shows this or later. */
  firstAt(wall: WallMs): EpochMs;
  /** The moment from which on the clock shows nothing earlier than this. */
  lastBefore(wall: WallMs): EpochMs;
}

/** A time without a change of the clock. */
interface Stretch {
  readonly start: EpochMs;
  readonly end: EpochMs;
  /** What the clock shows less what Greenwich does. */
  readonly offset: DurationMs;
}

/** No clock was ever further from Greenwich (Manila, 15:56 until 1844). */
const FARTHEST: DurationMs = 16 * HOUR;

/** Enough for two weeks around now; asking about other years must not fill the memory. */
const DAYS_KEPT = 64;

/** @param name an IANA name, or `system` */
export function createZone(name: string): Zone {
  const offsetAt = name === 'system' ? systemOffset : offsetsOf(name);
  const days = new Map<number, readonly Stretch[]>();

  /** @param day counted in UTC */
  const stretchesOn = (day: number): readonly Stretch[] => {
    let found = days.get(day);
    if (!found) {
      if (days.size >= DAYS_KEPT) days.clear();
      found = divide(day * DAY, (day + 1) * DAY, offsetAt);
      days.set(day, found);
    }
    return found;
  };

  return {
    wallAt: (at) => {
      for (const { end, offset } of stretchesOn(dayOf(at))) if (at < end) return at + offset;
      return at;
    },
    firstAt: (wall) => {
      const last = dayOf(wall + FARTHEST);
      for (let day = dayOf(wall - FARTHEST); day <= last; day++) {
        for (const { start, end, offset } of stretchesOn(day)) {
          if (end + offset > wall) return Math.max(start, wall - offset);
        }
      }
      return wall;
    },
    lastBefore: (wall) => {
      const first = dayOf(wall - FARTHEST);
      for (let day = dayOf(wall + FARTHEST); day >= first; day--) {
        for (const { start, end, offset } of stretchesOn(day).toReversed()) {
          if (start + offset < wall) return Math.min(end, wall - offset);
        }
      }
      return wall;
    },
  };
}

function dayOf(at: EpochMs): number {
  return Math.floor(at / DAY);
}

/** No clock has ever changed twice within a day, so equal offsets at both ends are that of the whole day. */
function divide(start: EpochMs, end: EpochMs, offsetAt: (at: EpochMs) => DurationMs): readonly Stretch[] {
  const [before, after] = [offsetAt(start), offsetAt(end)];
  if (before === after) return [{ start, end, offset: before }];
  let [last, change] = [start, end];
  while (change - last > 1) {
    const middle = Math.floor((last + change) / 2);
    if (offsetAt(middle) === before) last = middle;
    else change = middle;
  }
  return [
    { start, end: change, offset: before },
    { start: change, end, offset: after },
  ];
}

/** Without a format: the first one of a process takes 7 MiB. */
function systemOffset(at: EpochMs): DurationMs {
  return -new Date(at).getTimezoneOffset() * MINUTE;
}

function offsetsOf(timeZone: string): (at: EpochMs) => DurationMs {
  let format: Intl.DateTimeFormat | undefined;
  return (at) => {
    format ??= new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    const [, sign, hours, minutes, seconds = 0] =
      /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(format.format(at)) ?? [];
    const span = Number(hours ?? 0) * HOUR + Number(minutes ?? 0) * MINUTE + Number(seconds) * SECOND;
    return sign === '-' ? -span : span;
  };
}
