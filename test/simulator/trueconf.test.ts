import { afterEach, describe, expect, it } from 'vitest';
import {
  startTrueConf,
  type TrueConfSimulator,
  type TrueConfSimulatorOptions,
} from '../../src/simulator/trueconf.ts';
import { ask, codeOf, type Reply } from './client.ts';

const open: TrueConfSimulator[] = [];

async function start(options: TrueConfSimulatorOptions = {}): Promise<TrueConfSimulator> {
  const simulator = await startTrueConf({ tls: false, ...options });
  open.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

const api = (server: TrueConfSimulator, path: string) => `http://${server.host}:${server.apiPort}${path}`;
const form = { 'content-type': 'application/x-www-form-urlencoded' };

function askToken(server: TrueConfSimulator, secret = 'secret'): Promise<Reply> {
  const body = `grant_type=client_credentials&client_id=client&client_secret=${secret}`;
  return ask(api(server, '/oauth2/v1/token'), { method: 'POST', headers: form, body });
}

async function call(server: TrueConfSimulator, path: string, method = 'GET'): Promise<Reply> {
  const token = (await askToken(server)).json.access_token;
  return ask(api(server, path), { method, headers: { authorization: `Bearer ${token}` } });
}

describe('the token endpoint', () => {
  const good = {
    access_token: expect.stringMatching(/^[0-9a-f]{40}$/),
    expires_in: 604_800,
    token_type: 'Bearer',
  };
  const scope = 'conferences users:read logs.calls:read logs.calls.participants:read';

  it('gives a token to a form body, with lifetime and scopes', async () => {
    const server = await start();
    expect(await askToken(server)).toMatchObject({ status: 200, json: { ...good, scope } });
    expect(server.counts.token).toBe(1);
  });

  it('gives a token to a JSON body', async () => {
    const server = await start();
    const body = JSON.stringify({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: 'secret',
    });
    const headers = { 'content-type': 'application/json' };
    const reply = await ask(api(server, '/oauth2/v1/token'), { method: 'POST', headers, body });
    expect(reply).toMatchObject({ status: 200, json: good });
  });

  const refused: [string, string, string, unknown][] = [
    ['no grant type', 'POST', 'client_id=client&client_secret=secret', { error: 'invalid_request' }],
    [
      'another grant type',
      'POST',
      'grant_type=password&client_id=client',
      { error: 'unsupported_grant_type' },
    ],
    ['no client', 'POST', 'grant_type=client_credentials', { error: 'invalid_client' }],
    [
      'a wrong secret',
      'POST',
      'grant_type=client_credentials&client_id=client&client_secret=wrong',
      { error: 'invalid_client', error_description: 'The client credentials are invalid' },
    ],
  ];
  it.each(refused)('refuses %s with 400', async (_title, method, body, json) => {
    const server = await start();
    const reply = await ask(api(server, '/oauth2/v1/token'), { method, headers: form, body });
    expect(reply).toMatchObject({ status: 400, json });
  });

  it('takes POST only', async () => {
    const server = await start();
    const query = '?grant_type=client_credentials&client_id=client&client_secret=secret';
    expect((await ask(api(server, `/oauth2/v1/token${query}`))).status).toBe(405);
  });

  it.each([
    ['oauth', 400, { error: 'invalid_client' }],
    ['reason', 403, { reason: 'InvalidCredentials' }],
    ['errors', 401, { error: { errors: [{ reason: 'invalidCredentials' }] } }],
  ] as const)('says wrong credentials in the shape %s', async (tokenError, status, json) => {
    const server = await start({ quirks: { tokenError } });
    expect(await askToken(server, 'wrong')).toMatchObject({ status, json });
  });

  it('follows a changed client secret', async () => {
    const server = await start();
    server.setClientSecret('new');
    expect((await askToken(server)).status).toBe(400);
    expect((await askToken(server, 'new')).status).toBe(200);
  });
});

describe('tokens', () => {
  const USERS = '/api/v3.3/users';

  it.each([
    ['both', 200, 200],
    ['header', 200, 403],
    ['query', 403, 200],
  ] as const)('are taken from %s', async (tokenTransport, inHeader, inQuery) => {
    const server = await start({ tokenTransport });
    const token = (await askToken(server)).json.access_token;
    const headers = { authorization: `Bearer ${token}` };
    expect((await ask(api(server, USERS), { headers })).status).toBe(inHeader);
    expect((await ask(api(server, `${USERS}?access_token=${token}`))).status).toBe(inQuery);
    expect(server.requests.map((request) => request.authorization)).toEqual(['none', 'header', 'query']);
  });

  it('in header and query at once are a 400', async () => {
    const server = await start();
    const token = (await askToken(server)).json.access_token;
    const headers = { authorization: `Bearer ${token}` };
    const reply = await ask(api(server, `${USERS}?access_token=${token}`), { headers });
    expect(reply).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  const invalid: [string, (server: TrueConfSimulator, clock: { now: number }) => void][] = [
    ['revoked', (server) => server.revokeTokens()],
    ['expired', (_server, clock) => (clock.now += 60_000)],
  ];
  it.each(invalid)('that are %s get 403 accessTokenInvalid', async (_title, spoil) => {
    const clock = { now: 1_700_000_000_000 };
    const server = await start({ tokenLifetimeSeconds: 60, now: () => clock.now });
    const headers = { authorization: `Bearer ${(await askToken(server)).json.access_token}` };
    expect((await ask(api(server, USERS), { headers })).status).toBe(200);
    spoil(server, clock);
    const reply = await ask(api(server, USERS), { headers });
    expect(reply).toMatchObject({
      status: 403,
      json: { error: { code: 403, message: 'Forbidden', errors: [{ reason: 'accessTokenInvalid' }] } },
    });
  });

  it('that are missing or unknown get 401 where the server is of that kind', async () => {
    const server = await start({ quirks: { invalidTokenStatus: 401 } });
    expect((await ask(api(server, USERS))).status).toBe(401);
    const reply = await ask(api(server, USERS), { headers: { authorization: 'Bearer nonsense' } });
    expect(reply).toMatchObject({
      status: 401,
      json: { error: { errors: [{ reason: 'accessTokenInvalid' }] } },
    });
  });

  it('of the control panel have all rights and no expiry', async () => {
    const server = await start({ staticTokens: ['key'], scopes: [] });
    expect((await ask(api(server, `${USERS}?access_token=key`))).status).toBe(200);
  });

  it('lose a right at once, and get a new one only with the next token', async () => {
    const server = await start();
    const headers = { authorization: `Bearer ${(await askToken(server)).json.access_token}` };
    server.setScopes([]);
    expect((await ask(api(server, USERS), { headers })).status).toBe(403);

    const poor = { authorization: `Bearer ${(await askToken(server)).json.access_token}` };
    server.setScopes(['users:read']);
    expect((await ask(api(server, USERS), { headers: poor })).status).toBe(403);
    expect((await call(server, USERS)).status).toBe(200);
  });
});

describe('scopes', () => {
  const SESSION = '0000001b%40sim.example%23vcs';
  const needs: [string, string, string[], string[]][] = [
    [
      'GET',
      '/api/v3.3/logs/calls',
      ['logs.calls:read', 'logs.calls'],
      ['logs.calls.participants:read', 'conferences'],
    ],
    ['GET', `/api/v3.3/logs/calls/${SESSION}`, ['logs.calls:read'], ['users:read']],
    [
      'GET',
      `/api/v3.3/logs/calls/${SESSION}/participants`,
      ['logs.calls.participants:read'],
      ['logs.calls:read'],
    ],
    [
      'GET',
      `/api/v3.3/conference-sessions/${SESSION}/participants`,
      ['conferences', 'conferences.sessions', 'conferences.sessions.participants:read'],
      ['conferences:read', 'conferences.participants:read'],
    ],
    ['GET', '/api/v3.3/users', ['users:read', 'users'], ['users:write', 'user']],
    ['GET', '/api/v3.3/conferences', ['conferences', 'conferences:read'], ['conferences:write']],
    ['POST', '/api/v3.3/conferences/42/stop', ['conferences', 'conferences:write'], ['conferences:read']],
  ];
  it.each(needs)('%s %s needs one of %s, not %s', async (method, path, enough, tooLittle) => {
    const server = await start();
    server.addConference({ sessionId: '0000001b@sim.example#vcs', conferenceId: '42' });
    for (const scope of enough) {
      server.setScopes([scope]);
      expect((await call(server, path, method)).status, scope).toBe(200);
    }
    for (const scope of tooLittle) {
      server.setScopes([scope]);
      const reply = await call(server, path, method);
      expect(reply, scope).toMatchObject({
        status: 403,
        json: { error: { errors: [{ reason: 'forbidden' }] } },
      });
    }
  });
});

describe('logs/calls', () => {
  const at = Date.UTC(2026, 4, 17, 12, 0, 0);

  async function history(options: TrueConfSimulatorOptions = {}) {
    const server = await start({ now: () => at, ...options });
    server.addConference({ topic: 'old', startedAt: at - 7_200_000, endedAt: at - 3_600_000 });
    server.addConference({ topic: 'running', startedAt: at - 600_500, conferenceId: null });
    server.addConference({ topic: 'recent', startedAt: at - 1_800_000, endedAt: at - 60_000 });
    server.addConference({ topic: null, startedAt: at - 60_000, class: 1 });
    return server;
  }
  const topics = (reply: Reply) => reply.json.list.map((row: { topic: string | null }) => row.topic);

  it.each([
    [
      'running runs first, then the last ended, when sorted descending by end_time',
      'end_time&sort_order=1',
      'running,,recent,old',
    ],
    ['running runs last when sorted ascending by end_time', 'end_time&sort_order=0', 'old,recent,running,'],
    ['ascending unless asked otherwise', 'start_time', 'old,recent,running,'],
  ])('gives %s', async (_title, sort, expected) => {
    const server = await history();
    const reply = await call(server, `/api/v3.3/logs/calls?sort_field=${sort}`);
    expect(topics(reply).join()).toBe(expected);
  });

  it('notices that a script ended a conference by editing it', async () => {
    const server = await history();
    const path = '/api/v3.3/logs/calls?sort_field=end_time&sort_order=1';
    await call(server, path);
    const running = server.conferences[1];
    if (running) running.endedAt = at;
    expect(topics(await call(server, path)).join()).toBe(',running,recent,old');
    server.conferences.splice(0, 1);
    expect(topics(await call(server, path)).join()).toBe(',running,recent');
  });

  it('gives a run with the fields and PHP dates of the real server', async () => {
    const server = await history();
    const reply = await call(server, '/api/v3.3/logs/calls?sort_field=end_time&sort_order=1&timezone=0');
    expect(reply.json.cnt).toBe(4);
    expect(reply.json.list[0]).toEqual({
      conference_id: '00000002@sim.example#vcs',
      named_conf_id: null,
      topic: 'running',
      class: 10,
      type: 5,
      subtype: 0,
      owner: 'owner2@sim.example',
      participant_count: 1,
      start_time: { date: '2026-05-17 11:49:59.000000', timezone_type: 3, timezone: 'UTC' },
      duration: 600,
      end_time: null,
    });
  });

  it.each([
    ['timezone=180', 'UTC', '2026-05-17 13:00:00.000000', '+03:00'],
    ['timezone=-210', 'UTC', '2026-05-17 06:30:00.000000', '-03:30'],
    ['', 'Europe/Madrid', '2026-05-17 12:00:00.000000', 'Europe/Madrid'],
  ])(
    'writes dates in the zone asked for (%s), else in that of the server (%s)',
    async (query, timeZone, date, zone) => {
      const server = await history({ timeZone });
      const reply = await call(server, `/api/v3.3/logs/calls?${query}`);
      expect(reply.json.list[0].start_time).toMatchObject({ date, timezone: zone });
    },
  );

  it('counts pages from 1, gives the total in cnt and nothing behind the last page', async () => {
    const server = await history();
    const path = '/api/v3.3/logs/calls?sort_field=start_time&page_size=3';
    expect(topics(await call(server, path))).toHaveLength(3);
    expect(topics(await call(server, `${path}&page_id=1`))).toEqual(['old', 'recent', 'running']);
    expect((await call(server, `${path}&page_id=2`)).json).toMatchObject({ cnt: 4, list: [{ topic: null }] });
    expect((await call(server, `${path}&page_id=3`)).json).toEqual({ cnt: 4, list: [] });
  });

  it('cuts page sizes above its cap without a word', async () => {
    const server = await history({ pageSizeLimit: 2 });
    expect(topics(await call(server, '/api/v3.3/logs/calls?page_size=500'))).toHaveLength(2);
  });

  it.each([
    'page_id=0',
    'page_id=x',
    'page_size=0',
    'sort_field=password',
    'sort_order=desc',
    'timezone=Madrid',
    'date_from=now',
  ])('refuses %s with 400 and its name', async (query) => {
    const server = await history();
    const reply = await call(server, `/api/v3.3/logs/calls?${query}`);
    expect(reply.status).toBe(400);
    expect(reply.json.error.errors[0]).toMatchObject({
      locationType: 'parameter',
      location: query.split('=')[0],
    });
  });

  it('filters by conference and by start', async () => {
    const server = await history();
    const id = server.conferences[2]?.conferenceId;
    expect(topics(await call(server, `/api/v3.3/logs/calls?named_conf_id=${id}`))).toEqual(['recent']);
    const from = encodeURIComponent('2026-05-17 13:00:00');
    const to = encodeURIComponent('2026-05-17 14:45:00');
    const reply = await call(server, `/api/v3.3/logs/calls?timezone=180&date_from=${from}&date_to=${to}`);
    expect(topics(reply)).toEqual(['old', 'recent']);
  });

  it('knows one run by its percent-encoded id, and 404 for others', async () => {
    const server = await history();
    const one = await call(server, '/api/v3.3/logs/calls/00000001%40sim.example%23vcs');
    expect(one.json).toMatchObject({ topic: 'old', duration: 3600 });
    const none = await call(server, '/api/v3.3/logs/calls/99999999%40sim.example%23vcs');
    expect(none).toMatchObject({ status: 404, json: { error: { errors: [{ reason: 'recordNotFound' }] } } });
  });

  it('writes every number as a string where the server is of that kind', async () => {
    const server = await history({ quirks: { numbersAsStrings: true } });
    const reply = await call(server, '/api/v3.3/logs/calls?timezone=0');
    expect(reply.json).toMatchObject({ cnt: '4', list: [{ class: '10', duration: '3600' }, {}, {}, {}] });
  });

  it.each(['v3.1', 'v3.3', 'v3.11'])('answers under %s', async (version) => {
    expect((await call(await history(), `/api/${version}/logs/calls`)).status).toBe(200);
  });
});

describe('sessions', () => {
  const PATH = '/api/v3.3/conference-sessions/0000001b%40sim.example%23vcs/participants';

  async function session(quirks: TrueConfSimulatorOptions['quirks'] = {}) {
    const server = await start({ quirks });
    server.addConference({
      sessionId: '0000001b@sim.example#vcs',
      participants: [{ id: 'anna@sim.example', displayName: 'Anna', role: 2 }],
    });
    return server;
  }

  it('give participants with role, id and name, as people join and leave', async () => {
    const server = await session();
    const anna = { id: 'anna@sim.example', call_id: 'anna@sim.example', display_name: 'Anna', role: 2 };
    expect((await call(server, PATH)).json).toEqual({ count: 1, participants: [anna] });
    server.join('0000001b@sim.example#vcs', { id: '#guest2:7f@sim.example', displayName: 'Ben' });
    server.leave('0000001b@sim.example#vcs', 'anna@sim.example');
    const reply = await call(server, PATH);
    expect(reply.json).toMatchObject({ count: 1, participants: [{ id: '#guest2:7f@sim.example', role: 1 }] });
  });

  it('are 404 once ended, as unknown ones are', async () => {
    const server = await session();
    const notFound = { status: 404, json: { error: { errors: [{ reason: 'conferenceNotFound' }] } } };
    expect(await call(server, PATH.replace('1b', '2c'))).toMatchObject(notFound);
    server.end('0000001b@sim.example#vcs');
    expect(await call(server, PATH)).toMatchObject(notFound);
  });

  it('give participants in pages where the server is of that kind', async () => {
    const server = await session({ participantsPageSize: 2 });
    for (let number = 1; number <= 4; number++) server.join('0000001b@sim.example#vcs', {});
    const counts: number[] = [];
    for (let page = 1; page <= 3; page++) {
      const { json } = await call(server, `${PATH}?page_id=${page}&page_size=100`);
      expect(json.count).toBe(5);
      counts.push(json.participants.length);
    }
    expect(counts).toEqual([2, 2, 1]);
  });
});

describe('users', () => {
  async function crowd(quirks: TrueConfSimulatorOptions['quirks'] = {}) {
    const server = await start({ quirks });
    for (let number = 0; number < 1200; number++) {
      server.users.push({ id: `user${number}`, displayName: `User ${number}`, status: number % 3 });
    }
    return server;
  }

  it.each([
    ['1, and 0 is page 1 once more', 1, [1, 2, 3]],
    ['0 where the server is of that kind', 0, [0, 1, 2]],
  ] as const)('count pages from %s', async (_title, usersFirstPage, expected) => {
    const server = await crowd({ usersFirstPage });
    const seen: string[] = [];
    const pages: number[] = [];
    for (let page: number = expected[0]; page !== -1; ) {
      pages.push(page);
      const { json } = await call(server, `/api/v3.3/users?page_size=500&page_id=${page}`);
      seen.push(...json.users.map((user: { uid: string }) => user.uid));
      page = json.next_page_id;
    }
    expect(pages).toEqual(expected);
    expect(new Set(seen).size).toBe(1200);
    const first = await call(server, '/api/v3.3/users?page_size=500&page_id=0');
    expect(first.json.users[0]).toMatchObject({
      id: 'user0',
      uid: 'user0@sim.example',
      status: 0,
      is_active: 1,
    });
  });

  it('come 500 at most, 50 unless asked', async () => {
    const server = await crowd();
    expect((await call(server, '/api/v3.3/users?page_size=5000')).json.users).toHaveLength(500);
    expect((await call(server, '/api/v3.3/users')).json).toMatchObject({ next_page_id: 2 });
  });
});

describe('conferences', () => {
  it('are listed with state and session, once each', async () => {
    const server = await start();
    server.addConference({ conferenceId: 'a', endedAt: Date.now() });
    server.addConference({ conferenceId: 'a', topic: 'now' });
    server.addConference({ conferenceId: 'b', endedAt: Date.now() });
    server.addConference({ conferenceId: null });
    const all = await call(server, '/api/v3.3/conferences');
    expect(all.json).toMatchObject({
      cnt: 2,
      conferences: [
        { id: 'a', topic: 'now', state: 'running', session_id: '00000002@sim.example#vcs' },
        { id: 'b', state: 'stopped' },
      ],
    });
    expect((await call(server, '/api/v3.3/conferences?state=running')).json.cnt).toBe(1);
    expect((await call(server, '/api/v3.3/conferences/b')).json.conference.state).toBe('stopped');
    expect((await call(server, '/api/v3.3/conferences/c')).status).toBe(404);
  });

  it('stop: the running session ends', async () => {
    const server = await start();
    const conference = server.addConference({ conferenceId: 'room' });
    const reply = await call(server, '/api/v3.3/conferences/room/stop', 'POST');
    expect(reply).toMatchObject({ status: 200, json: { state: 'stopped' } });
    expect(conference.endedAt).not.toBeNull();
  });

  it.each([
    ['stopped', 200],
    ['not-found', 404],
  ] as const)('stopped before answer a stop with %s', async (stopEnded, status) => {
    const server = await start({ quirks: { stopEnded } });
    server.addConference({ conferenceId: 'room', endedAt: Date.now() });
    expect((await call(server, '/api/v3.3/conferences/room/stop', 'POST')).status).toBe(status);
  });

  it('unknown answer a stop with 404 conferenceNotFound', async () => {
    const reply = await call(await start(), '/api/v3.3/conferences/nobody/stop', 'POST');
    expect(reply).toMatchObject({
      status: 404,
      json: { error: { errors: [{ reason: 'conferenceNotFound' }] } },
    });
  });

  it('are not stopped by GET', async () => {
    const server = await start();
    server.addConference({ conferenceId: 'room' });
    expect((await call(server, '/api/v3.3/conferences/room/stop')).status).toBe(405);
  });
});

describe('what everybody may read', () => {
  it('is the version on /api/v4/server, without a token', async () => {
    const server = await start({ version: '5.5.6.10100' });
    const reply = await ask(api(server, '/api/v4/server'));
    expect(reply.json.product).toMatchObject({ display_name: 'sim.example', version: '5.5.6.10100' });
    const connects = await ask(api(server, '/api/v4/endpoints/connects'));
    expect(connects.json).toEqual({ connects: [`127.0.0.1:${server.statusPort}`] });
  });

  it('is no v4 before 5.5', async () => {
    const server = await start({ version: '5.4.9.10000' });
    expect(await ask(api(server, '/api/v4/server'))).toMatchObject({
      status: 404,
      json: { error: { errors: [{ reason: 'routeNotFound' }] } },
    });
  });

  it('is the version as text on the status port, and nothing else there', async () => {
    const server = await start();
    const reply = await ask(`http://127.0.0.1:${server.statusPort}/vsstatus`);
    expect(reply.status).toBe(200);
    expect(reply.text).toMatch(/TrueConf Server 5\.5\.2\.10018/);
    expect((await ask(`http://127.0.0.1:${server.statusPort}/api/v4/server`)).status).toBe(404);
    expect((await ask(api(server, '/vsstatus'))).status).toBe(404);
  });

  it.each([
    '/',
    '/api/v3.3/',
    '/api/v3.3/nothing',
    '/api/v2/users',
    '/api/v3.3/conference-sessions/0000001b@sim.example',
  ])('is not %s', async (path) => {
    expect((await ask(api(await start(), path))).status).toBe(404);
  });
});

describe('TLS', () => {
  it('shows a self-signed certificate that verifies against itself and against nothing else', async () => {
    const server = await start({ host: '127.0.0.7', tls: 'self-signed' });
    const url = `https://127.0.0.7:${server.apiPort}/api/v4/server`;
    expect(await codeOf(ask(url))).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    expect((await ask(url, { ca: server.certificate ?? '' })).status).toBe(200);
    expect((await ask(url, { insecure: true })).status).toBe(200);
    const other = await start({ host: '127.0.0.8', tls: 'self-signed' });
    expect(await codeOf(ask(url, { ca: other.certificate ?? '' }))).toMatch(/CERT|ISSUER|SIGNATURE/);
  });

  it('keeps the status port plain', async () => {
    const server = await start({ tls: 'self-signed' });
    expect((await ask(`http://127.0.0.1:${server.statusPort}/vsstatus`)).status).toBe(200);
  });
});

describe('what a script sees and does', () => {
  it('is each request, when it comes and when it is answered', async () => {
    const server = await start();
    const seen: string[] = [];
    server.onRequest = ({ method, path, status }) => seen.push(`${method} ${path} ${status}`);
    server.onAnswer = ({ path, status }) => seen.push(`${path} ${status}`);
    await ask(api(server, '/api/v3.3/conference-sessions/1%40a%23vcs/participants?page_id=1'));
    await expect
      .poll(() => seen)
      .toEqual([
        'GET /api/v3.3/conference-sessions/1@a#vcs/participants null',
        '/api/v3.3/conference-sessions/1@a#vcs/participants 403',
      ]);
    expect(server.requests[0]).toMatchObject({ port: 'api', query: { page_id: '1' }, authorization: 'none' });
  });

  it('may change the world between a request and its answer', async () => {
    const server = await start();
    const conference = server.addConference({});
    server.onRequest = ({ path }) => {
      if (path.endsWith('/participants')) server.join(conference.sessionId, {});
    };
    const path = `/api/v3.3/conference-sessions/${encodeURIComponent(conference.sessionId)}/participants`;
    expect((await call(server, path)).json.count).toBe(2);
  });

  it('is how many API requests ran at once', async () => {
    const server = await start({ latencyMs: 50 });
    await Promise.all(Array.from({ length: 7 }, () => ask(api(server, '/api/v4/server'))));
    await ask(api(server, '/api/v4/server'));
    expect(server.counts).toEqual({ total: 8, token: 0, maxParallel: 7 });
    server.forgetRequests();
    expect([server.counts.total, server.requests.length]).toEqual([0, 0]);
  });

  it('is at least the newest requests, a bounded number of them', async () => {
    const server = await start({ keptRequests: 20 });
    for (let number = 0; number < 60; number++) await ask(api(server, `/${number}`));
    expect(server.requests.length).toBeLessThanOrEqual(22);
    expect(server.requests.slice(-20).map(({ path }) => path)).toEqual(
      Array.from({ length: 20 }, (_, number) => `/${number + 40}`),
    );
  });

  it('listens on loopback only', async () => {
    await expect(startTrueConf({ host: '0.0.0.0', tls: false })).rejects.toThrow('127.0.0.0/8');
  });

  it('finds a conference that was pushed into the array, and gives its own ids once each', async () => {
    const server = await start();
    const first = server.addConference({});
    server.conferences.push({ ...first, sessionId: 'pushed', conferenceId: 'pushed', participants: [] });
    expect((await call(server, '/api/v3.3/conference-sessions/pushed/participants')).json.count).toBe(0);
    server.conferences.reverse();
    expect((await call(server, '/api/v3.3/conference-sessions/pushed/participants')).json.count).toBe(0);
    expect(server.addConference({}).sessionId).not.toBe(first.sessionId);
  });
});
