/** One HTTP request: every way it can break has its own code, nothing is read beyond its limit, nothing is left open. */
import http from 'node:http';
import net from 'node:net';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createConnector } from '../../src/lib/connector.ts';
import { HttpFailure, type HttpOrigin, type HttpRequest, openOrigin } from '../../src/lib/http.ts';
import { failureOf, listen, OK, saying } from './sockets.ts';

const GET: HttpRequest = { method: 'GET', path: '/path?query=1', answerTimeout: 60_000 };
const METHODS = ['request', 'once'] as const satisfies (keyof HttpOrigin)[];
const SLOW = { connectTimeout: 60_000 };

function at(port: number, options = {}) {
  return openOrigin(`http://127.0.0.1:${port}`, { ...SLOW, ...options });
}

test('an answer comes with status, headers and text; a POST carries its body', async () => {
  const { port } = await listen(
    http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(418, {
          'x-seen': `${request.method} ${request.url} ${request.headers['x-mine']}`,
        });
        response.end(Buffer.concat(chunks));
      });
    }),
  );
  const post = { ...GET, method: 'POST', headers: { 'x-mine': 'yes' } } as const;
  for (const way of METHODS) {
    const answer = await at(port)[way]({ ...post, body: 'ünï' });
    expect(answer).toMatchObject({ status: 418, text: 'ünï' });
    expect(answer.headers['x-seen']).toBe('POST /path?query=1 yes');
    expect(await at(port)[way]({ ...post, body: Buffer.from('b\u00fftes') })).toMatchObject({
      text: 'b\u00fftes',
    });
  }
});

test('a redirect is an answer: where it points is not for us to go', async () => {
  const { port } = await listen(
    saying('HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
  );
  expect(await at(port).request(GET)).toMatchObject({ status: 302 });
});

test('IPv6 addresses are reached', async () => {
  const { port } = await listen(saying(OK), '::1');
  expect(await openOrigin(`http://[::1]:${port}`, SLOW).request(GET)).toMatchObject({ text: 'ok' });
});

test.each([
  ['not HTTP', 'SSH-2.0-OpenSSH\r\n', 'malformed'],
  ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n', 'malformed'],
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-', 'closed'],
  ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', 'closed'],
  ['half a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhalf', 'closed'],
  [
    'half a chunked body',
    'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n',
    'closed',
  ],
  ['nothing', '', 'closed'],
  ['a switch of protocols', 'HTTP/1.1 101 Now\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', 'closed'],
  ['a head without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`, 'too-large'],
])('%s fails with its code', async (_what, bytes, code) => {
  const { port } = await listen(saying(bytes, true));
  expect(await failureOf(at(port).request(GET))).toBe(code);
  expect(await failureOf(at(port).once(GET))).toBe(code);
});

test('a port where nothing listens is refused', async () => {
  const server = net.createServer();
  const { port } = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  expect(await failureOf(at(port).request(GET))).toBe('refused');
});

test('a name without an address, and one that takes too long to find, are dns', async () => {
  const nowhere = createConnector((_host, _options, callback) => {
    callback(new HttpFailure('dns'), '');
  });
  const silent = createConnector(() => {});
  const ask = (connector: typeof silent, connectTimeout: number) =>
    failureOf(openOrigin('http://name.test:1', { connectTimeout, connector }).request(GET));
  expect(await ask(nowhere, 60_000)).toBe('dns');
  expect(await ask(silent, 30)).toBe('dns');
});

test('of several addresses the outcome that says most is told: a machine that refuses is there', async () => {
  const server = net.createServer();
  const { port } = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  const connector = createConnector((_host, _options, callback) => {
    const both = [
      { address: '255.255.255.255', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    callback(null, both);
  });
  const origin = openOrigin(`http://name.test:${port}`, { ...SLOW, connector });
  expect(await failureOf(origin.request(GET))).toBe('refused');
});

test('a TLS handshake that never ends is a connect-timeout', async () => {
  const silent = await listen(net.createServer((socket) => socket.resume()));
  const origin = openOrigin(`https://127.0.0.1:${silent.port}`, { connectTimeout: 30 });
  expect(await failureOf(origin.request(GET))).toBe('connect-timeout');
  await expect.poll(silent.open).toBe(0);
});

test.each([
  ['never begins', ''],
  ['stops in its head', 'HTTP/1.1 200 OK\r\n'],
  ['stops in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok'],
])('an answer that %s is an answer-timeout, and the connection is closed', async (_what, bytes) => {
  for (const method of METHODS) {
    const server = await listen(saying(bytes));
    expect(await failureOf(at(server.port)[method]({ ...GET, answerTimeout: 30 }))).toBe('answer-timeout');
    await expect.poll(server.open).toBe(0);
  }
});

test('an answer that drips is cut off at the limit for the whole of it', async () => {
  const server = net.createServer((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 5);
    socket.once('close', () => clearInterval(timer));
  });
  const { port } = await listen(server);
  expect(await failureOf(at(port).request({ ...GET, answerTimeout: 60 }))).toBe('answer-timeout');
});

test('a body that is announced too large is not read at all', async () => {
  const { port, open } = await listen(saying('HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n'));
  expect(await failureOf(at(port).request({ ...GET, maxBytes: 100 }))).toBe('too-large');
  await expect.poll(open).toBe(0);
});

test('a body that turns out too large is cut off there', async () => {
  let sent = 0;
  const piece = 'x'.repeat(10_000);
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = (): void => {
        if (socket.destroyed || sent > 50_000_000) return;
        sent += piece.length;
        socket.write(`2710\r\n${piece}\r\n`, more);
      };
      more();
    });
  });
  const { port } = await listen(server);
  expect(await failureOf(at(port).request({ ...GET, maxBytes: 50_000 }))).toBe('too-large');
  expect(sent).toBeLessThan(10_000_000);
});

test('a body of exactly the limit is an answer', async () => {
  const { port } = await listen(saying(`HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n${'x'.repeat(100)}`));
  expect((await at(port).request({ ...GET, maxBytes: 100 })).text).toHaveLength(100);
});

test('an abort rejects at once with its reason, wherever the request is, and closes the connection', async () => {
  const reason = new Error('another tap');
  const silent = await listen(net.createServer((socket) => socket.resume()));
  const half = await listen(saying('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok'));
  const lost = createConnector(() => {});
  const origins = {
    'looking up': openOrigin('http://name.test:1', { ...SLOW, connector: lost }),
    'shaking hands': openOrigin(`https://127.0.0.1:${silent.port}`, SLOW),
    waiting: at(silent.port),
    reading: at(half.port),
  };
  for (const origin of Object.values(origins)) {
    for (const method of METHODS) {
      const controller = new AbortController();
      const request = origin[method]({ ...GET, signal: controller.signal });
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.abort(reason);
      await expect(request).rejects.toBe(reason);
    }
  }
  await expect.poll(() => silent.open() + half.open()).toBe(0);
});

test('an abort while waiting for a turn sends nothing', async () => {
  const silent = await listen(net.createServer((socket) => socket.resume()));
  const origin = at(silent.port, { connections: 1 });
  const first = new AbortController();
  const busy = origin.request({ ...GET, signal: first.signal });
  const second = new AbortController();
  const waiting = origin.request({ ...GET, signal: second.signal });
  second.abort(new Error('gone'));
  await expect(waiting).rejects.toThrow('gone');
  first.abort(new Error('gone too'));
  await expect(busy).rejects.toThrow('gone too');
  expect(silent.accepted()).toBeLessThanOrEqual(1);
});

test.each(METHODS)(
  'an abort in the very tick of the call is not lost, and leaves the place to others (%s)',
  async (method) => {
    let answers = false;
    const server = await listen(
      net.createServer((socket) => {
        socket.on('data', () => answers && socket.write(OK));
      }),
    );
    const origin = at(server.port, { connections: 1 });
    const reason = new Error('gone before it began');
    const controller = new AbortController();
    const asked = origin[method]({ ...GET, signal: controller.signal });
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect.poll(server.open).toBe(0);
    // The only place is free: nothing stands before the next one.
    answers = true;
    expect(await origin.request(GET)).toMatchObject({ text: 'ok' });
  },
);

test('an answered request leaves nothing on the signal, which may live as long as the program', async () => {
  const { port } = await listen(saying(OK));
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listeners += 1;
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listeners -= 1;
    removeEventListener.apply(signal, given);
  };
  const origin = at(port, { connections: 1 });
  await Promise.all([1, 2, 3].map(() => origin.request({ ...GET, signal })));
  await origin.once({ ...GET, signal });
  expect(listeners).toBe(0);
});

test('connections are kept and used again, but never more than allowed', async () => {
  const server = await listen(
    http.createServer((_request, response) => setTimeout(() => response.end('ok'), 5)),
  );
  const origin = at(server.port, { connections: 3 });
  await Promise.all(Array.from({ length: 12 }, () => origin.request(GET)));
  expect(server.accepted()).toBe(3);
  await origin.request(GET);
  expect(server.accepted()).toBe(3);
});

test('a request made once opens a connection of its own and closes it, also past a full house', async () => {
  const server = await listen(
    http.createServer((request, response) => request.url === '/once' && response.end('ok')),
  );
  const origin = at(server.port, { connections: 1 });
  const controller = new AbortController();
  const stuck = origin.request({ ...GET, signal: controller.signal });
  for (let n = 0; n < 3; n++) await origin.once({ ...GET, path: '/once' });
  await expect.poll(server.open).toBe(1);
  expect(server.accepted()).toBe(4);
  controller.abort(new Error('done'));
  await expect(stuck).rejects.toThrow('done');
});

test.each([
  ['GET', 'ok'],
  ['POST', 'closed'],
] as const)(
  'a kept connection that the server closes under a %s gives "%s": what may change something is not repeated',
  async (method, outcome) => {
    let requests = 0;
    const server = await listen(
      net.createServer((socket) => {
        let mine = 0;
        socket.on('data', () => {
          requests += 1;
          mine += 1;
          if (mine === 1) socket.write(OK);
          else socket.destroy();
        });
      }),
    );
    const origin = at(server.port);
    await origin.request(GET);
    const answer = origin.request({ ...GET, method });
    if (outcome === 'ok') expect(await answer).toMatchObject({ text: 'ok' });
    else expect(await failureOf(answer)).toBe('closed');
    expect(requests).toBe(outcome === 'ok' ? 3 : 2);
  },
);

test('a new connection that breaks is not tried again: that would hide an outage', async () => {
  const server = await listen(net.createServer((socket) => socket.once('data', () => socket.destroy())));
  expect(await failureOf(at(server.port).request(GET))).toBe('closed');
  expect(server.accepted()).toBe(1);
});

test('an answer without a limit of its own ends with the signal, or with the connections: a long poll can wait', async () => {
  const { port } = await listen(net.createServer((socket) => socket.resume()));
  const forever = { ...GET, answerTimeout: Number.POSITIVE_INFINITY };
  const poll = at(port).request({ ...forever, signal: AbortSignal.timeout(50) });
  await expect(poll).rejects.toMatchObject({ name: 'TimeoutError' });
  const origin = at(port);
  const other = failureOf(origin.request(forever));
  await new Promise((resolve) => setTimeout(resolve, 10));
  await origin.close();
  expect(await other).toBe('closed');
});

test('closing ends what is under way and what waits', async () => {
  const silent = await listen(net.createServer((socket) => socket.resume()));
  const origin = at(silent.port, { connections: 2 });
  const codes = Array.from({ length: 5 }, () => failureOf(origin.request(GET)));
  await origin.close();
  expect(await Promise.all(codes)).toEqual(Array(5).fill('closed'));
  expect(await failureOf(origin.request(GET))).toBe('closed');
  await expect.poll(silent.open).toBe(0);
});

test('failures show no URL, header or body', async () => {
  const server = await listen(saying('SSH body-secret', true));
  const request = {
    ...GET,
    method: 'POST' as const,
    path: '/path-secret?token=query-secret',
    headers: { authorization: 'header-secret' },
    body: 'sent-secret',
  };
  const broken = [
    await at(server.port)
      .request(request)
      .catch((error) => error),
    await at(1)
      .request(request)
      .catch((error) => error),
    await at(server.port)
      .request({ ...request, answerTimeout: 0.01 })
      .catch((error) => error),
  ];
  expect(inspect(broken, { depth: 20, showHidden: true })).not.toContain('secret');
});
