/**
 * The real process, built and spawned: what the operator reads, how it ends and with which code, and that no secret
 * ever leaves it.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import about from '../../package.json' with { type: 'json' };
import {
  type SimulatedMessage,
  startTelegram,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../../src/simulator/telegram.ts';
import {
  startTrueConf,
  type TrueConfSimulator,
  type TrueConfSimulatorOptions,
} from '../../src/simulator/trueconf.ts';
import { expectWithin } from '../support/best-of.ts';
import { named } from '../support/bot-harness.ts';
import { type Built, build } from '../support/built.ts';
import { type Program, startProgram } from '../support/program.ts';

const ANNA = { id: 1001, name: 'Anna' };
const CLIENT_SECRET = 'client-secret-3f9a1c';

/** A stop has 2 s; the rest is for the machine that runs the tests. */
const STOP_MS = 2_000;
const AT_ONCE_MS = 1_000;

/** Loaded into the program before it starts, so that it has something that does not end. */
const ENDLESS = 'data:text/javascript,setInterval(()=>{},1e6)';

let built: Built;

beforeAll(() => {
  built = build();
}, 60_000);

afterAll(() => built?.remove());

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** Runs the program in a folder of its own, with this as its settings.toml. */
function run(
  settings: string | undefined,
  args: readonly string[] = [],
  cwd = built.folder(),
  env: Readonly<Record<string, string>> = {},
): Program {
  if (settings !== undefined) writeFileSync(join(cwd, 'settings.toml'), settings);
  const program = startProgram(built.main, args, {
    cwd,
    env: { SECRET_FROM_ENV: CLIENT_SECRET, ...env },
  });
  endings.push(program.stop);
  return program;
}

interface World {
  readonly telegram: TelegramSimulator;
  readonly server: TrueConfSimulator;
  readonly settings: string;
}

interface WorldOptions {
  readonly telegram?: TelegramSimulatorOptions;
  readonly server?: TrueConfSimulatorOptions;
  readonly token?: string;
  readonly top?: string;
  readonly serverKeys?: string;
  readonly statusKeys?: string;
}

async function world(options: WorldOptions = {}): Promise<World> {
  const telegram = await startTelegram(options.telegram);
  const server = await startTrueConf({ clientSecret: CLIENT_SECRET, ...options.server });
  endings.push(
    () => telegram.close(),
    () => server.close(),
  );
  telegram.knowChat(ANNA.id, ANNA.name);
  const settings = [
    `tg-api-token = "${options.token ?? telegram.token}"`,
    `tg-api-root = "${telegram.apiRoot}"`,
    `tg-users-id = [${ANNA.id}]`,
    options.top ?? '',
    '[servers.main]',
    `ip = "${server.host}"`,
    `https_port = ${server.apiPort}`,
    'client_id = "client"',
    'client_secret = "env:SECRET_FROM_ENV"',
    'ssl_certificate = false',
    options.serverKeys ?? '',
    '[servers.main.server_status]',
    `status_port = ${server.statusPort}`,
    options.statusKeys ?? '',
  ].join('\n');
  return { telegram, server, settings };
}

describe('settings', () => {
  test('missing: it names the file, the example to copy and --config, and ends with 78', async () => {
    const cwd = built.folder();
    const program = run(undefined, [], cwd);
    expect((await program.ended).code).toBe(78);
    expect(program.err()).toBe(
      [
        `There is no settings file ${join(cwd, 'settings.toml')}.`,
        `Copy ${join(built.home, 'settings.example.toml')} to that place and fill it in, or name another file with --config PATH.\n`,
      ].join('\n'),
    );
    expect(program.out()).toBe('');
  });

  test('broken: all mistakes at once, a line each with its place, and 78', async () => {
    const cwd = built.folder();
    const file = join(cwd, 'settings.toml');
    const program = run(
      [
        'tg-users-id = []',
        'tg-api-tokn = "123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"',
        '[servers.main]',
        'ip = ""',
      ].join('\n'),
      ['run'],
      cwd,
    );
    expect((await program.ended).code).toBe(78);
    const lines = program.err().trimEnd().split('\n');
    expect(lines[0]).toMatch(/^The settings have \d mistakes; nothing was started\.$/);
    expect(lines.length).toBe(1 + Number(/\d/.exec(lines[0] ?? '')?.[0]));
    for (const line of lines.slice(1)) expect(line.startsWith(file)).toBe(true);
    for (const key of ['tg-api-token', 'tg-users-id', 'tg-api-tokn', 'servers.main.ip']) {
      expect(program.err()).toContain(key);
    }
    expect(program.err()).not.toContain('AAAAAAAA');
    expect(program.out()).toBe('');
  });

  test('--config names the file and --data-dir is accepted, before or after "run"', async () => {
    const { settings } = await world();
    const cwd = built.folder();
    writeFileSync(join(cwd, 'elsewhere.toml'), settings);
    const program = run(undefined, ['run', '--config', 'elsewhere.toml', '--data-dir', 'my-data'], cwd);
    await program.says('Bot is running…');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
  });

  test('--version tells the one of the package, which a report of a mistake needs', async () => {
    const program = run(undefined, ['--version']);
    expect((await program.ended).code).toBe(0);
    expect(program.out()).toBe(`${about.version}\n`);
  });

  test('an unknown option says so and starts nothing', async () => {
    const program = run(undefined, ['--cofnig', 'x']);
    expect((await program.ended).code).not.toBe(0);
    expect(program.err()).toContain("unknown option '--cofnig'");
  });

  test('a warning about an unverified server stands in the terminal, and the bot runs', async () => {
    const { settings } = await world();
    const program = run(settings);
    await program.says('Bot is running…');
    expect(program.err()).toMatch(/^Warning: .*settings\.toml:\d+: servers\.main\.ssl_certificate: /m);
  });
});

describe('what was installed', () => {
  /** Found before the real one. */
  function shadow(name: string, source?: string): void {
    const folder = join(built.home, 'node_modules', name);
    mkdirSync(folder, { recursive: true });
    if (source !== undefined) writeFileSync(join(folder, 'index.js'), source);
    endings.push(() => rmSync(join(built.home, 'node_modules'), { recursive: true }));
  }

  test.each(
    named([
      { what: 'is missing', source: undefined },
      { what: 'has no binary for this machine', source: 'throw new Error("no binary")' },
    ]),
  )('SQLite %s: the bot says what to do, and watches', async (_what, { source }) => {
    shadow('libsql', source);
    const { settings } = await world();
    const program = run(settings);
    await program.says('Bot is running…');
    expect(program.err()).toContain('SQLite cannot be loaded. Run npm ci');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);
  });

  test('an error that nobody caught: where it was, without the line of the bundle, and 70', async () => {
    // Asked for when the bot is loaded.
    const fault = { NODE_OPTIONS: '--import=data:text/javascript,process.getBuiltinModule=null' };
    const { settings } = await world();
    const program = run(settings, [], undefined, fault);
    expect((await program.ended).code).toBe(70);
    expect(program.err()).toContain('getBuiltinModule is not a function');
    expect(program.err()).toMatch(/^ {4}at .*run\.js:\d+:\d+/m);
    expect(program.err().length).toBeLessThan(2_000);
  });
});

describe('start', () => {
  test('it says that it runs, as whom, and what it watches', async () => {
    const { settings } = await world();
    const program = run(settings);
    await program.says('watching');
    expect(program.out()).toBe('Bot is running… @simulated_bot, watching 1 server\n');
  });

  test('a refused token: a message that says what to do, and 69', async () => {
    const { settings } = await world({ token: '123456:another-token-AAAAAAAAAAAAAAAAAAAAAA' });
    const program = run(settings);
    const { code, after } = await program.ended;
    expect(code).toBe(69);
    expect(after).toBeLessThan(5_000);
    expect(program.err()).toContain(
      'Telegram refuses the token. Copy it anew from @BotFather into tg-api-token in the settings.\n',
    );
    expect(program.out()).toBe('');
  });

  test.each(
    named([
      { what: 'away', fault: { kind: 'away' } },
      { what: 'hanging', fault: { kind: 'hanging' } },
      { what: "a proxy's page", fault: { kind: 'status', status: 403, body: '<html>blocked</html>' } },
    ] as const),
  )(
    'Telegram is %s at start: it says so, goes on, and works as soon as it is back',
    async (_what, { fault }) => {
      const { settings, telegram } = await world();
      await telegram.setFault(fault);
      const program = run(settings);
      await program.says('Bot is running… watching 1 server, but Telegram does not answer yet; trying on\n');
      await telegram.setFault({ kind: 'none' });
      telegram.write(ANNA, '/start');
      await telegram.waitForMessage(({ text }) => text.startsWith('TrueConf servers'));
      program.kill('SIGTERM');
      expect((await program.ended).code).toBe(0);
    },
  );

  test('the menu of commands is registered in four languages and for all others', async () => {
    const { settings, telegram } = await world();
    const program = run(settings);
    await program.says('Bot is running…');
    await expect.poll(() => Object.keys(telegram.commands).toSorted()).toEqual(['', 'de', 'en', 'es', 'ru']);
    expect(telegram.commands['']?.map(({ command }) => command)).toEqual([
      'start',
      'status',
      'forgotten',
      'history',
      'mute',
      'unmute',
      'help',
      'id',
    ]);
    expect(telegram.commands.de).not.toEqual(telegram.commands.en);
  });
});

describe('stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s with nothing under way: at once, with 0', async (signal) => {
    // Well below the limit at which it would be cut short: nothing was left open.
    await expectWithin(AT_ONCE_MS, async () => {
      const { settings, telegram } = await world();
      const program = run(settings);
      await program.says('Bot is running…');
      await telegram.waitForCall(({ method }) => method === 'getUpdates');
      program.kill(signal);
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      expect(program.err()).not.toMatch(/"level":"(error|warn)"/);
      return after;
    });
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s while a server hangs, a person waits for it, and Telegram hangs: within 2 s, with 0',
    async (signal) => {
      await expectWithin(STOP_MS, async () => {
        const { settings, telegram, server } = await world();
        await server.setFault({ kind: 'hanging' });
        const program = run(settings);
        telegram.write(ANNA, '/forgotten');
        await telegram.waitForMessage(({ text }) => text.startsWith('⏳'));
        await telegram.setFault({ kind: 'hanging' });
        program.kill(signal);
        const { code, after } = await program.ended;
        expect(code).toBe(0);
        return after;
      });
    },
  );

  test.each(
    named([
      { what: 'is being asked who the bot is', fault: { kind: 'hanging' }, isPatient: false },
      { what: 'has not answered for a while', fault: { kind: 'hanging' }, isPatient: true },
      { what: 'is away', fault: { kind: 'away' }, isPatient: true },
    ] as const),
  )('a stop while Telegram %s is a stop as any other', async (_what, { fault, isPatient }) => {
    await expectWithin(AT_ONCE_MS, async () => {
      const { settings, telegram } = await world();
      await telegram.setFault(fault);
      const program = run(settings);
      if (isPatient) await program.says('trying on');
      else await telegram.waitForCall(({ method }) => method === 'getMe');
      program.kill('SIGTERM');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      return after;
    });
  });

  test('a stop while it reads its settings: nothing is begun, and 0', async () => {
    const { settings, telegram } = await world();
    const pipe = join(built.folder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    const program = run(undefined, ['--config', pipe]);
    // Opens when the program has opened the other end.
    const file = await open(pipe, 'w');
    program.kill('SIGTERM');
    await file.writeFile(settings);
    await file.close();
    expect((await program.ended).code).toBe(0);
    expect(program.out()).toBe('');
    expect(telegram.calls).toEqual([]);
  });

  test('what does not end is cut short', async () => {
    await expectWithin(STOP_MS, async () => {
      const { settings } = await world();
      const program = run(settings, [], built.folder(), { NODE_OPTIONS: `--import ${ENDLESS}` });
      await program.says('Bot is running…');
      program.kill('SIGTERM');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      expect(after).toBeGreaterThan(AT_ONCE_MS);
      return after;
    });
  });

  test('a second signal ends it at once', async () => {
    await expectWithin(500, async () => {
      const { settings, telegram, server } = await world();
      await server.setFault({ kind: 'hanging' });
      const program = run(settings);
      telegram.write(ANNA, '/forgotten');
      await telegram.waitForMessage(({ text }) => text.startsWith('⏳'));
      await telegram.setFault({ kind: 'hanging' });
      program.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 100));
      program.kill('SIGINT');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      return after;
    });
  });

  test('a tap that was answered before the stop is not answered again after the next start', async () => {
    const { settings, telegram } = await world();
    const first = run(settings);
    telegram.write(ANNA, '/help');
    await telegram.waitForMessage(({ text }) => text.startsWith('What this bot does'));
    first.kill('SIGTERM');
    await first.ended;
    const second = run(settings);
    telegram.write(ANNA, '/id');
    await telegram.waitForMessage(({ text }) => text.startsWith('Your Telegram ID'));
    second.kill('SIGTERM');
    await second.ended;
    expect(telegram.messages.filter(({ text }) => text.startsWith('What this bot does'))).toHaveLength(1);
  });
});

/** A proxy that wants a password, as companies have. */
async function startProxy(user: string, password: string) {
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const sockets = new Set<net.Socket>();
  const proxy = http.createServer((_request, response) => response.writeHead(405).end());
  let refusals = 0;
  let isOpen = true;
  proxy.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  proxy.on('connect', (request, socket: net.Socket) => {
    if (!isOpen || request.headers['proxy-authorization'] !== wanted) {
      refusals += 1;
      // As some do: what was sent comes back in the page.
      socket.end(
        `HTTP/1.1 407 Proxy Authentication Required\r\ncontent-type: text/html\r\n\r\n${JSON.stringify(request.headers)}`,
      );
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket);
      socket.pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    socket.on('close', () => onward.destroy());
    onward.on('close', () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => proxy.close(resolve));
  });
  return {
    url: `http://${user}:${password}@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    refusals: () => refusals,
    shut: () => {
      isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
    open: () => {
      isOpen = true;
    },
  };
}

test.each(['trace', 'debug'])(
  'no secret in anything that it prints or sends, at log level %s, through all kinds of trouble',
  async (level) => {
    const secrets = {
      token: '987654:telegram-token-5d1e8b7a40c2f96d3b',
      client: CLIENT_SECRET,
      ready: 'ready-access-token-77ab02',
      proxy: 'proxy-passw0rd-c41d',
    };
    const proxy = await startProxy('operator', secrets.proxy);
    const { telegram, server, settings } = await world({
      telegram: { token: secrets.token },
      // So that the simulator records the tokens that it has issued.
      server: { tokenTransport: 'query' },
      top: `log-level = "${level}"\ntg-proxy = "${proxy.url}"`,
      serverKeys: `access_token = "${secrets.ready}"`,
      statusKeys: 'timeout = 1\nfailures = 1',
    });
    server.addConference({ topic: 'Daily', startedAt: Date.now() - 7_230_000 });
    const program = run(settings);
    await program.says('Bot is running…');

    const shows = async (words: string): Promise<SimulatedMessage> =>
      telegram.waitForMessage(({ text, fromBot }) => fromBot && text.includes(words));
    const menu = async () => {
      telegram.write(ANNA, '/start');
      const shown = await shows('TrueConf servers');
      telegram.deleteMessage(shown.chatId, shown.messageId);
      telegram.write(ANNA, '/start');
      const list = await shows('TrueConf servers');
      telegram.press(ANNA, list, list.keyboard.flat()[0]?.callback_data ?? '');
      return telegram.waitForMessage(({ keyboard }) => keyboard.length === 6);
    };
    /** Opens the list of running conferences and waits for what it says; the message is gone afterwards. */
    const look = async (words: string) => {
      const shown = await menu();
      telegram.press(ANNA, shown, '🎥 Running conferences');
      const answer = await shows(words);
      telegram.deleteMessage(answer.chatId, answer.messageId);
    };

    await look('1. Daily');
    const echo = JSON.stringify({
      error: 'invalid_client',
      error_description: `${secrets.client} ${secrets.ready} ${secrets.token} ${secrets.proxy}`,
    });
    for (const [fault, place, words] of [
      [{ kind: 'body', status: 400, body: echo }, 'token', "does not accept the bot's credentials"],
      [{ kind: 'body', body: echo }, 'token', "does not accept the bot's credentials"],
      [{ kind: 'body', body: echo }, { path: /logs/ }, 'could not be understood'],
      [{ kind: 'body', status: 500, body: echo }, { path: /logs/ }, 'HTTP status 500'],
      [{ kind: 'body', body: `${echo} is no JSON` }, { path: /logs/ }, 'not the TrueConf API'],
      [
        { kind: 'status', status: 302, headers: { location: `https://evil.example/?${secrets.client}` } },
        { path: /logs/ },
        'redirect',
      ],
      [{ kind: 'half' }, { path: /logs/ }, 'broke off'],
      [{ kind: 'reset' }, 'api', 'broke off'],
      [{ kind: 'down' }, 'api', 'refused'],
    ] as const) {
      server.revokeTokens();
      await server.setFault({ kind: 'none' });
      await server.setFault(fault, place);
      await look(words);
    }
    await server.setFault({ kind: 'none' });

    // Telegram in trouble, and something before it that shows what it was sent.
    await telegram.setFault({
      kind: 'status',
      status: 502,
      body: `<html>/bot${secrets.token}/sendMessage</html>`,
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await telegram.setFault({
      kind: 'error',
      errorCode: 500,
      description: `Internal: ${telegram.apiRoot}/bot${secrets.token}/getUpdates`,
      times: 2,
    });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await telegram.setFault({ kind: 'none' });
    proxy.shut();
    await expect.poll(() => proxy.refusals()).toBeGreaterThan(0);
    proxy.open();
    await look('1. Daily');
    // An outage and its end, told by alerts.
    await server.setFault({ kind: 'down' });
    await shows('is down');
    await server.setFault({ kind: 'none' });
    await shows('is up again');
    program.kill('SIGTERM');
    expect((await program.ended).code).toBe(0);

    const issued = [...new Set(server.requests.map(({ query }) => query.access_token).filter(Boolean))];
    expect(issued.length).toBeGreaterThan(1);
    // It did print and send: an empty place holds no secret either.
    expect(program.err()).toContain('access token refused');
    expect(program.err()).toContain('a server went down');
    const sent = JSON.stringify(telegram.calls.map(({ method, params }) => ({ method, params })));
    expect(sent).toContain('Daily');
    const places = {
      'standard output': program.out(),
      'standard error': program.err(),
      'what Telegram got': sent,
    };
    for (const secret of [...Object.values(secrets), ...(issued as string[])]) {
      for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        for (const [place, text] of Object.entries(places)) {
          expect(text.includes(spelling), `${spelling} in ${place}`).toBe(false);
        }
      }
    }
    expect(program.err()).not.toContain(Buffer.from(`operator:${secrets.proxy}`).toString('base64'));
  },
  120_000,
);
