/** When a conference is forgotten: TrueConf's words as a table, and what must hold for any conference. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Participant, ParticipantRole } from '../../src/domain/conference.ts';
import { type ForgottenVerdict, judge } from '../../src/domain/forgotten.ts';
import { HOUR, MINUTE } from '../../src/lib/time.ts';

const RULE = { minDuration: HOUR };

const ROLES = ['owner', 'moderator', 'participant', 'guest', 'device'] as const satisfies ParticipantRole[];

function people(...roles: ParticipantRole[]): Participant[] {
  return roles.map((role, index) => ({ id: `p${index}`, name: `P ${index}`, role }));
}

describe('the rule', () => {
  const cases: [ParticipantRole[], string][] = [
    [[], 'empty'],
    [['participant'], 'no-moderator'],
    [['participant', 'guest', 'device'], 'no-moderator'],
    [['device'], 'no-moderator'],
    [['owner'], 'moderator-alone'],
    [['moderator'], 'moderator-alone'],
    [['owner', 'participant'], 'in-use'],
    [['moderator', 'guest'], 'in-use'],
    [['owner', 'moderator'], 'in-use'],
    [['moderator', 'moderator'], 'in-use'],
  ];

  test.each(cases)('an hour old with %j inside: %s', (roles, expected) => {
    const verdict = judge(HOUR, people(...roles), RULE);
    expect(verdict.kind === 'forgotten' ? verdict.reason : verdict.kind).toBe(expected);
  });

  test('the limit counts: exactly an hour is long enough, a millisecond less is not', () => {
    expect(judge(HOUR, [], RULE)).toEqual({ kind: 'forgotten', reason: 'empty' });
    expect(judge(HOUR - 1, [], RULE)).toEqual({ kind: 'in-use' });
  });

  test('an old conference whose participants could not be read is unknown, a young one is in use all the same', () => {
    expect(judge(HOUR, undefined, RULE)).toEqual({ kind: 'unknown' });
    expect(judge(HOUR - 1, undefined, RULE)).toEqual({ kind: 'in-use' });
  });
});

describe('for any conference', () => {
  const anyPeople = fc.array(fc.constantFrom(...ROLES), { maxLength: 6 }).map((roles) => people(...roles));
  const anyDuration = fc.nat(3 * HOUR);
  const anyRule = fc.nat(2 * HOUR).map((minDuration) => ({ minDuration }));

  test('unread participants never make it forgotten (nothing is stopped on a guess)', () => {
    fc.assert(
      fc.property(anyDuration, anyRule, (duration, rule) => {
        expect(judge(duration, undefined, rule).kind).not.toBe('forgotten');
      }),
    );
  });

  test('what is forgotten stays forgotten as time passes', () => {
    fc.assert(
      fc.property(anyDuration, fc.nat(HOUR), anyPeople, anyRule, (duration, longer, inside, rule) => {
        const verdict = judge(duration, inside, rule);
        fc.pre(verdict.kind === 'forgotten');
        expect(judge(duration + longer, inside, rule)).toEqual(verdict);
      }),
    );
  });

  test('the order in which people are listed does not matter', () => {
    const shuffled = anyPeople.chain((inside) =>
      fc.tuple(fc.constant(inside), fc.shuffledSubarray(inside, { minLength: inside.length })),
    );
    fc.assert(
      fc.property(shuffled, ([inside, other]) => {
        expect(judge(HOUR, other, RULE)).toEqual(judge(HOUR, inside, RULE));
      }),
    );
  });

  test('a moderator with anybody else inside is in use (somebody is responsible and has company)', () => {
    fc.assert(
      fc.property(anyDuration, anyPeople, (duration, inside) => {
        fc.pre(inside.length >= 2 && inside.some(({ role }) => role === 'owner' || role === 'moderator'));
        expect(judge(duration, inside, RULE)).toEqual({ kind: 'in-use' });
      }),
    );
  });

  test('a higher limit never makes more of them forgotten', () => {
    fc.assert(
      fc.property(anyDuration, anyPeople, anyRule, fc.nat(30 * MINUTE), (duration, inside, rule, more) => {
        const strict: ForgottenVerdict = judge(duration, inside, { minDuration: rule.minDuration + more });
        fc.pre(strict.kind === 'forgotten');
        expect(judge(duration, inside, rule)).toEqual(strict);
      }),
    );
  });
});
