/** Anything that answers in HTTP shows that the network works; nothing else does. */
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { createConnector } from '../../src/lib/connector.ts';
import { isReachable } from '../../src/lib/reachable.ts';
import { expectWithin } from '../support/best-of.ts';
import { certificate, type Listening, listen, OK, saying, startTls } from './sockets.ts';

const connector = createConnector();

const reaches = (url: string, signal = new AbortController().signal) =>
  isReachable(url, { connector, signal });

const at = ({ port }: Listening, path = '/') => `http://127.0.0.1:${port}${path}`;

/** Takes everything and says nothing. */
const silence = () => net.createServer((socket) => socket.resume());

const answer = (status: string, headers = '') => `HTTP/1.1 ${status}\r\n${headers}content-length: 0\r\n\r\n`;

test.each([
  ['200', answer('200 OK')],
  ['a redirect, which is not followed', answer('302 Found', 'location: http://127.0.0.1:1/\r\n')],
  ['404', answer('404 Not Found')],
  ['503', answer('503 Service Unavailable')],
  ['an answer without a length', 'HTTP/1.0 200 OK\r\n\r\nhello'],
  ['a gigabyte that is announced', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n'],
  ['17 KiB that are not announced', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(17 * 1024)}`],
  ['a head that is too long', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(17 * 1024)}`],
])('%s is an answer', async (_what, bytes) => {
  const server = await listen(saying(bytes, true));
  expect(await reaches(at(server))).toBe(true);
  await expect.poll(server.open).toBe(0);
});

test('the path and the query are asked for, on a new connection each time', async () => {
  const asked: string[] = [];
  const server = await listen(
    net.createServer((socket) => {
      socket.on('data', (bytes) => {
        asked.push(bytes.toString().split('\r\n')[0] ?? '');
        socket.write(OK);
      });
    }),
  );
  for (let n = 0; n < 2; n++) await reaches(at(server, '/generate_204?from=bot#top'));
  expect(asked).toEqual(Array(2).fill('GET /generate_204?from=bot HTTP/1.1'));
  expect(server.accepted()).toBe(2);
});

test.each([
  ['nobody vouches for', { ip: '127.0.0.1' }, {}],
  ['has ended', { ip: '127.0.0.1' }, { from: -10, to: -1 }],
  ['is for another name', { dns: 'other.test' }, {}],
])('a certificate that %s is no reason to believe oneself blind', async (_what, names, days) => {
  const { port } = await startTls(await certificate(names, days));
  expect(await reaches(`https://127.0.0.1:${port}/`)).toBe(true);
});

test('IPv6 works', async () => {
  const { port } = await listen(saying(OK), '::1');
  expect(await reaches(`http://[::1]:${port}/`)).toBe(true);
});

test.each([
  ['something that is not HTTP', saying('SSH-2.0-OpenSSH_9.6\r\n', true)],
  ['a connection that is closed', net.createServer((socket) => socket.once('data', () => socket.destroy()))],
  ['half an answer', saying('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhal', true)],
])('%s is none', async (_what, server) => {
  expect(await reaches(at(await listen(server)))).toBe(false);
});

test('plain HTTP on a TLS port, a closed port and a name without an address are none', async () => {
  const { port } = await listen(saying(OK));
  expect(await reaches(`https://127.0.0.1:${port}/`)).toBe(false);
  expect(await reaches('http://127.0.0.1:1/')).toBe(false);
  expect(await reaches('http://no-such-host.invalid/')).toBe(false);
}, 15_000);

describe.concurrent('a silent', () => {
  /** To the second, the best of a few: the machine may be busy. */
  const isGivenUpAfter = (seconds: number, url: string) =>
    expectWithin((seconds + 0.5) * 1_000, async () => {
      const startedAt = performance.now();
      expect(await reaches(url)).toBe(false);
      const span = performance.now() - startedAt;
      expect(span).toBeGreaterThan((seconds - 0.5) * 1_000);
      return span;
    });

  test('handshake is given up after three seconds', async () => {
    const { port } = await listen(silence());
    await isGivenUpAfter(3, `https://127.0.0.1:${port}/`);
  });

  test('connection is given up after five seconds', async () => {
    await isGivenUpAfter(5, at(await listen(silence())));
  });
});

test('an abort ends it with its reason', async () => {
  const server = await listen(silence());
  const stopping = new AbortController();
  const looking = reaches(at(server), stopping.signal);
  await expect.poll(server.open).toBe(1);
  stopping.abort(new Error('stopping'));
  await expect(looking).rejects.toThrow('stopping');
  await expect(reaches(at(server), stopping.signal)).rejects.toThrow('stopping');
  await expect.poll(server.open).toBe(0);
});
