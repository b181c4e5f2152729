/** Answers "what goes back over the wire?": a finished HTTP answer as a value, before faults have had their way with it. */
import type { ServerResponse } from 'node:http';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** An answer whose body is JSON. */
export function json(
  status: number,
  body: unknown,
  replacer?: (key: string, value: unknown) => unknown,
): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body, replacer),
  };
}

/** An answer whose body is text of some kind. */
export function text(
  status: number,
  body: string | Buffer,
  contentType = 'text/plain; charset=utf-8',
): Answer {
  return { status, headers: { 'content-type': contentType }, body };
}

/** Sends the answer whole. */
export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': String(Buffer.byteLength(answer.body)),
  });
  response.end(answer.body);
}
