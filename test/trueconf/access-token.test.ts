/** Which token goes with which call, and what its trouble is called. */
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { parallel } from '../../src/lib/parallel.ts';
import { Secret } from '../../src/lib/secret.ts';
import { startTrueConf } from '../../src/simulator/trueconf.ts';
import { CLIENT_SECRET, never, standingClock, startWorld, troubleFrom } from './world.ts';

test('200 calls at once ask for one token, because a server should not be stormed when a screen opens', async () => {
  const { sim, server } = await startWorld();
  await Promise.all(Array.from({ length: 200 }, () => server.onlineUsers(never())));
  expect(sim.counts.token).toBe(1);
});

test('at most 8 requests are under way at one server, and more than one is', async () => {
  const { sim, server } = await startWorld({ latencyMs: 5 });
  for (let made = 0; made < 60; made++) sim.addConference({});
  const conferences = await server.runningConferences(never());
  await Promise.all(conferences.map((conference) => server.participants(conference, never())));
  expect(conferences).toHaveLength(60);
  expect(sim.counts.maxParallel).toBe(8);
});

test('one request of another screen does not wait behind 200 of the first', async () => {
  const { sim, server } = await startWorld({ latencyMs: 3 });
  for (let made = 0; made < 200; made++) sim.addConference({});
  const conferences = await server.runningConferences(never());
  const screen = never();
  let read = 0;
  const all = conferences.map((conference) => server.participants(conference, screen).then(() => read++));
  await server.onlineUsers(never());
  expect(read).toBeLessThan(30);
  await Promise.all(all);
});

test('a token revoked while 200 calls run is renewed once, and every call is answered', async () => {
  const { sim, server } = await startWorld({ latencyMs: 2 });
  sim.addConference({});
  const [conference] = await server.runningConferences(never());
  if (!conference) throw new Error('no conference');
  let answered = 0;
  sim.onAnswer = () => {
    if (++answered === 50) sim.revokeTokens();
  };
  const lists = await parallel(Array(200).fill(conference), 200, (each) =>
    server.participants(each, never()),
  );
  expect(lists.every((list) => list.length === 1)).toBe(true);
  expect(sim.counts.token).toBe(2);
});

test('a token is renewed before it runs out, so that no call meets an expired one', async () => {
  const { clock, forward } = standingClock();
  const { sim, server } = await startWorld({ tokenLifetimeSeconds: 3600, now: clock.now }, {}, clock);
  await server.onlineUsers(never());
  forward(3600_000 - 61_000);
  await server.onlineUsers(never());
  expect(sim.counts.token).toBe(1);
  forward(2_000);
  await server.onlineUsers(never());
  expect(sim.counts.token).toBe(2);
  expect(sim.requests.every((request) => request.status === 200)).toBe(true);
});

test('a token that lives ten seconds is used for nine of them: the margin is a tenth of a short life', async () => {
  const { clock, forward } = standingClock();
  const { sim, server } = await startWorld({ tokenLifetimeSeconds: 10, now: clock.now }, {}, clock);
  await server.onlineUsers(never());
  forward(8_900);
  await server.onlineUsers(never());
  expect(sim.counts.token).toBe(1);
  forward(200);
  await server.onlineUsers(never());
  expect(sim.counts.token).toBe(2);
});

test.each([401, 403] as const)(
  'a revoked token answered with %i is renewed and the call repeated',
  async (status) => {
    const { sim, server } = await startWorld({ quirks: { invalidTokenStatus: status } });
    await server.onlineUsers(never());
    sim.revokeTokens();
    await expect(server.onlineUsers(never())).resolves.toEqual([]);
    expect(sim.counts.token).toBe(2);
  },
);

test('a token that the server finds expired early is renewed and the call repeated: the clocks of two machines differ', async () => {
  const { clock } = standingClock();
  let ahead = 0;
  const { sim, server } = await startWorld(
    { tokenLifetimeSeconds: 600, now: () => clock.now() + ahead },
    {},
    clock,
  );
  await server.onlineUsers(never());
  ahead = 600_000;
  await expect(server.onlineUsers(never())).resolves.toEqual([]);
  expect(sim.counts.token).toBe(2);
});

test.each(['oauth', 'reason', 'errors'] as const)(
  'a wrong secret is credentials-rejected in the shape "%s", because servers say it in three ways',
  async (tokenError) => {
    const { server } = await startWorld(
      { quirks: { tokenError } },
      { clientSecret: new Secret('wrong-secret') },
    );
    expect(await troubleFrom(server.onlineUsers(never()))).toEqual({ code: 'credentials-rejected' });
  },
);

test.each([
  [400, { code: 'http-status', status: 400 }],
  [403, { code: 'forbidden' }],
  [404, { code: 'api-absent', status: 404 }],
  [405, { code: 'api-absent', status: 405 }],
  [413, { code: 'http-status', status: 413 }],
  [408, { code: 'http-status', status: 408 }],
  [429, { code: 'http-status', status: 429 }],
  [502, { code: 'http-status', status: 502 }],
  [302, { code: 'redirect', status: 302 }],
])(
  'the page of something else with %i in place of a token is %o, and does not blame the secret',
  async (status, trouble) => {
    const { sim, server } = await startWorld();
    await sim.setFault(
      { kind: 'status', status, headers: { location: 'https://elsewhere.example/' } },
      'token',
    );
    expect(await troubleFrom(server.onlineUsers(never()))).toEqual(trouble);
  },
);

test.each([
  ['{"error":"invalid_client"}', { code: 'credentials-rejected' }],
  ['{"error":{"errors":[{"reason":"routeNotFound"}]}}', { code: 'api-absent', status: 404 }],
  ['{"detail":"Not Found"}', { code: 'api-absent', status: 404 }],
])('a token endpoint that answers 404 with %s is %o', async (body, trouble) => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'status', status: 404, body }, 'token');
  expect(await troubleFrom(server.onlineUsers(never()))).toEqual(trouble);
});

test.each([
  ['<html>', { code: 'not-json' }],
  ['', { code: 'empty-answer' }],
  ['null', { code: 'empty-answer' }],
  ['"abc"', { code: 'not-json' }],
  ['{}', { code: 'unexpected-answer', path: 'access_token' }],
  ['{"access_token":null,"expires_in":5}', { code: 'unexpected-answer', path: 'access_token' }],
  ['{"access_token":"two\\r\\nlines"}', { code: 'unexpected-answer', path: 'access_token' }],
  ['[]', { code: 'unexpected-answer', path: 'access_token' }],
  ['{"reason":"InvalidCredentials"}', { code: 'credentials-rejected' }],
  ['{"error":"invalid_client"}', { code: 'credentials-rejected' }],
])('a token endpoint that answers 200 with %s is %o', async (body, trouble) => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'body', body }, 'token');
  expect(await troubleFrom(server.onlineUsers(never()))).toEqual(trouble);
});

test('a token endpoint that is away is the trouble of the network, not of the credentials', async () => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'reset' }, 'token');
  expect(await troubleFrom(server.onlineUsers(never()))).toEqual({ code: 'closed' });
  await sim.setFault({ kind: 'none' });
  await expect(server.onlineUsers(never())).resolves.toEqual([]);
});

test('a token endpoint that comes back is asked again: a failure is not kept', async () => {
  const { sim, server } = await startWorld({}, { clientSecret: new Secret('new-secret-1') });
  await troubleFrom(server.onlineUsers(never()));
  sim.setClientSecret('new-secret-1');
  await expect(server.onlineUsers(never())).resolves.toEqual([]);
});

test.each([
  ['logs.calls:read', 'runningConferences'],
  ['users:read', 'onlineUsers'],
] as const)(
  'without %s the trouble names that scope, so that the operator knows what to grant',
  async (scope, call) => {
    const { server } = await startWorld({ scopes: ['something:else'] });
    expect(await troubleFrom(server[call](never()))).toEqual({ code: 'scope-missing', scope });
  },
);

test('participants and stopping need the scope "conferences"', async () => {
  const { sim, server } = await startWorld({ scopes: ['logs.calls:read'] });
  sim.addConference({});
  const [conference] = await server.runningConferences(never());
  if (!conference?.id) throw new Error('no conference');
  const missing = { code: 'scope-missing', scope: 'conferences' };
  expect(await troubleFrom(server.participants(conference, never()))).toEqual(missing);
  expect(await troubleFrom(server.stopConference(conference.id, never()))).toEqual(missing);
});

test('a scope granted later works without a restart, although only a new token has it', async () => {
  const { clock, forward } = standingClock();
  const { sim, server } = await startWorld({ scopes: ['conferences'], now: clock.now }, {}, clock);
  await troubleFrom(server.onlineUsers(never()));
  sim.setScopes(['conferences', 'users:read']);
  forward(61_000);
  await expect(server.onlineUsers(never())).resolves.toEqual([]);
  expect(sim.counts.token).toBe(2);
});

test('a missing scope costs one token a minute at most, because a screen may be refreshed often', async () => {
  const { clock } = standingClock();
  const { sim, server } = await startWorld({ scopes: ['conferences'], now: clock.now }, {}, clock);
  for (let taps = 0; taps < 5; taps++) await troubleFrom(server.onlineUsers(never()));
  expect(sim.counts.token).toBe(1);
});

test('a ready token is used first and needs no token request', async () => {
  const { sim, server } = await startWorld(
    { staticTokens: ['panel-key-123456'] },
    { accessToken: new Secret('panel-key-123456') },
  );
  await server.onlineUsers(never());
  expect(sim.counts.token).toBe(0);
  expect(sim.requests.map((request) => request.authorization)).toEqual(['header']);
});

test('a ready token that is refused gives way to the OAuth application for good', async () => {
  const { sim, server } = await startWorld({}, { accessToken: new Secret('stale-key-123456') });
  await expect(server.onlineUsers(never())).resolves.toEqual([]);
  await server.onlineUsers(never());
  expect(sim.counts.token).toBe(1);
  expect(sim.requests.filter((request) => request.status === 403)).toHaveLength(1);
});

test('a ready token that is refused and nothing to replace it is credentials-rejected', async () => {
  const { sim, server } = await startWorld(
    {},
    { accessToken: new Secret('stale-key-123456'), clientId: '', clientSecret: undefined },
  );
  expect(await troubleFrom(server.onlineUsers(never()))).toEqual({ code: 'credentials-rejected' });
  expect(sim.counts.token).toBe(0);
});

test('no credentials at all are credentials-absent without asking anybody', async () => {
  const { sim, server } = await startWorld({}, { clientId: '', clientSecret: undefined });
  expect(await troubleFrom(server.onlineUsers(never()))).toEqual({ code: 'credentials-absent' });
  expect(sim.counts.total).toBe(0);
});

test('a server that refuses fresh tokens in the header gets them in the query, and that is remembered', async () => {
  const { sim, server } = await startWorld({ tokenTransport: 'query' });
  await server.onlineUsers(never());
  sim.forgetRequests();
  await server.onlineUsers(never());
  expect(sim.requests.map((request) => request.authorization)).toEqual(['query']);
});

test('a server that after an update takes tokens in the header only gets them there again', async () => {
  const { sim, server } = await startWorld({ tokenTransport: 'query' });
  await server.onlineUsers(never());
  await sim.close();
  const updated = await startTrueConf({
    clientSecret: CLIENT_SECRET,
    tokenTransport: 'header',
    apiPort: sim.apiPort,
  });
  onTestFinished(() => updated.close());
  await expect(server.onlineUsers(never())).resolves.toEqual([]);
  updated.forgetRequests();
  await server.onlineUsers(never());
  expect(updated.requests.map((request) => request.authorization)).toEqual(['header']);
});

test('tokens never stand in a URL unless the server takes them nowhere else', async () => {
  const { sim, server } = await startWorld();
  sim.addConference({});
  const [conference] = await server.runningConferences(never());
  if (!conference?.id) throw new Error('no conference');
  await server.participants(conference, never());
  await server.onlineUsers(never());
  await server.stopConference(conference.id, never());
  await server.probe(never());
  expect(sim.requests.every((request) => !('access_token' in request.query))).toBe(true);
  expect(sim.requests.some((request) => JSON.stringify(request).includes(CLIENT_SECRET))).toBe(false);
});

test('no error shows a token or a secret, however deep one looks', async () => {
  for (const transport of ['header', 'query'] as const) {
    const { sim, server } = await startWorld({ tokenTransport: transport });
    let token = '';
    await server.onlineUsers(never());
    const seen: unknown[] = [];
    for (const fault of [
      { kind: 'reset' },
      { kind: 'half' },
      { kind: 'body', body: `HTTP ${CLIENT_SECRET}` },
      { kind: 'status', status: 500, body: CLIENT_SECRET },
      { kind: 'status', status: 401, body: '{}' },
      { kind: 'down' },
    ] as const) {
      await sim.setFault(fault);
      seen.push(await server.onlineUsers(never()).catch((error) => error));
      seen.push(await server.probe(never()));
      await sim.setFault({ kind: 'none' });
    }
    sim.onRequest = (request) => {
      token = request.query.access_token ?? token;
    };
    await server.onlineUsers(never());
    const printed = seen
      .map((each) => inspect(each, { depth: 20, showHidden: true, getters: true }))
      .join('\n');
    expect(printed).not.toContain(CLIENT_SECRET);
    expect(printed).not.toContain('access_token');
    expect(printed).not.toMatch(/Bearer|\/api\/|[0-9a-f]{40}/);
    if (transport === 'query') expect(token).not.toBe('');
  }
});
