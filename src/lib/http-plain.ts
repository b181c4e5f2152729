/**
 * HTTP/1.1 on a connection that carries one exchange and is closed (RFC 9112). Probes are what this program does most,
 * and undici's client, made for connections that are kept, costs twice as much for one that is not.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Connect } from './connector.ts';
import type { AnswerHandler, Dispatcher } from './http-exchange.ts';
import { HttpFailure, httpFailure } from './http-failure.ts';

/** For one request. @param connect whoever passes it closes what it has opened */
export function plainDispatcher(host: string, connect: Connect): Dispatcher {
  let fail: (error: unknown) => void = () => {};
  let answer: AnswerReader | undefined;
  // Every whole answer ends with a closed connection, and an error is dear.
  const closed = () => {
    if (!answer?.isWhole) fail(new HttpFailure('closed'));
  };
  const attempt = (act: () => void) => {
    try {
      act();
    } catch (error) {
      fail(error);
    }
  };
  return {
    dispatch({ method, path, headers, body }, handler) {
      fail = (error) => handler.onResponseError(undefined, httpFailure(error));
      attempt(() => {
        const head = encode(method, path, { host, ...headers }, body ?? '');
        connect((error, socket) => {
          if (!socket) return fail(error ?? new HttpFailure('closed'));
          const reader = new AnswerReader(handler);
          answer = reader;
          socket.on('data', (bytes: Buffer) => attempt(() => reader.read(bytes)));
          socket.once('end', () => attempt(() => reader.end()));
          socket.once('error', fail);
          socket.once('close', closed);
          handler.onRequestStart();
          socket.write(head);
          if (body) socket.write(body);
        });
      });
    },
    destroy: closed,
  };
}

function encode(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'connection: close'];
  for (const name in headers) lines.push(`${name}: ${headers[name]}`);
  if (method === 'POST') lines.push(`content-length: ${Buffer.byteLength(body)}`);
  if (lines.some((line) => /[^\x20-\x7e]/.test(line))) throw new TypeError('not a head of HTTP');
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** As much as Node's own parser takes. */
const LONGEST_HEAD = 16_384;
const NONE: Buffer = Buffer.alloc(0);
const BEGINNING = 'HTTP/1.';

/** Tells the handler what an answer holds, however it is cut into pieces. Throws `HttpFailure`. */
class AnswerReader {
  readonly #handler: AnswerHandler;
  #expects: 'head' | 'body' | 'body-to-end' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'nothing' =
    'head';
  /** The beginning of a head or a line whose end has not come yet. */
  #held = NONE;
  /** Bytes of the body or the chunk that have not come yet. */
  #missing = 0;

  constructor(handler: AnswerHandler) {
    this.#handler = handler;
  }

  get isWhole(): boolean {
    return this.#expects === 'nothing';
  }

  read(bytes: Buffer): void {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : bytes;
    this.#held = NONE;
    while (rest.length > 0) rest = this.#take(rest);
  }

  /** The connection has ended. */
  end(): void {
    if (this.isWhole) return;
    if (this.#expects !== 'body-to-end') throw new HttpFailure('closed');
    this.#finish();
  }

  /** @returns what comes after the first thing in `bytes` */
  #take(bytes: Buffer): Buffer {
    switch (this.#expects) {
      case 'nothing':
        return NONE;
      case 'head': {
        const start = bytes.toString('latin1', 0, BEGINNING.length);
        if (!BEGINNING.startsWith(start)) throw new HttpFailure('malformed');
        return this.#upTo('\r\n\r\n', bytes, (head) => this.#head(head));
      }
      case 'body-to-end':
        this.#handler.onResponseData(undefined, bytes);
        return NONE;
      case 'body':
      case 'chunk': {
        const piece = bytes.subarray(0, this.#missing);
        this.#missing -= piece.length;
        this.#handler.onResponseData(undefined, piece);
        if (this.#missing === 0) {
          if (this.#expects === 'chunk') this.#expects = 'chunk-end';
          else this.#finish();
        }
        return bytes.subarray(piece.length);
      }
      default:
        return this.#upTo('\r\n', bytes, (line) => this.#line(line));
    }
  }

  #upTo(end: string, bytes: Buffer, act: (text: string) => void): Buffer {
    const length = bytes.indexOf(end);
    if (length > LONGEST_HEAD || (length < 0 && bytes.length > LONGEST_HEAD)) {
      throw new HttpFailure('too-large');
    }
    if (length < 0) {
      this.#held = bytes;
      return NONE;
    }
    act(bytes.toString('latin1', 0, length));
    return bytes.subarray(length + end.length);
  }

  #head(head: string): void {
    const [first = '', ...lines] = head.split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1]);
    if (!(status >= 100)) throw new HttpFailure('malformed');
    // An interim answer (RFC 9110, 15.2): the final one follows. A switch of protocols is none that was asked for.
    if (status === 101) throw new HttpFailure('closed');
    if (status < 200) return;
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon < 1) throw new HttpFailure('malformed');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    this.#expectBody(status, headers);
    this.#handler.onResponseStart(undefined, status, headers as IncomingHttpHeaders);
    if (this.#expects === 'body' && this.#missing === 0) this.#finish();
  }

  /** How long the body is (RFC 9112, 6.3). */
  #expectBody(status: number, headers: Readonly<Record<string, string>>): void {
    const coding = headers['transfer-encoding'];
    const length = headers['content-length'];
    this.#expects = 'body';
    if (status === 204 || status === 304) return;
    if (coding !== undefined) {
      this.#expects = /(^|,)\s*chunked$/i.test(coding) ? 'chunk-size' : 'body-to-end';
    } else if (length === undefined) this.#expects = 'body-to-end';
    else if (/^\d{1,15}$/.test(length)) this.#missing = Number(length);
    else throw new HttpFailure('malformed');
  }

  #line(line: string): void {
    if (this.#expects === 'trailer') {
      if (line === '') this.#finish();
    } else if (this.#expects === 'chunk-end') {
      if (line !== '') throw new HttpFailure('malformed');
      this.#expects = 'chunk-size';
    } else {
      const size = /^([\da-f]{1,8})\s*(;|$)/i.exec(line)?.[1];
      if (size === undefined) throw new HttpFailure('malformed');
      this.#missing = Number.parseInt(size, 16);
      this.#expects = this.#missing > 0 ? 'chunk' : 'trailer';
    }
  }

  #finish(): void {
    this.#expects = 'nothing';
    this.#handler.onResponseEnd();
  }
}
