/** The fetch that is handed to a library behaves as the library expects, also through proxies. */
import http from 'node:http';
import net from 'node:net';
import { expect, test } from 'vitest';
import { fetchThrough } from '../../src/lib/http-fetch.ts';
import { Secret } from '../../src/lib/secret.ts';
import {
  certificate,
  failureOf,
  listen,
  saying,
  startHttpProxy,
  startSocksProxy,
  startTls,
} from './sockets.ts';

/** Answers with what it was sent. */
function echo(): http.Server {
  return http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const body = Buffer.concat(chunks).toString();
      response.writeHead(url === '/missing' ? 404 : 200, { 'x-two': ['a', 'b'] });
      response.end(JSON.stringify({ method, url, type: headers['content-type'], body }));
    });
  });
}

const OPTIONS = { connectTimeout: 60_000 };

test('a form is sent as a form, a text as it is, bytes and streams as bytes', async () => {
  const { port } = await listen(echo());
  const { fetch } = fetchThrough(OPTIONS);
  const post = async (body: Parameters<typeof fetch>[1] & object) =>
    (await fetch(`http://127.0.0.1:${port}/bot1:x/send?a=b`, { method: 'POST', ...body })).json();
  expect(await post({ body: new URLSearchParams({ text: 'ü&' }) })).toEqual({
    method: 'POST',
    url: '/bot1:x/send?a=b',
    type: 'application/x-www-form-urlencoded;charset=UTF-8',
    body: 'text=%C3%BC%26',
  });
  expect(await post({ body: '{}', headers: { 'content-type': 'application/json' } })).toMatchObject({
    type: 'application/json',
    body: '{}',
  });
  expect(await post({ body: new Uint8Array([97, 98]) })).toMatchObject({ body: 'ab' });
  expect(await post({ body: new Blob(['blob']) })).toMatchObject({ body: 'blob' });
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array([99, 100]));
      controller.close();
    },
  });
  expect(await post({ body: stream })).toMatchObject({ body: 'cd' });
});

test('status, ok, headers and text are those of the answer', async () => {
  const { port } = await listen(echo());
  const answer = await fetchThrough(OPTIONS).fetch(`http://127.0.0.1:${port}/missing`);
  expect([answer.status, answer.ok]).toEqual([404, false]);
  expect(answer.headers.get('X-Two')).toBe('a, b');
  expect(answer.headers.get('x-three')).toBeNull();
  expect(JSON.parse(await answer.text())).toMatchObject({ method: 'GET' });
});

test('only the signal limits how long an answer may take, so that a long poll can wait', async () => {
  const { port } = await listen(http.createServer(() => {}));
  const { fetch } = fetchThrough(OPTIONS);
  const poll = fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(50) });
  await expect(poll).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('closing ends a long poll', async () => {
  const { port } = await listen(http.createServer(() => {}));
  const fetcher = fetchThrough(OPTIONS);
  const poll = failureOf(fetcher.fetch(`http://127.0.0.1:${port}/`));
  await new Promise((resolve) => setTimeout(resolve, 10));
  await fetcher.close();
  expect(await poll).toBe('closed');
});

test('an HTTP proxy is tunnelled through, with its password', async () => {
  const { port } = await listen(echo());
  const proxy = await startHttpProxy(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  const through = (user: string) =>
    fetchThrough({ ...OPTIONS, proxy: new Secret(`http://${user}127.0.0.1:${proxy.port}`) });
  const answer = await through('me:p%40ss@').fetch(`http://127.0.0.1:${port}/a`, {
    method: 'POST',
    body: 'x',
  });
  expect(await answer.json()).toMatchObject({ url: '/a', body: 'x' });
  expect(proxy.tunnels).toEqual([`127.0.0.1:${port}`]);
  expect(await failureOf(through('').fetch(`http://127.0.0.1:${port}/a`))).toBe('proxy');
});

test('a SOCKS5 proxy gets its password, and a wrong one ends there', async () => {
  const { port } = await listen(echo());
  const proxy = await startSocksProxy({ user: 'me', password: 'p@ss' });
  const through = (login: string) =>
    fetchThrough({ ...OPTIONS, proxy: new Secret(`socks5://${login}127.0.0.1:${proxy.port}`) });
  const url = `http://127.0.0.1:${port}/a`;
  expect((await through('me:p%40ss@').fetch(url)).status).toBe(200);
  expect(await failureOf(through('me:wrong@').fetch(url))).toBe('proxy');
  expect(await failureOf(through('').fetch(url))).toBe('proxy');
});

test('what a SOCKS5 proxy cannot reach is told as if it were tried from here', async () => {
  const proxy = await startSocksProxy();
  const { fetch } = fetchThrough({ ...OPTIONS, proxy: new Secret(`socks5h://127.0.0.1:${proxy.port}`) });
  expect(await failureOf(fetch('http://127.0.0.1:1/'))).toBe('refused');
});

test.each(['http', 'socks5'])('a proxy (%s) that talks nonsense is malformed or refuses', async (kind) => {
  const { port } = await listen(saying('x'.repeat(20_000)));
  const { fetch } = fetchThrough({ ...OPTIONS, proxy: new Secret(`${kind}://127.0.0.1:${port}`) });
  expect(await failureOf(fetch('http://127.0.0.1:9/'))).toBe('malformed');
  const closing = await listen(saying('', true));
  const other = fetchThrough({ ...OPTIONS, proxy: new Secret(`${kind}://127.0.0.1:${closing.port}`) });
  expect(await failureOf(other.fetch('http://127.0.0.1:9/'))).toBe('closed');
});

test('a SOCKS5 proxy is tunnelled through, and connections are kept', async () => {
  const { port } = await listen(echo());
  const proxy = await startSocksProxy();
  const { fetch } = fetchThrough({ ...OPTIONS, proxy: new Secret(`socks5://127.0.0.1:${proxy.port}`) });
  for (let n = 0; n < 3; n++) {
    expect(await (await fetch(`http://127.0.0.1:${port}/a`)).json()).toMatchObject({ url: '/a' });
  }
  expect(proxy.tunnels).toEqual([`127.0.0.1:${port}`]);
});

test.each(['http', 'socks5'])('certificates are verified through a proxy (%s), too', async (kind) => {
  const own = await certificate({ dns: 'localhost' });
  const { port } = await startTls(own);
  const proxy = kind === 'http' ? await startHttpProxy() : await startSocksProxy();
  const given = { ...OPTIONS, proxy: new Secret(`${kind}://127.0.0.1:${proxy.port}`) };
  const url = `https://localhost:${port}/`;
  expect(await failureOf(fetchThrough(given).fetch(url))).toBe('tls-untrusted');
  const pinned = fetchThrough({ ...given, trust: { kind: 'file', pem: own.cert } });
  expect(await (await pinned.fetch(url)).text()).toBe('ok');
});

test('a proxy that is away is refused, one that is silent ends with the time to connect', async () => {
  const silent = await listen(net.createServer((socket) => socket.resume()));
  const through = (port: number, connectTimeout: number, kind = 'http') =>
    fetchThrough({ connectTimeout, proxy: new Secret(`${kind}://127.0.0.1:${port}`) }).fetch(
      'http://127.0.0.1:9/',
    );
  expect(await failureOf(through(1, 60_000))).toBe('refused');
  expect(await failureOf(through(silent.port, 50))).toBe('connect-timeout');
  expect(await failureOf(through(1, 60_000, 'socks5'))).toBe('refused');
  expect(await failureOf(through(silent.port, 50, 'socks5'))).toBe('connect-timeout');
});
