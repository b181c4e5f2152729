/** Does a zone agree with luxon, and with a clock that is read minute by minute? */
import fc from 'fast-check';
import { DateTime } from 'luxon';
import { afterEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import { createZone } from '../../src/lib/zone.ts';
import { changesIn, minutesAround, shown, ZONE_YEARS } from '../support/zones.ts';

const ZONES = [...new Set(ZONE_YEARS.map(([zone]) => zone)), 'Asia/Kathmandu', 'America/Caracas'];

test('the clock shows what luxon says, whatever the zone and the year', () => {
  for (const name of ZONES) {
    const zone = createZone(name);
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2030, 0) }), (at) => {
        const wall = DateTime.fromMillis(at, { zone: name });
        expect(zone.wallAt(at)).toBe(at + wall.offset * MINUTE);
      }),
      { numRuns: 300 },
    );
  }
});

test('before there were zones it shows the seconds of the local sun', () => {
  expect(createZone('Europe/Amsterdam').wallAt(Date.UTC(1800, 0))).toBe(Date.UTC(1800, 0) + 1_050_000);
  expect(createZone('America/New_York').wallAt(Date.UTC(1800, 0))).toBe(Date.UTC(1800, 0) - 17_762_000);
});

describe('around each change of a clock, and where it never changes', () => {
  const cases = ZONE_YEARS.flatMap(([zone, year]) =>
    changesIn(zone, year).map((change) => [zone, new Date(change).toISOString()] as const),
  );

  test.each(cases)('%s at %s: both questions are answered as by reading minute by minute', (name, change) => {
    const zone = createZone(name);
    const minutes = minutesAround(name, Date.parse(change), 2);
    for (let wall = Date.parse(change) - DAY; wall < Date.parse(change) + DAY; wall += 15 * MINUTE) {
      const asked = shown(wall);
      const first = minutes.find(([, text]) => text >= asked)?.[0];
      const last = (minutes.findLast(([, text]) => text < asked)?.[0] ?? 0) + MINUTE;
      expect([asked, zone.firstAt(wall), zone.lastBefore(wall)]).toEqual([asked, first, last]);
    }
  });
});

test('a moment is the first at which the clock shows what it shows, unless it shows it twice', () => {
  const zone = createZone('Europe/Madrid');
  const at = Date.UTC(2024, 5, 1, 12, 34, 56, 789);
  expect([zone.firstAt(zone.wallAt(at)), zone.lastBefore(zone.wallAt(at))]).toEqual([at, at]);
  const twice = Date.UTC(2024, 9, 27, 2, 30);
  expect(zone.lastBefore(twice) - zone.firstAt(twice)).toBe(HOUR);
});

test('more days than are remembered are answered all the same', () => {
  const zone = createZone('Australia/Lord_Howe');
  for (let day = 0; day < 400; day++) {
    const at = Date.UTC(2024, 0, 1) + day * DAY;
    const wall = DateTime.fromMillis(at, { zone: 'Australia/Lord_Howe' });
    expect(zone.wallAt(at)).toBe(at + wall.offset * MINUTE);
  }
});

describe('the zone of the system', () => {
  const before = process.env.TZ;
  afterEach(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });

  test.each(['Europe/Madrid', 'Australia/Lord_Howe', 'America/Havana', 'UTC'])('%s', (name) => {
    process.env.TZ = name;
    const [system, named] = [createZone('system'), createZone(name)];
    for (let at = Date.UTC(2024, 0); at < Date.UTC(2025, 0); at += 3 * HOUR) {
      expect(system.wallAt(at)).toBe(named.wallAt(at));
      expect(system.firstAt(at)).toBe(named.firstAt(at));
      expect(system.lastBefore(at)).toBe(named.lastBefore(at));
    }
  });
});
