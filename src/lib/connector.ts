/** How is a connection made? Opens TCP and TLS sockets; what many of them can share (names, TLS contexts) lives here. */
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { createLookup } from './host-names.ts';
import { HttpFailure, httpFailure } from './http-failure.ts';
import type { Secret } from './secret.ts';
import { tls } from './tls.ts';
import { PROXY_PORTS, passThrough } from './tunnel.ts';

/** `system`: the known authorities; `file`: exactly what this PEM holds; `any`: do not verify. */
export type Trust =
  | { readonly kind: 'system' }
  | { readonly kind: 'file'; readonly pem: string }
  | { readonly kind: 'any' };

export interface Connector {
  connect(target: Target, done: Connected): Attempt;
}

/** Called once, unless the attempt is destroyed before. */
export type Connected = (error: Error | null, socket: net.Socket | null) => void;

/** Makes one connection whose target is known. */
export type Connect = (done: Connected) => void;

export interface Target {
  readonly host: string;
  readonly port: number;
  /** `undefined`: plain TCP. */
  readonly trust: Trust | undefined;
  readonly proxy: Secret | undefined;
}

/** A connection, from the first look-up on. */
export interface Attempt {
  /** The name is still being looked up. */
  isResolving(): boolean;
  destroy(): void;
}

/** Each address of a host gets this long before the next is tried; Node's 250 ms is too short for far servers. */
const NEXT_ADDRESS_AFTER = 500;

/** One for the whole process serves best: 20 KiB per TLS context, and names are looked up once. */
export function createConnector(lookup = createLookup()): Connector {
  let usual: SecureContext | undefined;
  const pinned = new WeakMap<Trust, ConnectionOptions>();

  function pin(trust: Trust & { kind: 'file' }): ConnectionOptions {
    const options = pinned.get(trust) ?? pinTo(trust.pem);
    pinned.set(trust, options);
    return options;
  }

  function tlsOptions(host: string, trust: Trust): ConnectionOptions {
    if (trust.kind !== 'file') usual ??= tls.createSecureContext();
    return {
      ALPNProtocols: ['http/1.1'],
      // Server Name Indication is defined for names only (RFC 6066, 3).
      servername: net.isIP(host) ? '' : host,
      ...(trust.kind === 'file'
        ? pin(trust)
        : { secureContext: usual, rejectUnauthorized: trust.kind === 'system' }),
    };
  }

  function dial(host: string, port: number, trust: Trust | undefined): net.Socket {
    const target = {
      host,
      port,
      lookup,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
      autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER,
    };
    return trust ? tls.connect({ ...target, ...tlsOptions(host, trust) }) : net.connect(target);
  }

  return {
    connect({ host, port, trust, proxy }, done) {
      let isDone = false;
      const finish = (error: Error | null) => {
        if (isDone) return;
        isDone = true;
        if (error) socket.destroy();
        done(error && trust?.kind === 'file' ? notPinned(error) : error, error ? null : socket);
      };
      const secure = () => {
        if (!trust) return finish(null);
        socket = tls.connect({ ...tlsOptions(host, trust), host, socket });
        socket.on('error', finish);
        socket.once('secureConnect', () => finish(null));
      };
      const via = proxy && new URL(proxy.reveal());
      const first = via
        ? { host: withoutBrackets(via.hostname), port: Number(via.port) || (PROXY_PORTS[via.protocol] ?? 0) }
        : { host, port };
      const firstTrust = via ? (via.protocol === 'https:' ? SYSTEM : undefined) : trust;
      let socket = dial(first.host, first.port, firstTrust);
      let isResolving = net.isIP(first.host) === 0;
      socket.once('lookup', () => {
        isResolving = false;
      });
      socket.on('error', finish);
      socket.once(firstTrust ? 'secureConnect' : 'connect', () => {
        if (via) passThrough(socket, via, host, port).then(secure).catch(finish);
        else finish(null);
      });
      return { isResolving: () => isResolving, destroy: () => socket.destroy() };
    },
  };
}

const SYSTEM: Trust = { kind: 'system' };

/** The host of a URL without the brackets of IPv6. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** Of somebody whose certificate is known it means more that it is another. */
function notPinned(error: Error): Error {
  const isOther = httpFailure(error).code === 'tls-untrusted';
  return isOther ? new HttpFailure('tls-changed', error) : error;
}

/** The operator named these certificates: whoever shows one of them is the right server, whatever it is called. */
function pinTo(pem: string): ConnectionOptions {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const certificates = blocks.map((block) => new X509Certificate(block).raw);
  return {
    // Without a partial chain OpenSSL trusts a pinned certificate only if it is self-signed.
    secureContext: tls.createSecureContext({ ca: pem, allowPartialTrustChain: true }),
    rejectUnauthorized: true,
    checkServerIdentity: (host, shown) =>
      certificates.some((certificate) => certificate.equals(shown.raw))
        ? undefined
        : tls.checkServerIdentity(host, shown),
  };
}
