/** What one look at a server sees. */
import net, { type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { silentLog } from '../../src/lib/log.ts';
import { openTrueConfServer } from '../../src/trueconf/client.ts';
import { never, settingsFor, standingClock, startHttp, startWorld } from './world.ts';

const HTTPS = { status: { ...settingsFor().status, check: 'https' as const } };

function serverAt(statusPort: number, host = '127.0.0.1') {
  const { status } = settingsFor();
  const server = openTrueConfServer(settingsFor({ host, status: { ...status, statusPort } }), {
    clock: systemClock,
    log: silentLog,
  });
  onTestFinished(() => server.close());
  return server;
}

test('a server that is there answers with its version, dated when the probe began', async () => {
  const { clock } = standingClock(1234);
  const { server } = await startWorld({ version: '5.4.1.10010' }, {}, clock);
  const seen = await server.probe(never());
  expect(seen).toMatchObject({ kind: 'answered', at: 1234, version: '5.4.1.10010' });
  expect(seen.latency).toBeGreaterThan(0);
});

test('check = "https" asks the web server for the version', async () => {
  const { sim, server } = await startWorld({ version: '5.5.2.10018' }, HTTPS);
  expect(await server.probe(never())).toMatchObject({ kind: 'answered', version: '5.5.2.10018' });
  expect(sim.requests.map((request) => [request.port, request.path])).toEqual([['api', '/api/v4/server']]);
});

test('a status page without a version is an answer still', async () => {
  const seen = await serverAt(await startHttp((_request, response) => response.end('ok'))).probe(never());
  expect(seen).toMatchObject({ kind: 'answered' });
  expect(seen).not.toHaveProperty('version');
});

test('every probe opens a connection of its own: a server that accepts no new ones is down for people', async () => {
  let connections = 0;
  const raw = net.createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void raw.close());
  const server = serverAt((raw.address() as AddressInfo).port);
  for (let n = 0; n < 3; n++) expect((await server.probe(never())).kind).toBe('answered');
  expect(connections).toBe(3);
  // Nor does it leave them open.
  await expect.poll(() => new Promise((resolve) => raw.getConnections((_, count) => resolve(count)))).toBe(0);
});

test.each([
  ['a port where nothing listens', { kind: 'down' }, { code: 'refused' }],
  ['500', { kind: 'status', status: 500 }, { code: 'http-status', status: 500 }],
  ['404', { kind: 'status', status: 404 }, { code: 'http-status', status: 404 }],
  [
    'a redirect',
    { kind: 'status', status: 302, headers: { location: '/x' } },
    { code: 'redirect', status: 302 },
  ],
  ['a closed socket', { kind: 'reset' }, { code: 'closed' }],
  ['half an answer', { kind: 'half' }, { code: 'closed' }],
  ['50 MB', { kind: 'huge', bytes: 50_000_000 }, { code: 'too-large' }],
] as const)('%s fails the probe with its cause', async (_what, fault, trouble) => {
  const { sim, server } = await startWorld();
  await sim.setFault(fault, 'status');
  expect(await server.probe(never())).toMatchObject({ kind: 'failed', trouble });
});

test('something that does not speak HTTP fails the probe', async () => {
  const raw = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
  });
  await new Promise<void>((resolve) => raw.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void raw.close());
  const seen = await serverAt((raw.address() as AddressInfo).port).probe(never());
  expect(seen).toMatchObject({ kind: 'failed', trouble: { code: 'not-json' } });
});

test('a name without an address fails the probe', async () => {
  const seen = await serverAt(4307, 'no-such-host.invalid').probe(never());
  expect(seen).toMatchObject({ kind: 'failed', trouble: { code: 'dns' } });
}, 15_000);

test('a maintenance page with status 200 in front of the API fails the https check', async () => {
  const { sim, server } = await startWorld({}, HTTPS);
  await sim.setFault({ kind: 'body', body: '<html>We will be back</html>' });
  expect(await server.probe(never())).toMatchObject({ kind: 'failed', trouble: { code: 'not-json' } });
});

test('a web server without the API fails the https check as such', async () => {
  const { sim, server } = await startWorld({}, HTTPS);
  await sim.setFault({ kind: 'status', status: 404 }, 'api');
  const trouble = { code: 'api-absent', status: 404 };
  expect(await server.probe(never())).toMatchObject({ kind: 'failed', trouble });
});

test('a certificate that is not trusted fails the https check', async () => {
  const { server } = await startWorld({}, { ...HTTPS, tls: { kind: 'system' } });
  expect(await server.probe(never())).toMatchObject({ kind: 'failed', trouble: { code: 'tls-untrusted' } });
});

test('an aborted probe rejects with the reason: it saw nothing', async () => {
  const { sim, server } = await startWorld();
  await sim.setFault({ kind: 'hanging' });
  const controller = new AbortController();
  sim.onRequest = () => controller.abort(new Error('stopping'));
  await expect(server.probe(controller.signal)).rejects.toThrow('stopping');
});

test('the web server answers whatever its status and certificate, so that an alert can tell engine from machine', async () => {
  const { sim, server } = await startWorld({}, { tls: { kind: 'system' } });
  for (const status of [200, 404, 503]) {
    await sim.setFault({ kind: 'status', status }, 'api');
    expect(await server.webAnswers(never())).toBe(true);
  }
  await sim.setFault({ kind: 'reset' }, 'api');
  expect(await server.webAnswers(never())).toBe(false);
  await sim.setFault({ kind: 'down' }, 'api');
  expect(await server.webAnswers(never())).toBe(false);
});
