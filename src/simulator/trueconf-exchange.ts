/**
 * Answers "how does one request go?": recorded on arrival, spoiled by a fault or answered after the latency, and
 * recorded again when its socket is done.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, send } from './answer.ts';
import { append } from './recent.ts';
import { type ApiRequest, TOKEN_PATH } from './trueconf-api.ts';
import { type Faults, type Port, sendHalf, spoil } from './trueconf-fault.ts';
import type { Query } from './trueconf-query.ts';
import { percentDecode } from './trueconf-routes.ts';

export interface RecordedRequest {
  at: number;
  port: Port;
  method: string;
  /** Without query, percent-decoded. */
  path: string;
  query: Record<string, string>;
  authorization: 'none' | 'header' | 'query';
  /** `null` while unanswered. */
  status: number | null;
  durationMs: number | null;
}

export interface ExchangeOptions {
  faults: Faults;
  /** Wait before the answers of a port. */
  latencyMs: (port: Port) => number;
  answer: (port: Port, request: ApiRequest) => Answer;
  arrived: (record: RecordedRequest) => void;
  done: (record: RecordedRequest) => void;
  keptRequests: number;
  now: () => number;
}

const BODY_LIMIT = 65_536;

export class Exchange {
  readonly requests: RecordedRequest[] = [];
  readonly counts = { total: 0, token: 0, maxParallel: 0 };
  readonly #options: ExchangeOptions;
  #parallel = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  receive(port: Port, request: IncomingMessage, response: ServerResponse): void {
    const { faults, latencyMs, answer, arrived } = this.#options;
    const { method = 'GET', headers } = request;
    const { rawPath, query } = readUrl(request.url ?? '/');
    const record = this.#record(port, method, rawPath, query, headers.authorization !== undefined, response);
    arrived(record);
    const fault = faults.find(port, rawPath, record.path, rawPath === TOKEN_PATH);
    if (fault !== undefined && spoil(fault, request, response)) return;

    const finish = (body: string) => {
      const whole = answer(port, { method, rawPath, query, headers, body });
      if (fault?.kind === 'half') sendHalf(response, whole);
      else send(response, whole);
    };
    const later = (body: string) => {
      const wait = fault?.kind === 'slow' ? fault.latencyMs : latencyMs(port);
      if (wait <= 0) return finish(body);
      const timer = setTimeout(finish, wait, body);
      response.once('close', () => clearTimeout(timer));
    };
    if (method === 'GET' || method === 'HEAD') later('');
    else readBody(request, later);
  }

  forget(): void {
    this.requests.length = 0;
    Object.assign(this.counts, { total: 0, token: 0, maxParallel: 0 });
  }

  #record(
    port: Port,
    method: string,
    rawPath: string,
    query: Query,
    hasHeader: boolean,
    response: ServerResponse,
  ): RecordedRequest {
    const { keptRequests, done, now } = this.#options;
    const startedAt = performance.now();
    const record: RecordedRequest = {
      at: now(),
      port,
      method,
      path: percentDecode(rawPath),
      query,
      authorization: hasHeader ? 'header' : query.access_token === undefined ? 'none' : 'query',
      status: null,
      durationMs: null,
    };
    append(this.requests, record, keptRequests);
    this.counts.total++;
    if (rawPath === TOKEN_PATH) this.counts.token++;
    if (port === 'api') this.counts.maxParallel = Math.max(this.counts.maxParallel, ++this.#parallel);
    response.once('close', () => {
      if (port === 'api') this.#parallel--;
      if (response.headersSent) record.status = response.statusCode;
      record.durationMs = performance.now() - startedAt;
      done(record);
    });
    return record;
  }
}

function readUrl(url: string): { rawPath: string; query: Query } {
  const mark = url.indexOf('?');
  if (mark < 0) return { rawPath: url, query: {} };
  return { rawPath: url.slice(0, mark), query: Object.fromEntries(new URLSearchParams(url.slice(mark + 1))) };
}

function readBody(request: IncomingMessage, then: (body: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  });
  request.once('end', () => then(Buffer.concat(chunks).toString()));
}
