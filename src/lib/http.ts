/**
 * How is one HTTP request made? The only file that imports undici, and by the paths of its parts: the whole costs
 * 17 MiB and 55 ms at start, these half of it. Global `fetch`, `Response` and `Headers` are never touched: they load
 * the second copy of undici that lives in Node. Follows no redirect and keeps no state beyond its origin.
 */
import net from 'node:net';
import Client from 'undici/lib/dispatcher/client.js';
import type ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';
import { type Connector, createConnector, type Trust } from './connector.ts';
import { exchange, type HttpAnswer, type HttpRequest, type Lane } from './http-exchange.ts';
import { HttpFailure } from './http-failure.ts';
import type { Secret } from './secret.ts';
import { type DurationMs, SECOND } from './time.ts';
import { Turns } from './turns.ts';

export type { HttpAnswer, HttpRequest } from './http-exchange.ts';
export { HttpFailure } from './http-failure.ts';

export interface OriginOptions {
  /** For finding the address, TCP and TLS together. */
  readonly connectTimeout: DurationMs;
  /** How many requests may be under way at once, `fresh` ones not counted. Default 8. */
  readonly connections?: number;
  /** How long an unused connection is kept. Default 4 s; a server's `Keep-Alive` header may say otherwise. */
  readonly keepAlive?: DurationMs;
  /** Which certificates are accepted. Default `system`. */
  readonly trust?: Trust;
  /** `http://`, `https://` or `socks5://`; may hold a user name and a password. */
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
  readonly #turns: Turns;
  readonly #open = new Set<Lane>();
  #idle: Lane[] = [];
  #isClosed = false;

  constructor(url: URL, options: OriginOptions) {
    this.#url = url;
    this.#options = options;
    this.#connector = options.connector ?? createConnector();
    this.#turns = new Turns(options.connections ?? CONNECTIONS);
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    request.signal?.throwIfAborted();
    if (request.fresh) return this.#once(request);
    await this.#turns.enter(request.signal);
    try {
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
    const lane = await this.#openLane(request.signal);
    return exchange(lane, { ...request, fresh: true }, this.#options.connectTimeout, { answering: false });
  }

  async #onKept(request: HttpRequest): Promise<HttpAnswer> {
    const lane = this.#idle.pop() ?? (await this.#openLane(request.signal));
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

  async #openLane(signal: AbortSignal | undefined): Promise<Lane> {
    if (this.#isClosed) throw new HttpFailure('closed');
    const lane = this.#options.proxy ? await this.#proxiedLane(this.#options.proxy) : this.#directLane();
    if (signal?.aborted || this.#isClosed) lane.destroy();
    signal?.throwIfAborted();
    if (this.#isClosed) throw new HttpFailure('closed');
    return lane;
  }

  #directLane(): Lane {
    const { hostname, protocol } = this.#url;
    const host = hostname.replace(/^\[|\]$/g, '');
    const port = Number(this.#url.port) || (protocol === 'https:' ? 443 : 80);
    const trust = protocol === 'https:' ? (this.#options.trust ?? { kind: 'system' }) : undefined;
    let socket: net.Socket | undefined;
    let isResolving = false;
    const client = new Client(this.#url, {
      keepAliveTimeout: this.#options.keepAlive ?? KEEP_ALIVE,
      connect: (_, done) => {
        isResolving = net.isIP(host) === 0;
        socket = this.#connector.connect(host, port, trust, (error, connected) =>
          connected ? done(null, connected) : done(error ?? new HttpFailure('closed'), null),
        );
        socket.once('lookup', () => {
          isResolving = false;
        });
      },
    });
    const lane = this.#keep(
      client,
      () => isResolving,
      () => socket?.destroy(),
    );
    client.on('disconnect', () => {
      if (this.#idle.includes(lane)) lane.destroy();
    });
    return lane;
  }

  async #proxiedLane(proxy: Secret): Promise<Lane> {
    // Loaded only by those who have a proxy.
    const { default: Agent } = await import('undici/lib/dispatcher/proxy-agent.js');
    const trust = this.#options.trust ?? { kind: 'system' };
    const host = this.#url.hostname.replace(/^\[|\]$/g, '');
    const agent = new Agent({
      uri: proxy.reveal(),
      connections: 1,
      keepAliveTimeout: this.#options.keepAlive ?? KEEP_ALIVE,
      proxyTls: { lookup: this.#connector.lookup },
      requestTls: this.#connector.tlsOptions(host, trust) as ProxyAgent.Options['requestTls'] & object,
    });
    return this.#keep(
      agent,
      () => false,
      () => {},
    );
  }

  #keep(dispatcher: Client | ProxyAgent, isResolving: () => boolean, cut: () => void): Lane {
    const lane: Lane = {
      origin: this.#url.origin,
      dispatcher,
      used: false,
      isResolving,
      hangUp: () => {
        this.#forget(lane);
        cut();
      },
      destroy: () => {
        lane.hangUp();
        dispatcher.destroy().catch(() => {});
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
