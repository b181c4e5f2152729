/**
 * How is one HTTP request made? The only file that imports undici, and by the paths of its parts: the whole costs
 * 17 MiB and 55 ms at start, these half of it. Global `fetch`, `Response` and `Headers` are never touched: they load
 * the second copy of undici that lives in Node. Follows no redirect and keeps no state beyond its origin.
 */
import { setMaxListeners } from 'node:events';
import Client from 'undici/lib/dispatcher/client.js';
import {
  type Attempt,
  type Connect,
  type Connector,
  createConnector,
  type Target,
  type Trust,
  withoutBrackets,
} from './connector.ts';
import {
  type Dispatcher,
  exchange,
  type HttpAnswer,
  type HttpRequest,
  type Lane,
  type Progress,
} from './http-exchange.ts';
import { HttpFailure } from './http-failure.ts';
import { plainDispatcher } from './http-plain.ts';
import type { Secret } from './secret.ts';
import { type DurationMs, SECOND } from './time.ts';
import { Turns } from './turns.ts';

export type { HttpAnswer, HttpRequest } from './http-exchange.ts';
export { HttpFailure, type HttpFailureCode } from './http-failure.ts';

export interface OriginOptions {
  /** For finding the address, TCP and TLS together. */
  readonly connectTimeout: DurationMs;
  /** How many requests may be under way at once, those made `once` not counted. Default 8. */
  readonly connections?: number;
  /** How long an unused connection is kept. Default 4 s; a server's `Keep-Alive` header may say otherwise. */
  readonly keepAlive?: DurationMs;
  /** Which certificates are accepted. Default `system`. */
  readonly trust?: Trust;
  /** `http://`, `https://` or `socks5(h)://`; names are looked up by the proxy. May hold a user name and a password. */
  readonly proxy?: Secret | undefined;
  /** Shared by all origins of the process, so that names are looked up once. Default: one of its own. */
  readonly connector?: Connector;
}

export interface HttpOrigin {
  /**
   * On a kept connection; a `GET` once more if that turns out to have been closed. Throws `HttpFailure`, or the signal's
   * reason as soon as it aborts.
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /**
   * On a new connection that is closed afterwards, without waiting for a turn: a probe must see that new connections
   * are accepted, and what must not be sent twice cannot meet one that is closed already. Throws like `request`.
   */
  once(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends what is under way with `closed`. */
  close(): Promise<void>;
}

const CONNECTIONS = 8;
const KEEP_ALIVE: DurationMs = 4 * SECOND;

/** @param origin e.g. `https://[::1]:443`. Nothing is opened before the first request. */
export function openOrigin(origin: string, options: OriginOptions): HttpOrigin {
  return new Origin(new URL(origin), options);
}

class Origin implements HttpOrigin {
  readonly #url: URL;
  readonly #options: OriginOptions;
  readonly #connector: Connector;
  readonly #target: Target;
  readonly #turns: Turns;
  readonly #open = new Set<Lane>();
  readonly #idle: Lane[] = [];
  #isClosed = false;

  constructor(url: URL, options: OriginOptions) {
    this.#url = url;
    this.#options = options;
    this.#connector = options.connector ?? createConnector();
    const isSecure = url.protocol === 'https:';
    this.#target = {
      host: withoutBrackets(url.hostname),
      port: Number(url.port) || (isSecure ? 443 : 80),
      trust: isSecure ? (options.trust ?? { kind: 'system' }) : undefined,
      proxy: options.proxy,
    };
    this.#turns = new Turns(options.connections ?? CONNECTIONS);
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    const { signal } = request;
    signal?.throwIfAborted();
    // Many requests of one screen may hang on one signal; Node warns of a leak from 11 on.
    if (signal) setMaxListeners(0, signal);
    await this.#turns.enter(signal);
    try {
      // Between getting a turn and this line the caller may have gone.
      signal?.throwIfAborted();
      return await this.#onKept(request);
    } finally {
      this.#turns.leave();
    }
  }

  async once(request: HttpRequest): Promise<HttpAnswer> {
    request.signal?.throwIfAborted();
    const lane = this.#openLane((connect) => plainDispatcher(this.#url.host, connect));
    try {
      return await exchange(lane, request, this.#options.connectTimeout);
    } finally {
      lane.destroy();
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const lane of this.#open) lane.destroy();
  }

  async #onKept(request: HttpRequest): Promise<HttpAnswer> {
    const kept = this.#idle.pop();
    if (!kept) return this.#on(this.#openKept(), request);
    const progress: Progress = { answering: false };
    try {
      return await this.#on(kept, request, progress);
    } catch (error) {
      const wasStale = !progress.answering && error instanceof HttpFailure && error.code === 'closed';
      if (wasStale && request.method === 'GET' && !this.#isClosed) return this.#on(this.#openKept(), request);
      throw error;
    }
  }

  async #on(lane: Lane, request: HttpRequest, progress?: Progress): Promise<HttpAnswer> {
    const answer = await exchange(lane, request, this.#options.connectTimeout, progress);
    this.#idle.push(lane);
    return answer;
  }

  #openKept(): Lane {
    const lane = this.#openLane((connect) => {
      const client = new Client(this.#url, {
        keepAliveTimeout: this.#options.keepAlive ?? KEEP_ALIVE,
        connect: (_, done) =>
          connect((error, socket) =>
            socket ? done(null, socket) : done(error ?? new HttpFailure('closed'), null),
          ),
      });
      client.on('disconnect', () => {
        if (this.#idle.includes(lane)) lane.destroy();
      });
      return {
        dispatch: (options, handler) => void client.dispatch(options, handler),
        destroy: () => void client.destroy().catch(() => {}),
      };
    });
    return lane;
  }

  #openLane(dispatcherOn: (connect: Connect) => Dispatcher): Lane {
    if (this.#isClosed) throw new HttpFailure('closed');
    let attempt: Attempt | undefined;
    const dispatcher = dispatcherOn((done) => {
      attempt = this.#connector.connect(this.#target, done);
    });
    const lane: Lane = {
      origin: this.#url.origin,
      dispatcher,
      isResolving: () => attempt?.isResolving() ?? false,
      destroy: () => {
        this.#forget(lane);
        // undici leaves a connection that is still being made to itself.
        attempt?.destroy();
        dispatcher.destroy();
      },
    };
    this.#open.add(lane);
    return lane;
  }

  #forget(lane: Lane): void {
    this.#open.delete(lane);
    const place = this.#idle.indexOf(lane);
    if (place >= 0) this.#idle.splice(place, 1);
  }
}
