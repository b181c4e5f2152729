/** Forgotten conferences: found, each with its reason, stopped one by one or all together. */
import { expect, test } from 'vitest';
import type { SimulatedParticipant, TrueConfSimulator } from '../../src/simulator/trueconf.ts';
import {
  ANNA,
  ago,
  BORIS,
  type HarnessOptions,
  named,
  SERVER,
  startHarness,
} from '../support/bot-harness.ts';

const QUIET: HarnessOptions = { statusKeys: { state: false } };

const MODERATOR: SimulatedParticipant = { id: 'mod@sim.example', displayName: 'Mo', role: 2 };
const SECOND_MODERATOR: SimulatedParticipant = { id: 'mod2@sim.example', displayName: 'Mia', role: 2 };
const VISITOR: SimulatedParticipant = { id: 'vic@sim.example', displayName: 'Vic', role: 1 };

const RULE =
  'Forgotten means: running for 1 hr or longer, and no moderator is inside, or one moderator is the only person left. The owner counts as a moderator.';

/** Three forgotten, each for a reason of its own, and three that are not. */
function populate(server: TrueConfSimulator) {
  const made = {
    empty: server.addConference({ topic: 'Empty', startedAt: ago(240), participants: [] }),
    leaderless: server.addConference({
      topic: 'Leaderless',
      startedAt: ago(180),
      participants: [{ ...VISITOR }],
    }),
    alone: server.addConference({ topic: 'Alone', startedAt: ago(120), participants: [{ ...MODERATOR }] }),
  };
  server.addConference({ topic: 'Young', startedAt: ago(50), participants: [] });
  server.addConference({
    topic: 'Led',
    startedAt: ago(300),
    participants: [{ ...MODERATOR }, { ...VISITOR }],
  });
  server.addConference({
    topic: 'Two moderators',
    startedAt: ago(300),
    participants: [{ ...MODERATOR }, { ...SECOND_MODERATOR }],
  });
  return made;
}

test('nothing forgotten: it says so, how many are running, and what forgotten means', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({ topic: 'Young', participants: [] });
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Forgotten')).toBe(
    [`Forgotten conferences · ${SERVER}\nNone. Running now: 1 conference.\n${RULE}`, 'as of hh:mm:ss'].join(
      '\n\n',
    ),
  );
  expect(anna.rows).toEqual([['↻ Refresh', '‹ Back']]);
});

test('each has its reason in words; those in use and those too young are not listed', async () => {
  const harness = await startHarness(QUIET);
  populate(harness.server());
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten');
  expect(anna.text).toBe(
    [
      `Forgotten conferences · ${SERVER}\n3 forgotten of 6 running`,
      [
        '1. Empty',
        '1000000001 · owner1@sim.example',
        '4 hr · Real-time management',
        '➜ nobody is inside',
      ].join('\n'),
      [
        '2. Leaderless',
        '1000000002 · owner2@sim.example',
        '1 person · 3 hr · Real-time management',
        '➜ no moderator is inside',
      ].join('\n'),
      [
        '3. Alone',
        '1000000003 · owner3@sim.example',
        '1 person · 2 hr · Real-time management',
        '➜ only a moderator is left, nobody else',
      ].join('\n'),
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
  expect(anna.rows).toEqual([
    ['⏹ 1. Empty'],
    ['⏹ 2. Leaderless'],
    ['⏹ 3. Alone'],
    ['Stop all 3'],
    ['↻ Refresh', '‹ Back'],
  ]);
});

test('the least duration is the one of the settings, inclusive', async () => {
  const harness = await startHarness({ ...QUIET, forgottenKeys: { min_duration: '45m' } });
  populate(harness.server());
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten');
  expect(anna.text).toContain('4 forgotten of 6 running\n\n1. Empty');
  expect(anna.text).toContain('4. Young');
  for (const { sessionId, topic } of harness.server().conferences) {
    if (['Empty', 'Leaderless', 'Alone', 'Young'].includes(topic ?? '')) harness.server().end(sessionId);
  }
  expect(await anna.tap('Refresh')).toContain(
    `None. Running now: 2 conferences.\n${RULE.replace('1 hr', '45 min')}\n\n`,
  );
});

test('what could not be read is listed apart, with the cause, and is opened rather than stopped', async () => {
  const harness = await startHarness(QUIET);
  const { leaderless } = populate(harness.server());
  await harness
    .server()
    .setFault({ kind: 'status', status: 500 }, { path: new RegExp(`${leaderless.sessionId}/participants`) });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten');
  expect(anna.text).toContain(
    '2 forgotten of 6 running\n❔ 1 could not be checked. It will not be stopped.\n\n1. Empty',
  );
  expect(anna.text).toContain('❔ unknown who is inside: it answered with HTTP status 500');
  expect(anna.rows).toEqual([
    ['⏹ 1. Empty'],
    ['⏹ 2. Alone'],
    ['3. Leaderless'],
    ['Stop all 2'],
    ['↻ Refresh', '‹ Back'],
  ]);

  await anna.tap('Stop all 2');
  expect(anna.text).not.toContain('Leaderless');
  await anna.tap('Stop all 2');

  expect(anna.text).toContain('✅ 2 conferences stopped');
  expect(leaderless.endedAt).toBeNull();
  expect(await anna.tap('Leaderless')).toContain('Could not read who is inside.');
  expect(await anna.tap('Back')).toContain('Forgotten conferences');
});

test('all unknown: nothing can be stopped together', async () => {
  const harness = await startHarness(QUIET);
  populate(harness.server());
  await harness.server().setFault({ kind: 'status', status: 500 }, { path: /participants/ });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten');
  expect(anna.text).toContain(
    [
      'None. Running now: 6 conferences.',
      '❔ 5 could not be checked. They will not be stopped.',
      `${RULE}\n\n1. Led`,
    ].join('\n'),
  );
  expect(anna.buttons.filter((label) => /^(Stop|⏹)/.test(label))).toEqual([]);
});

test('stop one: asks, stops, and shows the forgotten again without it', async () => {
  const harness = await startHarness(QUIET);
  const { alone, empty } = populate(harness.server());
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten', '⏹ 3. Alone');
  expect(anna.text).toContain('Forgotten: only a moderator is left, nobody else.');
  expect(await anna.tap('Cancel')).toContain('3 forgotten of 6 running');
  await anna.tap('⏹ 3. Alone');

  await anna.tap('Stop the conference');

  expect(anna.text).toContain(
    `✅ Stopped: Alone\n\nForgotten conferences · ${SERVER}\n2 forgotten of 5 running`,
  );
  expect(alone.endedAt).not.toBeNull();
  expect(empty.endedAt).toBeNull();
});

test('one without a conference ID says that it cannot be stopped from here, and has no button for it', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({
    topic: 'Direct',
    conferenceId: null,
    startedAt: ago(300),
    participants: [{ ...VISITOR }],
  });
  const { empty } = populate(harness.server());
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten');
  expect(anna.text).toContain(
    [
      '➜ no moderator is inside',
      'This call has no conference ID, so it cannot be stopped from here. End it in real-time management.\n',
      '2. Empty',
    ].join('\n'),
  );
  expect(anna.text.split('cannot be stopped from here')).toHaveLength(2);
  expect(anna.rows.slice(0, 2)).toEqual([['1. Direct'], ['⏹ 2. Empty']]);
  await anna.tap('Stop all 3');
  expect(anna.text).not.toContain('Direct');
  await anna.tap('Stop all 3');
  expect(anna.text).toContain('1 forgotten of 4 running');
  expect(empty.endedAt).not.toBeNull();
});

test('stop all: lists them, stops exactly them, and tells the others of all at once', async () => {
  const harness = await startHarness(QUIET);
  const { empty, leaderless, alone } = populate(harness.server());
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.open(SERVER, 'Forgotten', 'Stop all 3');
  expect(anna.text).toBe(
    [
      `Stop these 3 forgotten conferences? · ${SERVER}`,
      [
        '1. Empty · 0 people · 4 hr · nobody is inside',
        '2. Leaderless · 1 person · 3 hr · no moderator is inside',
        '3. Alone · 1 person · 2 hr · only a moderator is left, nobody else',
      ].join('\n'),
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
  expect(anna.rows).toEqual([['Stop all 3'], ['Cancel']]);

  await anna.tap('Stop all 3');

  expect(anna.text).toContain(
    `✅ 3 conferences stopped\n\nForgotten conferences · ${SERVER}\nNone. Running now: 3 conferences.`,
  );
  expect([empty, leaderless, alone].every(({ endedAt }) => endedAt !== null)).toBe(true);
  expect(harness.server().conferences.filter(({ endedAt }) => endedAt === null)).toHaveLength(3);
  const [first, ...topics] = (await boris.until((text) => text.startsWith('⏹'))).split('\n');
  expect(first).toBe(`⏹ Anna stopped 3 conferences on ${SERVER}`);
  // They are stopped side by side.
  expect(topics.sort()).toEqual(['• Alone', '• Empty', '• Leaderless']);
  expect(boris.rows).toEqual([[`Open ${SERVER}`]]);
  await expect.poll(() => harness.store.outbox()).toEqual([]);
  expect(boris.history.filter(({ message }) => message.text.startsWith('⏹'))).toHaveLength(1);
});

test('Cancel of the question about all stops nothing', async () => {
  const harness = await startHarness(QUIET);
  populate(harness.server());
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten', 'Stop all 3');
  expect(await anna.tap('Cancel')).toContain('3 forgotten of 6 running');
  expect(harness.server().conferences.filter(({ endedAt }) => endedAt !== null)).toEqual([]);
});

test.each(
  named<{ what: string; change: (server: TrueConfSimulator) => void; count: string }>([
    {
      what: 'another one was forgotten',
      change: (server) => void server.addConference({ topic: 'New', startedAt: ago(90), participants: [] }),
      count: 'Stop these 4 forgotten conferences?',
    },
    {
      what: 'one has ended',
      change: (server) => server.end(server.conferences[0]?.sessionId ?? ''),
      count: 'Stop these 2 forgotten conferences?',
    },
    {
      what: 'somebody joined one',
      change: (server) => server.join(server.conferences[1]?.sessionId ?? '', { id: 'late@sim.example' }),
      count: 'Stop these 3 forgotten conferences?',
    },
    {
      what: 'a moderator came back to one',
      change: (server) => server.conferences[1]?.participants.push({ ...MODERATOR }),
      count: 'Stop these 2 forgotten conferences?',
    },
  ]),
)(
  '%s between question and press: nothing is stopped, the list is asked anew',
  async (_what, { change, count }) => {
    const harness = await startHarness(QUIET);
    populate(harness.server());
    const anna = harness.chat(ANNA);
    await anna.open(SERVER, 'Forgotten', 'Stop all 3');
    change(harness.server());
    await anna.tap('Stop all');
    expect(anna.text).toContain('⚠️ Nothing was stopped yet: the list has changed since you were asked.');
    expect(anna.text).toContain(count);
    expect(harness.requests().filter(({ path }) => path.endsWith('/stop'))).toEqual([]);
  },
);

test('none is left at the press: the list says so', async () => {
  const harness = await startHarness(QUIET);
  populate(harness.server());
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten', 'Stop all 3');
  for (const { sessionId, topic } of harness.server().conferences) {
    if (['Empty', 'Leaderless', 'Alone'].includes(topic ?? '')) harness.server().end(sessionId);
  }
  expect(await anna.tap('Stop all')).toContain('None. Running now: 3 conferences.');
});

test('of all, one that the server refuses to stop is named with the cause', async () => {
  const harness = await startHarness(QUIET);
  const { alone } = populate(harness.server());
  await harness
    .server()
    .setFault({ kind: 'status', status: 500 }, { path: new RegExp(`${alone.conferenceId}/stop`) });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten', 'Stop all 3', 'Stop all 3');
  expect(anna.text).toContain(
    [
      '✅ 2 conferences stopped',
      '❌ Not stopped: Alone – it answered with HTTP status 500',
      "What to do? Look at the server's log, and at the proxy in front of it if there is one.\n\n",
    ].join('\n'),
  );
  expect(anna.text).toContain('1 forgotten of 4 running');
});

test('all of many fail for one reason: the message stays whole and says how many (a scope is missing)', async () => {
  const scopes = ['conferences:read', 'conferences.sessions.participants:read', 'logs.calls:read'];
  const harness = await startHarness({ ...QUIET, servers: { [SERVER]: { scopes } } });
  for (let number = 1; number <= 40; number++) {
    const topic = `${number} `.padEnd(240, 'т');
    harness.server().addConference({ topic, startedAt: ago(500 - number), participants: [] });
  }
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten', 'Stop all 40', 'Stop all 40');
  expect(anna.text).toContain('the scope conferences is missing');
  expect(anna.text).toContain('40 forgotten of 40 running');
  expect(anna.buttons).toContain('‹ Back');
});

test('40 forgotten: the question about all is paged and stops them all', async () => {
  const harness = await startHarness(QUIET);
  for (let number = 1; number <= 40; number++) {
    harness.server().addConference({ topic: `T${number}`, startedAt: ago(500 - number), participants: [] });
  }
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Forgotten');
  expect(anna.text).toContain('page 1 of 7');
  await anna.tap('Stop all 40');
  expect(anna.text).toContain('page 1 of 3');
  expect(await anna.tap('3 »')).toContain('40. T40');
  await anna.tap('Stop all 40');
  expect(anna.text).toContain('✅ 40 conferences stopped');
  expect(harness.server().conferences.every(({ endedAt }) => endedAt !== null)).toBe(true);
});

test('no more than eight participants requests at once (a search must not crowd out the users of a server)', async () => {
  const harness = await startHarness({ servers: { [SERVER]: { latencyMs: 5 } }, ...QUIET });
  for (let number = 1; number <= 60; number++) harness.server().addConference({ startedAt: ago(90) });
  await harness.chat(ANNA).open(SERVER, 'Forgotten');
  expect(harness.server().counts.maxParallel).toBeLessThanOrEqual(8);
  expect(harness.requests().filter(({ path }) => path.endsWith('/participants'))).toHaveLength(60);
});
