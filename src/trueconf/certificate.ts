/** When does the certificate that a server shows end? One TLS handshake in which nothing is verified and nothing sent. */
import type { Socket } from 'node:net';
import { childOf } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import type { Attempt, Connector, Target } from '../lib/connector.ts';
import type { EpochMs } from '../lib/time.ts';
import { tls } from '../lib/tls.ts';
import { CONNECT_TIMEOUT } from './limits.ts';

/**
 * The end of the server's own certificate, not of the chain: this one the administrator renews, while clients often
 * find another way around an old certificate of an authority (in 2021 most did when the root of Let's Encrypt ended).
 * `undefined`: nothing was shown in time. Never throws, except the signal's reason.
 */
export async function certificateEnd(
  at: Pick<Target, 'host' | 'port'>,
  deps: { readonly connector: Connector; readonly clock: Clock },
  signal: AbortSignal,
): Promise<EpochMs | undefined> {
  signal.throwIfAborted();
  const limit = childOf(signal);
  let attempt: Attempt | undefined;
  const connected = new Promise<Socket | null>((resolve) => {
    attempt = deps.connector.connect({ ...at, trust: { kind: 'any' }, proxy: undefined }, (_error, socket) =>
      resolve(socket),
    );
  });
  const late = deps.clock.sleep(CONNECT_TIMEOUT, limit.signal).then(() => null);
  try {
    const socket = await Promise.race([connected, late]);
    if (!(socket instanceof tls.TLSSocket)) {
      attempt?.destroy();
      return undefined;
    }
    const end = Date.parse(socket.getPeerCertificate().valid_to);
    // Says goodbye: a handshake that is cut off is an error in the server's log.
    socket.destroySoon();
    return Number.isNaN(end) ? undefined : end;
  } catch {
    attempt?.destroy();
    signal.throwIfAborted();
    return undefined;
  } finally {
    limit.abort();
    limit.release();
  }
}
