/** Does anything answer at a URL? For telling whether one's own network works; what is answered does not matter. */
import type { Connector } from './connector.ts';
import { HttpFailure, openOrigin } from './http.ts';
import { type DurationMs, SECOND } from './time.ts';

/** As long as a probe of a server, so that both see the same network. */
const CONNECT_TIMEOUT: DurationMs = 3 * SECOND;
const ANSWER_TIMEOUT: DurationMs = 5 * SECOND;

/** More is not read. */
const MOST_BYTES = 16 * 1024;

/**
 * Whether an answer in HTTP comes within 3 s to connect and 5 s from then, whatever its status, its length and the
 * certificate. On a connection of its own, without a proxy. Never throws, except the signal's reason.
 * @param url `http://…` or `https://…`
 */
export async function isReachable(
  url: string,
  { connector, signal }: { readonly connector: Connector; readonly signal: AbortSignal },
): Promise<boolean> {
  const { origin, pathname, search } = new URL(url);
  // An old certificate on the way is no reason to believe oneself blind.
  const host = openOrigin(origin, { connectTimeout: CONNECT_TIMEOUT, trust: { kind: 'any' }, connector });
  try {
    await host.once({
      method: 'GET',
      path: pathname + search,
      answerTimeout: ANSWER_TIMEOUT,
      maxBytes: MOST_BYTES,
      signal,
    });
    return true;
  } catch (failure) {
    signal.throwIfAborted();
    return failure instanceof HttpFailure && failure.code === 'too-large';
  }
}
