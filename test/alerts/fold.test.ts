/** What several rows come to: every row is in the result once, and the last word is what is true. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, foldSight, obsoleteReminders } from '../../src/alerts/fold.ts';
import type { Event, EventOf } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { ALPHA, BETA, began, down, ended, rows, shaky, still, stillBlind, stillDown, up } from './rows.ts';

test('a down and an up that were both untold are one past outage', () => {
  const folded = fold(rows(down(ALPHA, 1), down(BETA, 2), up(ALPHA, 3)));
  expect(folded.past).toMatchObject([{ server: ALPHA, down: { at: 1 }, up: { at: 3 } }]);
  expect(folded.down).toMatchObject([{ server: BETA }]);
  expect(folded.up).toEqual([]);
});

test('a reminder is of no use beside the outage itself or after its recovery', () => {
  expect(fold(rows(down(ALPHA, 1), stillDown(ALPHA, 2))).stillDown).toEqual([]);
  expect(fold(rows(stillDown(ALPHA, 1), up(ALPHA, 2)))).toMatchObject({ stillDown: [], up: [{ at: 2 }] });
});

test('nor is that of an earlier outage: monitoring was switched in between', () => {
  expect(fold(rows(stillDown(ALPHA, 1), down(ALPHA, 2)))).toMatchObject({ stillDown: [], down: [{ at: 2 }] });
});

test('of several reminders the newest counts', () => {
  expect(fold(rows(stillDown(ALPHA, 1), stillDown(ALPHA, 2))).stillDown).toMatchObject([{ at: 2 }]);
});

test('several outages of one server stay several', () => {
  const folded = fold(rows(down(ALPHA, 1), up(ALPHA, 2), down(ALPHA, 3), up(ALPHA, 4), down(ALPHA, 5)));
  expect(folded.past.map((outage) => [outage.down.at, outage.up.at])).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(folded.down).toMatchObject([{ at: 5 }]);
});

describe('a server that is unstable', () => {
  test('is told by that word alone, whatever it did before', () => {
    const folded = fold(rows(down(ALPHA, 1), up(ALPHA, 2), down(ALPHA, 3), shaky(ALPHA, 4), down(BETA, 5)));
    expect(folded).toMatchObject({
      down: [{ server: BETA }],
      up: [],
      past: [],
      unstable: [{ server: ALPHA, at: 4 }],
    });
  });

  test('and steady again before either could be told is told as steady', () => {
    const folded = fold(rows(shaky(ALPHA, 1), still(ALPHA, 2, 'up')));
    expect(folded).toMatchObject({ unstable: [], steady: [{ at: 2 }] });
  });

  test('that fell after it was steady is down (the newer word is what is true)', () => {
    const folded = fold(rows(still(ALPHA, 1, 'up'), down(ALPHA, 2)));
    expect(folded).toMatchObject({ steady: [], down: [{ at: 2 }] });
  });

  test('that stays down is not reminded of beside that', () => {
    const folded = fold(rows(still(ALPHA, 1, 'down'), stillDown(ALPHA, 2)));
    expect(folded).toMatchObject({ steady: [{ at: 1 }], stillDown: [] });
  });

  test('that stayed down and has come up since is up (nobody need take care of it)', () => {
    const folded = fold(rows(still(ALPHA, 1, 'down'), up(ALPHA, 2)));
    expect(folded).toMatchObject({ steady: [], up: [{ at: 2 }] });
  });

  test('whose outage is told singly again is so no longer: monitoring was switched in between', () => {
    const folded = fold(rows(shaky(ALPHA, 1), down(ALPHA, 2)));
    expect(folded).toMatchObject({ unstable: [], down: [{ at: 2 }] });
  });
});

describe('the sight of the bot', () => {
  test('pairs what began and ended untold; an end alone is that of something told', () => {
    const folded = foldSight(rows(ended(1), began(2), ended(3), began(4), ended(5), began(6)));
    expect(folded.seesAgain?.at).toBe(1);
    expect(folded.past.map((one) => [one.blind.at, one.seesAgain.at])).toEqual([
      [2, 3],
      [4, 5],
    ]);
    expect(folded.blind?.at).toBe(6);
  });

  test('a reminder is one of what was told and is not over', () => {
    expect(foldSight(rows(stillBlind(1), stillBlind(2))).stillBlind?.at).toBe(2);
    expect(foldSight(rows(began(1), stillBlind(2)))).toMatchObject({
      blind: { at: 1 },
      stillBlind: undefined,
    });
    expect(foldSight(rows(stillBlind(1), ended(2)))).toMatchObject({
      seesAgain: { at: 2 },
      stillBlind: undefined,
    });
  });
});

test('a newer reminder makes an older one obsolete, of the same server or of the bot, and nothing else', () => {
  const all = rows(
    began(1),
    stillBlind(2),
    stillDown(ALPHA, 3),
    stillDown(BETA, 4),
    down(ALPHA, 5),
    stillBlind(6),
    stillDown(ALPHA, 7),
  );
  expect(obsoleteReminders(all).map(({ event }) => event.at)).toEqual([3, 2]);
});

describe('for any rows', () => {
  /** Per server down and up alternate; it may have been down before the first of them. */
  const anyEvents: fc.Arbitrary<Event[]> = fc
    .record({
      wasDown: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      steps: fc.array(fc.record({ server: fc.nat(3), reminder: fc.boolean() }), { maxLength: 40 }),
    })
    .map(({ wasDown, steps }) => {
      const isDown = [...wasDown];
      return steps.flatMap(({ server, reminder }, index): Event[] => {
        const name = `server-${server}` as ServerName;
        if (reminder) return isDown[server] ? [stillDown(name, index)] : [];
        isDown[server] = !isDown[server];
        return [isDown[server] ? down(name, index) : up(name, index)];
      });
    });

  const only = <Kind extends Event['kind']>(events: readonly Event[], kind: Kind) =>
    events.filter((event): event is EventOf<Kind> => event.kind === kind);

  test('every down and every up is in the result exactly once', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const folded = fold(rows(...events));
        const downs = [...folded.down, ...folded.past.map((outage) => outage.down)];
        const ups = [...folded.up, ...folded.past.map((outage) => outage.up)];
        const byTime = (a: Event, b: Event) => a.at - b.at;
        expect(downs.sort(byTime)).toEqual(only(events, 'server-down'));
        expect(ups.sort(byTime)).toEqual(only(events, 'server-up'));
      }),
    );
  });

  test('a server is told as down exactly when its last event says so', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const folded = fold(rows(...events));
        const last = new Map<string, Event>();
        for (const event of events) if ('server' in event) last.set(event.server, event);
        const failing = [...last.values()].filter(({ kind }) => kind !== 'server-up');
        const toldDown = [...folded.down, ...folded.stillDown].map(({ server }) => server);
        expect(toldDown.sort()).toEqual(
          failing.map((event) => ('server' in event ? event.server : '')).sort(),
        );
      }),
    );
  });

  test('what is obsolete makes no difference, and what is left is one reminder of each server', () => {
    const byServer = (a: Event, b: Event) => JSON.stringify(a).localeCompare(JSON.stringify(b));
    fc.assert(
      fc.property(anyEvents, (events) => {
        const all = rows(...events);
        const obsolete = new Set(obsoleteReminders(all));
        const left = all.filter((row) => !obsolete.has(row));
        const reminded = only(
          left.map(({ event }) => event),
          'server-still-down',
        );
        expect(new Set(reminded.map(({ server }) => server)).size).toBe(reminded.length);
        const [before, after] = [fold(all), fold(left)];
        expect({ ...after, stillDown: [...after.stillDown].sort(byServer) }).toEqual({
          ...before,
          stillDown: [...before.stillDown].sort(byServer),
        });
      }),
    );
  });

  test('an outage ends after it began', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        for (const { down: began, up: ended } of fold(rows(...events)).past) {
          expect(ended.at).toBeGreaterThan(began.at);
          expect(ended.server).toBe(began.server);
        }
      }),
    );
  });
});
