/** Are the servers down, or is it the bot that sees nothing? The rule as a table, and what must hold for any numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBlind, isMost, isSuspicious } from '../../src/domain/sight.ts';

describe('at least three servers, and over half of them', () => {
  const cases: [silent: number, total: number, isMost: boolean][] = [
    [2, 2, false],
    [2, 3, false],
    [3, 3, true],
    [3, 4, true],
    [3, 5, true],
    [3, 6, false],
    [4, 6, true],
    [25, 50, false],
    [26, 50, true],
    [1_000, 2_000, false],
    [1_001, 2_000, true],
  ];

  test.each(cases)('%i of %i: %s', (silent, total, expected) => {
    expect(isMost(silent, total)).toBe(expected);
    expect(isBlind({ silent, total, otherAnswers: undefined })).toBe(expected);
    expect(isBlind({ silent, total, otherAnswers: true })).toBe(false);
  });
});

describe('what else answers', () => {
  const cases: [silent: number, total: number, otherAnswers: boolean | undefined, isBlind: boolean][] = [
    // One server that stops answering is usually down; when nothing else answers either, it is the bot.
    [1, 1, undefined, false],
    [1, 1, true, false],
    [1, 1, false, true],
    [1, 2, false, false],
    [2, 2, undefined, false],
    [2, 2, false, true],
    // Most of many: blind unless something else answers.
    [3, 3, undefined, true],
    [3, 3, false, true],
    [3, 3, true, false],
    // A few of many: down, whatever the second target does (it may be down itself).
    [3, 6, false, false],
    [0, 0, false, false],
    [0, 1, false, false],
  ];

  test.each(cases)(
    '%i of %i silent, something else answers: %s → blind: %s',
    (silent, total, otherAnswers, expected) => {
      expect(isBlind({ silent, total, otherAnswers })).toBe(expected);
    },
  );
});

describe('for any numbers', () => {
  const anyOutlook = fc.record({
    silent: fc.nat(60),
    total: fc.nat(60),
    otherAnswers: fc.constantFrom(true, false, undefined),
  });

  test('nobody is blind who was not suspicious (so the others need not be asked)', () => {
    fc.assert(
      fc.property(anyOutlook, (outlook) => {
        if (isBlind(outlook)) expect(isSuspicious(outlook)).toBe(true);
      }),
    );
  });

  test('one more server that answers never makes it blind', () => {
    fc.assert(
      fc.property(anyOutlook, (outlook) => {
        const { silent, total } = outlook;
        if (isBlind(outlook) || silent === 0 || silent > total) return;
        expect(isBlind({ ...outlook, silent: silent - 1 })).toBe(false);
      }),
    );
  });

  test('something else that answers always means that the bot sees', () => {
    fc.assert(
      fc.property(anyOutlook, (outlook) => {
        expect(isBlind({ ...outlook, otherAnswers: true })).toBe(false);
      }),
    );
  });
});
