/** The page marks what the bot would call forgotten. It cannot import the bot's rule, so it is held to it here. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Participant } from '../../src/domain/conference.ts';
import { judge } from '../../src/domain/forgotten.ts';
import type { ConferenceView } from '../../src/simulator/demo-protocol.ts';

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;
const page = new URL('../../src/simulator/page/forgotten.js', import.meta.url).href;

test('the page and the bot agree on what is forgotten', async () => {
  const { isForgotten }: { isForgotten(conference: ConferenceView, now: number): boolean } = await import(
    page
  );
  const person = fc.record({ id: fc.string(), name: fc.string(), isModerator: fc.boolean() });
  const lasted = fc.oneof(
    fc.integer({ min: 0, max: 3 * HOUR_MS }),
    fc.constantFrom(HOUR_MS - 1, HOUR_MS, HOUR_MS + 1),
  );
  fc.assert(
    fc.property(lasted, fc.array(person, { maxLength: 4 }), (duration, people) => {
      const participants = people.map(
        ({ id, name, isModerator }): Participant => ({
          id,
          name,
          role: isModerator ? 'moderator' : 'participant',
        }),
      );
      const conference = { sessionId: 's', topic: null, startedAt: NOW - duration, people };
      const verdict = judge(duration, participants, { minDuration: HOUR_MS });
      expect(isForgotten(conference, NOW)).toBe(verdict.kind === 'forgotten');
    }),
  );
});
