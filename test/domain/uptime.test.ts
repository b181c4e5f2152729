/** Up, down and unknown, held against a model that asks the same of each minute, one by one. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BUCKET, type Period, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { type Band, shareUp, toBands, uptime, watchedRuns } from '../../src/domain/uptime.ts';
import { type DurationMs, type EpochMs, HOUR, MINUTE } from '../../src/lib/time.ts';

const server = 'alpha' as ServerName;
const START = 1_000 * BUCKET;
const at = (minutes: number) => START + minutes * MINUTE;

const bucket = (minute: number, probes = 20): ProbeBucket => ({
  ...{ server, start: at(minute), probes, failures: 0, users: undefined },
  latency: probes > 0 ? { min: 1, median: 2, max: 3 } : undefined,
});
const buckets = (from: number, to: number) =>
  Array.from({ length: (to - from) / 5 }, (_, index) => bucket(from + index * 5));
const period = (kind: Period['kind'], from: number, to?: number): Period => ({
  ...{ server, kind, from: at(from), trouble: undefined },
  to: to === undefined ? undefined : at(to),
});
const minutes = (up: number, down: number, unknown: number) => ({
  up: up * MINUTE,
  down: down * MINUTE,
  unknown: unknown * MINUTE,
});

function bandsOf(
  past: readonly ProbeBucket[],
  periods: readonly Period[],
  from: EpochMs,
  to: EpochMs,
  interval?: DurationMs,
): Band[] {
  return toBands(watchedRuns(past), periods, from, to, interval);
}

const uptimeOf = (...span: Parameters<typeof bandsOf>) => uptime(bandsOf(...span));

describe('a day like others', () => {
  test('an outage counts to the minute, though buckets are coarser', () => {
    expect(uptimeOf(buckets(0, 60), [period('down', 7, 19)], at(0), at(60))).toEqual(minutes(48, 12, 0));
  });

  test('time in which the bot was off or was cut off itself counts neither way', () => {
    const watched = [...buckets(0, 20), ...buckets(40, 60)];
    const periods = [period('down', 10, 45), period('blind', 42, 50)];
    expect(uptimeOf(watched, periods, at(0), at(60))).toEqual(minutes(20, 12, 28));
  });

  test('a server that was added an hour ago was not down before that', () => {
    const seen = uptimeOf(buckets(-60, 0), [], at(-24 * 60), at(0));
    expect(seen).toEqual(minutes(60, 0, 23 * 60));
    expect(shareUp(seen)).toBe(1);
  });

  test('the running bucket counts up to now', () => {
    expect(uptimeOf(buckets(0, 10), [period('down', 6)], at(0), at(7))).toEqual(minutes(6, 1, 0));
  });

  test('the bucket in which the span begins counts from there on', () => {
    expect(uptimeOf(buckets(0, 10), [], at(3), at(10))).toEqual(minutes(7, 0, 0));
  });

  test('a bucket in which only people were counted was not watched', () => {
    expect(uptimeOf([bucket(0, 0)], [], at(0), at(5))).toEqual(minutes(0, 0, 5));
  });

  test('an outage that began before the span counts from its beginning, one that lasts up to its end', () => {
    const periods = [period('down', -300, 10), period('down', 50)];
    expect(uptimeOf(buckets(0, 60), periods, at(0), at(60))).toEqual(minutes(40, 20, 0));
  });

  test('a probe each quarter of an hour stands for the time until the next one', () => {
    const seldom = [0, 15, 30, 45].map((minute) => bucket(minute, 1));
    expect(uptimeOf(seldom, [], at(0), at(60))).toEqual(minutes(20, 0, 40));
    expect(uptimeOf(seldom, [], at(0), at(60), 15 * MINUTE)).toEqual(minutes(60, 0, 0));
    expect(uptimeOf(seldom, [], at(0), at(60), 11 * MINUTE)).toEqual(minutes(60, 0, 0));
  });

  test('where nothing was watched there is no share; an empty span is all nothing', () => {
    expect(shareUp(uptimeOf([], [period('down', 0)], at(0), at(60)))).toBe(undefined);
    expect(uptimeOf(buckets(0, 60), [], at(20), at(20))).toEqual(minutes(0, 0, 0));
    expect(uptimeOf(buckets(0, 60), [], at(20), at(10))).toEqual(minutes(0, 0, 0));
    expect(shareUp(minutes(3, 1, 100))).toBe(0.75);
  });
});

describe('bands', () => {
  test('cover the whole span in order, the unknown included', () => {
    expect(bandsOf(buckets(10, 30), [], at(0), at(60))).toEqual([
      { from: at(0), to: at(10), state: 'unknown' },
      { from: at(10), to: at(30), state: 'up' },
      { from: at(30), to: at(60), state: 'unknown' },
    ]);
  });

  test('what the bot could not see is unknown, also while it believed the server to be down', () => {
    const periods = [period('down', 0, 60), period('blind', 20, 40)];
    const states = bandsOf(buckets(0, 60), periods, at(0), at(60)).map(({ state }) => state);
    expect(states).toEqual(['down', 'unknown', 'down']);
  });

  test('of an empty span there are none', () => {
    expect(bandsOf(buckets(0, 60), [period('down', 10)], at(20), at(20))).toEqual([]);
    expect(bandsOf(buckets(0, 60), [period('down', 10)], at(20), at(10))).toEqual([]);
  });
});

describe('for any past', () => {
  const SPAN = 180;
  const anyBuckets = fc.array(
    fc.tuple(fc.integer({ min: -4, max: 40 }), fc.nat(2)).map(([place, probes]) => bucket(place * 5, probes)),
    { maxLength: 50 },
  );
  const anyPeriods = fc.array(
    fc
      .tuple(
        fc.constantFrom('down' as const, 'blind' as const),
        fc.integer({ min: -40, max: 200 }),
        fc.nat(60),
      )
      .chain(([kind, from, length]) =>
        fc.constantFrom(
          period(kind, from, from + length),
          period(kind, from, from + length),
          period(kind, from),
        ),
      ),
    { maxLength: 6 },
  );
  const anySpan = fc
    .tuple(fc.nat(SPAN), fc.nat(SPAN))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const anyInterval = fc.integer({ min: 1, max: 40 });

  /** The state of each minute, found without the others. */
  function minuteByMinute(
    past: readonly ProbeBucket[],
    periods: readonly Period[],
    [from, to]: readonly [number, number],
    intervalMinutes: number,
  ) {
    const states: Band['state'][] = [];
    for (let minute = from; minute < to; minute++) {
      const now = at(minute);
      const isIn = (kind: Period['kind']) =>
        periods.some((each) => each.kind === kind && each.from <= now && now < (each.to ?? at(to)));
      let isWatched = false;
      for (let back = 0; back * 5 < Math.max(intervalMinutes, 5); back++) {
        const start = now - (now % BUCKET) - back * BUCKET;
        isWatched ||= past.some((each) => each.start === start && each.probes > 0);
      }
      states.push(!isWatched || isIn('blind') ? 'unknown' : isIn('down') ? 'down' : 'up');
    }
    return states;
  }

  test('the bands are what the minutes say, and the uptime is their sum', () => {
    fc.assert(
      fc.property(anyBuckets, anyPeriods, anySpan, anyInterval, (past, periods, span, interval) => {
        const [from, to] = [at(span[0]), at(span[1])];
        const expected = minuteByMinute(past, periods, span, interval);
        const bands = bandsOf(past, periods, from, to, interval * MINUTE);
        expect(bands.flatMap((band) => Array((band.to - band.from) / MINUTE).fill(band.state))).toEqual(
          expected,
        );
        expect(bands.map((band) => band.from)).toEqual(
          [from, ...bands.map((band) => band.to)].slice(0, bands.length),
        );
        expect(bands.every(({ state }, index) => state !== bands[index - 1]?.state)).toBe(true);
        const count = (state: Band['state']) => expected.filter((one) => one === state).length;
        expect(uptime(bands)).toEqual(minutes(count('up'), count('down'), count('unknown')));
      }),
      { numRuns: 500 },
    );
  });

  test('the parts make the whole, and adjoining spans add up, wherever they are cut', () => {
    fc.assert(
      fc.property(anyBuckets, anyPeriods, fc.nat(3 * HOUR), fc.nat(3 * HOUR), (past, given, cut, rest) => {
        const end = START + cut + rest;
        // One that lasts ends with the span, and these end in different places.
        const periods = given.map((each) => ({ ...each, to: each.to ?? end }));
        const [first, second, whole] = [
          uptimeOf(past, periods, START, START + cut),
          uptimeOf(past, periods, START + cut, end),
          uptimeOf(past, periods, START, end),
        ];
        expect(whole.up + whole.down + whole.unknown).toBe(cut + rest);
        expect(whole).toEqual({
          up: first.up + second.up,
          down: first.down + second.down,
          unknown: first.unknown + second.unknown,
        });
      }),
    );
  });

  test('neither the order of buckets and periods nor a bucket told twice changes anything', () => {
    fc.assert(
      fc.property(anyBuckets, anyPeriods, anySpan, (past, periods, [from, to]) => {
        expect(uptimeOf([...past, ...past].reverse(), [...periods].reverse(), at(from), at(to))).toEqual(
          uptimeOf(past, periods, at(from), at(to)),
        );
      }),
    );
  });
});
