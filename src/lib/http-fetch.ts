/** The `fetch` that a library wants, made of our own HTTP: same proxy, limits and failures, no global `fetch` loaded. */
import { type HttpOrigin, type HttpRequest, type OriginOptions, openOrigin } from './http.ts';

interface FetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams | NonNullable<HttpRequest['body']> | null;
  /** The only limit on how long the answer may take, so that long polls are possible. */
  readonly signal?: AbortSignal | null | undefined;
}

/** The part of `Response` that such a library reads. The body is whole when the promise resolves. */
interface FetchAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
  json(): Promise<unknown>;
}

export interface Fetcher {
  /** Throws `HttpFailure`, or the signal's reason. A redirect is an answer. */
  fetch(url: string, init?: FetchInit): Promise<FetchAnswer>;
  close(): Promise<void>;
}

const FORM = 'application/x-www-form-urlencoded;charset=UTF-8';

export function fetchThrough(options: OriginOptions): Fetcher {
  const origins = new Map<string, HttpOrigin>();

  return {
    async fetch(url, init = {}) {
      const { origin, pathname, search } = new URL(url);
      const opened = origins.get(origin) ?? openOrigin(origin, options);
      origins.set(origin, opened);
      const isForm = init.body instanceof URLSearchParams;
      const answer = await opened.request({
        method: init.method?.toUpperCase() === 'POST' ? 'POST' : 'GET',
        path: `${pathname}${search}`,
        headers: { ...(isForm ? { 'content-type': FORM } : {}), ...init.headers },
        ...(init.body instanceof URLSearchParams
          ? { body: String(init.body) }
          : init.body
            ? { body: init.body }
            : {}),
        answerTimeout: Number.POSITIVE_INFINITY,
        signal: init.signal ?? undefined,
      });
      return {
        status: answer.status,
        ok: answer.status >= 200 && answer.status < 300,
        headers: {
          get: (name) => {
            const value = answer.headers[name.toLowerCase()];
            return Array.isArray(value) ? value.join(', ') : (value ?? null);
          },
        },
        text: async () => answer.text,
        json: async () => JSON.parse(answer.text),
      };
    },
    async close() {
      await Promise.all([...origins.values()].map((origin) => origin.close()));
    },
  };
}
