/**
 * Answers "what is wrong with the simulated TrueConf Server right now?": the faults in force, which request each one
 * hits, and how it spoils the answer. Shutting ports is the caller's part.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, send, text } from './answer.ts';
import type { PortState } from './listener.ts';

/** What is wrong with the server right now; 'none' heals it. */
export type Fault =
  | { kind: 'none' }
  /** Ports closed: connections refused, existing sockets destroyed. For `token` and paths: the socket is destroyed. */
  | { kind: 'down' }
  /** Packets lost: connections neither accepted nor refused. Linux only; for `token` and paths like 'hanging'. */
  | { kind: 'dropping' }
  /** Accepts, never answers. */
  | { kind: 'hanging' }
  | { kind: 'slow'; latencyMs: number }
  /** A status of choice, e.g. 502 with a proxy's page, or a redirect. */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** Garbage; status 200 unless given. */
  | { kind: 'body'; body: string | Buffer; contentType?: string; status?: number }
  /** The true length is announced, half of the true answer is sent, the socket closed. */
  | { kind: 'half' }
  /** Streams that many bytes of valid-looking JSON. */
  | { kind: 'huge'; bytes: number }
  /** Socket destroyed on request. */
  | { kind: 'reset' };

/** Which part a fault hits; paths are matched as sent and percent-decoded, without the query. */
export type FaultPlace = 'all' | 'api' | 'status' | 'token' | { path: RegExp };

export type Port = 'api' | 'status';

/** The faults in force, one per place. */
export class Faults {
  readonly #standing = new Map<string, { place: FaultPlace; fault: Fault }>();

  /** Puts a fault in force; 'none' heals that place, and 'none' at 'all' heals every place. */
  set(fault: Fault, place: FaultPlace): void {
    const key = typeof place === 'string' ? place : String(place.path);
    if (fault.kind !== 'none') this.#standing.set(key, { place, fault });
    else if (key === 'all') this.#standing.clear();
    else this.#standing.delete(key);
  }

  /** What the whole port should do. */
  portState(port: Port): PortState {
    const kinds = [this.#standing.get('all')?.fault.kind, this.#standing.get(port)?.fault.kind];
    if (kinds.includes('down')) return 'refusing';
    return kinds.includes('dropping') ? 'silent' : 'open';
  }

  /** The fault that hits this request; the narrower place wins. */
  find(port: Port, rawPath: string, path: string, isToken: boolean): Fault | undefined {
    if (this.#standing.size === 0) return undefined;
    for (const { place, fault } of this.#standing.values()) {
      if (typeof place === 'object' && (path.search(place.path) >= 0 || rawPath.search(place.path) >= 0))
        return fault;
    }
    const token = isToken ? this.#standing.get('token') : undefined;
    return (token ?? this.#standing.get(port) ?? this.#standing.get('all'))?.fault;
  }
}

/** Spoils the exchange; false means that the true answer is to be given after all. */
export function spoil(fault: Fault, request: IncomingMessage, response: ServerResponse): boolean {
  switch (fault.kind) {
    case 'hanging':
    case 'dropping':
      request.resume();
      return true;
    case 'down':
    case 'reset':
      request.socket.destroy();
      return true;
    case 'status':
      request.resume();
      send(response, {
        status: fault.status,
        headers: { 'content-type': 'text/html; charset=utf-8', ...fault.headers },
        body: fault.body ?? proxyPage(fault.status),
      });
      return true;
    case 'body':
      request.resume();
      send(
        response,
        text(fault.status ?? 200, fault.body, fault.contentType ?? 'application/json; charset=utf-8'),
      );
      return true;
    case 'huge':
      request.resume();
      stream(response, fault.bytes);
      return true;
    default:
      return false;
  }
}

/** Sends half of the answer under its full length, then closes the socket. */
export function sendHalf(response: ServerResponse, answer: Answer): void {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': String(Math.max(body.length, 2)),
  });
  response.write(body.subarray(0, body.length >> 1), () => response.socket?.end());
}

function proxyPage(status: number): string {
  return `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

function stream(response: ServerResponse, bytes: number): void {
  const head = '{"cnt":1000000,"next_page_id":-1,"list":[';
  const row = Buffer.from(
    '{"conference_id":"00000001@huge#vcs","topic":"huge","end_time":null},'.repeat(800),
  );
  const tail = '{}]}';
  let left = bytes - head.length - tail.length;
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.write(head);
  const more = () => {
    while (left > 0 && !response.destroyed) {
      const piece = left >= row.length ? row : Buffer.alloc(left, ' ');
      left -= piece.length;
      if (!response.write(piece)) {
        response.once('drain', more);
        return;
      }
    }
    if (!response.destroyed) response.end(tail);
  };
  more();
}
