/** The Bot API is found below the root that the settings name, and the token in its address is told to nobody. */
import http from 'node:http';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { openTelegram } from '../../../src/channels/telegram/telegram.ts';
import { CallFailed, WiredApi } from '../../../src/channels/telegram/wire.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { openOrigin } from '../../../src/lib/http.ts';
import { silentLog } from '../../../src/lib/log.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { listen } from '../../lib/sockets.ts';

const TOKEN = '123456789:WireTestWireTestWireTestWireTestWire';

test.each([
  ['', ''],
  ['/', ''],
  ['/telegram/api', '/telegram/api'],
  ['/telegram/', '/telegram'],
])('a root that ends with "%s" is followed by the token and the method', async (end, root) => {
  const asked: string[] = [];
  const { port } = await listen(
    http.createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('{"ok":true,"result":{"username":"a_bot"}}');
    }),
  );
  const channel = openTelegram({
    token: new Secret(TOKEN),
    apiRoot: `http://127.0.0.1:${port}${end}`,
    http: { connectTimeout: 60_000 },
    clock: systemClock,
    log: silentLog,
  });
  expect(await channel.identify(new AbortController().signal)).toEqual({ kind: 'known', username: 'a_bot' });
  await channel.close();
  expect(asked).toEqual([`POST ${root}/bot${TOKEN}/getMe`]);
});

test.each([
  ['refuses', undefined],
  ['breaks off', (_: unknown, response: http.ServerResponse) => response.destroy()],
  [
    'answers with the address it was asked for',
    (request: http.IncomingMessage, response: http.ServerResponse) =>
      response.end(JSON.stringify({ ok: false, error_code: 404, description: `no ${request.url}` })),
  ],
] as const)('what fails because the host %s does not hold the token', async (_what, answer) => {
  // As in the program: what is remembered as a secret is blanked in what others say.
  new Secret(TOKEN);
  const port = answer ? (await listen(http.createServer(answer))).port : 1;
  const origin = openOrigin(`http://127.0.0.1:${port}`, { connectTimeout: 60_000 });
  const failure = await new WiredApi(TOKEN, origin, '').getMe().catch((error) => error);
  await origin.close();
  expect(failure).toBeInstanceOf(CallFailed);
  expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain(TOKEN);
});
