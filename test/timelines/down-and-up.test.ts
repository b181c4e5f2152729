/** One server goes down and comes back: what is news, when it is known and what it is dated. */
import { expect, test } from 'vitest';
import { cutOff, down, downList, up, upHeadline, upList, wasDown } from './english.ts';
import { at, BOARD, timeline, told, until } from './timeline.ts';

test('a first probe that succeeds announces nothing (a restart is not news)', async () => {
  const story = timeline();
  await story.play(at(0, 'alpha answers'), until(600));
  expect(story.told).toEqual([]);
  expect(story.probes('alpha').slice(0, 4)).toEqual([0, 15, 30, 45]);
});

test('two failed probes in a row mean down, the second 1 s after the first (an outage is known soon whatever the interval)', async () => {
  const story = timeline({ servers: { alpha: { interval: 600 } } });
  await story.play(at(599, 'alpha refuses'), until(1_000));
  expect(story.probes('alpha')).toEqual([0, 600, 601]);
  expect(story.told).toEqual([told(601, 'anna', ...down('alpha', { since: '10:10', lasting: '1 sec' }))]);
});

test('an alert about one server leads to it, mutes it and lets somebody take care of it', async () => {
  const story = timeline();
  await story.play(at(29, 'alpha refuses'), until(31));
  expect(story.labels('anna')).toEqual(['Open alpha', 'Mute 1 h', 'Mute 8 h', 'I am on it']);
});

test('an outage is dated from its first failed probe (not from the moment it was confirmed)', async () => {
  const story = timeline({ servers: { alpha: { failures: 3 } } });
  await story.play(at(44, 'alpha hangs'), until(90));
  expect(story.probes('alpha').slice(3, 6)).toEqual([45, 51, 57]);
  expect(story.told).toEqual([
    told(62, 'anna', ...down('alpha', { why: 'answer-timeout', since: '10:00', lasting: '17 sec' })),
  ]);
});

test('one lost packet alarms nobody (a single failed probe proves nothing)', async () => {
  const story = timeline();
  await story.play(at(29, 'alpha drops every packet'), at(31, 'alpha answers'), until(600));
  expect(story.probes('alpha').slice(0, 6)).toEqual([0, 15, 30, 34, 49, 64]);
  expect(story.told).toEqual([]);
});

test('failed probes with an answer between them are not in a row (each is repeated, none is told)', async () => {
  const story = timeline({ servers: { alpha: { failures: 3 } } });
  await story.play(
    at(29, 'alpha refuses'), // 30 and 31 fail
    at(31.5, 'alpha answers'),
    at(46, 'alpha refuses'), // 47 and 48 fail
    at(48.5, 'alpha answers'),
    until(600),
  );
  expect(story.probes('alpha').slice(2, 8)).toEqual([30, 31, 32, 47, 48, 49]);
  expect(story.told).toEqual([]);
});

test('with failures = 1 the first failed probe is told at once', async () => {
  const story = timeline({ servers: { alpha: { failures: 1 } } });
  await story.play(at(29, 'alpha refuses'), until(40));
  expect(story.told).toEqual([told(30, 'anna', ...down('alpha', { since: '10:00', lasting: '0 sec' }))]);
});

test('the recovery says how long the outage lasted, from the first failed probe to the first answered one', async () => {
  const story = timeline();
  await story.play(at(29, 'alpha refuses'), at(100, 'alpha answers'), until(600));
  expect(story.told).toEqual([
    told(31, 'anna', ...down('alpha', { since: '10:00', lasting: '1 sec' })),
    told(106, 'anna', ...up('alpha', '1 min 16 sec', '10:00:30', '10:01:46')),
  ]);
});

test('a server that must answer three times is up when it has, and dated from the first of the three', async () => {
  const story = timeline({ servers: { alpha: { successes: 3 } } });
  await story.play(at(29, 'alpha refuses'), at(118, 'alpha answers'), until(600));
  expect(story.probes('alpha').filter((moment) => moment > 110)).toEqual(
    expect.arrayContaining([123, 124, 125, 140]),
  );
  expect(story.told[1]).toEqual(told(125, 'anna', ...up('alpha', '1 min 31 sec', '10:00:32', '10:02:03')));
});

test('one answer among failures is no recovery when three are needed', async () => {
  const story = timeline({ servers: { alpha: { successes: 3 } } });
  await story.play(
    at(29, 'alpha refuses'),
    at(118, 'alpha answers'), // 123, 124
    at(124.5, 'alpha refuses'), // 125
    until(600),
  );
  expect(story.told).toHaveLength(1);
});

test('a server first seen down is announced, and it is said that it may have been down for longer', async () => {
  const story = timeline();
  await story.play(at(0, 'alpha refuses'), until(60));
  expect(story.told).toEqual([told(1, 'anna', ...down('alpha', { since: '10:00' }))]);
});

test('a server first seen down is told again when it comes up (what was announced has an end)', async () => {
  const story = timeline();
  await story.play(at(0, 'alpha refuses'), at(70, 'alpha answers'), until(120));
  expect(story.told[1]).toEqual(told(76, 'anna', ...up('alpha', '1 min 16 sec', '10:00:00', '10:01:16')));
});

test('a down and an up within the grouping window are one line about the past (nobody can act on it any more)', async () => {
  const quick = { interval: 0.5, failures: 1 };
  const story = timeline({ servers: { alpha: quick, beta: {} } });
  await story.play(at(9.9, 'alpha refuses'), at(10.4, 'alpha answers'), until(60));
  expect(story.told).toEqual([told(11.5, 'anna', wasDown('alpha', '10:00:10', '10:00:10', '0 sec'))]);
});

test('slow flapping is told each time (each is an outage that somebody may act on)', async () => {
  const story = timeline();
  await story.play(
    at(29, 'alpha refuses'),
    at(44, 'alpha answers'),
    at(60, 'alpha refuses'),
    at(90, 'alpha answers'),
    until(300),
  );
  expect(story.told.map(({ at: moment, text }) => [moment, text.split('\n')[0]])).toEqual([
    [31, '🔴 <b>alpha is down</b>'],
    [46, upHeadline('alpha', '16 sec')],
    [62, '🔴 <b>alpha is down</b>'],
    [92, upHeadline('alpha', '31 sec')],
  ]);
});

test('up and down again in one message ends with the bad news (the last word is what is true)', async () => {
  const quick = { interval: 0.5, failures: 1 };
  const story = timeline({ servers: { alpha: quick, beta: {} } });
  await story.play(at(9.9, 'alpha refuses'), at(29.9, 'alpha answers'), at(30.4, 'alpha refuses'), until(60));
  expect(story.told.slice(1)).toEqual([
    told(31.5, 'anna', ...upList(['alpha', '20 sec']), ...downList(['alpha', '10:00'])),
  ]);
});

test('rounds start up to a twentieth of the interval early (so that servers do not fall into step)', async () => {
  const story = timeline({ servers: { alpha: { interval: 60 } }, random: () => 0.999 });
  await story.play(until(300));
  expect(story.probes('alpha')).toEqual([0, 57, 114, 171, 228, 285]);
});

test('servers are probed on shared half seconds (one waking for many of them costs less)', async () => {
  const story = timeline({ servers: ['alpha', 'beta', 'gamma'] });
  await story.play(until(31));
  expect(story.probes('beta')).toEqual([0.02, 15, 30]);
  expect(story.probes('gamma')).toEqual([0.04, 15, 30]);
});

test('who is cut off is what the last look before the outage saw', async () => {
  const story = timeline();
  story.server('alpha').conferences = [BOARD, { ...BOARD, participantCount: 5 }];
  await story.play(at(119, 'alpha answers'), at(149, 'alpha refuses'), until(160));
  expect(story.told).toEqual([
    told(
      151,
      'anna',
      ...down('alpha', { since: '10:02', lasting: '1 sec' }),
      cutOff('10:02', '12 people', '2 conferences'),
    ),
  ]);
});
