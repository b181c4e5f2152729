/**
 * How is one HTTP request made? The only file that imports undici, and by the paths of its parts: the whole costs
 * 17 MiB and 55 ms at start, these half of it. Global `fetch`, `Response` and `Headers` are never touched: they load
 * the second copy of undici that lives in Node. Follows no redirect and keeps no state beyond its origin.
 */
import { setMaxListeners } from 'node:events';
import Client from 'undici/lib/dispatcher/client.js';
import {
  type Attempt,
  type Connector,
  createConnector,
  type Target,
  type Trust,
  withoutBrackets,
} from './connector.ts';
import { exchange, type HttpAnswer, type HttpRequest, type Lane } from './http-exchange.ts';
import { HttpFailure } from './http-failure.ts';
import type { Secret } from './secret.ts';
import { type DurationMs, SECOND } from './time.ts';
import { Turns } from './turns.ts';

export type { HttpAnswer, HttpRequest } from './http-exchange.ts';
export { HttpFailure, type HttpFailureCode } from './http-failure.ts';

export interface OriginOptions {
  /** For finding the address, TCP and TLS together. */
  readonly connectTimeout: DurationMs;
  /** How many requests may be under way at once, `fresh` ones not counted. Default 8. */
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
  /** Throws `HttpFailure`, or the signal's reason as soon as it aborts. */
  request(request: HttpRequest): Promise<HttpAnswer>;
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
  /** Without a connection, for the next `fresh` request: making a client costs more than keeping it. */
  #spare: Lane | undefined;
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
    if (request.fresh) return this.#once(request);
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

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const lane of this.#open) lane.destroy();
  }

  async #once(request: HttpRequest): Promise<HttpAnswer> {
    const lane = this.#spare ?? this.#openLane();
    this.#spare = undefined;
    const fresh = { ...request, fresh: true };
    const answer = await exchange(lane, fresh, this.#options.connectTimeout, { answering: false });
    if (this.#spare) lane.destroy();
    else this.#spare = lane;
    return answer;
  }

  async #onKept(request: HttpRequest): Promise<HttpAnswer> {
    const lane = this.#idle.pop() ?? this.#openLane();
    const progress = { answering: false };
    const wasUsed = lane.used;
    try {
      const answer = await exchange(lane, request, this.#options.connectTimeout, progress);
      this.#idle.push(lane);
      return answer;
    } catch (error) {
      const mayRepeat = request.repeatable ?? request.method === 'GET';
      const wasStale =
        wasUsed && !progress.answering && error instanceof HttpFailure && error.code === 'closed';
      if (wasStale && mayRepeat && !this.#isClosed) return this.#once(request);
      throw error;
    }
  }

  #openLane(): Lane {
    if (this.#isClosed) throw new HttpFailure('closed');
    let attempt: Attempt | undefined;
    const client = new Client(this.#url, {
      keepAliveTimeout: this.#options.keepAlive ?? KEEP_ALIVE,
      connect: (_, done) => {
        attempt = this.#connector.connect(this.#target, (error, socket) =>
          socket ? done(null, socket) : done(error ?? new HttpFailure('closed'), null),
        );
      },
    });
    const lane: Lane = {
      origin: this.#url.origin,
      dispatcher: client,
      used: false,
      isResolving: () => attempt?.isResolving() ?? false,
      hangUp: () => attempt?.destroy(),
      destroy: () => {
        this.#forget(lane);
        // undici leaves a connection that is still being made to itself.
        lane.hangUp();
        client.destroy().catch(() => {});
      },
    };
    client.on('disconnect', () => {
      if (this.#idle.includes(lane)) lane.destroy();
    });
    this.#open.add(lane);
    return lane;
  }

  #forget(lane: Lane): void {
    this.#open.delete(lane);
    const place = this.#idle.indexOf(lane);
    if (place >= 0) this.#idle.splice(place, 1);
  }
}
