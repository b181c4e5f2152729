/** What do tests of HTTP talk to? Raw servers on loopback, certificates made on the spot, and two small proxies. */
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import tls from 'node:tls';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';
import { HttpFailure } from '../../src/lib/http.ts';

export interface Listening {
  readonly port: number;
  /** Connections open now. */
  open(): number;
  /** Connections ever accepted. */
  accepted(): number;
}

/** Listens for one test; `handle` gets every connection (the plain one under TLS is counted, too). */
export async function listen(server: net.Server, host = '127.0.0.1'): Promise<Listening> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on('connection', (socket: net.Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, open: () => sockets.size, accepted: () => accepted };
}

/** Sends these bytes for every piece of a request that comes in, then ends the connection if told to. */
export function saying(bytes: string, end = false): net.Server {
  return net.createServer((socket) => {
    socket.on('data', () => (end ? socket.end(bytes) : socket.write(bytes)));
  });
}

export const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** The code of the failure that a request ends with. */
export async function failureOf(request: Promise<unknown>): Promise<string> {
  const error = await request.then(
    () => new Error('it was answered'),
    (thrown) => thrown,
  );
  if (error instanceof HttpFailure) return error.code;
  throw error;
}

const DAY = 86_400_000;

/** A certificate for these names, self-signed unless an issuer is given. */
export async function certificate(
  names: { dns?: string; ip?: string },
  given: { issuer?: { key: string; cert: string }; from?: number; to?: number } = {},
): Promise<{ key: string; cert: string }> {
  const made = await generate([{ name: 'commonName', value: names.dns ?? names.ip ?? 'nobody' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() + (given.from ?? -1) * DAY),
    notAfterDate: new Date(Date.now() + (given.to ?? 100) * DAY),
    ...(given.issuer ? { ca: given.issuer } : {}),
    extensions: [
      { name: 'basicConstraints', cA: !given.issuer, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...(names.dns ? [{ type: 2 as const, value: names.dns }] : []),
          ...(names.ip ? [{ type: 7 as const, ip: names.ip }] : []),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** An HTTPS server that answers `ok` and remembers which names it was called by. */
export async function startTls(shown: { key: string; cert: string }, host = '127.0.0.1') {
  const names: (string | false)[] = [];
  const server = tls.createServer(shown, (socket) => {
    socket.on('error', () => {});
    names.push(socket.servername || false);
    socket.on('data', () => socket.write(OK));
  });
  const listening = await listen(server, host);
  return { ...listening, names };
}

/** An HTTP proxy that only tunnels. */
export async function startHttpProxy(authorization?: string) {
  const tunnels: string[] = [];
  const server = http.createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request, client: net.Socket) => {
    client.on('error', () => {});
    if (request.headers['proxy-authorization'] !== authorization) {
      return client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    }
    tunnels.push(request.url ?? '');
    const [host, port] = (request.url ?? '').split(':');
    const target = net.connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    return target.on('error', () => client.destroy());
  });
  return { ...(await listen(server)), tunnels };
}

/** A SOCKS5 proxy (RFC 1928 and 1929) that takes names only, which may be addresses. */
export async function startSocksProxy(login?: { user: string; password: string }) {
  const tunnels: string[] = [];
  const next = (client: net.Socket) => new Promise<Buffer>((resolve) => client.once('data', resolve));
  const server = net.createServer(async (client) => {
    const [, , ...methods] = await next(client);
    const method = login ? 2 : 0;
    if (!methods.includes(method)) return client.end(Buffer.from([5, 0xff]));
    client.write(Buffer.from([5, method]));
    if (login) {
      const expected = `\u0001${String.fromCharCode(login.user.length)}${login.user}${String.fromCharCode(login.password.length)}${login.password}`;
      const isRight = (await next(client)).toString() === expected;
      client.write(Buffer.from([1, isRight ? 0 : 1]));
      if (!isRight) return client.end();
    }
    const ask = await next(client);
    const end = 5 + (ask[4] ?? 0);
    const host = ask.subarray(5, end).toString();
    const port = ask.readUInt16BE(end);
    tunnels.push(`${host}:${port}`);
    const target = net.connect(port, host, () => {
      client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      target.pipe(client).pipe(target);
    });
    return target.on('error', () => client.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
  });
  return { ...(await listen(server)), tunnels };
}
