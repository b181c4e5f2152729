/** What happens to one request on one connection? Time limits per phase, the size limit, and what failed. */
import type { IncomingHttpHeaders } from 'node:http';
import { HttpFailure, httpFailure } from './http-failure.ts';
import type { DurationMs } from './time.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** From sending to the whole answer. `Infinity`: until the signal says so. */
  readonly answerTimeout: DurationMs;
  /** A longer body fails with `too-large` and is not read to its end. Default 8 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  /** Any status is an answer, redirects included. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One connection and what it takes to end it, whatever it is doing. Carries one request at a time. */
export interface Lane {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  isResolving(): boolean;
  destroy(): void;
}

/** The part of undici's Dispatcher that an exchange needs. */
export interface Dispatcher {
  dispatch(
    options: {
      origin: string;
      method: 'GET' | 'POST';
      path: string;
      headers: Record<string, string>;
      body: string | Uint8Array | null;
      headersTimeout: number;
      bodyTimeout: number;
    },
    handler: AnswerHandler,
  ): void;
  /** What is under way fails. */
  destroy(): void;
}

/** Nothing is told after the end or an error; what is told all the same is not heard. */
export interface AnswerHandler {
  onRequestStart(): void;
  onResponseStart(controller: unknown, status: number, headers: IncomingHttpHeaders): void;
  onResponseData(controller: unknown, chunk: Buffer): void;
  onResponseEnd(): void;
  onResponseError(controller: unknown, error: Error): void;
}

const MAX_BYTES = 8 * 1024 * 1024;

/** Tells whether an answer has begun. */
export interface Progress {
  answering: boolean;
}

/** Any failure destroys the lane. */
export function exchange(
  lane: Lane,
  request: HttpRequest,
  connectTimeout: DurationMs,
  progress: Progress = { answering: false },
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { signal, maxBytes = MAX_BYTES } = request;
    const chunks: Buffer[] = [];
    let size = 0;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    let isSettled = false;

    const settle = () => {
      isSettled = true;
      clearTimeout(limit);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (error: unknown) => {
      if (isSettled) return;
      settle();
      lane.destroy();
      reject(error);
    };
    const onAbort = () => fail(signal?.reason);
    // Not undici's own limits: they are rounded up to half a second and a probe's are not.
    let limit = after(connectTimeout, () =>
      fail(new HttpFailure(lane.isResolving() ? 'dns' : 'connect-timeout')),
    );
    signal?.addEventListener('abort', onAbort, { once: true });

    lane.dispatcher.dispatch(
      {
        origin: lane.origin,
        method: request.method,
        path: request.path,
        headers: { ...request.headers },
        body: request.body ?? null,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      {
        onRequestStart: () => {
          clearTimeout(limit);
          limit = after(request.answerTimeout, () => fail(new HttpFailure('answer-timeout')));
        },
        onResponseStart: (_, answered, given) => {
          progress.answering = true;
          status = answered;
          headers = given;
          if (Number(given['content-length']) > maxBytes) fail(new HttpFailure('too-large'));
        },
        onResponseData: (_, chunk) => {
          size += chunk.length;
          if (size > maxBytes) fail(new HttpFailure('too-large'));
          else if (!isSettled) chunks.push(chunk);
        },
        onResponseEnd: () => {
          if (isSettled) return;
          settle();
          resolve({ status, headers, text: Buffer.concat(chunks, size).toString('utf8') });
        },
        onResponseError: (_, error) => fail(httpFailure(error)),
      },
    );
  });
}

function after(span: DurationMs, act: () => void): NodeJS.Timeout | undefined {
  return Number.isFinite(span) ? setTimeout(act, span) : undefined;
}
