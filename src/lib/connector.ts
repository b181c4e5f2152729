/** How is a connection made? Opens TCP and TLS sockets; what many of them can share (names, TLS contexts) lives here. */
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import { createLookup } from './host-names.ts';

/** `system`: the known authorities; `file`: exactly what this PEM holds; `any`: do not verify. */
export type Trust =
  | { readonly kind: 'system' }
  | { readonly kind: 'file'; readonly pem: string }
  | { readonly kind: 'any' };

export interface Connector {
  readonly lookup: net.LookupFunction;
  /** Options for `tls.connect` to this host. Throws when the PEM cannot be read. */
  tlsOptions(host: string, trust: Trust): tls.ConnectionOptions;
  /** `done` is called once unless the socket is destroyed before. @param trust `undefined`: plain TCP */
  connect(
    host: string,
    port: number,
    trust: Trust | undefined,
    done: (error: Error | null, socket: net.Socket | null) => void,
  ): net.Socket;
}

/** Each address of a host gets this long before the next is tried; Node's 250 ms is too short for far servers. */
const NEXT_ADDRESS_AFTER = 500;

/** One for the whole process serves best: 20 KiB per TLS context, and names are looked up once. */
export function createConnector(lookup = createLookup()): Connector {
  let usual: tls.SecureContext | undefined;
  const pinned = new WeakMap<Trust, tls.ConnectionOptions>();

  function pin(trust: Trust & { kind: 'file' }): tls.ConnectionOptions {
    const options = pinned.get(trust) ?? pinTo(trust.pem);
    pinned.set(trust, options);
    return options;
  }

  function tlsOptions(host: string, trust: Trust): tls.ConnectionOptions {
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

  return {
    lookup,
    tlsOptions,
    connect(host, port, trust, done) {
      const target = {
        host,
        port,
        lookup,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: 60_000,
        autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER,
      };
      const socket = trust ? tls.connect({ ...target, ...tlsOptions(host, trust) }) : net.connect(target);
      let isDone = false;
      const once = (error: Error | null) => {
        if (isDone) return;
        isDone = true;
        done(error, error ? null : socket);
      };
      socket.once(trust ? 'secureConnect' : 'connect', () => once(null));
      socket.on('error', once);
      return socket;
    },
  };
}

/** The operator named these certificates: whoever shows one of them is the right server, whatever it is called. */
function pinTo(pem: string): tls.ConnectionOptions {
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
