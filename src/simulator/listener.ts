/**
 * Answers "is this port open?": one HTTP(S) listener on a loopback address that can refuse connections or lose their
 * packets, and open again on the same port. Never listens outside 127.0.0.0/8; knows no protocol above HTTP.
 */
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { silence } from './silent-port.ts';

export interface ListenerOptions {
  host: string;
  /** 0 takes a free port, which is kept when the listener is shut and opened again. */
  port: number;
  /** Key and certificate in PEM; `undefined` for plain HTTP. */
  tls?: { key: string; cert: string } | undefined;
  handle: http.RequestListener;
}

/** Open; refusing connections; or neither accepting nor refusing them, as if every packet were lost. */
export type PortState = 'open' | 'refusing' | 'silent';

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Resolves when the port is in that state; every state but 'open' destroys the connections that stand. */
  become(state: PortState): Promise<void>;
  /** Shows another certificate from now on; destroys the connections that stand. Without TLS nothing changes. */
  show(tls: { key: string; cert: string }): void;
}

const LOOPBACK = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const REOPEN_TRIES = 40;
const REOPEN_PAUSE_MS = 25;

/**
 * Systems lend higher ports to whoever asks for any: to outgoing connections, and to other listeners. One of those that
 * is shut for a while may be somebody else's when it is to open again, or answer in its place.
 */
const OWN_PORTS = { from: 11_000, to: 32_000 };
const FREE_TRIES = 1_000;
let lastPort = OWN_PORTS.from + Math.floor(Math.random() * (OWN_PORTS.to - OWN_PORTS.from));

/** Each another one, so that one process never gives away a port that is shut. */
function nextPort(): number {
  lastPort = lastPort + 1 < OWN_PORTS.to ? lastPort + 1 : OWN_PORTS.from;
  return lastPort;
}

/** Opens a listener; throws for an address outside 127.0.0.0/8. */
export async function createListener(options: ListenerOptions): Promise<Listener> {
  if (!LOOPBACK.test(options.host))
    throw new Error(`the simulator listens on 127.0.0.0/8 only, not ${options.host}`);
  const server = options.tls
    ? https.createServer(options.tls, options.handle)
    : http.createServer(options.handle);
  const sockets = new Set<Socket>();
  const isAnyPort = options.port === 0;
  let port = options.port;
  let state: PortState = 'refusing';
  let wasOpen = false;
  let endSilence = async () => {};
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => {});
  server.on('clientError', (_error, socket) => socket.destroy());

  const listen = () =>
    new Promise<void>((resolve, reject) => {
      if (isAnyPort && !wasOpen) port = nextPort();
      server.once('error', reject);
      server.listen({ host: options.host, port }, () => {
        server.off('error', reject);
        const address = server.address();
        if (address !== null && typeof address === 'object') port = address.port;
        wasOpen = true;
        resolve();
      });
    });

  const open = async () => {
    for (let attempt = 1; !server.listening; attempt++) {
      try {
        await listen();
      } catch (error) {
        const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
        if (isTaken && !wasOpen && isAnyPort && attempt < FREE_TRIES) continue;
        // While the port was shut, an outgoing connection of this machine may have borrowed it for a moment.
        if (!isTaken || !wasOpen || attempt === REOPEN_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, REOPEN_PAUSE_MS));
      }
    }
  };

  const shut = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const change = async (wanted: PortState) => {
    if (wanted === state) return;
    if (state === 'open') await shut();
    await endSilence();
    endSilence = async () => {};
    state = 'refusing';
    if (wanted === 'open') await open();
    if (wanted === 'silent') endSilence = await silence(options.host, port);
    state = wanted;
  };

  // One after another, so that a script need not wait for one before it asks for the next.
  let turn: Promise<void> = Promise.resolve();
  const become = (wanted: PortState) => {
    turn = turn.catch(() => {}).then(() => change(wanted));
    return turn;
  };

  await become('open');
  return {
    host: options.host,
    get port() {
      return port;
    },
    become,
    show(tls) {
      if (server instanceof https.Server) server.setSecureContext(tls);
      for (const socket of sockets) socket.destroy();
    },
  };
}
