/** The answer is the same however the network cuts it, and nothing that is not HTTP passes for it. */
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exchange, type HttpRequest } from '../../src/lib/http-exchange.ts';
import { HttpFailure } from '../../src/lib/http-failure.ts';
import { plainDispatcher } from '../../src/lib/http-plain.ts';

const GET: HttpRequest = { method: 'GET', path: '/', answerTimeout: 60_000 };

/** What comes of these pieces, after which the connection ends. */
async function answerTo(pieces: readonly Buffer[], request = GET) {
  let sent = '';
  const socket = new Duplex({
    read: () => {},
    write: (chunk, _encoding, done) => {
      sent += String(chunk);
      done();
      for (const piece of pieces) socket.push(piece);
      socket.push(null);
    },
  });
  const dispatcher = plainDispatcher('host.test:81', (done) => done(null, socket as unknown as Socket));
  const lane = {
    origin: 'http://host.test:81',
    dispatcher,
    isResolving: () => false,
    destroy: () => socket.destroy(),
  };
  try {
    return { ...(await exchange(lane, request, 60_000)), sent };
  } catch (error) {
    if (error instanceof HttpFailure) return { code: error.code, sent };
    throw error;
  }
}

const said = (text: string) => answerTo([Buffer.from(text)]);

/** `bytes` cut at these places, taken modulo its length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

function chunked(body: Buffer, size: number, extra: string): Buffer {
  const pieces: Buffer[] = [];
  for (let from = 0; from < body.length; from += size) {
    const piece = body.subarray(from, from + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)}${extra}\r\n`), piece, Buffer.from('\r\n'));
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\nx-checked: yes\r\n\r\n')]);
}

test('an answer is read the same whatever its framing, and wherever the network cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('length', 'chunked', 'to the end'),
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom('', ';name=value', ' '),
      fc.array(fc.nat({ max: 400 }), { maxLength: 8 }),
      fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'),
      async (text, framing, size, extra, places, interim) => {
        const body = Buffer.from(text);
        const field = { length: `content-length: ${body.length}`, chunked: 'Transfer-Encoding: chunked' };
        const head = [`${interim}HTTP/1.1 200 OK`, 'Server: nginx', 'x-a: 1', 'X-A:2 '];
        if (framing !== 'to the end') head.push(field[framing]);
        const bytes = Buffer.concat([
          Buffer.from(`${head.join('\r\n')}\r\n\r\n`),
          framing === 'chunked' ? chunked(body, size, extra) : body,
        ]);
        const answer = await answerTo(cut(bytes, places));
        expect(answer).toMatchObject({ status: 200, text, headers: { server: 'nginx', 'x-a': '1, 2' } });
      },
    ),
  );
});

test('bytes of any kind end as an answer or with a code, never otherwise', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 }), async (pieces) => {
      const head = Buffer.from('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      for (const before of [[], [head]]) {
        const outcome = await answerTo([...before, ...pieces.map((piece) => Buffer.from(piece))]);
        if ('code' in outcome) expect(['malformed', 'closed', 'too-large']).toContain(outcome.code);
        else expect(outcome.status).toBe(200);
      }
    }),
  );
});

test.each([
  ['a version that is not ours', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['a status that is none', 'HTTP/1.1 twenty OK\r\n\r\n'],
  ['a line that is no header', 'HTTP/1.1 200 OK\r\nno header\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  ['a chunk without a size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nsize\r\nab\r\n'],
  [
    'a chunk longer than its size',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n',
  ],
])('%s is malformed', async (_what, bytes) => {
  expect(await said(bytes)).toMatchObject({ code: 'malformed' });
});

test('what is no HTTP is known by its first bytes, without waiting for more', async () => {
  const socket = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
  const dispatcher = plainDispatcher('host.test', (done) => done(null, socket as unknown as Socket));
  const lane = { origin: '', dispatcher, isResolving: () => false, destroy: () => {} };
  const outcome = exchange(lane, GET, 60_000).catch((error: HttpFailure) => error.code);
  socket.push('SSH-');
  expect(await outcome).toBe('malformed');
});

test('204 and 304 have no body, whatever they announce', async () => {
  const bytes = (status: number) => `HTTP/1.1 ${status} X\r\ncontent-length: 5\r\n\r\n`;
  expect(await said(bytes(204))).toMatchObject({ status: 204, text: '' });
  expect(await said(bytes(304))).toMatchObject({ status: 304, text: '' });
});

test('what comes after the answer is not read', async () => {
  const answer = await said('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n');
  expect(answer).toMatchObject({ status: 200, text: 'ok' });
});

test('the request names its host, says that the connection ends, and carries its body by bytes', async () => {
  const ok = [Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')];
  const { sent } = await answerTo(ok, { ...GET, method: 'POST', headers: { accept: 'x' }, body: 'ü' });
  expect(sent).toBe(
    'POST / HTTP/1.1\r\nconnection: close\r\nhost: host.test:81\r\naccept: x\r\ncontent-length: 2\r\n\r\nü',
  );
});

test.each([
  ['path', { path: '/a\r\nx: y' }],
  ['header', { headers: { a: 'b\nc: d' } }],
])('a %s that would begin another line is not sent', async (_what, given) => {
  expect(await answerTo([], { ...GET, ...given })).toEqual({ code: 'closed', sent: '' });
});
