/** A mute ends by itself with what it hid, in one message, and hides nothing that was announced. */
import { expect, test } from 'vitest';
import {
  alsoDown,
  blind,
  down,
  downList,
  lastChange,
  late,
  steady,
  stillDown,
  UNSTABLE_QUIET,
  unstable,
  upHeadline,
  wasDown,
  wasHeld,
} from './english.ts';
import { at, headlines, timeline, told, until } from './timeline.ts';

/** A mute of an hour that begins at 40 s. */
const END = 3_640;

const muteAlpha = [
  at(29, 'alpha refuses'),
  at(40, 'anna presses Mute 1 h'),
  at(59, 'alpha answers'),
] as const;

test('what is down, what came and went, in one message at its end', async () => {
  const story = timeline();
  await story.play(
    ...muteAlpha,
    at(599, 'alpha refuses'),
    at(899, 'alpha answers'),
    at(3_499, 'alpha refuses'),
    until(4_000),
  );
  expect(story.told.slice(2)).toEqual([
    told(
      END,
      'anna',
      ...wasHeld(),
      wasDown('alpha', '10:10:01', '10:15:02', '5 min 1 sec'),
      ...downList(['alpha', '10:58']),
    ),
  ]);
  expect(story.labels('anna')).toEqual(['Open alpha', 'Mute 1 h', 'Mute 8 h', 'I am on it']);
});

test('nothing happened: nothing is said', async () => {
  const story = timeline();
  await story.play(...muteAlpha, until(2 * 3_600));
  expect(story.told).toHaveLength(2);
});

test('what hidden reminders said is not said again', async () => {
  const story = timeline({ servers: { alpha: { reminderHours: 0.25 } } });
  await story.play(at(29, 'alpha refuses'), at(40, 'anna presses Mute 1 h'), until(END + 10));
  expect(story.told.slice(1)).toEqual([told(END, 'anna', ...wasHeld(), ...stillDown('alpha', '1 hr'))]);
});

test('the recovery of what was told comes during the mute, and the next fall waits', async () => {
  const story = timeline();
  await story.play(...muteAlpha, at(119, 'alpha refuses'), until(END + 10));
  expect(headlines(story)).toEqual([
    [31, '🔴 <b>alpha is down</b>'],
    [61, upHeadline('alpha', '31 sec')],
    [END, wasHeld()[0]],
  ]);
});

test('a server that became unstable meanwhile is told by that word, and its calm after the mute', async () => {
  const story = timeline();
  const flaps = Array.from({ length: 30 }, (_, index) =>
    at(2_900 + index * 60, index % 2 === 0 ? 'alpha refuses' : 'alpha answers'),
  );
  await story.play(...muteAlpha, ...flaps, until(2 * 3_600));
  expect(story.told.slice(2).map(({ at: moment, text }) => [moment, text.split('\n')])).toEqual([
    [END, [...wasHeld(), unstable('alpha', 6, '10:48'), lastChange('10:53', 'up'), UNSTABLE_QUIET]],
    [expect.any(Number), [steady('alpha', 'up', '11:17', '10:48')]],
  ]);
});

test('news about another server in that second is a message of its own, without the words that it was held', async () => {
  const quick = { interval: 0.5, failures: 1 };
  const story = timeline({ servers: { alpha: {}, beta: quick, gamma: {} } });
  await story.play(
    ...muteAlpha,
    at(3_499, 'alpha refuses'), // 3510
    at(3_639.4, 'beta refuses'), // 3639.5
    until(4_000),
  );
  expect(story.told.slice(2)).toEqual([
    told(
      END,
      'anna',
      ...wasHeld(),
      ...down('alpha', { since: '10:58', lasting: '2 min 9 sec' }),
      '',
      alsoDown('beta'),
    ),
    told(3_641, 'anna', ...down('beta', { since: '11:00', lasting: '1 sec' }), '', alsoDown('alpha')),
  ]);
});

test('Telegram away at its end: the digest is late, and says since when it could not be delivered', async () => {
  const story = timeline();
  await story.play(
    ...muteAlpha,
    at(599, 'alpha refuses'),
    at(899, 'alpha answers'),
    at(3_600, 'telegram is away'),
    at(4_240, 'telegram is back'),
    until(5_000),
  );
  expect(story.told.at(-1)).toEqual(
    told(
      4_240,
      'anna',
      ...wasHeld(),
      wasDown('alpha', '10:10:01', '10:15:02', '5 min 1 sec'),
      '',
      late('11:00', '10 min'),
    ),
  );
});

test('what the bot says of itself is not muted', async () => {
  const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
  await story.play(...muteAlpha, at(119, 'all refuse'), until(200));
  expect(story.told.slice(2)).toEqual([told(122, 'anna', ...blind(3, 3, '10:02', 'alpha, beta, gamma'))]);
});

test('two mutes that end together make one digest', async () => {
  const story = timeline({ servers: ['alpha', 'beta', 'gamma', 'delta', 'epsilon'] });
  await story.play(
    at(29, 'alpha refuses'), // 32
    at(40, 'anna presses Mute 1 h'),
    at(44, 'alpha answers'),
    at(59, 'beta refuses'), // 62
    at(70, 'anna presses Mute 1 h'), // until 3670
    at(74, 'beta answers'),
    at(3_600, 'telegram is away'), // so that both are over when it is back
    at(3_500, 'alpha refuses'),
    at(3_500, 'beta refuses'),
    at(3_690, 'telegram is back'),
    until(3_700),
  );
  expect(story.told.at(-1)).toEqual(
    told(3_690, 'anna', ...wasHeld(), ...downList(['alpha', '10:58'], ['beta', '10:58'])),
  );
});
