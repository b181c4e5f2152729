/** Whom do we believe to be the server? */
import net from 'node:net';
import { expect, test } from 'vitest';
import { createConnector, type Trust } from '../../src/lib/connector.ts';
import { openOrigin } from '../../src/lib/http.ts';
import { certificate, failureOf, listen, saying, startTls } from './sockets.ts';

const LOOPBACK = createConnector((_host, options, callback) =>
  options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
);

function ask(port: number, trust: Trust, host = '127.0.0.1') {
  const origin = openOrigin(`https://${host}:${port}`, {
    connectTimeout: 60_000,
    trust,
    connector: LOOPBACK,
  });
  return origin.request({ method: 'GET', path: '/', answerTimeout: 60_000 });
}

const file = (pem: string): Trust => ({ kind: 'file', pem });

test('a self-signed certificate is untrusted by the system, accepted by "any" and by its own file', async () => {
  const own = await certificate({ ip: '127.0.0.1' });
  const { port } = await startTls(own);
  expect(await failureOf(ask(port, { kind: 'system' }))).toBe('tls-untrusted');
  expect(await ask(port, { kind: 'any' })).toMatchObject({ text: 'ok' });
  expect(await ask(port, file(own.cert))).toMatchObject({ text: 'ok' });
});

test('a file trusts exactly what is in it', async () => {
  const [own, other] = [await certificate({ ip: '127.0.0.1' }), await certificate({ ip: '127.0.0.1' })];
  const { port } = await startTls(own);
  expect(await failureOf(ask(port, file(other.cert)))).toBe('tls-changed');
  expect(await ask(port, file(`${other.cert}\n${own.cert}`))).toMatchObject({ text: 'ok' });
});

test('an authority in the file vouches for servers under their own names only', async () => {
  const issuer = await certificate({ dns: 'authority.test' });
  const { port } = await startTls(await certificate({ dns: 'video.test' }, { issuer }));
  expect(await ask(port, file(issuer.cert), 'video.test')).toMatchObject({ text: 'ok' });
  expect(await failureOf(ask(port, file(issuer.cert), 'other.test'))).toBe('tls-name');
  expect(await failureOf(ask(port, { kind: 'system' }, 'video.test'))).toBe('tls-untrusted');
});

test("a server's own certificate in the file is enough, whatever name it bears: the operator pinned it", async () => {
  const own = await certificate({ dns: 'old-name.test' });
  const issued = await certificate(
    { dns: 'old-name.test' },
    { issuer: await certificate({ dns: 'authority.test' }) },
  );
  for (const pinned of [own, issued]) {
    const { port } = await startTls(pinned);
    expect(await ask(port, file(pinned.cert))).toMatchObject({ text: 'ok' });
    expect(await ask(port, file(pinned.cert), 'new-name.test')).toMatchObject({ text: 'ok' });
  }
});

test.each([
  ['has expired', { from: -10, to: -1 }],
  ['is not valid yet', { from: 1, to: 10 }],
])('a certificate that %s is tls-expired, pinned or not, and passes with "any"', async (_what, days) => {
  const own = await certificate({ ip: '127.0.0.1' }, days);
  const { port } = await startTls(own);
  expect(await failureOf(ask(port, file(own.cert)))).toBe('tls-expired');
  expect(await ask(port, { kind: 'any' })).toMatchObject({ text: 'ok' });
});

test('plain HTTP on a TLS port is tls', async () => {
  const { port } = await listen(saying('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'));
  expect(await failureOf(ask(port, { kind: 'any' }))).toBe('tls');
});

test('a connection closed during the handshake is closed', async () => {
  const { port } = await listen(net.createServer((socket) => socket.once('data', () => socket.destroy())));
  expect(await failureOf(ask(port, { kind: 'any' }))).toBe('closed');
});

test('a file that holds no certificate trusts nobody', async () => {
  const { port } = await startTls(await certificate({ ip: '127.0.0.1' }));
  expect(await failureOf(ask(port, file('not a certificate')))).toMatch(/^tls/);
});

test('a server is called by its name, and an address is no name (RFC 6066)', async () => {
  const own = await certificate({ dns: 'video.test', ip: '127.0.0.1' });
  const { port, names } = await startTls(own);
  await ask(port, file(own.cert), 'video.test');
  await ask(port, file(own.cert));
  expect(names).toEqual(['video.test', false]);
});
