/**
 * Whatever a server answers becomes a clear screen that leads on: what happened, to which server, and what to do.
 * Real sockets, so that half answers and silence are real.
 */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Fault, FaultPlace, TrueConfSimulator } from '../../src/simulator/trueconf.ts';
import { startTrueConf } from '../../src/simulator/trueconf.ts';
import { ANNA, BORIS, type HarnessOptions, named, SERVER, startHarness } from '../support/bot-harness.ts';

const QUIET: HarnessOptions = { statusKeys: { state: false } };

interface Case {
  readonly what: string;
  readonly fault?: Fault;
  readonly place?: FaultPlace;
  readonly options?: HarnessOptions;
  readonly before?: (server: TrueConfSimulator) => void;
  readonly cause: string;
  readonly advice: string;
}

const CALLS: FaultPlace = { path: /logs\/calls/ };

const HEAL = "Look at the server's log, and at the proxy in front of it if there is one.";
const PROXY = 'Check that ip and https_port lead to TrueConf Server itself.';
const TOO_ODD =
  "Its version may be too old or too new for this bot. Please report it to the bot's developers, with the server's version.";
const NO_API = "Check https_port, and that HTTPS and the API are switched on in the server's control panel.";
const CLOSED = 'Try again. If it stays so, look at the proxy or firewall in between.';
const CREDENTIALS = 'Check client_id and client_secret, or access_token, in the settings.';

const row = (fields: object) =>
  JSON.stringify({
    cnt: 1,
    list: [{ conference_id: '1@s#vcs', class: 10, duration: 60, end_time: null, ...fields }],
  });

const CASES: readonly Case[] = [
  {
    what: '500',
    fault: { kind: 'status', status: 500, body: '{}' },
    cause: 'it answered with HTTP status 500',
    advice: HEAL,
  },
  {
    what: 'the page of a proxy with 502',
    fault: { kind: 'status', status: 502 },
    cause: 'it answered with HTTP status 502',
    advice: HEAL,
  },
  {
    what: 'the page of a proxy with 200',
    fault: { kind: 'body', body: '<html><body>Welcome</body></html>', contentType: 'text/html' },
    cause: "it answered with something that is not the TrueConf API, perhaps a proxy's page",
    advice: PROXY,
  },
  {
    what: 'garbage',
    fault: { kind: 'body', body: Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x80]) },
    cause: "it answered with something that is not the TrueConf API, perhaps a proxy's page",
    advice: PROXY,
  },
  {
    what: 'JSON of something else',
    fault: { kind: 'body', body: '{"list":"none"}' },
    cause: 'its answer could not be understood (at list)',
    advice: TOO_ODD,
  },
  {
    what: 'nothing',
    fault: { kind: 'body', body: '' },
    cause: 'it answered with nothing',
    advice: PROXY,
  },
  {
    what: 'null',
    fault: { kind: 'body', body: 'null' },
    cause: 'it answered with nothing',
    advice: PROXY,
  },
  {
    what: 'a bare text',
    fault: { kind: 'body', body: '"hello"' },
    cause: "it answered with something that is not the TrueConf API, perhaps a proxy's page",
    advice: PROXY,
  },
  {
    what: 'a page that is not there',
    fault: { kind: 'status', status: 404 },
    cause: 'the TrueConf API is not there (HTTP status 404)',
    advice: NO_API,
  },
  {
    what: 'a web server that takes no POST, in place of a token',
    fault: { kind: 'status', status: 405 },
    place: 'token',
    cause: 'the TrueConf API is not there (HTTP status 405)',
    advice: NO_API,
  },
  {
    what: 'a firewall, in place of a token',
    fault: { kind: 'status', status: 403 },
    place: 'token',
    cause: 'it refused the request',
    advice: 'Something in front of the server, such as a proxy or a firewall, refuses the bot. Look there.',
  },
  {
    what: 'a server without credentials in the settings',
    options: { serverKeys: { access_token: '', client_id: '', client_secret: '' } },
    cause: 'the settings hold no credentials for it',
    advice: 'For more than watching, set client_id and client_secret, or access_token, in the settings.',
  },
  {
    what: 'a conference without a session',
    fault: { kind: 'body', body: row({ conference_id: null }) },
    cause: 'its answer could not be understood (at list[0].conference_id)',
    advice: TOO_ODD,
  },
  {
    what: 'half an answer',
    fault: { kind: 'half' },
    cause: 'the connection broke off in the middle',
    advice: CLOSED,
  },
  {
    what: 'a connection that is cut',
    fault: { kind: 'reset' },
    cause: 'the connection broke off in the middle',
    advice: CLOSED,
  },
  {
    what: '50 MB',
    fault: { kind: 'huge', bytes: 50 * 1024 * 1024 },
    cause: 'its answer is too large',
    advice: PROXY,
  },
  {
    what: 'nothing listens',
    fault: { kind: 'down' },
    place: 'api',
    cause: 'the connection was refused',
    advice: 'Check that TrueConf Server is running and that the port in the settings is right.',
  },
  {
    what: 'a wrong secret',
    options: { serverKeys: { client_secret: 'not-the-right-one' } },
    cause: "it does not accept the bot's credentials",
    advice: CREDENTIALS,
  },
  {
    what: 'a ready token that is refused',
    options: { serverKeys: { access_token: 'stale-ready-token', client_id: '', client_secret: '' } },
    cause: "it does not accept the bot's credentials",
    advice: CREDENTIALS,
  },
  {
    what: 'a missing scope',
    options: { servers: { [SERVER]: { scopes: ['conferences', 'users:read'] } } },
    cause: 'the OAuth application may not do this: the scope logs.calls:read is missing',
    advice: "In the server's control panel, add the scope logs.calls:read to the OAuth application.",
  },
  {
    what: 'the token endpoint down',
    fault: { kind: 'down' },
    place: 'token',
    cause: 'the connection broke off in the middle',
    advice: CLOSED,
  },
  {
    what: 'the token endpoint behind a broken proxy',
    fault: { kind: 'status', status: 504 },
    place: 'token',
    cause: 'it answered with HTTP status 504',
    advice: HEAL,
  },
  {
    what: 'a self-signed certificate, with ssl_certificate = true',
    options: { serverKeys: { ssl_certificate: true } },
    cause: 'its certificate is self-signed or from an unknown authority',
    advice: 'Save its certificate to a file and set ssl_certificate to that file.',
  },
];

test.each(named(CASES))('%s', async (_what, { fault, place = CALLS, options, cause, advice }) => {
  const harness = await startHarness({ ...QUIET, ...options });
  if (fault) await harness.server().setFault(fault, place);
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Running')).toBe(
    `⚠️ ${SERVER} could not be asked\n\nCause: ${cause}\nWhat to do? ${advice}\n\nas of hh:mm:ss`,
  );
  expect(anna.rows).toEqual([['↻ Refresh', '‹ Back']]);
  expect(await anna.tap('Refresh')).toContain(cause);
  expect(await anna.tap('Back')).toContain(SERVER);
  expect(anna.buttons).toContain('🎥 Running conferences');
});

test('Refresh shows the list as soon as the server answers again', async () => {
  const harness = await startHarness(QUIET);
  await harness.server().setFault({ kind: 'status', status: 503 }, 'api');
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running');
  await harness.server().setFault({ kind: 'none' });
  expect(await anna.tap('Refresh')).toContain('No conference is running.');
});

test('a redirect to another host is not followed (it would carry the token there)', async () => {
  const elsewhere = await startTrueConf();
  try {
    const harness = await startHarness(QUIET);
    const location = `https://${elsewhere.host}:${elsewhere.apiPort}/api/v3.3/logs/calls`;
    for (const place of [CALLS, 'token'] as const) {
      await harness.server().setFault({ kind: 'none' });
      await harness.server().setFault({ kind: 'status', status: 302, headers: { location } }, place);
      expect(await harness.chat(ANNA).open(SERVER, 'Running')).toBe(
        [
          `⚠️ ${SERVER} could not be asked`,
          [
            'Cause: it answered with a redirect (HTTP status 302), which the bot does not follow',
            'What to do? Set ip and https_port to the address that the server itself answers on.',
          ].join('\n'),
          'as of hh:mm:ss',
        ].join('\n\n'),
      );
      harness.server().revokeTokens();
    }
    expect(elsewhere.requests).toEqual([]);
  } finally {
    await elsewhere.close();
  }
});

test('numbers as strings and nulls wherever they may be are read as what they mean', async () => {
  const harness = await startHarness({
    servers: { [SERVER]: { quirks: { numbersAsStrings: true } } },
    ...QUIET,
  });
  const server = harness.server();
  server.addConference({ topic: null, conferenceId: null, startedAt: Date.now() - 7_230_000 });
  server.users.push({ id: 'anna', displayName: 'Anna', status: 5 });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running');
  expect(anna.text).toContain(
    '1. no name\ndirect call without a conference page · owner1@sim.example\n1 person · 2 hr · Real-time management',
  );
  expect(await anna.tap('1.')).toContain('👑 owner1 · owner');
  expect(await anna.open(SERVER, 'Online')).toContain('🎥 Anna · anna');
  expect(await anna.open(SERVER, 'Forgotten')).toContain('1 forgotten of 1 running');
});

test('fields that are missing altogether cost no more than themselves', async () => {
  const harness = await startHarness(QUIET);
  await harness.server().setFault({ kind: 'body', body: row({}) }, CALLS);
  expect(await harness.chat(ANNA).open(SERVER, 'Running')).toContain('1. no name');
});

test('plain HTTP on the HTTPS port', async () => {
  const web = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = web.address() as AddressInfo;
    const harness = await startHarness({ ...QUIET, serverKeys: { https_port: port } });
    expect(await harness.chat(ANNA).open(SERVER, 'Running')).toBe(
      [
        `⚠️ ${SERVER} could not be asked`,
        [
          'Cause: no secure connection could be made',
          'What to do? Check that https_port is the HTTPS port and that HTTPS is switched on in the server.',
        ].join('\n'),
        'as of hh:mm:ss',
      ].join('\n\n'),
    );
  } finally {
    web.close();
  }
});

test('a server that accepts and never answers: a waiting screen, then the cause (nobody waits for ever)', async () => {
  const harness = await startHarness({ servers: { stuck: {}, half: {}, slow: {} }, ...QUIET });
  await harness.server('stuck').setFault({ kind: 'hanging' });
  // The first five answer, then it hangs in the middle of the search.
  for (let number = 1; number <= 20; number++) {
    harness.server('half').addConference({ startedAt: Date.now() - 7_230_000, participants: [] });
  }
  await harness
    .server('half')
    .setFault({ kind: 'hanging' }, { path: /000000(0[6-9a-f]|1\d)@.*participants/ });
  for (let number = 1; number <= 20; number++) {
    harness.server('slow').addConference({ startedAt: Date.now() - 7_230_000, participants: [] });
  }
  await harness.server('slow').setFault({ kind: 'hanging' }, { path: /participants/ });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.open('stuck');
  boris.write('/forgotten');

  await anna.tap('Running', 15_000);

  const waiting = anna.history.at(-2)?.message;
  expect(waiting?.text).toBe('⏳ Asking stuck…');
  expect(waiting?.keyboard.flat().map(({ text }) => text)).toEqual(['‹ Back']);
  expect(anna.text).toBe(
    [
      '⚠️ stuck could not be asked',
      [
        'Cause: it accepted the connection but did not answer in time',
        'What to do? The server may be overloaded or stuck. Try again; if it stays so, restart TrueConf Server.',
      ].join('\n'),
      'as of hh:mm:ss',
    ].join('\n\n'),
  );

  // What was found before it hung is shown, the rest is unknown.
  const across = await boris.until((text) => text.startsWith('Forgotten'), 18_000);
  expect(across).toContain('half: 5\n');
  expect(across).toContain(
    '❔ 15 conferences could not be checked: it accepted the connection but did not answer in time',
  );
  // Nothing was found there, but nobody knows that there is nothing.
  expect(across).toContain(
    'slow\n❔ 20 conferences could not be checked: it accepted the connection but did not answer in time',
  );
  expect(boris.buttons).toEqual(expect.arrayContaining(['half (5)', 'slow']));
  expect(across).toContain(
    'Could not be asked\n• stuck: it accepted the connection but did not answer in time',
  );
}, 40_000);

test.each(
  named<{ what: string; spoil: (server: TrueConfSimulator) => void; options?: HarnessOptions }>([
    { what: 'revoked', spoil: (server) => server.revokeTokens() },
    {
      what: 'revoked, answered with 401',
      spoil: (server) => server.revokeTokens(),
      options: { servers: { [SERVER]: { quirks: { invalidTokenStatus: 401 } } } },
    },
    {
      what: 'taken only in the query',
      spoil: () => {},
      options: { servers: { [SERVER]: { tokenTransport: 'query' } } },
    },
  ]),
)('a tok%sat is $what mid-way is no trouble that anybody sees', async (_what, { spoil, options }) => {
  const harness = await startHarness({ ...QUIET, ...options });
  harness.server().addConference({ topic: 'Daily' });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running');
  spoil(harness.server());
  expect(await anna.tap('Refresh')).toContain('1. Daily');
  spoil(harness.server());
  expect(await anna.tap('1. Daily')).toContain('1 person inside');
});

test('a token that expires mid-way is renewed, once', async () => {
  let skew = 0;
  const harness = await startHarness({
    ...QUIET,
    servers: { [SERVER]: { tokenLifetimeSeconds: 600, now: () => Date.now() + skew } },
  });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running');
  skew = 601_000;
  expect(await anna.tap('Refresh')).toContain('No conference is running.');
  expect(harness.server().counts.token).toBe(2);
});

test('a hundred requests at once ask for one token', async () => {
  const harness = await startHarness(QUIET);
  for (let number = 0; number < 100; number++) {
    harness.server().addConference({ startedAt: Date.now() - 7_230_000 });
  }
  await harness.chat(ANNA).open(SERVER, 'Forgotten');
  expect(harness.server().counts.token).toBe(1);
});

test('ssl_certificate = file trusts exactly that file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinned-'));
  const probe = await startTrueConf();
  try {
    const path = join(folder, 'server.pem');
    writeFileSync(path, probe.certificate ?? '');
    const harness = await startHarness({ ...QUIET, serverKeys: { ssl_certificate: path } });
    expect(await harness.chat(ANNA).open(SERVER, 'Running')).toContain('No conference is running.');
  } finally {
    await probe.close();
    rmSync(folder, { recursive: true });
  }
});

test('a server that shows another certificate than the one in the file: that it is not the file that is missing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pinned-'));
  const path = join(folder, 'old.pem');
  copyFileSync(
    join(import.meta.dirname, '..', 'fixtures', 'settings', 'good', 'certificates', 'ca.pem'),
    path,
  );
  try {
    const harness = await startHarness({ ...QUIET, serverKeys: { ssl_certificate: path } });
    expect(await harness.chat(ANNA).open(SERVER, 'Running')).toContain(
      [
        'Cause: its certificate does not match the file in ssl_certificate',
        'What to do? If the certificate was renewed on purpose, save it to that file anew.',
      ].join('\n'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('one server in trouble does not delay another', async () => {
  const harness = await startHarness({ servers: { stuck: {}, fine: {} }, ...QUIET });
  await harness.server('stuck').setFault({ kind: 'hanging' });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.open('stuck');
  anna.press('Running');
  expect(await boris.open('fine', 'Running')).toContain('No conference is running.');
  expect(harness.server('stuck').requests.every(({ status }) => status === null)).toBe(true);
});
