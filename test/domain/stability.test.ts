/** When a server changes too often to tell each change, and when it has calmed down. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSteadyAgain, noteChange, noteGap, STABLE, type Stability } from '../../src/domain/stability.ts';
import { HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';

/** Changes at these moments, one after another. */
function live(...moments: readonly number[]) {
  const outcomes: string[] = [];
  let stability = STABLE;
  for (const at of moments) {
    const noted = noteChange(stability, at);
    stability = noted.after;
    outcomes.push(noted.outcome);
  }
  return { stability, outcomes };
}

const every = (step: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => from + index * step);

describe('more than five changes within thirty minutes', () => {
  const cases: [string, number[], string][] = [
    ['five are still told one by one', every(MINUTE, 5), 'stable'],
    ['the sixth is one too many', every(MINUTE, 6), 'became-unstable'],
    ['that is said once', every(MINUTE, 7), 'unstable'],
    ['six in just under thirty minutes count', [...every(MINUTE, 5), 30 * MINUTE - 1], 'became-unstable'],
    ['one that is thirty minutes old counts no longer', [...every(MINUTE, 5), 30 * MINUTE], 'stable'],
    ['slow changes never add up', every(7 * MINUTE, 200), 'stable'],
  ];

  test.each(cases)('%s', (_title, moments, outcome) => {
    expect(live(...moments).outcomes.at(-1)).toBe(outcome);
  });

  test('it is unstable since the first of the six', () => {
    expect(live(...every(MINUTE, 6, HOUR)).stability.unstableSince).toBe(HOUR);
    expect(live(...every(MINUTE, 9, HOUR)).stability.unstableSince).toBe(HOUR);
    expect(live(0, ...every(MINUTE, 6, HOUR)).stability.unstableSince).toBe(HOUR);
  });
});

describe('steady again', () => {
  const { stability } = live(...every(MINUTE, 6));
  const last = 5 * MINUTE;

  test('after fifteen minutes without a change, to the millisecond', () => {
    expect(isSteadyAgain(stability, last + 15 * MINUTE - 1)).toBe(false);
    expect(isSteadyAgain(stability, last + 15 * MINUTE)).toBe(true);
  });

  test('each change starts the fifteen minutes anew', () => {
    const later = noteChange(stability, last + 14 * MINUTE).after;
    expect(isSteadyAgain(later, last + 16 * MINUTE)).toBe(false);
    expect(isSteadyAgain(later, last + 29 * MINUTE)).toBe(true);
  });

  test('what nobody has seen is no calm: the fifteen minutes begin when it is seen again', () => {
    const seen = noteGap(stability, last + 14 * MINUTE);
    expect(isSteadyAgain(seen, last + 28 * MINUTE)).toBe(false);
    expect(isSteadyAgain(seen, last + 29 * MINUTE)).toBe(true);
    expect(seen.unstableSince).toBe(stability.unstableSince);
    const { stability: stable } = live(0, 1, 2);
    expect(noteGap(stable, HOUR)).toEqual(stable);
  });

  test('a stable server never becomes steady (that would be news about nothing)', () => {
    expect(isSteadyAgain(STABLE, HOUR)).toBe(false);
    expect(isSteadyAgain(live(0, 1, 2).stability, HOUR)).toBe(false);
  });
});

describe("the machine's clock is set back", () => {
  test('changes that lie ahead do not count', () => {
    expect(live(...every(MINUTE, 5, 2 * HOUR), 0).outcomes.at(-1)).toBe('stable');
  });

  test('an unstable server is not silent until the clock has caught up', () => {
    const { stability } = live(...every(MINUTE, 6, 24 * HOUR));
    expect(isSteadyAgain(stability, 0)).toBe(true);
  });
});

describe('for any changes', () => {
  const anyMoments = fc
    .array(fc.oneof(fc.nat(MINUTE), fc.nat(10 * MINUTE), fc.nat(2 * HOUR)), { maxLength: 60 })
    .map((gaps) => {
      let at = 0;
      return gaps.map((gap) => {
        at += gap;
        return at;
      });
    });

  test('it becomes unstable exactly at the first change that is the sixth within thirty minutes', () => {
    fc.assert(
      fc.property(anyMoments, (moments) => {
        const { outcomes } = live(...moments);
        const isSixth = (at: number, here: number) =>
          moments.slice(0, here + 1).filter((other) => other > at - 30 * MINUTE).length > 5;
        expect(outcomes.indexOf('became-unstable')).toBe(moments.findIndex(isSixth));
        expect(outcomes.filter((outcome) => outcome === 'became-unstable').length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('what is kept is never more than six moments (a server that flaps for a year must not fill the memory)', () => {
    fc.assert(
      fc.property(anyMoments, (moments) => {
        expect(live(...moments).stability.changes.length).toBeLessThanOrEqual(6);
      }),
    );
  });

  test('what is given is not changed', () => {
    fc.assert(
      fc.property(anyMoments, (moments) => {
        let stability: Stability = Object.freeze({ ...STABLE, changes: Object.freeze([]) });
        for (const at of moments) {
          const { after } = noteChange(stability, at);
          stability = Object.freeze({ ...after, changes: Object.freeze([...after.changes]) });
        }
      }),
    );
    expect(STABLE).toEqual({ changes: [], unstableSince: undefined });
    expect(isSteadyAgain(STABLE, SECOND)).toBe(false);
  });
});
