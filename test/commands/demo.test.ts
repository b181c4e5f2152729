/**
 * The demo as a newcomer starts it: where it says that it is, what it leaves behind, and in which one sentence it ends
 * when something is in its way.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DEMO_PORT } from '../../src/commands/demo-options.ts';
import { ask } from '../simulator/client.ts';
import { expectWithin } from '../support/best-of.ts';
import { named } from '../support/bot-harness.ts';
import { type Built, build } from '../support/built.ts';
import { type Program, startProgram } from '../support/program.ts';

/** "Ctrl-C ends it within 3 s"; a second one at once. */
const STOP_MS = 3_000;
const AT_ONCE_MS = 1_000;
const READY = /^Demo is ready: (http:\/\/127\.0\.0\.1:(\d+))\nCtrl-C ends it and leaves nothing behind\.\n$/;
const SENTENCE = /^[A-Z-][^\n]+[^\s]\n$/;

let built: Built;

beforeAll(() => {
  built = build();
}, 60_000);

afterAll(() => built?.remove());

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

interface DemoProgram extends Program {
  /** Where it may write, and nothing else does. */
  readonly temporary: string;
  ready(): Promise<{ readonly url: string; readonly port: number }>;
  /** The process of the bot. */
  bot(): number;
}

/** As `npm run demo -- ARGS` in a terminal without a screen. */
function demo(
  args: readonly string[],
  how: {
    readonly main?: string;
    readonly tmpdir?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): DemoProgram {
  const temporary = how.tmpdir ?? built.folder();
  const program = startProgram(how.main ?? built.main, ['demo', '--no-open', ...args], {
    cwd: built.home,
    env: { TMPDIR: temporary, ...how.env },
  });
  const { pid = 0 } = program.child;
  endings.push(async () => {
    const children = childrenOf(pid);
    program.child.kill('SIGKILL');
    for (const child of children) process.kill(child, 'SIGKILL');
    await program.ended;
  });
  return {
    ...program,
    temporary,
    ready: async () => {
      await program.says('Ctrl-C ends it');
      const [, url = '', port] = READY.exec(program.out()) ?? [];
      return { url, port: Number(port) };
    },
    bot: () => {
      const [bot, ...others] = childrenOf(pid);
      if (bot === undefined || others.length > 0) throw new Error(`not one child but ${childrenOf(pid)}`);
      return bot;
    },
  };
}

/** Those that run, as Linux tells it. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    // Killed and not yet collected by its parent, it is a zombie.
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function listen(port: number): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  endings.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

describe('start', () => {
  test('it says where the page is, and there it is; nothing else is printed', async () => {
    const program = demo(['--port', '0']);
    const { url } = await program.ready();
    expect(url).not.toBe('');
    const page = await ask(url);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await ask(`${url}/texts`)).json).toEqual(
      JSON.parse(readFileSync(join(built.home, 'locales', 'demo', 'en.json'), 'utf8')),
    );
    expect(program.err()).toBe('');
  });

  test('--port is the port', async () => {
    const free = await listen(0);
    await endings.pop()?.();
    expect((await demo(['--port', String(free)]).ready()).port).toBe(free);
  });

  test('the usual port is taken: it takes a free one and says which (nobody should have to choose)', async () => {
    // By us, unless something else is there anyway.
    await listen(DEMO_PORT).catch(() => {});
    const { url, port } = await demo([]).ready();
    expect(port).not.toBe(DEMO_PORT);
    expect((await ask(url)).status).toBe(200);
  });

  test('--help names the usual port, so that one can be remembered', async () => {
    const program = demo(['--help']);
    expect((await program.ended).code).toBe(0);
    expect(program.out()).toContain(`default: ${DEMO_PORT}`);
  });

  test('--locale is the language of the page', async () => {
    const { url } = await demo(['--port', '0', '--locale', 'ru']).ready();
    expect((await ask(`${url}/texts`)).json).toEqual(
      JSON.parse(readFileSync(join(built.home, 'locales', 'demo', 'ru.json'), 'utf8')),
    );
  });
});

describe('something is in its way', () => {
  /** That it ends with this code and one line for people, and that nothing was left. */
  async function refuses(program: DemoProgram, code: number): Promise<string> {
    expect((await program.ended).code).toBe(code);
    expect(program.err()).toMatch(SENTENCE);
    expect(program.err()).not.toMatch(/\bat \S+:\d+|Error\b/);
    expect(program.out()).toBe('');
    if (existsSync(program.temporary)) expect(readdirSync(program.temporary)).toEqual([]);
    return program.err();
  }

  test('the port that was asked for is taken', async () => {
    const port = await listen(0);
    const said = await refuses(demo(['--port', String(port)]), 77);
    expect(said).toBe(`Port ${port} is taken. Name another one, or leave out --port to take a free one.\n`);
  });

  test.each(['abc', '-1', '65536', '80.5', '0x50', ''])('--port "%s" is no port', async (port) => {
    expect(await refuses(demo([`--port=${port}`]), 64)).toBe(
      `--port must be a number from 0 to 65535 (0 takes any free one), not "${port}".\n`,
    );
  });

  test('a language that there is not: it names those that there are', async () => {
    const program = demo(['--locale', 'xx']);
    expect((await program.ended).code).toBe(64);
    const [error, advice, ...others] = program.err().trimEnd().split('\n');
    expect(error).toMatch(/'xx' is invalid\. Allowed choices are en, es, ru, de\.$/);
    expect(advice).toBe('Add --help to see what there is.');
    expect(others).toEqual([]);
    expect(program.out()).toBe('');
  });

  test('it may not write: it names the folder and how to name another', async () => {
    const tmpdir = join(built.folder(), 'not-there');
    expect(await refuses(demo(['--port', '0'], { tmpdir }), 77)).toBe(
      `The demo cannot write to ${tmpdir} (ENOENT). Name a folder that you may write to: TMPDIR=/path npm run demo\n`,
    );
  });

  test.each(
    named([
      { what: 'the page', missing: ['dist', 'simulator', 'page'] },
      { what: "the page's texts", missing: ['locales', 'demo'] },
    ]),
  )('%s is missing from what was installed', async (_what, { missing }) => {
    const [from, to] = [join(built.home, ...missing), join(built.folder(), 'moved')];
    renameSync(from, to);
    endings.push(() => renameSync(to, from));
    const said = await refuses(demo(['--port', '0']), 77);
    expect(said).toContain(from);
    expect(said).toContain('Run npm ci');
  });

  test('a package is missing: it says which, and npm ci (an update of the files alone)', async () => {
    // Found before the real one.
    const shadow = join(built.home, 'node_modules', 'selfsigned');
    mkdirSync(shadow, { recursive: true });
    endings.push(() => rmSync(join(built.home, 'node_modules'), { recursive: true }));
    const said = await refuses(demo(['--port', '0']), 77);
    expect(said).toContain('selfsigned');
    expect(said).toContain('Run npm ci');
  });
});

/** The bot of a demo gets no further than its start, however slowly the test looks. */
const NEVER_READY = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    "if (process.argv[2] === 'run') await new Promise(() => setInterval(() => {}, 1_000))",
  )}`,
};

describe('end', () => {
  /** Nothing is left: no folder, no process, no port. */
  async function leavesNothing(program: DemoProgram, children: readonly number[], port?: number) {
    expect(readdirSync(program.temporary)).toEqual([]);
    for (const child of children) await expect.poll(() => isRunning(child)).toBe(false);
    if (port !== undefined) await listen(port);
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s ends it and leaves nothing behind',
    async (signal) => {
      await expectWithin(STOP_MS, async () => {
        const program = demo(['--port', '0']);
        const { port } = await program.ready();
        const bot = program.bot();
        expect(readdirSync(program.temporary)).toHaveLength(1);
        program.kill(signal);
        const { code, after } = await program.ended;
        expect(code).toBe(0);
        expect(program.err()).toBe('');
        await leavesNothing(program, [bot], port);
        return after;
      });
    },
  );

  test('also while somebody looks at the page', async () => {
    await expectWithin(STOP_MS, async () => {
      const program = demo(['--port', '0']);
      const { url, port } = await program.ready();
      const watching = ask(`${url}/events`, { timeoutMs: 15_000 }).catch(() => {});
      program.kill('SIGINT');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      await watching;
      await leavesNothing(program, [], port);
      return after;
    });
  });

  test('as Ctrl-C in a terminal does it, the bot gets the signal as well', async () => {
    const program = demo(['--port', '0']);
    const { port } = await program.ready();
    const bot = program.bot();
    process.kill(bot, 'SIGINT');
    program.kill('SIGINT');
    expect((await program.ended).code).toBe(0);
    expect(program.err()).toBe('');
    await leavesNothing(program, [bot], port);
  });

  test('before it is ready', async () => {
    await expectWithin(STOP_MS, async () => {
      const program = demo(['--port', '0'], { env: NEVER_READY });
      await expect.poll(() => readdirSync(program.temporary), { interval: 5 }).toHaveLength(1);
      program.kill('SIGINT');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      expect([program.out(), program.err()]).toEqual(['', '']);
      await leavesNothing(program, []);
      return after;
    });
  });

  test('before it is ready, with the bot already starting', async () => {
    await expectWithin(STOP_MS, async () => {
      const program = demo(['--port', '0']);
      const children = () => childrenOf(program.child.pid ?? 0);
      await expect.poll(children, { interval: 5 }).toHaveLength(1);
      const bot = program.bot();
      program.kill('SIGINT');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      expect(program.err()).toBe('');
      await leavesNothing(program, [bot]);
      return after;
    });
  });

  test('a bot that hangs is ended with it', async () => {
    const endOf = async (hangs: boolean) => {
      const program = demo(['--port', '0']);
      const { port } = await program.ready();
      const bot = program.bot();
      if (hangs) process.kill(bot, 'SIGSTOP');
      program.kill('SIGINT');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      await leavesNothing(program, [bot], port);
      return after;
    };
    // It is waited for during most of the limit: what this machine takes for any end is not to be counted.
    await expectWithin(STOP_MS, async () => -(await endOf(false)) + (await endOf(true)));
  });

  test('a second signal ends it at once, and leaves nothing either', async () => {
    await expectWithin(AT_ONCE_MS, async () => {
      const program = demo(['--port', '0']);
      const { port } = await program.ready();
      const bot = program.bot();
      // Else the first one would be done at once, too.
      process.kill(bot, 'SIGSTOP');
      program.kill('SIGINT');
      await new Promise((resolve) => setTimeout(resolve, 100));
      program.kill('SIGINT');
      const { code, after } = await program.ended;
      expect(code).toBe(0);
      await leavesNothing(program, [bot], port);
      return after;
    });
  });

  test('the demo is killed: its bot ends as well, though nobody could tell it', async () => {
    const program = demo(['--port', '0']);
    await program.ready();
    const bot = program.bot();
    program.kill('SIGKILL');
    await program.ended;
    await expect.poll(() => isRunning(bot)).toBe(false);
  });

  test('the bot is killed: it says so and ends, rather than show a bot that is none', async () => {
    const program = demo(['--port', '0']);
    const { port } = await program.ready();
    const bot = program.bot();
    process.kill(bot, 'SIGKILL');
    expect((await program.ended).code).toBe(70);
    expect(program.err()).toBe('The bot was ended from outside (SIGKILL), so the demo ends as well.\n');
    await leavesNothing(program, [bot], port);
  });

  test('the bot is killed before it is ready: likewise', async () => {
    const program = demo(['--port', '0'], { env: NEVER_READY });
    const children = () => childrenOf(program.child.pid ?? 0);
    await expect.poll(children, { interval: 5 }).toHaveLength(1);
    process.kill(program.bot(), 'SIGKILL');
    expect((await program.ended).code).toBe(70);
    expect(program.err()).toBe('The bot was ended from outside (SIGKILL), so the demo ends as well.\n');
    expect(program.out()).toBe('');
    await leavesNothing(program, []);
  });
});

test('no secret in what it prints, nor in what the page gets, through all kinds of trouble', async () => {
  const program = demo(['--port', '0']);
  const { url } = await program.ready();
  const [folder = ''] = readdirSync(program.temporary);
  const file = join(program.temporary, folder, 'settings.toml');
  expect(statSync(file).mode & 0o077).toBe(0);
  const secrets = [...readFileSync(file, 'utf8').matchAll(/(?:token|secret) = "([^"]+)"/g)].map(
    ([, value = '']) => value,
  );
  expect(secrets.length).toBeGreaterThan(1);
  for (const action of [
    { kind: 'revoke-tokens', server: 'busy' },
    { kind: 'set-state', server: 'quiet', state: 'failing' },
    { kind: 'set-certificate', server: 'busy', trusted: false },
    { kind: 'write', person: 4711, text: '/forgotten' },
    { kind: 'cut-telegram', cut: true },
    { kind: 'cut-telegram', cut: false },
  ]) {
    expect(await act(url, action)).toBe(200);
  }
  const events = await eventsUntil(url, '/oauth2/');
  program.kill('SIGINT');
  await program.ended;
  for (const secret of secrets) {
    expect(program.out() + program.err()).not.toContain(secret);
    // The word itself may stand in a text of the bot.
    expect(events).not.toContain(`"${secret}"`);
    if (secret.length > 10) expect(events).not.toContain(secret);
  }
  expect(events).not.toMatch(/[0-9a-f]{40}/);
});

/** What the page is told until this was among it. */
function eventsUntil(url: string, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const request = http.get(`${url}/events`, { agent: false }, (response) => {
      response.on('error', () => {});
      response.on('data', (chunk) => {
        text += chunk;
        if (!text.includes(words)) return;
        request.destroy();
        resolve(text);
      });
    });
    request.on('error', reject);
  });
}

async function act(url: string, action: object): Promise<number> {
  const { status } = await ask(`${url}/act`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(action),
  });
  return status;
}

test('two at once do not disturb each other, nor one whose server is unplugged while the other starts', async () => {
  const first = await demo(['--port', '0']).ready();
  expect(await act(first.url, { kind: 'set-state', server: 'busy', state: 'unplugged' })).toBe(200);
  const second = await demo(['--port', '0']).ready();
  expect(await act(first.url, { kind: 'set-state', server: 'busy', state: 'running' })).toBe(200);
  expect(await act(second.url, { kind: 'set-state', server: 'busy', state: 'unplugged' })).toBe(200);
});
