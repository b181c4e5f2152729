/** A proxy carries what is sent to the host, gets its password, and what it refuses is told by its cause. */
import net from 'node:net';
import { expect, test } from 'vitest';
import { type OriginOptions, openOrigin } from '../../src/lib/http.ts';
import { Secret } from '../../src/lib/secret.ts';
import {
  certificate,
  failureOf,
  listen,
  OK,
  saying,
  startHttpProxy,
  startSocksProxy,
  startTls,
} from './sockets.ts';

const GET = { method: 'GET', path: '/', answerTimeout: 60_000 } as const;

/** @param proxy `scheme://[user:password@]` of one on loopback */
function through(proxy: string, port: number, origin: string, options: Partial<OriginOptions> = {}) {
  const secret = new Secret(`${proxy}127.0.0.1:${port}`);
  return openOrigin(origin, { connectTimeout: 60_000, proxy: secret, ...options });
}

const START = { http: startHttpProxy, socks5: startSocksProxy, socks5h: startSocksProxy };
const SCHEMES = ['http', 'socks5', 'socks5h'] as const;

test.each(SCHEMES)('a proxy (%s) is given the name as it is, and connections are kept', async (scheme) => {
  const { port, accepted } = await listen(saying(OK));
  const proxy = await START[scheme]();
  const origin = through(`${scheme}://`, proxy.port, `http://localhost:${port}`);
  for (let n = 0; n < 3; n++) expect(await origin.request(GET)).toMatchObject({ text: 'ok' });
  expect(proxy.tunnels).toEqual([`localhost:${port}`]);
  expect(accepted()).toBe(1);
});

test('an HTTP proxy gets its password, and who has none ends there', async () => {
  const { port } = await listen(saying(OK));
  const proxy = await startHttpProxy(`Basic ${Buffer.from('me:p@ss%').toString('base64')}`);
  const target = `http://127.0.0.1:${port}`;
  const known = through('http://me:p%40ss%25@', proxy.port, target);
  expect(await known.request({ ...GET, method: 'POST', body: 'x' })).toMatchObject({ text: 'ok' });
  expect(proxy.tunnels).toEqual([`127.0.0.1:${port}`]);
  expect(await failureOf(through('http://', proxy.port, target).request(GET))).toBe('proxy');
});

test('a SOCKS5 proxy gets its password, and a wrong one ends there', async () => {
  const { port } = await listen(saying(OK));
  const proxy = await startSocksProxy({ user: 'me', password: 'p@ss%' });
  const target = `http://127.0.0.1:${port}`;
  expect(await through('socks5://me:p%40ss%25@', proxy.port, target).request(GET)).toMatchObject({
    text: 'ok',
  });
  expect(await failureOf(through('socks5://me:wrong@', proxy.port, target).request(GET))).toBe('proxy');
  expect(await failureOf(through('socks5://', proxy.port, target).request(GET))).toBe('proxy');
});

test('what a SOCKS5 proxy cannot reach is told as if it were tried from here', async () => {
  const proxy = await startSocksProxy();
  const origin = through('socks5://', proxy.port, 'http://127.0.0.1:1');
  expect(await failureOf(origin.request(GET))).toBe('refused');
});

test.each(SCHEMES)(
  'a proxy (%s) that talks nonsense is malformed, one that hangs up closed',
  async (scheme) => {
    const target = 'http://127.0.0.1:9';
    const nonsense = await listen(saying('x'.repeat(20_000)));
    expect(await failureOf(through(`${scheme}://`, nonsense.port, target).request(GET))).toBe('malformed');
    const closing = await listen(saying('', true));
    expect(await failureOf(through(`${scheme}://`, closing.port, target).request(GET))).toBe('closed');
  },
);

test.each(SCHEMES)('certificates are verified through a proxy (%s), too', async (scheme) => {
  const own = await certificate({ dns: 'localhost' });
  const { port } = await startTls(own);
  const proxy = await START[scheme]();
  const target = `https://localhost:${port}`;
  expect(await failureOf(through(`${scheme}://`, proxy.port, target).request(GET))).toBe('tls-untrusted');
  const trust = { kind: 'file', pem: own.cert } as const;
  const pinned = through(`${scheme}://`, proxy.port, target, { trust });
  expect(await pinned.request(GET)).toMatchObject({ text: 'ok' });
});

test.each(SCHEMES)(
  'a proxy (%s) that is away is refused, one that is silent ends with the time to connect',
  async (scheme) => {
    const silent = await listen(net.createServer((socket) => socket.resume()));
    const target = 'http://127.0.0.1:9';
    expect(await failureOf(through(`${scheme}://`, 1, target).request(GET))).toBe('refused');
    const slow = through(`${scheme}://`, silent.port, target, { connectTimeout: 50 });
    expect(await failureOf(slow.request(GET))).toBe('connect-timeout');
  },
);
