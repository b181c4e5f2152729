/** Whatever a server answers becomes one exact trouble, and never takes memory or another server's time with it. */
import net, { type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { ConferenceId, SessionId } from '../../src/domain/names.ts';
import type { Trouble } from '../../src/domain/trouble.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import type { Fault } from '../../src/simulator/trueconf.ts';
import { openTrueConfServer, type TrueConfServer } from '../../src/trueconf/client.ts';
import { never, settingsFor, startHttp, startWorld, troubleFrom } from './world.ts';

const CONFERENCE = { session: 'gone@sim.example#vcs' as SessionId, owner: 'anna@sim.example' };

const CALLS: Record<string, (server: TrueConfServer, signal: AbortSignal) => Promise<unknown>> = {
  'running conferences': (server, signal) => server.runningConferences(signal),
  participants: (server, signal) => server.participants(CONFERENCE, signal),
  'online users': (server, signal) => server.onlineUsers(signal),
  stop: (server, signal) => server.stopConference('1' as ConferenceId, signal),
};

const FAULTS: [string, Fault, Trouble][] = [
  ['refused connections', { kind: 'down' }, { code: 'refused' }],
  ['a socket closed on request', { kind: 'reset' }, { code: 'closed' }],
  ['half an answer', { kind: 'half' }, { code: 'closed' }],
  ['50 MB', { kind: 'huge', bytes: 50_000_000 }, { code: 'too-large' }],
  ['HTML from a proxy', { kind: 'body', body: '<html>hello</html>' }, { code: 'not-json' }],
  ['garbage', { kind: 'body', body: Buffer.from([0, 255, 254, 1, 2, 128]) }, { code: 'not-json' }],
  ['truncated JSON', { kind: 'body', body: '{"list":[{"a":' }, { code: 'not-json' }],
  ['502 from a proxy', { kind: 'status', status: 502 }, { code: 'http-status', status: 502 }],
  ['500', { kind: 'status', status: 500, body: '{}' }, { code: 'http-status', status: 500 }],
  ['429', { kind: 'status', status: 429, body: '{}' }, { code: 'http-status', status: 429 }],
  ["a proxy's own 403", { kind: 'status', status: 403 }, { code: 'forbidden' }],
  ["a proxy's own 404", { kind: 'status', status: 404 }, { code: 'api-absent', status: 404 }],
  ['a bare number', { kind: 'body', body: '17' }, { code: 'not-json' }],
];

for (const [what, fault, trouble] of FAULTS) {
  test.each(Object.entries(CALLS))(`${what} is ${trouble.code} to %s`, async (_name, call) => {
    const { sim, server } = await startWorld();
    await server.onlineUsers(never());
    await sim.setFault(fault, fault.kind === 'down' ? 'api' : { path: /api\/v3/ });
    expect(await troubleFrom(call(server, never()))).toEqual(trouble);
  });
}

test.each(Object.entries(CALLS))(
  'a redirect to another host is not followed by %s, because the token would travel there',
  async (_name, call) => {
    let visits = 0;
    const elsewhere = await startHttp((_request, response) => {
      visits += 1;
      response.end('{}');
    });
    const { sim, server } = await startWorld();
    for (const status of [301, 302, 307, 308]) {
      const headers = { location: `http://127.0.0.1:${elsewhere}/` };
      await sim.setFault({ kind: 'status', status, headers }, { path: /api\/v3/ });
      expect(await troubleFrom(call(server, never()))).toEqual({ code: 'redirect', status });
    }
    expect(visits).toBe(0);
  },
);

test.each(Object.entries(CALLS))(
  'an answer that never comes ends %s with the tap that gave up',
  async (_name, call) => {
    const { sim, server } = await startWorld();
    await sim.setFault({ kind: 'hanging' }, { path: /api\/v3/ });
    const controller = new AbortController();
    const reason = new Error('another tap');
    sim.onRequest = (request) => {
      if (request.path.startsWith('/api/v3')) controller.abort(reason);
    };
    const gone = new Promise((resolve) => {
      sim.onAnswer = (request) => request.path.startsWith('/api/v3') && resolve(request.status);
    });
    await expect(call(server, controller.signal)).rejects.toBe(reason);
    // The socket is closed as well: a server is not kept busy for nobody.
    await expect(gone).resolves.toBeNull();
  },
);

test('a signal that has aborted already sends nothing', async () => {
  const { sim, server } = await startWorld();
  const reason = new Error('gone');
  for (const call of Object.values(CALLS)) {
    await expect(call(server, AbortSignal.abort(reason))).rejects.toBe(reason);
  }
  await expect(server.probe(AbortSignal.abort(reason))).rejects.toBe(reason);
  await expect(server.webAnswers(AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(sim.counts.total).toBe(0);
});

test('50 MB are not read: the connection is cut at the limit and memory does not grow by them', async () => {
  let sent = 0;
  const chunk = Buffer.alloc(256 * 1024, 'x');
  const raw = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && sent < 50_000_000) {
          sent += chunk.length;
          if (!socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`))
            return socket.once('drain', more);
        }
        return undefined;
      };
      more();
    });
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void raw.close());
  const { port } = raw.address() as AddressInfo;
  const base = settingsFor();
  const server = openTrueConfServer(settingsFor({ status: { ...base.status, statusPort: port } }), {
    clock: systemClock,
    log: silentLog,
  });
  const before = process.memoryUsage().arrayBuffers;
  const seen = await server.probe(never());
  expect(seen).toMatchObject({ kind: 'failed', trouble: { code: 'too-large' } });
  expect(sent).toBeLessThan(20_000_000);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
});

test('numbers as strings are read as numbers, because PHP writes them so', async () => {
  const { sim, server } = await startWorld({ quirks: { numbersAsStrings: true } });
  sim.addConference({ participants: [{ id: 'anna@sim.example', displayName: 'Anna', role: 2 }] });
  sim.addConference({ endedAt: Date.now() });
  sim.users.push({ id: 'anna', displayName: 'Anna', status: 5 });
  const conferences = await server.runningConferences(never());
  expect(conferences).toHaveLength(1);
  expect(conferences[0]?.duration).toBeGreaterThanOrEqual(600_000);
  expect(await server.participants(conferences[0] ?? CONFERENCE, never())).toEqual([
    { id: 'anna@sim.example', name: 'Anna', role: 'moderator' },
  ]);
  expect(await server.onlineUsers(never())).toEqual([{ id: 'anna', name: 'Anna', status: 'in-conference' }]);
});

test('stopping ends the conference', async () => {
  const { sim, server } = await startWorld();
  const conference = sim.addConference({});
  expect(await server.stopConference(conference.conferenceId as ConferenceId, never())).toBe('stopped');
  expect(conference.endedAt).not.toBeNull();
});

test('a stop is sent once, on a connection of its own: sent again it would find what it has ended, and nobody is told', async () => {
  const { sim, server } = await startWorld();
  await server.onlineUsers(never());
  const conference = sim.addConference({});
  let stops = 0;
  sim.onRequest = ({ path }) => {
    if (path.endsWith('/stop')) stops += 1;
  };
  await sim.setFault({ kind: 'reset' }, { path: /stop/ });
  const stop = server.stopConference(conference.conferenceId as ConferenceId, never());
  expect(await troubleFrom(stop)).toEqual({ code: 'closed' });
  expect(stops).toBe(1);
});

test('stopping what has ended is success: that is what the person wanted', async () => {
  const { sim, server } = await startWorld({ quirks: { stopEnded: 'not-found' } });
  const conference = sim.addConference({ endedAt: Date.now() });
  expect(await server.stopConference(conference.conferenceId as ConferenceId, never())).toBe('already-ended');
  expect(await server.stopConference('never-was' as ConferenceId, never())).toBe('already-ended');
});

test.each(
  ['', ' \r\n', 'null'].flatMap((body) =>
    ['running conferences', 'participants', 'online users'].map(
      (name) => [JSON.stringify(body), name] as const,
    ),
  ),
)('an answer of %s is empty-answer to %s', async (body, name) => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'body', body: JSON.parse(body) }, { path: /api\/v3/ });
  expect(await troubleFrom(CALLS[name]?.(server, never()) ?? Promise.resolve())).toEqual({
    code: 'empty-answer',
  });
});

test.each([
  ['{"users":{}}', 'online users', 'users'],
  ['{"users":{},"next_page_id":-1}', 'online users', 'users'],
  ['{"cnt":0,"list":{}}', 'running conferences', 'list'],
  ['{"participants":{}}', 'participants', 'participants'],
])('%s is not an empty list to %s, for PHP writes that as []', async (body, name, path) => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'body', body }, { path: /api\/v3/ });
  expect(await troubleFrom(CALLS[name]?.(server, never()) ?? Promise.resolve())).toEqual({
    code: 'unexpected-answer',
    path,
  });
});

test.each(['{"state":"running"}', '{"error":{"code":500}}'])(
  'an answer to stop of %s is not taken for success',
  async (body) => {
    const { sim, server } = await startWorld();
    await sim.setFault({ kind: 'body', body }, { path: /stop/ });
    expect(await troubleFrom(server.stopConference('1' as ConferenceId, never()))).toMatchObject({
      code: 'unexpected-answer',
    });
  },
);

test('an empty answer to stop is success: API v4 answers 204', async () => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'body', body: '' }, { path: /stop/ });
  expect(await server.stopConference('1' as ConferenceId, never())).toBe('stopped');
});

test('participants of a session that has ended are not-found', async () => {
  const { server } = await startWorld();
  expect(await troubleFrom(server.participants(CONFERENCE, never()))).toEqual({ code: 'not-found' });
});

test('a server that hangs does not delay another', async () => {
  const [bad, good] = [await startWorld(), await startWorld({}, { host: '127.0.0.1' })];
  await bad.sim.setFault({ kind: 'hanging' });
  const controller = new AbortController();
  const stuck = Promise.allSettled(
    Array.from({ length: 20 }, () => bad.server.runningConferences(controller.signal)),
  );
  await expect(good.server.runningConferences(never())).resolves.toEqual([]);
  controller.abort();
  await stuck;
});

test('a closed server ends what is under way and answers nothing more', async () => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'hanging' });
  const waiting = Array.from({ length: 12 }, () => troubleFrom(server.runningConferences(never())));
  await new Promise<void>((resolve) => {
    sim.onRequest = () => resolve();
  });
  await server.close();
  expect(await Promise.all(waiting)).toEqual(Array(12).fill({ code: 'closed' }));
  expect(await troubleFrom(server.onlineUsers(never()))).toEqual({ code: 'closed' });
});

test.each([
  ['video.example.com', 443, 'https://video.example.com'],
  ['video.example.com', 8443, 'https://video.example.com:8443'],
  ['10.0.0.1', 443, 'https://10.0.0.1'],
  ['fd00::1', 8443, 'https://[fd00::1]:8443'],
])('the web root of %s at %i is %s', (host, httpsPort, webRoot) => {
  const server = openTrueConfServer(settingsFor({ host, httpsPort }), { clock: systemClock, log: silentLog });
  expect(server.webRoot).toBe(webRoot);
});
