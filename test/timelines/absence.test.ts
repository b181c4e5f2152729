/** What happened while the bot was not running: found at the start, said to be unseen, and never told twice. */
import { expect, test } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { SECOND } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { START } from '../support/virtual-clock.ts';
import { backAgain, cutOff, down, downList, up, upUnseen } from './english.ts';
import { at, BOARD, timeline, told, until } from './timeline.ts';

test('one that fell meanwhile is told with the words that nobody saw it, after the usual two looks', async () => {
  const first = timeline({ servers: ['alpha', 'beta', 'gamma'] });
  await first.play(until(60));
  await first.stop();
  const second = timeline({ servers: ['alpha', 'beta', 'gamma'], store: first.store, from: 3_600 });
  await second.play(at(3_600, 'beta refuses'), until(3_700));
  expect(second.told).toEqual([told(3_602.02, 'anna', ...down('beta', { awaySeen: '11:00' }))]);
});

test('one that fell before and was told is not told again, however long it lasts', async () => {
  const first = timeline();
  await first.play(at(29, 'alpha refuses'), until(60));
  await first.stop();
  const second = timeline({ store: first.store, from: 86_400 });
  await second.play(at(86_400, 'alpha refuses'), until(86_500));
  expect(second.told).toEqual([]);
});

test('one that came back meanwhile is told with the words that nobody saw when', async () => {
  const first = timeline();
  await first.play(at(29, 'alpha refuses'), until(60));
  await first.stop();
  const second = timeline({ store: first.store, from: 3_600 });
  await second.play(until(3_700));
  expect(second.told).toEqual([told(3_600, 'anna', ...upUnseen('alpha', '10:00', '11:00'))]);
  const [outage] = await second.store.periods('alpha' as ServerName, 0);
  expect(outage).toMatchObject({ kind: 'down', from: START + 30 * SECOND, endUnseen: true });
});

test('one that was seen up in this run and falls later is told as usual', async () => {
  const first = timeline();
  await first.play(until(60));
  await first.stop();
  const second = timeline({ store: first.store, from: 3_600 });
  await second.play(at(3_610, 'alpha refuses'), until(3_700));
  expect(second.told).toEqual([told(3_616, 'anna', ...down('alpha', { since: '11:00', lasting: '1 sec' }))]);
});

test('a first look that fails and a second that answers are nothing (one lost packet)', async () => {
  const first = timeline();
  await first.play(until(60));
  await first.stop();
  const second = timeline({ store: first.store, from: 3_600 });
  await second.play(at(3_600, 'alpha refuses'), at(3_600.5, 'alpha answers'), until(3_700));
  expect(second.told).toEqual([]);
  // Had it been down before, its next fall was seen all the same.
  await second.play(at(3_750, 'alpha refuses'), until(3_800));
  expect(second.told[0]?.text).not.toContain('while the bot was not running');
});

test('several that fell meanwhile are one message, in which nothing is claimed about when', async () => {
  const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon'];
  const first = timeline({ servers: names });
  await first.play(until(60));
  await first.stop();
  const second = timeline({ servers: names, store: first.store, from: 600 });
  await second.play(at(600, 'alpha refuses'), at(600, 'beta refuses'), until(700));
  expect(second.told).toHaveLength(1);
  expect(second.told[0]?.text.split('\n')).toEqual(downList(['alpha', '10:10'], ['beta', '10:10']));
});

test('killed between telling and noting it, the next run tells again (rather twice than never)', async () => {
  const store = createMemoryStore();
  const { settle } = store;
  let killed: () => void = () => {};
  store.settle = () =>
    new Promise((resolve) => {
      killed = resolve;
    });
  const first = timeline({ store });
  await first.play(at(29, 'alpha refuses'), until(60));
  expect(first.told).toHaveLength(1);
  store.settle = settle;
  const second = timeline({ store, from: 100 });
  await second.play(at(100, 'alpha refuses'), until(200));
  expect(second.told).toHaveLength(1);
  killed();
});

test('who was on it before and who is on it again stand in the recovery, also when the other run saw the fall', async () => {
  const story = timeline();
  const alpha = story.server('alpha');
  alpha.conferences = [BOARD, { ...BOARD, participantCount: 5 }];
  await story.play(
    at(29, 'alpha refuses'),
    at(60, () => {
      alpha.conferences = [{ ...BOARD, participantCount: 3 }];
    }),
    at(80, 'alpha answers'),
    until(100),
  );
  expect(story.told).toEqual([
    told(
      31,
      'anna',
      ...down('alpha', { since: '10:00', lasting: '1 sec' }),
      cutOff('10:00', '12 people', '2 conferences'),
    ),
    told(
      91,
      'anna',
      ...up('alpha', '1 min 1 sec', '10:00:30', '10:01:31'),
      backAgain('3 people, 1 conference', '12 people, 2 conferences'),
    ),
  ]);
});

test('a server that is slow to say who is on it does not hold up the good news for more than two seconds', async () => {
  const story = timeline();
  await story.play(
    at(29, 'alpha refuses'),
    at(60, () => {
      story.server('alpha').runningConferences = () => new Promise(() => {});
    }),
    at(80, 'alpha answers'),
    until(100),
  );
  expect(story.told[1]).toEqual(told(93, 'anna', ...up('alpha', '1 min 1 sec', '10:00:30', '10:01:31')));
});
