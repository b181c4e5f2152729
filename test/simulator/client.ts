/** A bare HTTP(S) client for the simulator's tests: one request, one answer, nothing hidden. */
import http from 'node:http';
import https from 'node:https';

export interface Reply {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into whatever came back.
  json: any;
}

export interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  ca?: string;
  insecure?: boolean;
  timeoutMs?: number;
  /** Ends it from this side. */
  signal?: AbortSignal;
}

/**
 * Rejects with Node's error code in `code`; 'TIMEOUT' when nothing came within `timeoutMs` (default 20,000), 'ABORTED'
 * when the signal aborted before.
 */
export function ask(url: string, options: Ask = {}): Promise<Reply> {
  const { method = 'GET', headers, body, ca, insecure = false, timeoutMs = 20_000, signal } = options;
  return new Promise((resolve, reject) => {
    const settings = { method, headers: headers ?? {}, agent: false as const };
    const onAnswer = (response: http.IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: tryJson(text) });
      });
    };
    const request = url.startsWith('https')
      ? https.request(url, { ...settings, ca, rejectUnauthorized: !insecure }, onAnswer)
      : http.request(url, settings, onAnswer);
    const fail = (error: Error) => {
      clearTimeout(timer);
      request.destroy();
      reject(error);
    };
    const giveUp = (code: string) => fail(Object.assign(new Error('no answer'), { code }));
    const timer = setTimeout(() => giveUp('TIMEOUT'), timeoutMs);
    signal?.addEventListener('abort', () => giveUp('ABORTED'));
    request.on('error', fail);
    request.end(body);
  });
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The error code with which a promise rejects; fails the test when it does not. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return String((error as { code?: string }).code);
  }
  throw new Error('expected a failure');
}
