/** When maintenance ends: an ordinary week, the nights on which clocks change, and any windows against reading the clock minute by minute. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MaintenanceWindow, maintenanceEnd, type Weekday } from '../../src/domain/maintenance.ts';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import { createZone } from '../../src/lib/zone.ts';
import { changesIn, minutesAround, shown, ZONE_YEARS } from '../support/zones.ts';

const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `sat sun 22:00-04:30`; no days: every day. */
function window(written: string): MaintenanceWindow {
  const words = written.split(' ');
  const [from = '', to = ''] = words.at(-1)?.split('-') ?? [];
  const days = words.slice(0, -1) as Weekday[];
  return { days: days.length > 0 ? days : DAYS, from: timeOfDay(from), to: timeOfDay(to) };
}

function timeOfDay(written: string): number {
  const [hours, minutes] = written.split(':').map(Number);
  return (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE;
}

/** As ISO texts in UTC; `-`: none is in force. */
function endAt(windows: readonly string[], zone: string, now: string): string {
  const end = maintenanceEnd(windows.map(window), createZone(zone), Date.parse(`${now}Z`));
  return end === undefined ? '-' : new Date(end).toISOString().slice(0, 16);
}

describe('an ordinary week (1 January 2030 is a Tuesday)', () => {
  test.each<[windows: string[], now: string, end: string, why: string]>([
    [[], '2030-01-01T10:00', '-', 'no windows'],
    [['10:00-11:00'], '2030-01-01T09:59', '-', 'a minute before'],
    [['10:00-11:00'], '2030-01-01T10:00', '2030-01-01T11:00', 'it begins'],
    [['10:00-11:00'], '2030-01-01T10:59', '2030-01-01T11:00', 'the last minute'],
    [['10:00-11:00'], '2030-01-01T11:00', '-', 'its end is no longer in it'],
    [['tue 22:00-04:30'], '2030-01-01T23:00', '2030-01-02T04:30', 'over midnight'],
    [['tue 22:00-04:30'], '2030-01-02T04:29', '2030-01-02T04:30', 'the day is the one on which it begins'],
    [['tue 22:00-04:30'], '2030-01-01T04:00', '-', 'Monday had none'],
    [['tue 22:00-04:30'], '2030-01-02T22:00', '-', 'Wednesday has none'],
    [['sun 22:00-04:30'], '2030-01-07T01:00', '2030-01-07T04:30', 'from Sunday to Monday'],
    [['tue 22:00-24:00'], '2030-01-01T23:59', '2030-01-02T00:00', 'until midnight'],
    [['tue 22:00-00:00'], '2030-01-01T23:59', '2030-01-02T00:00', 'the same, written as the next day'],
    [['tue 00:00-24:00'], '2030-01-01T00:00', '2030-01-02T00:00', 'a whole day'],
    [['sat sun 00:00-24:00'], '2030-01-05T12:00', '2030-01-07T00:00', 'two days that touch are one window'],
    [['22:00-24:00', '00:00-02:00'], '2030-01-01T23:00', '2030-01-02T02:00', 'two windows that touch'],
    [['10:00-12:00', '11:00-13:00'], '2030-01-01T10:30', '2030-01-01T13:00', 'two that overlap'],
    [['10:00-14:00', '11:00-12:00'], '2030-01-01T11:30', '2030-01-01T14:00', 'one inside another'],
    [['10:00-11:00', '11:01-12:00'], '2030-01-01T10:30', '2030-01-01T11:00', 'a minute between is a gap'],
    [['00:01-00:00'], '2030-01-01T12:00', '2030-01-02T00:00', 'all day but a minute'],
  ])('%j at %s: %s (%s)', (windows, now, end) => {
    expect(endAt(windows, 'UTC', now)).toBe(end);
  });

  test('windows without a gap end some time (nobody could show "for ever" as a time)', () => {
    expect(endAt(['00:00-24:00'], 'UTC', '2030-01-01T10:00')).toBe('2030-01-17T00:00');
  });

  test('times are those of the zone', () => {
    expect(endAt(['tue 22:00-04:30'], 'Asia/Kolkata', '2030-01-01T16:29')).toBe('-');
    expect(endAt(['tue 22:00-04:30'], 'Asia/Kolkata', '2030-01-01T16:30')).toBe('2030-01-01T23:00');
  });
});

describe('the night on which the clock jumps ahead', () => {
  test.each<[windows: string[], zone: string, now: string, end: string, why: string]>([
    // Madrid: at 01:00 UTC from 02:00 to 03:00.
    [['sun 02:00-03:00'], 'Europe/Madrid', '2024-03-31T00:59', '-', 'before the jump'],
    [['sun 02:00-03:00'], 'Europe/Madrid', '2024-03-31T01:00', '-', 'the whole window is skipped'],
    [
      ['sun 02:30-04:00'],
      'Europe/Madrid',
      '2024-03-31T00:59',
      '-',
      'a skipped beginning is not before the jump',
    ],
    [['sun 02:30-04:00'], 'Europe/Madrid', '2024-03-31T01:00', '2024-03-31T02:00', 'it is the jump'],
    [
      ['sun 01:00-02:30'],
      'Europe/Madrid',
      '2024-03-31T00:30',
      '2024-03-31T01:00',
      'a skipped end is the jump',
    ],
    [['sun 01:00-05:00'], 'Europe/Madrid', '2024-03-31T00:30', '2024-03-31T03:00', 'an hour shorter'],
    [
      ['01:00-02:00', '03:00-04:00'],
      'Europe/Madrid',
      '2024-03-31T00:30',
      '2024-03-31T02:00',
      'a skipped gap is none',
    ],
    // At midnight: 00:00 to 01:00.
    [['sun 00:00-01:00'], 'America/Havana', '2024-03-10T05:00', '-', 'midnight itself is skipped'],
    [['sat 22:00-00:30'], 'America/Havana', '2024-03-10T04:30', '2024-03-10T05:00', 'until the jump'],
    [['sun 00:00-02:00'], 'Asia/Beirut', '2024-03-30T22:00', '2024-03-30T23:00', 'from the jump'],
    [['fri 00:30-02:00'], 'Africa/Cairo', '2024-04-25T22:00', '2024-04-25T23:00', 'from the jump'],
    // Half an hour: 02:00 to 02:30.
    [['sun 02:15-03:00'], 'Australia/Lord_Howe', '2024-10-05T15:30', '2024-10-05T16:00', 'from the jump'],
    // A whole Friday.
    [['fri 00:00-24:00'], 'Pacific/Apia', '2011-12-30T10:00', '-', 'a day that never came has no window'],
    [['thu 22:00-06:00'], 'Pacific/Apia', '2011-12-30T09:00', '2011-12-30T10:00', 'until the jump'],
  ])('%j in %s at %s: %s (%s)', (windows, zone, now, end) => {
    expect(endAt(windows, zone, now)).toBe(end);
  });
});

describe('the night on which an hour comes twice', () => {
  test.each<[windows: string[], zone: string, now: string, end: string, why: string]>([
    // Madrid: at 01:00 UTC from 03:00 back to 02:00.
    [['sun 02:00-03:00'], 'Europe/Madrid', '2024-10-26T23:59', '-', 'before the first time'],
    [
      ['sun 02:00-03:00'],
      'Europe/Madrid',
      '2024-10-27T00:00',
      '2024-10-27T02:00',
      'both times are one window',
    ],
    [['sun 02:00-03:00'], 'Europe/Madrid', '2024-10-27T01:30', '2024-10-27T02:00', 'the second time'],
    [['sun 02:30-04:00'], 'Europe/Madrid', '2024-10-27T00:29', '-', 'before the first 02:30'],
    [
      ['sun 02:30-04:00'],
      'Europe/Madrid',
      '2024-10-27T01:10',
      '2024-10-27T03:00',
      'between two times of one window',
    ],
    [['sun 01:00-02:30'], 'Europe/Madrid', '2024-10-27T00:45', '2024-10-27T01:30', 'until the second 02:30'],
    [
      ['sun 01:00-02:00'],
      'Europe/Madrid',
      '2024-10-26T23:30',
      '2024-10-27T00:00',
      'the clock never shows 01:59 again',
    ],
    [['sun 03:00-04:00'], 'Europe/Madrid', '2024-10-27T01:00', '-', 'the clock did not yet show 03:00'],
    [['sun 03:00-04:00'], 'Europe/Madrid', '2024-10-27T02:00', '2024-10-27T03:00', 'now it does'],
    // Havana: 01:00 back to 00:00 of the same day.
    [['sun 00:00-01:00'], 'America/Havana', '2024-11-03T04:00', '2024-11-03T06:00', 'both times'],
    [
      ['sat 22:00-24:00'],
      'America/Havana',
      '2024-11-03T03:00',
      '2024-11-03T04:00',
      'until the first midnight',
    ],
    // Beirut, Cairo: midnight back to 23:00 of the day before.
    [['sat 23:00-24:00'], 'Asia/Beirut', '2024-10-26T20:30', '2024-10-26T22:00', 'both times'],
    [['sun 00:00-01:00'], 'Asia/Beirut', '2024-10-26T21:00', '-', 'midnight comes once'],
    [['thu 23:30-00:30'], 'Africa/Cairo', '2024-10-31T20:30', '2024-10-31T22:30', 'both times'],
    // St. John's: at 00:01 back to 23:01, so that midnight comes twice.
    [
      ['sun 00:00-01:00'],
      'America/St_Johns',
      '2010-11-07T03:00',
      '2010-11-07T04:30',
      'with the hour before it',
    ],
    // South: autumn is in April.
    [['sat 23:30-00:30'], 'America/Santiago', '2024-04-07T03:30', '2024-04-07T04:30', 'both times'],
    // Half an hour: 02:00 back to 01:30.
    [['sun 01:30-02:00'], 'Australia/Lord_Howe', '2024-04-06T14:30', '2024-04-06T15:30', 'both times'],
  ])('%j in %s at %s: %s (%s)', (windows, zone, now, end) => {
    expect(endAt(windows, zone, now)).toBe(end);
  });
});

describe('any windows, around each change of a clock', () => {
  const nights = ZONE_YEARS.flatMap(([zone, year]) =>
    changesIn(zone, year).map((change) => ({ zone, change, minutes: minutesAround(zone, change, 5) })),
  );
  const time = fc.oneof(
    fc.constantFrom(0, 1, 30, 60, 90, 120, 150, 179, 180, 240, 1_380, 1_410, 1_439),
    fc.nat(1_439),
  );
  const anyWindow = fc
    .record({
      days: fc.oneof(fc.constant(DAYS), fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1 })),
      from: time.map((minutes) => minutes * MINUTE),
      to: fc.oneof(time, fc.constant(1_440)).map((minutes) => minutes * MINUTE),
    })
    .filter(({ from, to }) => from !== to);

  test('the end is found as by reading the clock minute by minute', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...nights),
        fc.array(anyWindow, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: -2 * 24 * 60, max: 2 * 24 * 60 }),
        fc.nat(MINUTE - 1),
        ({ zone, change, minutes }, windows, minute, rest) => {
          const now = change + minute * MINUTE;
          const expected = endByReading(windows, minutes, now);
          const found = maintenanceEnd(windows, createZone(zone), now + rest);
          const readUntil = change + 3 * DAY;
          if (expected !== undefined && expected > readUntil) expect(found).toBeGreaterThan(readUntil);
          else expect(found).toBe(expected);
        },
      ),
      { numRuns: 1_500 },
    );
  }, 180_000);

  test('whenever the clock shows a time inside a window, the window is in force', () => {
    fc.assert(
      fc.property(fc.constantFrom(...nights), anyWindow, ({ zone, change, minutes }, oneWindow) => {
        const clock = createZone(zone);
        for (const [at, text] of minutes) {
          if (Math.abs(at - change) > DAY || !showsInside(oneWindow, text)) continue;
          expect(maintenanceEnd([oneWindow], clock, at), `${zone} ${text}`).toBeGreaterThan(at);
        }
      }),
      { numRuns: 40 },
    );
  });
});

/** The rule of the header, read off the clock: from the first minute that shows `from` or later to the last before `to`. */
function endByReading(
  windows: readonly MaintenanceWindow[],
  minutes: readonly (readonly [number, string])[],
  now: number,
): number | undefined {
  const dates = new Set(minutes.map(([, text]) => text.slice(0, 10)));
  const eve = [...dates].map((date) => dayAfter(date, -1));
  const inForce = new Set<number>();
  for (const { days, from, to } of windows) {
    for (const date of new Set([...dates, ...eve])) {
      if (!days.includes(weekdayOf(date))) continue;
      const begins = `${date} ${clockTime(from)}`;
      const ends = `${to > from ? date : dayAfter(date, 1)} ${clockTime(to)}`;
      const first = minutes.findIndex(([, text]) => text >= begins);
      const last = minutes.findLastIndex(([, text]) => text < ends);
      if (first < 0) continue;
      for (let minute = first; minute <= last; minute++) inForce.add(minutes[minute]?.[0] ?? 0);
    }
  }
  if (!inForce.has(now)) return undefined;
  let end = now;
  while (inForce.has(end)) end += MINUTE;
  return end;
}

function showsInside({ days, from, to }: MaintenanceWindow, text: string): boolean {
  const [date = '', time = ''] = text.split(' ');
  const minute = timeOfDay(time);
  const today = days.includes(weekdayOf(date));
  if (to > from) return today && minute >= from && minute < to;
  return (today && minute >= from) || (days.includes(weekdayOf(dayAfter(date, -1))) && minute < to);
}

function clockTime(span: number): string {
  return span === DAY ? '24:00' : shown(span).slice(11);
}

function dayAfter(date: string, days: number): string {
  return shown(Date.parse(date) + days * DAY).slice(0, 10);
}

function weekdayOf(date: string): Weekday {
  // Sunday is 0.
  return DAYS[(new Date(date).getUTCDay() + 6) % 7] ?? 'mon';
}
