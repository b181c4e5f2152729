/** Planned work: what happens in a window wakes nobody, and is told when the window ends. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../src/lib/time.ts';
import { EVERY_DAY } from '../../src/settings/maintenance.ts';
import { down, downList, late, SEES_AGAIN, stillDown, upHeadline, wasDown, wasHeld } from './english.ts';
import { at, headlines, timeline, told, until } from './timeline.ts';

/** The timeline begins at ten: from five past to half past ten. */
const maintenance = [{ days: EVERY_DAY, from: 10 * HOUR + 5 * MINUTE, to: 10 * HOUR + 30 * MINUTE }];
const END = 1_800;

test('what went down and came up within the window is one line at its end', async () => {
  const story = timeline({ servers: { alpha: { maintenance } } });
  await story.play(at(599, 'alpha refuses'), at(899, 'alpha answers'), until(3_600));
  expect(story.told).toEqual([
    told(END, 'anna', ...wasHeld(), wasDown('alpha', '10:10:00', '10:15:01', '5 min 1 sec')),
  ]);
});

test('what is still down at its end is an alarm then, and the recovery is told', async () => {
  const story = timeline({ servers: { alpha: { maintenance } } });
  await story.play(at(599, 'alpha refuses'), at(2_400, 'alpha answers'), until(3_600));
  expect(story.told[0]).toEqual(
    told(END, 'anna', ...wasHeld(), ...down('alpha', { since: '10:10', lasting: '20 min' })),
  );
  expect(headlines(story)[1]?.[1]).toBe(upHeadline('alpha', '30 min'));
});

test('when nothing happened nothing is said', async () => {
  const story = timeline({ servers: { alpha: { maintenance } } });
  await story.play(until(3_600));
  expect(story.told).toEqual([]);
});

test('an outage from before the window was told, and its end is told at once (an alarm has an end)', async () => {
  const story = timeline({ servers: { alpha: { maintenance, reminderHours: 0.1 } } });
  await story.play(at(200, 'alpha refuses'), at(1_000, 'alpha answers'), until(3_600));
  expect(headlines(story)).toEqual([
    [211, '🔴 <b>alpha is down</b>'],
    [1_006, upHeadline('alpha', '13 min')],
  ]);
});

test('what began before the window and could not be delivered is not planned work: it is told in the window', async () => {
  const story = timeline({ servers: { alpha: { maintenance } } });
  await story.play(
    at(100, 'telegram is away'),
    at(200, 'alpha refuses'),
    at(600, 'telegram is back'),
    until(700),
  );
  expect(story.told).toEqual([
    told(
      600,
      'anna',
      ...down('alpha', { since: '10:03', lasting: '6 min 30 sec' }),
      '',
      late('10:03', '6 min 29 sec'),
    ),
  ]);
});

test('nor is its end held when that falls into the window: it is not told as down when it is up again', async () => {
  const story = timeline({ servers: { alpha: { maintenance } } });
  await story.play(
    at(100, 'telegram is away'),
    at(200, 'alpha refuses'),
    at(400, 'alpha answers'),
    at(600, 'telegram is back'),
    until(3_600),
  );
  expect(headlines(story)).toEqual([[600, wasDown('alpha', '10:03:30', '10:06:46', '3 min 16 sec')]]);
});

test('a window of one server does not hold back another, and news does not hide in its digest', async () => {
  const story = timeline({ servers: { alpha: { maintenance }, beta: {}, gamma: {} } });
  await story.play(at(599, 'alpha refuses'), at(1_798.9, 'beta refuses'), until(2_000));
  expect(story.told.map(({ at: moment, text }) => [moment, text.split('\n').slice(0, 3)])).toEqual([
    [END, [...wasHeld(), '🔴 <b>alpha is down</b>']],
    [1_802, down('beta', { since: '10:30', lasting: '2 sec' }).slice(0, 3)],
  ]);
});

test('a chat may mute it for longer: then the later end counts', async () => {
  const story = timeline({ servers: { alpha: { maintenance } }, people: ['anna', 'boris'] });
  await story.play(
    at(29, 'alpha refuses'),
    at(40, 'anna presses Mute 1 h'), // until 11:00:40
    at(59, 'alpha answers'),
    at(599, 'alpha refuses'),
    until(2 * 3_600),
  );
  expect(headlines(story).slice(2)).toEqual([
    [END, wasHeld()[0]],
    [3_640, wasHeld()[0]],
  ]);
});

test('three of four in maintenance that go down together are no reason to doubt the network', async () => {
  const servers = { alpha: { maintenance }, beta: { maintenance }, gamma: { maintenance }, delta: {} };
  const story = timeline({ servers });
  await story.play(at(599, 'alpha refuses'), at(599, 'beta refuses'), at(599, 'gamma refuses'), until(2_000));
  expect(story.told).toEqual([
    told(END, 'anna', ...wasHeld(), ...downList(['alpha', '10:10'], ['beta', '10:10'], ['gamma', '10:10'])),
  ]);
});

test('a window of all that begins while the bot is blind does not make it see again', async () => {
  const servers = { alpha: { maintenance }, beta: { maintenance }, gamma: { maintenance } };
  const story = timeline({ servers });
  await story.play(at(29, 'all refuse'), at(900, 'all answer'), until(2_000));
  expect(headlines(story).slice(1)).toEqual([[901, SEES_AGAIN]]);
});

test('nor does a window of all but one, which then would be called down', async () => {
  const servers = { alpha: { maintenance }, beta: { maintenance }, gamma: { maintenance }, delta: {} };
  const story = timeline({ servers });
  await story.play(at(29, 'all refuse'), at(900, 'all answer'), until(2_000));
  expect(headlines(story).slice(1)).toEqual([[901, SEES_AGAIN]]);
});

test('one that answers in its window shows that the bot sees; the silence of the others is planned', async () => {
  const servers = { alpha: { maintenance }, beta: { maintenance }, gamma: { maintenance }, delta: {} };
  const story = timeline({ servers });
  await story.play(at(29, 'all refuse'), at(900, 'alpha answers'), until(1_000));
  expect(headlines(story).slice(1)).toEqual([
    [expect.any(Number), SEES_AGAIN],
    [expect.any(Number), '🔴 <b>delta is down</b>'],
  ]);
  expect(story.told[1]?.at).toBeGreaterThan(900);
});

test('reminders wait as well', async () => {
  const story = timeline({ servers: { alpha: { maintenance, reminderHours: 0.25 } } });
  await story.play(at(199, 'alpha refuses'), until(3_500)); // 210, then every fifteen minutes
  expect(story.told.slice(1)).toEqual([
    told(END, 'anna', ...wasHeld(), ...stillDown('alpha', '26 min')),
    // Not at 2011: that would be too soon.
    told(2_911, 'anna', ...stillDown('alpha', '45 min')),
  ]);
});

test('the next run knows how long the quiet lasts', async () => {
  const servers = { alpha: { maintenance } };
  const first = timeline({ servers });
  await first.play(at(599, 'alpha refuses'), until(700));
  await first.stop();
  const second = timeline({ servers, store: first.store, from: 900 });
  await second.play(at(900, 'alpha refuses'), until(2_000));
  expect(headlines(second)).toEqual([[END, wasHeld()[0]]]);
});
