/** When "still down" is due again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isReminderDue } from '../../src/domain/reminder.ts';
import { HOUR } from '../../src/lib/time.ts';

const anyTime = fc.nat(10 * HOUR);
const told = (lastTold: number) => ({ lastTold, acknowledged: false });

test('it is due once the span since the outage was last told has passed, to the millisecond', () => {
  fc.assert(
    fc.property(anyTime, fc.integer({ min: 1, max: 10 * HOUR }), anyTime, (lastTold, every, since) => {
      expect(isReminderDue(told(lastTold), every, lastTold + since)).toBe(since >= every);
    }),
  );
});

test('once due it stays due until it is told (a probe that comes late loses no reminder)', () => {
  fc.assert(
    fc.property(anyTime, anyTime, fc.nat(HOUR), (lastTold, since, later) => {
      const now = lastTold + since;
      fc.pre(isReminderDue(told(lastTold), HOUR, now));
      expect(isReminderDue(told(lastTold), HOUR, now + later)).toBe(true);
    }),
  );
});

test("it is due when the machine's clock was set back by more than the span (else it would come in years)", () => {
  fc.assert(
    fc.property(anyTime, fc.integer({ min: HOUR, max: 10_000 * HOUR }), (now, ahead) => {
      expect(isReminderDue(told(now + ahead), HOUR, now)).toBe(true);
    }),
  );
});

test('never without the setting, never when somebody takes care, never for an outage that was not told', () => {
  fc.assert(
    fc.property(anyTime, anyTime, (lastTold, now) => {
      expect(isReminderDue(told(lastTold), undefined, now)).toBe(false);
      expect(isReminderDue({ lastTold, acknowledged: true }, 1, now)).toBe(false);
      expect(isReminderDue({ lastTold: undefined, acknowledged: false }, 1, now)).toBe(false);
    }),
  );
});
