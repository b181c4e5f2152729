/**
 * Is a server in maintenance, and until when? Pure: the clock on the wall comes in as a `Zone`.
 *
 * A window lasts from the first moment at which the clock shows `from` or later until the last at which it still
 * shows less than `to`. So an hour that the clock shows twice is in the window both times, with what lies between,
 * and one that it skips is in none.
 */
import { DAY, type DurationMs, type EpochMs } from '../lib/time.ts';
import type { Zone } from '../lib/zone.ts';

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** A time of every week in which work on a server is expected. */
export interface MaintenanceWindow {
  /** The days on which it begins; at least one. */
  readonly days: readonly Weekday[];
  /** What the clock shows, counted from midnight; below 24 h. */
  readonly from: DurationMs;
  /** The same, up to 24 h. Not after `from`: on the next day. Never equal to it. */
  readonly to: DurationMs;
}

/** 1970-01-01, from which days are counted, was a Thursday. */
const WEEK: readonly Weekday[] = ['thu', 'fri', 'sat', 'sun', 'mon', 'tue', 'wed'];

/** Windows without a gap may go on for ever; nobody needs to know more than two weeks ahead. */
const FARTHEST_AHEAD: DurationMs = 15 * DAY;

/**
 * When the windows in force end, `undefined` when none is. Windows that overlap or touch are one. Windows without
 * a gap end some two weeks from now; ask again then.
 */
export function maintenanceEnd(
  windows: readonly MaintenanceWindow[],
  zone: Zone,
  now: EpochMs,
): EpochMs | undefined {
  if (windows.length === 0) return undefined;
  let end: EpochMs | undefined;
  for (let next = latestEnd(windows, zone, now); next !== undefined; ) {
    end = next;
    next = end - now < FARTHEST_AHEAD ? latestEnd(windows, zone, end) : undefined;
  }
  return end;
}

/** Of the windows in force at that moment. */
function latestEnd(windows: readonly MaintenanceWindow[], zone: Zone, at: EpochMs): EpochMs | undefined {
  const today = Math.floor(zone.wallAt(at) / DAY);
  let latest: EpochMs | undefined;
  // The window of tomorrow counts too: a clock that is set back past midnight has shown its beginning already.
  for (let day = today - 1; day <= today + 1; day++) {
    const weekday = WEEK[((day % 7) + 7) % 7];
    for (const { days, from, to } of windows) {
      if (weekday === undefined || !days.includes(weekday)) continue;
      if (zone.firstAt(day * DAY + from) > at) continue;
      const end = zone.lastBefore((to > from ? day : day + 1) * DAY + to);
      if (end > (latest ?? at)) latest = end;
    }
  }
  return latest;
}
