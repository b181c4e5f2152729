/** A server that changes again and again: told once as unstable, and once more when it has calmed down. */
import { expect, test } from 'vitest';
import {
  causeOf,
  cutOff,
  down,
  lastChange,
  steady,
  UNSTABLE_QUIET,
  unstable,
  upHeadline,
} from './english.ts';
import { at, BOARD, headlines, type Step, timeline, told, until } from './timeline.ts';

const MINUTES = 60;

/** Down and up in turns, a change every `step` seconds, `count` of them. */
function flapping(from: number, step: number, count: number): Step[] {
  return Array.from({ length: count }, (_, index) =>
    at(from + index * step, index % 2 === 0 ? 'alpha refuses' : 'alpha answers'),
  );
}

test('five changes are told one by one, the sixth within half an hour as unstable, and then nothing more', async () => {
  const story = timeline();
  await story.play(...flapping(29, 2 * MINUTES, 20), until(41 * MINUTES));
  expect(headlines(story)).toEqual([
    [31, '🔴 <b>alpha is down</b>'],
    [151, upHeadline('alpha', '2 min 1 sec')],
    [272, '🔴 <b>alpha is down</b>'],
    [392, upHeadline('alpha', '2 min 1 sec')],
    [513, '🔴 <b>alpha is down</b>'],
    [633, unstable('alpha', 6, '10:00')],
  ]);
  expect(story.told.at(-1)?.text.split('\n')).toEqual([
    unstable('alpha', 6, '10:00'),
    lastChange('10:10', 'up'),
    UNSTABLE_QUIET,
  ]);
  expect(story.labels('anna')).toEqual(['Open alpha', 'Mute 1 h', 'Mute 8 h']);
});

test('fifteen minutes after the last change it is steady again, and told as any other from then on', async () => {
  const story = timeline();
  await story.play(
    ...flapping(29, MINUTES, 8), // the last at 449: up
    at(40 * MINUTES, 'alpha refuses'),
    until(42 * MINUTES),
  );
  const since = story.probes('alpha').find((moment) => moment > 449) ?? 0;
  const steadyAt = story.probes('alpha').find((moment) => moment >= since + 15 * MINUTES) ?? 0;
  expect(steadyAt - since).toBeLessThan(15 * MINUTES + 15);
  expect(story.told.slice(6)).toEqual([
    told(steadyAt, 'anna', steady('alpha', 'up', '10:07', '10:00')),
    told(story.told.at(-1)?.at ?? 0, 'anna', ...down('alpha', { since: '10:40', lasting: '1 sec' })),
  ]);
});

test('one that stays down is told as that: nobody may have heard of its last fall', async () => {
  const story = timeline({ servers: { alpha: { reminderHours: 1 } }, people: ['anna', 'boris'] });
  story.server('alpha').conferences = [BOARD, { ...BOARD, participantCount: 5 }];
  await story.play(...flapping(29, MINUTES, 7), until(40 * MINUTES));
  expect(story.told.at(-1)?.text.split('\n')).toEqual([
    steady('alpha', 'down', '10:06', '10:00'),
    ...causeOf(),
    cutOff('10:05', '12 people', '2 conferences'),
  ]);
  expect(story.labels('anna')).toEqual(['Open alpha', 'Mute 1 h', 'Mute 8 h', 'I am on it']);
  const steadyAt = story.told.at(-1)?.at ?? 0;
  // From then on it is an outage like any other: reminders, and the end is told.
  await story.play(at(100 * MINUTES, 'alpha answers'), until(102 * MINUTES));
  expect(headlines(story).slice(-2)).toEqual([
    [steadyAt + 3_600, '🔴 <b>alpha is still down</b>, for 1 hr 15 min now'],
    [expect.any(Number), upHeadline('alpha', '1 hr 33 min')],
  ]);
});

test('one that is down when it is told as unstable says so, and who is cut off', async () => {
  const story = timeline();
  story.server('alpha').conferences = [BOARD];
  await story.play(
    at(10, 'alpha refuses'), // long before, and down until then: the sixth change is a fall
    ...flapping(40 * MINUTES, MINUTES, 7).slice(1),
    until(50 * MINUTES),
  );
  expect(story.told.at(-1)?.text.split('\n')).toEqual([
    unstable('alpha', 6, '10:41'),
    lastChange('10:46', 'down'),
    cutOff('10:45', '7 people', '1 conference'),
    UNSTABLE_QUIET,
  ]);
});

test('time in which the bot is blind is no calm: it is steady fifteen minutes after it is seen again', async () => {
  const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
  await story.play(
    ...flapping(29, MINUTES, 8), // the last at 449: up
    at(10 * MINUTES, 'all refuse'),
    at(30 * MINUTES, 'all answer'),
    until(50 * MINUTES),
  );
  const since = story.probes('alpha').find((moment) => moment >= 30 * MINUTES) ?? 0;
  const [steadyAt, text] = headlines(story).at(-1) ?? [];
  expect(text).toBe(steady('alpha', 'up', '10:30', '10:00'));
  expect(steadyAt).toBeGreaterThanOrEqual(since + 15 * MINUTES);
  expect(steadyAt).toBeLessThan(since + 16 * MINUTES);
});

test('neither is the time in which the program did not run', async () => {
  const first = timeline();
  await first.play(...flapping(29, MINUTES, 8), until(9 * MINUTES));
  await first.stop();
  const second = timeline({ store: first.store, from: 60 * MINUTES });
  await second.play(until(74 * MINUTES));
  expect(second.told).toEqual([]);
  await second.play(until(76 * MINUTES));
  expect(second.told.map(({ text }) => text)).toEqual([steady('alpha', 'up', '10:07', '10:00')]);
});

test('while it is unstable nobody is reminded of an outage (that would be telling single changes again)', async () => {
  const story = timeline({ servers: { alpha: { reminderHours: 1 } } });
  // Down for ten minutes, up for two, and so on: never steady for fifteen.
  const steps = Array.from({ length: 12 }, (_, round) => [
    at(29 + round * 12 * MINUTES, 'alpha refuses'),
    at(29 + round * 12 * MINUTES + 2 * MINUTES, 'alpha answers'),
    at(29 + round * 12 * MINUTES + 4 * MINUTES, 'alpha refuses'),
    at(29 + round * 12 * MINUTES + 10 * MINUTES, 'alpha answers'),
  ]).flat();
  await story.play(...steps, until(2 * 3_600));
  expect(story.told).toHaveLength(6);
  expect(story.told.at(-1)?.text).toContain('alpha is unstable');
});

test('it is still unstable after a restart, and steady when fifteen minutes have passed', async () => {
  const first = timeline();
  await first.play(...flapping(29, MINUTES, 8), until(9 * MINUTES));
  await first.stop();
  const second = timeline({ store: first.store, from: 10 * MINUTES });
  await second.play(
    at(11 * MINUTES, 'alpha refuses'), // not told
    at(12 * MINUTES, 'alpha answers'),
    until(40 * MINUTES),
  );
  expect(headlines(second)).toEqual([[expect.any(Number), steady('alpha', 'up', '10:12', '10:00')]]);
});

test('monitoring switched off and on again begins anew', async () => {
  const story = timeline({ people: ['anna'] });
  await story.play(
    ...flapping(29, MINUTES, 8),
    at(500, 'anna presses Open alpha'),
    at(501, 'anna presses Switch monitoring off'),
    at(502, 'anna presses Switch monitoring on'),
    at(600, 'alpha refuses'),
    until(640),
  );
  expect(story.told.at(-1)?.text.split('\n')[0]).toBe('🔴 <b>alpha is down</b>');
});
