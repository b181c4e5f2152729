/** Has anybody joined since it was asked? The answer must not be "no" when it is "yes". */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareCrowd, encodeCrowd } from '../../src/bot/crowd.ts';
import { isModerator, type Participant, type ParticipantRole } from '../../src/domain/conference.ts';

const participant = fc.record({
  id: fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 80 })),
  name: fc.string({ maxLength: 20 }),
  role: fc.constantFrom<ParticipantRole>('owner', 'moderator', 'participant', 'guest', 'device'),
});

/** Different people; by 18 bits of their ids one pair in 262,144 looks the same, and is left out. */
const people = (minLength: number, maxLength: number) =>
  fc.uniqueArray(participant, { minLength, maxLength, selector: (one) => encodeCrowd([one]) });

const MARKED = 10;

test('nobody changed: the same', () => {
  fc.assert(
    fc.property(people(0, 30), fc.func(fc.integer()), (crowd, order) => {
      const shuffled = crowd.toSorted((a, b) => order(a.id) - order(b.id));
      expect(compareCrowd(encodeCrowd(crowd), shuffled)).toEqual({ kind: 'same-or-fewer' });
    }),
  );
});

test('fewer is fine: who has left needs no new question', () => {
  fc.assert(
    fc.property(people(1, 30), fc.infiniteStream(fc.boolean()), (crowd, keep) => {
      const left = crowd.filter(() => keep.next().value);
      expect(compareCrowd(encodeCrowd(crowd), left)).toEqual({ kind: 'same-or-fewer' });
    }),
  );
});

test('up to ten: exactly those who joined are found, whoever left meanwhile', () => {
  fc.assert(
    fc.property(
      people(0, MARKED + 5),
      fc.nat({ max: MARKED }),
      fc.nat({ max: MARKED }),
      (all, split, gone) => {
        const before = all.slice(0, Math.min(split, all.length));
        const joined = all.slice(before.length);
        fc.pre(joined.length > 0);
        const now = [...before.slice(gone), ...joined];
        expect(compareCrowd(encodeCrowd(before), now)).toEqual({ kind: 'joined', who: joined });
      },
    ),
  );
});

test('up to ten: who became moderator counts as new, who ceased to be one too', () => {
  fc.assert(
    fc.property(people(1, MARKED), (crowd) => {
      const [first, ...others] = crowd as [Participant, ...Participant[]];
      const changed: Participant = { ...first, role: isModerator(first) ? 'participant' : 'moderator' };
      fc.pre(!crowd.some((one) => encodeCrowd([one]) === encodeCrowd([changed])));
      expect(compareCrowd(encodeCrowd(crowd), [changed, ...others])).toEqual({
        kind: 'joined',
        who: [changed],
      });
    }),
  );
});

describe('more than ten', () => {
  const crowd = (count: number, moderators: number): Participant[] =>
    Array.from({ length: count }, (_, index) => ({
      id: `p${index}`,
      name: `P ${index}`,
      role: index < moderators ? 'moderator' : 'participant',
    }));

  test.each([
    [11, 0, 12, 0, { kind: 'more', before: 11, now: 12, moderatorCame: false }],
    [11, 0, 11, 1, { kind: 'more', before: 11, now: 11, moderatorCame: true }],
    [11, 0, 5, 1, { kind: 'more', before: 11, now: 5, moderatorCame: true }],
    [11, 2, 12, 3, { kind: 'more', before: 11, now: 12, moderatorCame: true }],
    [11, 2, 11, 2, { kind: 'same-or-fewer' }],
    [11, 2, 3, 1, { kind: 'same-or-fewer' }],
    [5000, 20, 5000, 20, { kind: 'same-or-fewer' }],
    [5000, 20, 5001, 20, { kind: 'more', before: 5000, now: 5001, moderatorCame: false }],
  ])('%d with %d moderators, then %d with %d', (before, moderators, now, moderatorsNow, change) => {
    expect(compareCrowd(encodeCrowd(crowd(before, moderators)), crowd(now, moderatorsNow))).toEqual(change);
  });
});

test('not read before, or a broken button: it cannot be compared (and is asked anew)', () => {
  expect(compareCrowd(encodeCrowd(undefined), [])).toEqual({ kind: 'not-comparable' });
  for (const broken of ['', 'x', 'n1', 'nxmy', 'n-1m0', '-']) {
    expect(compareCrowd(broken, [])).toEqual({ kind: 'not-comparable' });
  }
});

test('no string makes it throw', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      people(0, 12),
      (before, now) => void compareCrowd(before, now),
    ),
  );
});

test('nobody before and nobody now is the same (an empty conference is stopped without asking twice)', () => {
  expect(compareCrowd(encodeCrowd([]), [])).toEqual({ kind: 'same-or-fewer' });
});
