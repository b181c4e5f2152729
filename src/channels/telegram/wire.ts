/**
 * Carries one call over HTTP and sorts what comes back. Takes the place of the library's own transport, which probes
 * the global `Request` at the first call: that loads the second copy of undici inside Node (8 MiB and 20 ms).
 */
import { Api } from 'node-telegram-bot-api';
import { clip } from '../../i18n/markup.ts';
import type { HttpAnswer, HttpOrigin } from '../../lib/http.ts';
import { scrub } from '../../lib/secret.ts';
import { SECOND } from '../../lib/time.ts';
import { type Answer, type Failure, notTelegram } from './failures.ts';
import { toMultipart } from './multipart.ts';

/** How a failure passes through the library's methods, which return bare results. */
export class CallFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.method} failed`);
    this.failure = failure;
  }
}

export class WiredApi extends Api {
  readonly #origin: HttpOrigin;
  /** Holds the token. */
  readonly #path: string;

  /** @param root the path below which the Bot API is, without a slash at its end */
  constructor(token: string, origin: HttpOrigin, root: string) {
    super(token, { fetch: () => Promise.reject(new Error('the transport of the library is not used')) });
    this.#origin = origin;
    this.#path = `${root}/bot${token}`;
  }

  protected override async request<R>(
    method: string,
    params?: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<R> {
    const { contentType, bytes } = toMultipart(params ?? {}) ?? {
      contentType: 'application/json',
      bytes: JSON.stringify(params ?? {}),
    };
    const answer = await this.#post<R>(method, contentType, bytes, signal);
    if (answer.kind === 'answered') return answer.value;
    throw new CallFailed(answer);
  }

  async #post<R>(
    method: string,
    contentType: string,
    body: string | Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<Answer<R>> {
    let answer: HttpAnswer;
    try {
      answer = await this.#origin.request({
        method: 'POST',
        path: `${this.#path}/${method}`,
        headers: { 'content-type': contentType },
        body,
        // The caller's signal is the limit, so that long polls are possible.
        answerTimeout: Number.POSITIVE_INFINITY,
        signal,
      });
    } catch (error) {
      return { kind: 'unreachable', method, cause: 'network', detail: codeOf(error) ?? 'network failure' };
    }
    return readAnswer<R>(method, answer.status, answer.text);
  }
}

/** @param status HTTP's; it matters only when the body is not Telegram's */
function readAnswer<R>(method: string, status: number, text: string): Answer<R> {
  const envelope = parse(text);
  if (envelope.ok === true) return { kind: 'answered', value: envelope.result as R };
  const { error_code: code, description, parameters } = envelope;
  if (envelope.ok === false && typeof code === 'number') {
    const { retry_after: wait, migrate_to_chat_id: chat } = (parameters ?? {}) as Record<string, unknown>;
    return {
      kind: 'rejected',
      method,
      status: code,
      description: clip(scrub(String(description ?? '')), 300),
      retryAfter: typeof wait === 'number' && wait >= 0 ? wait * SECOND : undefined,
      movedTo: typeof chat === 'number' ? chat : undefined,
    };
  }
  if (status < 500) return notTelegram(method, status);
  return { kind: 'unreachable', method, cause: 'network', detail: `HTTP ${status}` };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The first code in the chain of causes; messages are left alone, they may quote the URL. */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  return typeof code === 'string' && /^[A-Za-z][\w-]{1,40}$/.test(code) ? code : codeOf(cause, depth + 1);
}
