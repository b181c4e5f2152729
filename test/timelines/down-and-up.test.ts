/** One server goes down and comes back: what is news, when it is known and what it is dated. */
import { expect, test } from 'vitest';
import { at, timeline, told, until } from './timeline.ts';

test('a first probe that succeeds announces nothing (a restart is not news)', async () => {
  const story = await timeline();
  await story.play(at(0, 'alpha answers'), until(600));
  expect(story.told).toEqual([]);
  expect(story.probes('alpha').slice(0, 4)).toEqual([0, 15, 30, 45]);
});

test('two failed probes in a row mean down, the second 1 s after the first whatever the interval', async () => {
  const story = await timeline({ servers: { alpha: { interval: 600 } } });
  await story.play(at(599, 'alpha refuses'), until(1_000));
  expect(story.probes('alpha')).toEqual([0, 600, 601]);
  expect(story.told).toEqual([
    told(
      601,
      'anna',
      '🔴 <b>alpha is down</b>',
      'Cause: the connection was refused',
      'Since 10:10 (1 sec)',
    ),
  ]);
});
