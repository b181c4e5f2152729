/** The end of a server's certificate comes near: told at 21, 7 and 1 days, once each. */
import { expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/lib/time.ts';
import { START } from '../support/virtual-clock.ts';
import { CERTIFICATE_ADVICE, certificateEnded, certificateEnds } from './english.ts';
import { at, type Timeline, timeline, until } from './timeline.ts';

const DAYS = 86_400;
/** Probes every six hours, so that weeks pass quickly. */
const SLOW = { interval: 6 * 3_600 };

function endingAfter(days: number, names: readonly string[] = ['alpha']): Timeline {
  const story = timeline({ servers: Object.fromEntries(names.map((name) => [name, SLOW])) });
  for (const name of names) story.server(name).certificateEndsAt = START + days * DAY;
  return story;
}

/** Day and first line. */
function notices(story: Timeline): [number, string][] {
  return story.told.map(({ at: moment, text }) => [Math.floor(moment / DAYS), text.split('\n')[0] ?? '']);
}

test('three notices, each once, and one when it has ended', async () => {
  const story = endingAfter(30);
  await story.play(until(40 * DAYS));
  expect(notices(story)).toEqual([
    [9, certificateEnds('alpha', 21, '31 Jan 10:00')],
    [23, certificateEnds('alpha', 7, '31 Jan 10:00')],
    [29, certificateEnds('alpha', 1, '31 Jan 10:00')],
    [30, certificateEnded('alpha', '31 Jan 10:00')],
  ]);
  expect(story.told[0]?.text.split('\n')[1]).toBe(CERTIFICATE_ADVICE);
  expect(story.labels('anna')).toEqual(['Open alpha']);
});

test('a server is looked at twice a day', async () => {
  const story = endingAfter(300);
  await story.play(until(3 * DAYS));
  expect(story.server('alpha').certificateLooks.map((moment) => (moment - START) / HOUR)).toEqual([
    0, 12, 24, 36, 48, 60, 72,
  ]);
  expect(story.told).toEqual([]);
});

test('one whose address changes is looked at there (it is another certificate)', async () => {
  const story = endingAfter(300);
  await story.play(
    at(2 * 3_600, async () => {
      story.server('alpha').certificateEndsAt = START + 5 * DAY;
      await story.edit({ servers: { alpha: { ...SLOW, port: 8_443 } } });
    }),
    until(3 * 3_600),
  );
  expect(notices(story)).toEqual([[0, certificateEnds('alpha', 5, '6 Jan 10:00')]]);
});

test('one that is renewed in time is not told again', async () => {
  const story = endingAfter(22);
  await story.play(
    at(2 * DAYS, () => {
      story.server('alpha').certificateEndsAt = START + 365 * DAY;
    }),
    until(60 * DAYS),
  );
  expect(notices(story)).toEqual([[1, certificateEnds('alpha', 21, '23 Jan 10:00')]]);
});

test('of several notices that are due at the first look only the nearest is told', async () => {
  const story = endingAfter(5);
  await story.play(until(3.9 * DAYS));
  expect(notices(story)).toEqual([[0, certificateEnds('alpha', 5, '6 Jan 10:00')]]);
});

test('a restart does not repeat it', async () => {
  const first = endingAfter(20);
  await first.play(until(DAYS));
  expect(first.told).toHaveLength(1);
  await first.stop();
  const second = timeline({ servers: { alpha: SLOW }, store: first.store, from: DAYS });
  second.server('alpha').certificateEndsAt = START + 20 * DAY;
  await second.play(until(10 * DAYS));
  expect(second.told).toEqual([]);
});

test('one certificate for fifty servers is one message, with every name (they are looked at within three minutes)', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `v${String(index + 1).padStart(2, '0')}`);
  let next = 0;
  const story = timeline({
    servers: Object.fromEntries(names.map((name) => [name, SLOW])),
    // Spread as evenly as chance may have it.
    random: () => {
      next = (next + 0.137) % 1;
      return next;
    },
  });
  for (const name of names) story.server(name).certificateEndsAt = START + 6 * DAY;
  await story.play(until(3_600));
  expect(story.told).toHaveLength(1);
  const lines = story.told[0]?.text.split('\n') ?? [];
  const told = /<b>(.*)<\/b>/.exec(lines[0] ?? '')?.[1] ?? '';
  expect(told.split(', ').sort()).toEqual(names);
  expect(lines).toEqual([certificateEnds(told, 6, '7 Jan 10:00'), CERTIFICATE_ADVICE]);
  expect(story.told[0]?.at).toBeLessThanOrEqual(6 * 60);
  expect(story.told[0]?.text).not.toContain('late');
});
