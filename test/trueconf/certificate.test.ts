/** Which end is read from what a server shows, and that nothing a server does breaks the reading. */
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/lib/clock.ts';
import { createConnector } from '../../src/lib/connector.ts';
import { silentLog } from '../../src/lib/log.ts';
import { DAY, SECOND } from '../../src/lib/time.ts';
import { openTrueConfServer } from '../../src/trueconf/client.ts';
import { certificate, listen, saying, startTls } from '../lib/sockets.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { never, settingsFor } from './world.ts';

const LOOPBACK = createConnector((_host, options, callback) =>
  options.all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4),
);

function read(
  httpsPort: number,
  { host = '127.0.0.1', clock = systemClock as Clock, signal = never() } = {},
) {
  const connector = host.endsWith('.test') ? LOOPBACK : createConnector();
  const server = openTrueConfServer(settingsFor({ host, httpsPort, tls: { kind: 'system' } }), {
    ...{ clock, log: silentLog, connector },
  });
  onTestFinished(() => server.close());
  return server.certificateEnd(signal);
}

/** To the second, as certificates tell it. */
const endOf = ({ cert }: { cert: string }) => Date.parse(new X509Certificate(cert).validTo);

/** Takes everything and says nothing. */
const silence = () => net.createServer((socket) => socket.resume());

test.each([
  ['is valid', {}],
  ['has ended', { from: -10, to: -1 }],
  ['is not valid yet', { from: 1, to: 10 }],
  ['ends in a hundred years (dates from 2050 on are written another way)', { to: 36_500 }],
])(
  'a certificate that %s tells its end, though nobody trusts it',
  async (_what, days: { from?: number; to?: number }) => {
    const shown = await certificate({ ip: '127.0.0.1' }, days);
    const { port } = await startTls(shown);
    const end = await read(port);
    expect(end).toBe(endOf(shown));
    expect(Math.abs((end ?? 0) - Date.now() - (days.to ?? 100) * DAY)).toBeLessThan(30 * SECOND);
  },
);

test('IPv6 is reached without brackets', async () => {
  const shown = await certificate({ ip: '::1' });
  const { port, names } = await startTls(shown, '::1');
  expect(await read(port, { host: '::1' })).toBe(endOf(shown));
  await expect.poll(() => names).toEqual([false]);
});

test('of several certificates on one port it is the one for the name of the server', async () => {
  const [usual, named] = [
    await certificate({ dns: 'other.test' }),
    await certificate({ dns: 'video.test' }, { to: 5 }),
  ];
  const server = tls.createServer(usual);
  server.addContext('video.test', named);
  const { port } = await listen(server);
  expect(await read(port, { host: 'video.test' })).toBe(endOf(named));
  expect(await read(port)).toBe(endOf(usual));
});

test.each([
  ['its authority', 5, 50],
  ['the server', 50, 5],
])(
  'of a chain in which %s ends first it is the end of the server',
  async (_who, authorityDays, serverDays) => {
    const issuer = await certificate({ dns: 'authority.test' }, { to: authorityDays });
    const own = await certificate({ dns: 'video.test' }, { issuer, to: serverDays });
    const { port } = await startTls({ key: own.key, cert: `${own.cert}\n${issuer.cert}` });
    expect(await read(port, { host: 'video.test' })).toBe(endOf(own));
  },
);

test('the handshake is carried through, nothing is sent, and the connection is closed', async () => {
  const seen: string[] = [];
  const server = tls.createServer(await certificate({ ip: '127.0.0.1' }), (socket) => {
    seen.push('secured');
    socket.on('data', () => seen.push('data'));
    socket.on('end', () => seen.push('end'));
    socket.on('error', () => seen.push('error'));
  });
  server.on('tlsClientError', () => seen.push('broken handshake'));
  const { port, open, accepted } = await listen(server);
  const clock = new VirtualClock();
  await read(port, { clock });
  await expect.poll(open).toBe(0);
  expect(seen).toEqual(['secured', 'end']);
  expect([accepted(), clock.pending]).toEqual([1, []]);
});

test.each([
  ['speaks plain HTTP', () => saying('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')],
  ['closes', () => net.createServer((socket) => socket.once('data', () => socket.destroy()))],
  ['closes at once', () => net.createServer((socket) => socket.end())],
  ['has no certificate at all', () => tls.createServer({ ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' })],
])('a port that %s shows no end', async (_what, make) => {
  const { port } = await listen(make());
  expect(await read(port)).toBe(undefined);
});

test('a port where nothing listens shows no end, nor does a name without an address', async () => {
  const closed = net.createServer();
  const port = await new Promise<number>((resolve) =>
    closed.listen(0, '127.0.0.1', () => resolve((closed.address() as net.AddressInfo).port)),
  );
  await new Promise((resolve) => closed.close(resolve));
  expect(await read(port)).toBe(undefined);
  expect(await read(443, { host: 'no-such-host.invalid' })).toBe(undefined);
}, 15_000);

test('a handshake that never ends is given up after three seconds, like that of a probe', async () => {
  const silent = await listen(silence());
  const clock = new VirtualClock();
  const reading = read(silent.port, { clock });
  await clock.untilWaiting((length) => length === 3 * SECOND);
  await expect.poll(silent.open).toBe(1);
  await clock.advance(3 * SECOND);
  expect(await reading).toBe(undefined);
  await expect.poll(silent.open).toBe(0);
});

test('an abort ends it with its reason, before the handshake and in the middle of it', async () => {
  const silent = await listen(silence());
  const stopping = new AbortController();
  const reading = read(silent.port, { signal: stopping.signal });
  await expect.poll(silent.open).toBe(1);
  stopping.abort(new Error('stopping'));
  await expect(reading).rejects.toThrow('stopping');
  await expect.poll(silent.open).toBe(0);
  await expect(read(silent.port, { signal: stopping.signal })).rejects.toThrow('stopping');
  expect(silent.accepted()).toBe(1);
});
