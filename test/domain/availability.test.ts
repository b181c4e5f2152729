/** The rule of up and down, held against one that can be checked by eye: how long is the run that ends here? */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Availability,
  type AvailabilityStatus,
  isInDoubt,
  observe,
  type Probe,
  type Thresholds,
  type Transition,
  unknownSince,
} from '../../src/domain/availability.ts';
import type { EpochMs } from '../../src/lib/time.ts';

const START: EpochMs = 1_000_000;

const anyThresholds: fc.Arbitrary<Thresholds> = fc.record({
  failures: fc.integer({ min: 1, max: 5 }),
  successes: fc.integer({ min: 1, max: 5 }),
});

/** In order of time. */
const anyProbes: fc.Arbitrary<Probe[]> = fc
  .array(fc.record({ answered: fc.boolean(), gap: fc.nat(100_000), latency: fc.nat(8_000) }), {
    maxLength: 60,
  })
  .map((looks) => {
    let at = START;
    return looks.map(({ answered, gap, latency }): Probe => {
      at += gap;
      return answered
        ? { kind: 'answered', at, latency }
        : { kind: 'failed', at, latency, trouble: { code: 'refused' } };
    });
  });

interface Seen {
  readonly probe: Probe;
  readonly before: Availability;
  readonly after: Availability;
  readonly transition: Transition | undefined;
}

function watch(probes: readonly Probe[], thresholds: Thresholds): Seen[] {
  let before = freeze(unknownSince(START));
  return probes.map((probe) => {
    const { after, transition } = observe(before, freeze(probe), thresholds);
    const seen = { probe, before, after, transition };
    before = freeze(after);
    return seen;
  });
}

/** The rule must not change what it is given. */
function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}

/** Which runs of equal probes are long enough? */
function oracle(probes: readonly Probe[], thresholds: Thresholds) {
  let status: AvailabilityStatus = 'unknown';
  let since = START;
  return probes.map((probe, index) => {
    let first = index;
    while (first > 0 && probes[first - 1]?.kind === probe.kind) first -= 1;
    const seen = probe.kind === 'answered' ? 'up' : 'down';
    const needed = seen === 'up' ? thresholds.successes : thresholds.failures;
    const before = status;
    if (seen !== status && index - first + 1 >= needed) {
      status = seen;
      since = probes[first]?.at ?? Number.NaN;
    }
    return { status, since, isNews: status !== before && !(before === 'unknown' && status === 'up') };
  });
}

function given(claim: (seen: Seen[], probes: Probe[], thresholds: Thresholds) => void): void {
  fc.assert(
    fc.property(anyProbes, anyThresholds, (probes, thresholds) =>
      claim(watch(probes, thresholds), probes, thresholds),
    ),
    { numRuns: 300 },
  );
}

describe('for any probes and thresholds', () => {
  test('the status changes exactly when the run of equal probes reaches its threshold', () => {
    given((seen, probes, thresholds) => {
      const expected = oracle(probes, thresholds);
      expect(seen.map(({ after }) => ({ status: after.status, since: after.since }))).toEqual(
        expected.map(({ status, since }) => ({ status, since })),
      );
    });
  });

  test('a change is told when it happens and never twice, and first seen up is no news', () => {
    given((seen, probes, thresholds) => {
      const expected = oracle(probes, thresholds).map(({ isNews }) => isNews);
      expect(seen.map(({ transition }) => transition !== undefined)).toEqual(expected);
    });
  });

  test('down and up alternate, down first (nobody hears of a recovery without an outage)', () => {
    given((seen) => {
      const kinds = seen.flatMap(({ transition }) => (transition ? [transition.kind] : []));
      expect(kinds).toEqual(kinds.map((_, index) => (index % 2 === 0 ? 'went-down' : 'came-up')));
    });
  });

  test('a change is dated from the first probe of the run that confirmed it: not later than now, not earlier than the change before', () => {
    given((seen) => {
      let last = START;
      for (const { probe, transition } of seen) {
        if (!transition) continue;
        expect(transition.at).toBeLessThanOrEqual(probe.at);
        expect(transition.at).toBeGreaterThanOrEqual(last);
        last = transition.at;
      }
    });
  });

  test('an outage has one beginning: the recovery names the date that the outage was told with', () => {
    given((seen) => {
      let down: EpochMs | undefined;
      for (const { transition } of seen) {
        if (transition?.kind === 'went-down') down = transition.at;
        if (transition?.kind === 'came-up') expect(transition.downSince).toBe(down);
      }
    });
  });

  test('the cause is known exactly while it is down, and is that of the newest failed probe', () => {
    given((seen) => {
      let newest: Probe | undefined;
      for (const { probe, after, transition } of seen) {
        if (probe.kind === 'failed') newest = probe;
        expect(after.failure).toEqual(after.status === 'down' ? newest : undefined);
        if (transition?.kind === 'went-down') expect(transition.failure).toEqual(probe);
      }
    });
  });

  test('it is in doubt exactly when the last probe contradicts what is believed (then the next comes soon)', () => {
    given((seen) => {
      for (const { probe, after } of seen) {
        const says = probe.kind === 'answered' ? 'up' : 'down';
        expect(isInDoubt(after)).toBe(after.status !== says);
      }
    });
  });

  test('first seen is said exactly of an outage before which it was not seen up', () => {
    given((seen) => {
      for (const { before, transition } of seen) {
        if (transition?.kind !== 'went-down') continue;
        expect(transition.firstSeen).toBe(before.status === 'unknown');
      }
    });
  });

  test('the same facts give the same decision', () => {
    given((seen, probes, thresholds) => {
      expect(watch(structuredClone(probes), thresholds)).toEqual(seen);
    });
  });
});

describe('what is kept', () => {
  const answered = (at: EpochMs): Probe => ({ kind: 'answered', at, latency: 1 });
  const failed = (at: EpochMs): Probe => ({ kind: 'failed', at, latency: 1, trouble: { code: 'dns' } });
  const thresholds = { failures: 2, successes: 2 };

  test('a probe that agrees ends the doubt, and it is up since when it was', () => {
    const up: Availability = { status: 'up', since: 5 };
    const doubted = observe(up, failed(10), thresholds).after;
    expect(doubted).toEqual({ ...up, doubt: { seen: 'down', probes: 1, since: 10 } });
    expect(observe(doubted, answered(11), thresholds)).toEqual({ after: up });
  });

  test('while nothing changes the state is the same object (nothing to write down)', () => {
    const up: Availability = { status: 'up', since: 5 };
    expect(observe(up, answered(11), thresholds).after).toBe(up);
  });
});
