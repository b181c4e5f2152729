/**
 * How does a proxy let us through? HTTP CONNECT (RFC 9110, 9.3.6) and SOCKS5 (RFC 1928, 1929) on a socket that is
 * connected already. Not undici's: its SOCKS5 is experimental and says so on standard error, and its HTTP agent
 * needs methods that only the whole of undici installs.
 */
import type { Socket } from 'node:net';
import { HttpFailure, type HttpFailureCode } from './http-failure.ts';

/** Where a proxy listens, by its URL's scheme when that names no port. */
export const PROXY_PORTS: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'socks5:': 1080,
  'socks5h:': 1080,
};

/** Resolves when what is written to the socket reaches `host`. @param proxy its URL, with user and password if it wants them */
export async function passThrough(socket: Socket, proxy: URL, host: string, port: number): Promise<void> {
  const user = decodeURIComponent(proxy.username);
  const password = decodeURIComponent(proxy.password);
  if (proxy.protocol.startsWith('socks')) await askSocks(socket, user, password, host, port);
  else await askHttp(socket, user, password, host, port);
}

async function askHttp(socket: Socket, user: string, password: string, host: string, port: number) {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  const authorization = user ? `proxy-authorization: Basic ${credentials}\r\n` : '';
  socket.write(`CONNECT ${target} HTTP/1.1\r\nhost: ${target}\r\n${authorization}\r\n`);
  const head = await receive(socket, (bytes) => {
    const end = bytes.indexOf('\r\n\r\n');
    return end < 0 ? undefined : end + 4;
  });
  if (!/^HTTP\/1\.[01] 2\d\d/.test(head.toString('latin1'))) throw new HttpFailure('proxy');
}

const NO_PASSWORD = 0;
const PASSWORD = 2;

async function askSocks(socket: Socket, user: string, password: string, host: string, port: number) {
  socket.write(Buffer.from(user ? [5, 2, NO_PASSWORD, PASSWORD] : [5, 1, NO_PASSWORD]));
  const [, method] = await receive(socket, () => 2);
  if (method === PASSWORD) {
    socket.write(Buffer.concat([Buffer.from([1]), counted(user), counted(password)]));
    const [, refused] = await receive(socket, () => 2);
    if (refused) throw new HttpFailure('proxy');
  } else if (method !== NO_PASSWORD) throw new HttpFailure('proxy');

  // As a name even when it is an address: proxies look both up the same way.
  socket.write(
    Buffer.concat([Buffer.from([5, 1, 0, 3]), counted(host), Buffer.from([port >> 8, port & 255])]),
  );
  const [, reply = 1] = await receive(socket, (bytes) => {
    const kind = bytes[3];
    return kind === 1 ? 10 : kind === 4 ? 22 : kind === 3 ? 7 + (bytes[4] ?? 255) : bytes.length > 3 ? 4 : 5;
  });
  if (reply !== 0) throw new HttpFailure(SOCKS_REPLIES[reply] ?? 'proxy');
}

const SOCKS_REPLIES: Readonly<Record<number, HttpFailureCode>> = {
  3: 'unreachable',
  4: 'unreachable',
  5: 'refused',
};

function counted(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

const LONGEST_REPLY = 16_384;

/** The proxy's next message. @param lengthOf how long it is, as far as what has come tells */
function receive(socket: Socket, lengthOf: (bytes: Buffer) => number | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const settle = (act: () => void) => {
      socket.off('readable', onReadable).off('close', onClose);
      act();
    };
    const onClose = () => settle(() => reject(new HttpFailure('closed')));
    const onReadable = () => {
      for (let piece = socket.read(); piece !== null; piece = socket.read()) {
        bytes = Buffer.concat([bytes, piece]);
      }
      const length = lengthOf(bytes) ?? Number.POSITIVE_INFINITY;
      if (bytes.length === length) settle(() => resolve(bytes));
      // Nobody behind the proxy speaks before we do.
      else if (bytes.length > Math.min(length, LONGEST_REPLY)) {
        settle(() => reject(new HttpFailure('malformed')));
      }
    };
    socket.on('readable', onReadable).on('close', onClose);
  });
}
