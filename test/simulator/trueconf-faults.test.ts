import { existsSync, readFileSync } from 'node:fs';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { startTrueConf, type TrueConfSimulator } from '../../src/simulator/trueconf.ts';
import { type Ask, ask, codeOf } from './client.ts';

const open: TrueConfSimulator[] = [];

async function start(tls: false | 'self-signed' = false) {
  const server = await startTrueConf({ tls });
  open.push(server);
  return {
    server,
    api: (path = '/api/v4/server', options: Ask = {}) =>
      ask(`${tls ? 'https' : 'http'}://127.0.0.1:${server.apiPort}${path}`, { insecure: true, ...options }),
    status: (options: Ask = {}) => ask(`http://127.0.0.1:${server.statusPort}/vsstatus`, options),
  };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((simulator) => simulator.close()));
});

describe('a server that is down', () => {
  it.each([false, 'self-signed'] as const)(
    'refuses both ports, and listens on the same ones when healed (tls %s)',
    async (tls) => {
      const { server, api, status } = await start(tls);
      const ports = [server.apiPort, server.statusPort];
      for (let round = 0; round < 3; round++) {
        await server.setFault({ kind: 'down' });
        expect(await codeOf(api())).toBe('ECONNREFUSED');
        expect(await codeOf(status())).toBe('ECONNREFUSED');
        await server.setFault({ kind: 'none' });
        expect((await api()).status).toBe(200);
        expect((await status()).status).toBe(200);
      }
      expect([server.apiPort, server.statusPort]).toEqual(ports);
    },
  );

  it.each([
    ['api', 'ECONNREFUSED', 200],
    ['status', 200, 'ECONNREFUSED'],
  ] as const)('may be down on its %s port only', async (where, ofApi, ofStatus) => {
    const { server, api, status } = await start();
    await server.setFault({ kind: 'down' }, where);
    const outcome = (reply: Promise<{ status: number }>) =>
      reply.then((got) => got.status).catch((error) => error.code);
    expect([await outcome(api()), await outcome(status())]).toEqual([ofApi, ofStatus]);
  });

  it('destroys connections that stand', async () => {
    const { server } = await start();
    const socket = net.connect(server.apiPort, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    await server.setFault({ kind: 'down' });
    await closed;
  });

  const RANGE = '/proc/sys/net/ipv4/ip_local_port_range';

  it.skipIf(!existsSync(RANGE))('keeps ports that the system gives to nobody else meanwhile', async () => {
    const { server } = await start();
    const [first] = readFileSync(RANGE, 'utf8').trim().split(/\s+/).map(Number);
    expect(Math.max(server.apiPort, server.statusPort)).toBeLessThan(first ?? 0);
  });

  it('takes faults one after another, however fast they come', async () => {
    const { server, api } = await start();
    void server.setFault({ kind: 'down' });
    void server.setFault({ kind: 'none' });
    void server.setFault({ kind: 'down' });
    await server.setFault({ kind: 'none' });
    expect((await api()).status).toBe(200);
  });
});

describe('a server whose packets are lost', () => {
  it('neither accepts nor refuses, port by port, and comes back', async () => {
    const { server, api, status } = await start();
    await server.setFault({ kind: 'dropping' }, 'status');
    const socket = net.connect(server.statusPort, '127.0.0.1');
    const connected = new Promise((resolve) => socket.once('connect', () => resolve('connected')));
    const nothing = new Promise((resolve) => setTimeout(resolve, 300, 'nothing'));
    expect(await Promise.race([connected, nothing])).toBe('nothing');
    socket.destroy();
    expect((await api()).status).toBe(200);
    await server.setFault({ kind: 'down' }, 'status');
    expect(await codeOf(status())).toBe('ECONNREFUSED');
    await server.setFault({ kind: 'dropping' });
    expect(await codeOf(api(undefined, { timeoutMs: 100 }))).toBe('TIMEOUT');
    await server.setFault({ kind: 'none' });
    expect((await status()).status).toBe(200);
    expect((await api()).status).toBe(200);
  });
});

describe('faults', () => {
  it('hanging: accepts, never answers', async () => {
    const { server, api, status } = await start();
    await server.setFault({ kind: 'hanging' });
    const patience = new AbortController();
    const { signal } = patience;
    const replies = Promise.all([codeOf(api(undefined, { signal })), codeOf(status({ signal }))]);
    await expect.poll(() => server.counts.total).toBe(2);
    setTimeout(() => patience.abort(), 100);
    expect(await replies).toEqual(['ABORTED', 'ABORTED']);
    expect(server.requests.map((request) => request.status)).toEqual([null, null]);
  });

  it('slow: answers after the latency', async () => {
    const { server, api, status } = await start();
    await server.setFault({ kind: 'slow', latencyMs: 120 });
    const startedAt = performance.now();
    const replies = await Promise.all([api(), status()]);
    expect(replies.map((reply) => reply.status)).toEqual([200, 200]);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(115);
  });

  it("status: a proxy's page, and headers of choice", async () => {
    const { server, api } = await start();
    await server.setFault({ kind: 'status', status: 502 });
    const reply = await api();
    expect(reply).toMatchObject({ status: 502, headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect(reply.text).toContain('<center>nginx</center>');
    await server.setFault({
      kind: 'status',
      status: 302,
      body: '',
      headers: { location: 'https://elsewhere.example/' },
    });
    expect(await api()).toMatchObject({ status: 302, headers: { location: 'https://elsewhere.example/' } });
  });

  it('body: garbage with status 200', async () => {
    const { server, api } = await start();
    await server.setFault({ kind: 'body', body: Buffer.from([0xff, 0xfe, 0x00]) });
    expect(await api()).toMatchObject({ status: 200, headers: { 'content-length': '3' } });
    await server.setFault({ kind: 'body', body: '<html>', contentType: 'text/html', status: 203 });
    expect(await api()).toMatchObject({ status: 203, text: '<html>' });
  });

  it('half: announces the whole answer and breaks off in the middle', async () => {
    const { server, api } = await start();
    await server.setFault({ kind: 'half' });
    expect(await codeOf(api())).toBe('ECONNRESET');
  });

  it('huge: streams as many bytes as asked, valid JSON', async () => {
    const { server, api } = await start();
    await server.setFault({ kind: 'huge', bytes: 3_000_000 });
    const reply = await api();
    expect(Buffer.byteLength(reply.text)).toBe(3_000_000);
    expect(reply.json.list.length).toBeGreaterThan(1000);
  });

  it('huge: stops when the client goes away', async () => {
    const { server, api } = await start();
    await server.setFault({ kind: 'huge', bytes: 500_000_000 });
    const leaving = new AbortController();
    server.onRequest = () => setTimeout(() => leaving.abort(), 30);
    expect(await codeOf(api(undefined, { signal: leaving.signal }))).toBe('ABORTED');
    await expect.poll(() => server.requests[0]?.durationMs).toEqual(expect.any(Number));
  });

  it('reset: destroys the socket on request', async () => {
    const { server, api } = await start();
    await server.setFault({ kind: 'reset' });
    expect(await codeOf(api())).toBe('ECONNRESET');
  });
});

describe('places of faults', () => {
  it('stand together; the narrower one wins; healing one leaves the others, healing all heals all', async () => {
    const { server, api } = await start();
    const token = '/oauth2/v1/token';
    const session = '/api/v3.3/conference-sessions/7%40a%23vcs/participants';
    const outcome = () =>
      Promise.all(['/api/v4/server', token, session].map(async (path) => (await api(path)).status));
    const plain = await outcome();
    await server.setFault({ kind: 'status', status: 500 }, 'api');
    await server.setFault({ kind: 'status', status: 501 }, 'token');
    await server.setFault({ kind: 'status', status: 502 }, { path: /sessions\/7@a#vcs/ });
    expect(await outcome()).toEqual([500, 501, 502]);
    await server.setFault({ kind: 'none' }, 'api');
    expect(await outcome()).toEqual([plain[0], 501, 502]);
    await server.setFault({ kind: 'none' }, { path: /sessions\/7@a#vcs/ });
    expect(await outcome()).toEqual([plain[0], 501, plain[2]]);
    await server.setFault({ kind: 'none' });
    expect(await outcome()).toEqual(plain);
  });
});

describe('close', () => {
  it('leaves nothing open, hanging requests and waiting answers included', async () => {
    const { server, api, status } = await start();
    await server.setFault({ kind: 'hanging' }, 'status');
    await server.setFault({ kind: 'slow', latencyMs: 60_000 }, 'api');
    const outcomes = Promise.all([codeOf(api()), codeOf(status())]);
    await expect.poll(() => server.counts.total).toBe(2);
    await server.close();
    expect(await outcomes).toEqual(['ECONNRESET', 'ECONNRESET']);
    const listening = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap');
    await expect.poll(listening).toEqual([]);
  });
});
