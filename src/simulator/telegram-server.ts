/**
 * Answers "how does one Bot API call go?": from HTTP request to method to answer, with faults, latency and the record
 * of the call on the way.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, send, text } from './answer.ts';
import { append } from './recent.ts';
import type { TelegramTrouble } from './telegram-fault.ts';
import { METHODS } from './telegram-methods.ts';
import { type Params, readParams, withoutContents } from './telegram-params.ts';
import { Refusal } from './telegram-refusal.ts';
import type { BotState } from './telegram-state.ts';
import type { Update } from './telegram-updates.ts';

export interface ApiCall {
  at: number;
  /** As sent. */
  method: string;
  params: Record<string, unknown>;
  ok: boolean;
  errorCode?: number;
  description?: string;
  durationMs: number;
}

/** How far a call gets: to its end; carried out, and the answer never comes; or it arrives and nothing happens. */
export type CallFate = 'answered' | 'unanswered' | 'lost';

export interface CallServerOptions {
  token: string;
  state: BotState;
  trouble: TelegramTrouble;
  latencyMs: () => number;
  fateOf: (method: string, params: Params) => CallFate;
  called: (call: ApiCall) => void;
  keptCalls: number;
}

type Finish = (outcome: { result: unknown } | Refusal) => void;

const BODY_LIMIT = 20 * 1024 * 1024;

export class CallServer {
  readonly calls: ApiCall[] = [];
  readonly #options: CallServerOptions;

  constructor(options: CallServerOptions) {
    this.#options = options;
  }

  async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { state, trouble, latencyMs, fateOf } = this.#options;
    const at = state.now();
    const startedAt = performance.now();
    const body = await readBody(request);
    if (!request.complete) return;
    const [path = '', query = ''] = splitOnce(request.url ?? '/', '?');
    const [, token = '', method = ''] = /^\/bot([^/]*)\/([^/]*)$/.exec(path) ?? [];
    const params = readParams(query, request.headers, body);
    const record = (errorCode?: number, description = '') => {
      const durationMs = performance.now() - startedAt;
      const reason = errorCode === undefined ? {} : { errorCode, description };
      this.#record({
        at,
        method,
        params: withoutContents(params),
        ok: errorCode === undefined,
        ...reason,
        durationMs,
      });
    };

    const { fault } = trouble;
    const fate = fateOf(method, params);
    if (fault.kind === 'hanging' || fate === 'lost') return record(0, 'left hanging');
    if (fault.kind === 'reset' || fault.kind === 'away' || fault.kind === 'dropping') {
      record(0, 'connection reset');
      request.socket.destroy();
      return;
    }
    if (fault.kind === 'status') {
      record(fault.status, fault.body.slice(0, 100));
      send(response, text(fault.status, fault.body, 'text/html; charset=utf-8'));
      return;
    }
    const finish: Finish = (outcome) => {
      if (outcome instanceof Refusal) {
        const { errorCode, message: description, parameters } = outcome;
        record(errorCode, description);
        send(response, json(errorCode, { ok: false, error_code: errorCode, description, parameters }));
      } else {
        const answer = json(200, { ok: true, result: outcome.result });
        record();
        if (fate !== 'unanswered') send(response, answer);
      }
    };
    const answer = () => this.#answer(token, method, params, response, finish);
    if (latencyMs() <= 0) return answer();
    const timer = setTimeout(answer, latencyMs());
    response.once('close', () => clearTimeout(timer));
  }

  #answer(token: string, method: string, params: Params, response: ServerResponse, finish: Finish): void {
    const { state, trouble } = this.#options;
    const name = method.toLowerCase();
    const run = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    const refusal = this.#refusalOf(token) ?? trouble.refusalOf(name);
    if (refusal !== undefined) finish(refusal);
    else if (name === 'getupdates') getUpdates(state, params, response, finish);
    else if (run === undefined) finish(new Refusal(404, 'Not Found: method not found'));
    else finish(attempt(() => run(state, params)));
  }

  #refusalOf(token: string): Refusal | undefined {
    if (!/^\d+:/.test(token)) return new Refusal(404, 'Not Found');
    return token === this.#options.token ? undefined : new Refusal(401, 'Unauthorized');
  }

  #record(call: ApiCall): void {
    append(this.calls, call, this.#options.keptCalls);
    this.#options.called(call);
  }
}

function attempt(run: () => unknown): { result: unknown } | Refusal {
  try {
    return { result: run() };
  } catch (error) {
    return error instanceof Refusal ? error : new Refusal(500, `Internal Server Error: ${String(error)}`);
  }
}

function getUpdates(state: BotState, params: Params, response: ServerResponse, finish: Finish): void {
  const poll = {
    deliver: (outcome: Update[] | Refusal) =>
      finish(outcome instanceof Refusal ? outcome : { result: outcome }),
    abandon: () => response.socket?.destroy(),
  };
  response.once('close', () => state.updates.gone(poll));
  const { offset, limit, timeout, allowed_updates: allowed } = params;
  state.updates.request(
    {
      offset: Number(offset ?? 0) || 0,
      limit: Number(limit ?? 100) || 100,
      timeoutSeconds: Number(timeout ?? 0) || 0,
      allowed: Array.isArray(allowed) ? allowed.map(String) : undefined,
    },
    poll,
  );
}

function splitOnce(text: string, mark: string): [string, string] {
  const place = text.indexOf(mark);
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size <= BODY_LIMIT) chunks.push(chunk);
    }
  } catch {
    // The client went away in the middle: `complete` is false.
  }
  return Buffer.concat(chunks);
}
