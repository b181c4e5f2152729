/** When the end of a certificate is told: each notice once, the nearest only, anew for each certificate. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CertificateNotes, decideNotice, NOTICE_DAYS } from '../../src/domain/certificate.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { DAY, type EpochMs, HOUR } from '../../src/lib/time.ts';

const server = 'alpha' as ServerName;
const END: EpochMs = 1_000 * DAY;

/** One look after the other, what was told being kept. */
function look(looks: readonly { now: EpochMs; endsAt: EpochMs }[], notes?: CertificateNotes) {
  let told = notes;
  return looks.map(({ now, endsAt }) => {
    const decision = decideNotice(told && Object.freeze(told), { server, endsAt }, now);
    told = decision.notes;
    return { now, endsAt, ...decision };
  });
}

const every12h = (from: EpochMs, to: EpochMs) =>
  Array.from({ length: Math.floor((to - from) / (12 * HOUR)) }, (_, index) => from + index * 12 * HOUR);

test('21, 7, 1 days before and at the end it is told, each once and no more than a look too late', () => {
  fc.assert(
    fc.property(fc.nat(12 * HOUR - 1), (offset) => {
      const looks = every12h(END - 40 * DAY - offset, END + 10 * DAY).map((now) => ({ now, endsAt: END }));
      const told = look(looks).filter(({ notice }) => notice !== undefined);
      expect(told.map(({ notice }) => notice)).toEqual([21, 7, 1, 0]);
      for (const { now, notice = 0 } of told) {
        const late = now - (END - notice * DAY);
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThan(12 * HOUR);
      }
    }),
  );
});

test.each([
  ['21 days and a millisecond before the end', 21 * DAY + 1, undefined],
  ['21 days before', 21 * DAY, 21],
  ['seen first three days before (the bot was off past 21 and 7)', 3 * DAY, 7],
  ['seen first an hour before', HOUR, 1],
  ['a millisecond before', 1, 1],
  ['at the end', 0, 0],
  ['a year after', -365 * DAY, 0],
])('%s', (_when, left, notice) => {
  expect(look([{ now: END - left, endsAt: END }])[0]?.notice).toBe(notice);
});

test('a renewed certificate starts anew, also one that ends soon or sooner than the old one', () => {
  const told = (endsAt: EpochMs, toldDays: CertificateNotes['toldDays']) => ({ server, endsAt, toldDays });
  const seen = (notes: CertificateNotes, left: number) =>
    decideNotice(notes, { server, endsAt: END }, END - left).notice;
  expect(seen(told(END - 60 * DAY, 0), 90 * DAY)).toBe(undefined);
  expect(seen(told(END - 60 * DAY, 0), 20 * DAY)).toBe(21);
  expect(seen(told(END + 60 * DAY, 1), 20 * DAY)).toBe(21);
});

test('what was told while the machine had a wrong date does not silence the true notices', () => {
  const looks = [END + DAY, END - 100 * DAY, END - 20 * DAY].map((now) => ({ now, endsAt: END }));
  expect(look(looks).map(({ notice }) => notice)).toEqual([0, undefined, 21]);
});

describe('for any looks', () => {
  const anyLooks = fc
    .array(
      fc.record({ gap: fc.nat(5 * DAY), isOther: fc.nat(9).map((n) => n === 0), life: fc.nat(60 * DAY) }),
      { minLength: 1, maxLength: 60 },
    )
    .map((steps) => {
      let now = 0;
      let endsAt = 30 * DAY;
      return steps.map(({ gap, isOther, life }) => {
        now += gap;
        if (isOther) endsAt = now + life;
        return { now, endsAt };
      });
    });

  test('no notice is told twice about one certificate, and each is nearer than the one before', () => {
    fc.assert(
      fc.property(anyLooks, (looks) => {
        let last: { endsAt: EpochMs; notice: number } | undefined;
        for (const { endsAt, notice } of look(looks)) {
          if (notice === undefined) continue;
          if (last?.endsAt === endsAt) expect(notice).toBeLessThan(last.notice);
          last = { endsAt, notice };
        }
      }),
    );
  });

  test('after each look everything that is due has been told, and nothing that is not', () => {
    fc.assert(
      fc.property(anyLooks, (looks) => {
        for (const { now, endsAt, notes } of look(looks)) {
          const due = NOTICE_DAYS.filter((days) => endsAt - now <= days * DAY);
          expect(notes).toEqual({ server, endsAt, toldDays: due.at(-1) });
        }
      }),
    );
  });

  test('a restart between looks changes nothing: the notes are all that is remembered', () => {
    fc.assert(
      fc.property(anyLooks, fc.nat(60), (looks, place) => {
        const whole = look(looks);
        const cut = Math.min(place, looks.length);
        const second = look(looks.slice(cut), whole[cut - 1]?.notes);
        expect(second).toEqual(whole.slice(cut));
      }),
    );
  });
});
