/** Lists are read whole, each entry once, and what is not whole is said. */
import { expect, test } from 'vitest';
import type { SessionId } from '../../src/domain/names.ts';
import { never, startWorld, troubleFrom } from './world.ts';

const HOUR = 3_600_000;

test('running conferences carry what the screens show, with nulls as nothing', async () => {
  const now = Date.now();
  const { sim, server } = await startWorld();
  sim.addConference({
    sessionId: '0000001b@sim.example#vcs',
    conferenceId: '12345',
    topic: '<b>&"',
    owner: 'anna@sim.example',
    startedAt: now - 2 * HOUR,
  });
  sim.addConference({ conferenceId: null, topic: null, sessionId: 'x@sim.example#vcs' });
  const [first, second] = await server.runningConferences(never());
  expect(first).toMatchObject({
    session: '0000001b@sim.example#vcs',
    id: '12345',
    topic: '<b>&"',
    owner: 'anna@sim.example',
    participantCount: 1,
  });
  expect(first?.duration).toBeGreaterThanOrEqual(2 * HOUR - 2_000);
  expect(Math.abs((first?.startedAt ?? 0) - (now - 2 * HOUR))).toBeLessThan(5_000);
  expect(second).toMatchObject({ id: undefined, topic: undefined });
});

test('calls between two people are no conferences; classes that nobody documented are', async () => {
  const { sim, server } = await startWorld();
  for (const kind of [0, 1, 2, 10, 77]) sim.addConference({ class: kind, topic: `class ${kind}` });
  const topics = (await server.runningConferences(never())).map((conference) => conference.topic);
  expect(topics.sort()).toEqual(['class 10', 'class 2', 'class 77']);
});

test('a long history costs one small page, because running conferences come first', async () => {
  const { sim, server } = await startWorld();
  for (let made = 0; made < 2000; made++) sim.addConference({ endedAt: Date.now() - made });
  sim.addConference({ topic: 'the running one' });
  const running = await server.runningConferences(never());
  expect(running.map((conference) => conference.topic)).toEqual(['the running one']);
  expect(sim.requests.filter((request) => request.path.endsWith('/logs/calls'))).toHaveLength(1);
});

test.each([99, 100, 101, 300, 1300])('%i running conferences are all found, each once', async (count) => {
  const { sim, server } = await startWorld();
  for (let made = 0; made < count; made++) sim.addConference({});
  sim.addConference({ endedAt: Date.now() });
  const running = await server.runningConferences(never());
  expect(new Set(running.map((conference) => conference.session)).size).toBe(count);
  expect(running).toHaveLength(count);
});

test('a server that cuts pages without a word hides no conference', async () => {
  const { sim, server } = await startWorld({ pageSizeLimit: 40 });
  for (let made = 0; made < 130; made++) sim.addConference({});
  expect(await server.runningConferences(never())).toHaveLength(130);
});

test('a conference that starts while pages are read is not listed twice', async () => {
  const { sim, server } = await startWorld({ pageSizeLimit: 40 });
  for (let made = 0; made < 100; made++) sim.addConference({});
  let reads = 0;
  sim.onRequest = (request) => {
    // Becomes the first row, so the others move on by one.
    if (request.path.endsWith('/logs/calls') && ++reads === 3) {
      sim.conferences.unshift({ ...sim.addConference({}), sessionId: 'new@sim.example#vcs' });
    }
  };
  const running = await server.runningConferences(never());
  expect(new Set(running.map((conference) => conference.session)).size).toBe(running.length);
});

test('a history that never ends is given up, because a screen must', async () => {
  const { sim, server } = await startWorld();
  let row = 0;
  const page = () =>
    JSON.stringify({
      cnt: 1e12,
      list: Array.from({ length: 500 }, () => ({ conference_id: `s${row++}`, end_time: null, duration: 1 })),
    });
  sim.onRequest = () => void sim.setFault({ kind: 'body', body: page() }, { path: /calls/ });
  expect(await troubleFrom(server.runningConferences(never()))).toEqual({ code: 'too-large' });
});

test('a server that gives the same page again and again is read twice', async () => {
  const { sim, server } = await startWorld();
  const list = Array.from({ length: 500 }, (_, row) => ({
    conference_id: `s${row}`,
    end_time: null,
    duration: 1,
  }));
  await sim.setFault({ kind: 'body', body: JSON.stringify({ cnt: 1e9, list }) }, { path: /calls/ });
  expect(await server.runningConferences(never())).toHaveLength(500);
});

test('participants are told apart: owner, moderator, guest, device, anybody', async () => {
  const { sim, server } = await startWorld();
  sim.addConference({
    owner: 'Anna@sim.example',
    participants: [
      { id: 'anna', displayName: 'Anna', role: 2 },
      { id: 'boris@sim.example', displayName: 'Boris', role: 2 },
      { id: 'clara@sim.example', displayName: 'Clara', role: 1 },
      { id: '#guest2:7f3a@sim.example', displayName: 'Guest', role: 1 },
      { id: '#sip:100@pbx', displayName: '', role: 1 },
      { id: '#h323:room', displayName: 'Room', role: 3 },
      { id: '#guest9:1@sim.example', displayName: 'Guest with rights', role: 2 },
    ],
  });
  const [conference] = await server.runningConferences(never());
  if (!conference) throw new Error('no conference');
  const participants = await server.participants(conference, never());
  expect(participants.map(({ name, role }) => [name, role])).toEqual([
    ['Anna', 'owner'],
    ['Boris', 'moderator'],
    ['Clara', 'participant'],
    ['Guest', 'guest'],
    ['#sip:100@pbx', 'device'],
    ['Room', 'device'],
    ['Guest with rights', 'moderator'],
  ]);
});

test('an owner who is in with an ordinary role is the owner still: the conference is not without one', async () => {
  const { sim, server } = await startWorld();
  const { sessionId, owner } = sim.addConference({
    participants: [{ id: 'owner1@sim.example', displayName: 'Owner', role: 1 }],
  });
  const conference = { session: sessionId as SessionId, owner };
  expect(await server.participants(conference, never())).toMatchObject([{ role: 'owner' }]);
});

test('participants in pages are read to the last, because the moderator may be on it', async () => {
  const { sim, server } = await startWorld({ quirks: { participantsPageSize: 10 } });
  const { sessionId } = sim.addConference({
    participants: Array.from({ length: 35 }, (_, n) => ({
      id: `u${n}@x`,
      displayName: `U${n}`,
      role: n === 34 ? 2 : 1,
    })),
  });
  const participants = await server.participants({ session: sessionId as SessionId, owner: '' }, never());
  expect(participants).toHaveLength(35);
  expect(participants.at(-1)?.role).toBe('moderator');
});

const PEOPLE = { session: 's' as SessionId, owner: 'anna' };

test.each([
  ['fewer than counted', { count: 3, participants: [{ id: 'a', role: 1 }] }, 'count'],
  ['none where some are counted', { count: 3, participants: [] }, 'count'],
  [
    'one without a role',
    { count: 2, participants: [{ id: 'a', role: 1 }, { id: 'b' }] },
    'participants[1].role',
  ],
  ['one with an unreadable role', { participants: [{ id: 'a', role: 'boss' }] }, 'participants[0].role'],
  ['one without any name', { participants: [{ role: 2 }] }, 'participants[0].id'],
  ['one that is null', { participants: [null] }, 'participants[0]'],
  ['no list', { count: 0 }, 'participants'],
  ['an error with status 200', { error: 'invalid' }, 'participants'],
])(
  'a list of participants with %s is a trouble, never a conference without a moderator',
  async (_what, body, path) => {
    const { sim, server } = await startWorld();
    await sim.setFault({ kind: 'body', body: JSON.stringify(body) }, { path: /participants/ });
    expect(await troubleFrom(server.participants(PEOPLE, never()))).toEqual({
      code: 'unexpected-answer',
      path,
    });
  },
);

test('an empty conference is empty, and not a trouble', async () => {
  const { sim, server } = await startWorld();
  const { sessionId } = sim.addConference({ participants: [] });
  expect(await server.participants({ session: sessionId as SessionId, owner: '' }, never())).toEqual([]);
});

test.each([0, 1] as const)(
  'users are read once each, wherever page numbers begin (%i)',
  async (usersFirstPage) => {
    const { sim, server } = await startWorld({ quirks: { usersFirstPage } });
    const statuses = [-2, -1, 0, 1, 2, 3, 5, 9];
    for (let made = 0; made < 1600; made++) {
      sim.users.push({ id: `u${made}`, displayName: `User ${made}`, status: statuses[made % 8] ?? 0 });
    }
    const online = await server.onlineUsers(never());
    expect(online).toHaveLength(800);
    expect(new Set(online.map((user) => user.id)).size).toBe(800);
    const count = (status: string) => online.filter((user) => user.status === status).length;
    expect([count('online'), count('busy'), count('in-conference')]).toEqual([200, 200, 400]);
  },
);

test('5,000 users take 10 requests, one after the other: at 50 ms each that is half a second', async () => {
  const { sim, server } = await startWorld();
  for (let made = 0; made < 5000; made++) sim.users.push({ id: `u${made}`, displayName: 'User', status: 1 });
  expect(await server.onlineUsers(never())).toHaveLength(5000);
  expect(sim.requests.filter((request) => request.path.endsWith('/users'))).toHaveLength(10);
});

test('a server whose pages go round in a circle is read once round', async () => {
  const { sim, server } = await startWorld();
  const body = JSON.stringify({ next_page_id: 1, users: [{ id: 'anna', status: 1 }] });
  await sim.setFault({ kind: 'body', body }, { path: /users/ });
  expect(await server.onlineUsers(never())).toEqual([{ id: 'anna', name: 'anna', status: 'online' }]);
  expect(sim.requests.filter((request) => request.path.endsWith('/users'))).toHaveLength(2);
});

test('pages of users without end are given up', async () => {
  const { sim, server } = await startWorld();
  let page = 0;
  sim.onRequest = () => {
    const body = JSON.stringify({ next_page_id: ++page, users: [] });
    void sim.setFault({ kind: 'body', body }, { path: /users/ });
  };
  expect(await troubleFrom(server.onlineUsers(never()))).toEqual({ code: 'too-large' });
});
