/**
 * Edits of settings.toml while the real process runs: what changes is changed within moments, what does not is left
 * alone, and what is no use is told and changes nothing. And what the process says about the place where it keeps things.
 */
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  type Person,
  type SimulatedMessage,
  startTelegram,
  type TelegramSimulator,
} from '../../src/simulator/telegram.ts';
import { startTrueConf, type TrueConfSimulator } from '../../src/simulator/trueconf.ts';
import { type Built, build } from '../support/built.ts';
import { type Program, startProgram } from '../support/program.ts';

const ANNA: Person = { id: 1001, name: 'Anna' };
const BORIS: Person = { id: 1002, name: 'Boris' };
const CAROL: Person = { id: 1003, name: 'Carol' };
const SECRET = 'client-secret-3f9a1c';

/**
 * What is waited for comes at last, however busy the machine is. The two seconds that are promised are measured where
 * the watch of the files has a clock that is moved by hand.
 */
const SOON_MS = 20_000;

let built: Built;

beforeAll(() => {
  built = build();
}, 60_000);

afterAll(() => built?.remove());

type Keys = Readonly<Record<string, string | number | boolean | readonly number[]>>;

interface ServerKeys {
  readonly server?: Keys;
  readonly status?: Keys;
}

/** What stands in the file. */
interface File {
  readonly top?: Keys;
  /** By name, in their order. */
  readonly servers: Readonly<Record<string, ServerKeys>>;
}

class Scene {
  readonly folder = built.folder();
  readonly path = join(this.folder, 'settings.toml');
  readonly telegram: TelegramSimulator;
  readonly #servers: ReadonlyMap<string, TrueConfSimulator>;
  #program: Program | undefined;

  constructor(telegram: TelegramSimulator, servers: ReadonlyMap<string, TrueConfSimulator>) {
    this.telegram = telegram;
    this.#servers = servers;
  }

  get program(): Program {
    if (!this.#program) throw new Error('it does not run');
    return this.#program;
  }

  server(name: string): TrueConfSimulator {
    const server = this.#servers.get(name);
    if (!server) throw new Error(`no server ${name}`);
    return server;
  }

  text({ top, servers }: File): string {
    const lines = [
      ...keyLines({
        'tg-api-token': this.telegram.token,
        'tg-api-root': this.telegram.apiRoot,
        'tg-users-id': [ANNA.id],
        'time-zone': 'UTC',
        ...top,
      }),
    ];
    for (const [name, { server = {}, status = {} }] of Object.entries(servers)) {
      const { host, apiPort, statusPort } = this.server(name);
      const common = { client_id: 'client', client_secret: SECRET, ssl_certificate: false };
      lines.push(`[servers."${name}"]`, ...keyLines({ ip: host, https_port: apiPort, ...common, ...server }));
      lines.push(
        `[servers."${name}".server_status]`,
        ...keyLines({ status_port: statusPort, timeout: 1, failures: 1, ...status }),
      );
    }
    return lines.join('\n');
  }

  /** As editors save: a whole file takes the place of the old one. */
  edit(file: File | string): void {
    const next = `${this.path}.next`;
    writeFileSync(next, typeof file === 'string' ? file : this.text(file));
    renameSync(next, this.path);
  }

  async start(file?: File): Promise<Program> {
    if (file) this.edit(file);
    const program = startProgram(built.main, ['run'], { cwd: this.folder });
    onTestFinished(() => program.stop());
    this.#program = program;
    await program.says('Bot is running…');
    return program;
  }

  async stop(): Promise<void> {
    this.program.kill('SIGTERM');
    expect((await this.program.ended).code).toBe(0);
  }

  /** Waits for a message to somebody, as it stands or will stand. */
  shows(person: Person, words: string | RegExp, timeoutMs = SOON_MS): Promise<SimulatedMessage> {
    const isMeant = (text: string) => (typeof words === 'string' ? text.includes(words) : words.test(text));
    return this.telegram.waitForMessage(
      ({ fromBot, chatId, text }) => fromBot && chatId === person.id && isMeant(text),
      timeoutMs,
    );
  }

  /** Writes, and resolves with the answer, which is then gone from the chat. */
  async ask(person: Person, words: string): Promise<SimulatedMessage> {
    const known = new Set(this.told(person).map(({ messageId }) => messageId));
    this.telegram.write(person, words);
    const answer = await this.telegram.waitForMessage(
      ({ fromBot, chatId, messageId }) => fromBot && chatId === person.id && !known.has(messageId),
      SOON_MS,
    );
    const copy = { ...answer };
    this.telegram.deleteMessage(answer.chatId, answer.messageId);
    return copy;
  }

  /** The buttons of the list of servers. */
  async menu(person: Person = ANNA): Promise<string[]> {
    const { keyboard } = await this.ask(person, '/start');
    return keyboard.flat().map(({ text }) => text);
  }

  /** Opens the list of servers, then a server, then a button of its menu. */
  async open(name: string, label: string, words: string | RegExp): Promise<SimulatedMessage> {
    const known = new Set(this.told(ANNA).map(({ messageId }) => messageId));
    this.telegram.write(ANNA, '/start');
    const list = await this.telegram.waitForMessage(
      ({ fromBot, chatId, messageId }) => fromBot && chatId === ANNA.id && !known.has(messageId),
    );
    const press = async (holds: string, next: (message: SimulatedMessage) => boolean) => {
      const all = list.keyboard.flat();
      const data = all.find(({ text }) => text.includes(holds))?.callback_data;
      if (data === undefined) throw new Error(`no ${holds} among ${all.map(({ text }) => text).join(' | ')}`);
      this.telegram.press(ANNA, list, data);
      return this.telegram.waitForMessage(
        (message) => message.messageId === list.messageId && next(message),
        SOON_MS,
      );
    };
    await press(name, ({ keyboard }) => keyboard.flat().some(({ text }) => text.includes('Status')));
    const shown = await press(label, ({ text }) => text.search(words) >= 0);
    const copy = { ...shown };
    this.telegram.deleteMessage(list.chatId, list.messageId);
    return copy;
  }

  told(person: Person): SimulatedMessage[] {
    return this.telegram.messages.filter(({ fromBot, chatId }) => fromBot && chatId === person.id);
  }

  /** Looks at a server so far. */
  looks(name: string): number {
    return this.server(name).requests.filter(({ port }) => port === 'status').length;
  }

  /** Waits until a server has been looked at again. */
  async looked(name: string): Promise<void> {
    const before = this.looks(name);
    await expect.poll(() => this.looks(name)).toBeGreaterThan(before);
  }

  tokenRequests(name: string): number {
    return this.server(name).requests.filter(({ path }) => path.includes('oauth2')).length;
  }

  /** Until the log says it, as often as `times`. */
  async logged(words: string, times = 1): Promise<void> {
    await expect.poll(() => this.program.err().split(words).length - 1).toBe(times);
  }

  applied(times = 1): Promise<void> {
    return this.logged('the settings were changed and are in force', times);
  }
}

function keyLines(keys: Keys): string[] {
  return Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
}

async function scene(names: readonly string[] = ['one']): Promise<Scene> {
  const telegram = await startTelegram();
  onTestFinished(() => telegram.close());
  for (const { id, name } of [ANNA, BORIS, CAROL]) telegram.knowChat(id, name);
  const servers = new Map<string, TrueConfSimulator>();
  for (const name of names) {
    const server = await startTrueConf({ clientSecret: SECRET });
    onTestFinished(() => server.close());
    servers.set(name, server);
  }
  return new Scene(telegram, servers);
}

const quiet = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Alerts about servers that anybody got. */
const alertsIn = ({ telegram }: Scene) =>
  telegram.messages.filter(({ fromBot, text }) => fromBot && /is down|up again|unstable/.test(text));

describe('servers', () => {
  test('one that is added is looked at and stands on the menu, and the others do not notice', async () => {
    const it = await scene(['one', 'two']);
    await it.start({ servers: { one: {} } });
    await it.open('one', 'Online', /Online users/);
    const tokens = it.tokenRequests('one');
    expect(await it.menu()).toEqual([expect.stringContaining('one'), '↻ Refresh']);

    it.edit({ servers: { one: {}, two: {} } });

    await it.looked('two');
    await expect.poll(() => it.menu()).toEqual(['🟢 one', '🟢 two', '↻ Refresh']);
    await it.open('two', 'Online', /Online users · two/);
    await it.open('one', 'Online', /Online users · one/);
    expect(it.tokenRequests('one')).toBe(tokens);
    await it.server('two').setFault({ kind: 'down' });
    await it.shows(ANNA, 'two is down');
    await it.stop();
  });

  test('one that is removed is gone: from the menu, from its old buttons, and nobody looks at it any more', async () => {
    const it = await scene(['one', 'two']);
    await it.start({ servers: { one: {}, two: {} } });
    await it.looked('two');
    await it.server('two').setFault({ kind: 'down' });
    const alert = await it.shows(ANNA, 'two is down');

    it.edit({ servers: { one: {} } });

    await it.applied();
    await expect.poll(() => it.menu()).toEqual(['🟢 one', '↻ Refresh']);
    await it.server('two').setFault({ kind: 'none' });
    const before = it.server('two').requests.length;
    const data = alert.keyboard.flat()[0]?.callback_data ?? '';
    it.telegram.press(ANNA, alert, data);
    await it.shows(ANNA, 'This button is outdated. Nothing was done.');
    await it.looked('one');
    await it.looked('one');
    expect(it.server('two').requests.length).toBe(before);
    expect(alertsIn(it)).toHaveLength(1);

    // Back again it is a server like any other, about which nothing is known.
    it.edit({ servers: { two: {}, one: {} } });
    await it.applied(2);
    await it.looked('two');
    await expect.poll(() => it.menu()).toEqual(['🟢 two', '🟢 one', '↻ Refresh']);
    expect(alertsIn(it)).toHaveLength(1);
    await it.stop();
  });

  test('those that stay change places with their lines in the file', async () => {
    const it = await scene(['one', 'two', 'three']);
    await it.start({ servers: { one: {}, two: {}, three: {} } });
    const labels = async () => (await it.menu()).map((label) => label.replace(/^[^\w]+/, ''));
    expect(await labels()).toEqual(['one', 'two', 'three', 'Refresh']);
    it.edit({ servers: { three: {}, one: {}, two: {} } });
    await it.applied();
    expect(await labels()).toEqual(['three', 'one', 'two', 'Refresh']);
    await it.stop();
  });

  test('a secret that changes reopens that one connection, without a false alarm', async () => {
    const it = await scene(['one', 'two']);
    await it.start({ servers: { one: {}, two: {} } });
    for (const name of ['one', 'two']) await it.open(name, 'Online', /Online users/);
    const [one, two] = [it.tokenRequests('one'), it.tokenRequests('two')];
    // A look that is under way when the connection is closed must not count.
    it.server('two').setLatency(300);
    const since = async () => (await it.open('two', 'Status', /Up since/)).text.match(/Up since (\S+)/)?.[1];
    const before = await since();

    it.edit({ servers: { one: {}, two: { server: { client_secret: 'another-secret-55' } } } });

    await it.applied();
    await it.open('two', 'Online', /does not accept the bot's credentials/);
    await it.open('one', 'Online', /Online users · one/);
    expect(it.tokenRequests('one')).toBe(one);
    expect(it.tokenRequests('two')).toBeGreaterThan(two);

    it.edit({ servers: { one: {}, two: {} } });

    await it.applied(2);
    await it.open('two', 'Online', /Online users · two/);
    expect(await since()).toBe(before);
    await it.looked('two');
    expect(alertsIn(it)).toEqual([]);
    expect(it.program.err()).not.toContain('went down');
    await it.stop();
  });

  test('a secret in a file of its own is read anew when that file changes', async () => {
    const it = await scene();
    const secret = join(it.folder, 'secret');
    writeFileSync(secret, 'wrong-secret-1');
    await it.start({ servers: { one: { server: { client_secret: 'file:secret' } } } });
    await it.open('one', 'Online', /does not accept/);
    writeFileSync(secret, SECRET);
    await it.applied();
    await it.open('one', 'Online', /Online users · one/);
    expect(it.program.err()).not.toContain(SECRET);
    await it.stop();
  });

  test('another interval holds at once, however long the old one was', async () => {
    const it = await scene();
    await it.start({ servers: { one: { status: { timeout: 3_600 } } } });
    await expect.poll(() => it.looks('one')).toBe(1);

    it.edit({ servers: { one: { status: { timeout: 1 } } } });

    await it.looked('one');
    await it.looked('one');
    await it.open('one', 'Status', /every 1 sec/);

    it.edit({ servers: { one: { status: { timeout: 3_600 } } } });

    await it.applied(2);
    await quiet(1_500);
    const before = it.looks('one');
    await quiet(2_500);
    expect(it.looks('one')).toBe(before);
    expect(alertsIn(it)).toEqual([]);
    await it.stop();
  });

  test('a server that moves is looked at in its new place, and what was known of it stays', async () => {
    const it = await scene(['one', 'new place']);
    await it.start({ servers: { one: {} } });
    await it.looked('one');
    const { host, apiPort, statusPort } = it.server('new place');

    it.edit({
      servers: { one: { server: { ip: host, https_port: apiPort }, status: { status_port: statusPort } } },
    });

    await it.looked('new place');
    await it.applied();
    const before = it.looks('one');
    await it.looked('new place');
    expect(it.looks('one')).toBe(before);
    expect(alertsIn(it)).toEqual([]);
    await it.stop();
  });
});

describe('the switch of the monitoring', () => {
  const off = { one: { status: { state: false } } };

  test('what was switched in the chat holds, also over a restart, until the key changes in the file', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    const status = await it.open('one', 'Status', /Monitoring: on/);
    await press(it, 'Switch monitoring off', status);
    await it.stop();

    await it.start();
    expect(await it.menu()).toEqual(['⚪ one', '↻ Refresh']);
    // Other keys are no reason.
    it.edit({ servers: { one: { status: { timeout: 2 } } } });
    await it.applied();
    expect(await it.menu()).toEqual(['⚪ one', '↻ Refresh']);

    it.edit({ servers: off });
    await it.applied(2);
    it.edit({ servers: { one: {} } });
    await it.applied(3);
    await it.looked('one');
    await expect.poll(() => it.menu()).toEqual(['🟢 one', '↻ Refresh']);
    await it.stop();

    await it.start();
    await it.looked('one');
    await it.stop();
  });

  test('switched back to what the file says, it is the file that holds again', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    const status = await it.open('one', 'Status', /Monitoring: on/);
    await press(it, 'Switch monitoring off', status);
    const switched = await it.open('one', 'Status', /Monitoring: off/);
    await press(it, 'Switch monitoring on', switched);
    await it.open('one', 'Status', /Monitoring: on/);
    await it.stop();

    it.edit({ servers: off });
    await it.start();
    expect(await it.menu()).toEqual(['⚪ one', '↻ Refresh']);
    await it.stop();
  });

  /** Of a screen that may be gone: the button works all the same. */
  async function press({ telegram }: Scene, label: string, { keyboard }: SimulatedMessage): Promise<void> {
    const button = keyboard.flat().find(({ text }) => text === label);
    telegram.write(ANNA, '/help');
    const help = await telegram.waitForMessage(({ text }) => text.startsWith('What this bot does'));
    if (!button?.callback_data) throw new Error(`no ${label}`);
    telegram.press(ANNA, help, button.callback_data);
    await telegram.waitForMessage(
      ({ messageId, text }) => messageId === help.messageId && /Monitoring:/.test(text),
    );
    telegram.deleteMessage(help.chatId, help.messageId);
  }
});

describe('people and words', () => {
  test('who is taken out is refused and told nothing any more, who is put in is told', async () => {
    const it = await scene();
    await it.start({ top: { 'tg-users-id': [ANNA.id, BORIS.id] }, servers: { one: {} } });
    const list = await it.ask(ANNA, '/start');
    await it.ask(BORIS, '/start');

    it.edit({ top: { 'tg-users-id': [BORIS.id, CAROL.id] }, servers: { one: {} } });

    await it.applied();
    expect((await it.ask(ANNA, '/start')).text).toContain('Access denied');
    const query = it.telegram.press(ANNA, list, list.keyboard.flat()[0]?.callback_data ?? '');
    await expect.poll(() => it.telegram.answered(query)).toMatchObject({ text: 'Access denied' });
    await expect.poll(() => it.menu(CAROL)).toEqual(['🟢 one', '↻ Refresh']);
    await it.server('one').setFault({ kind: 'down' });
    await it.shows(BORIS, 'one is down');
    await it.shows(CAROL, 'one is down');
    await it.server('one').setFault({ kind: 'none' });
    await it.shows(CAROL, 'up again');
    expect(it.told(ANNA)).toEqual([]);
    await it.stop();
  });

  test('to take out everybody is refused, and they are told (nobody could mend it from the chat)', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    it.edit({ top: { 'tg-users-id': [] }, servers: { one: {} } });
    const { text } = await it.shows(ANNA, 'The settings were changed and cannot be used');
    expect(text).toMatch(/settings\.toml:3: tg-users-id: /);
    await expect.poll(() => it.menu()).toEqual(['🟢 one', '↻ Refresh']);
    await it.stop();
  });

  test('another language holds from the next message on', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    expect((await it.ask(ANNA, '/help')).text).toContain('What this bot does');
    it.edit({ top: { locale: 'es' }, servers: { one: {} } });
    await it.applied();
    expect((await it.ask(ANNA, '/help')).text).toContain('Qué hace este bot');
    await it.server('one').setFault({ kind: 'down' });
    await it.shows(ANNA, 'one está caído');
    await it.stop();
  });
});

describe('an edit that is no use', () => {
  test('is told with line and reason, changes nothing, and so is its end', async () => {
    const it = await scene(['one', 'two']);
    await it.start({ servers: { one: {} } });
    const good = it.text({ servers: { one: {}, two: {} } });

    it.edit(good.replace('timeout = 1', 'timeout = = 1'));

    const { text } = await it.shows(ANNA, 'The settings were changed and cannot be used');
    expect(text).toMatch(/settings\.toml:\d+:\d+: /);
    expect(text).toContain('What they said before stays in force.');
    expect(text).not.toContain(SECRET);
    await expect.poll(() => it.menu()).toEqual(['🟢 one', '↻ Refresh']);
    await it.looked('one');
    expect(it.looks('two')).toBe(0);

    it.edit(good);

    await it.shows(ANNA, 'The settings are in order again and in force.');
    await it.looked('two');
    await it.stop();
  });

  test('several mistakes are told together, each with its line, to the administrators alone', async () => {
    const it = await scene();
    await it.start({ top: { 'tg-users-id': [ANNA.id, BORIS.id] }, servers: { one: {} } });
    it.edit({
      top: { 'tg-users-id': [ANNA.id], locale: 'xx' },
      servers: { one: { status: { timeout: -1 } } },
    });
    const { text } = await it.shows(ANNA, 'cannot be used');
    expect(text).toMatch(
      /settings\.toml:\d+: locale: [\s\S]*settings\.toml:\d+: servers\.one\.server_status\.timeout: /,
    );
    // Boris would be out, were it any use.
    await it.shows(BORIS, 'cannot be used');
    await it.stop();
  });

  test('the file is gone: told, and the bot goes on with what it said', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    renameSync(it.path, `${it.path}.old`);
    const { text } = await it.shows(ANNA, 'is gone. Put it back.');
    expect(text).toContain('What they said before stays in force.');
    expect(text).not.toContain('settings.example.toml');
    await it.looked('one');
    renameSync(`${it.path}.old`, it.path);
    await it.shows(ANNA, 'The settings are in order again');
    await it.stop();
  });

  test('a token that Telegram refuses: told over the old one, which stays in use', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    await it.ask(ANNA, '/help');
    const wrong = '123456:another-token-AAAAAAAAAAAAAAAAAAAAAA';

    it.edit({ top: { 'tg-api-token': wrong, locale: 'es' }, servers: { one: {} } });

    const { text } = await it.shows(ANNA, 'cannot be used');
    expect(text).toContain('tg-api-token: Telegram refuses this token');
    expect(text + it.program.err()).not.toContain(wrong);
    // Nothing of that edit holds.
    expect((await it.ask(ANNA, '/help')).text).toContain('What this bot does');
    await it.server('one').setFault({ kind: 'down' });
    await it.shows(ANNA, 'one is down');
    it.edit({ servers: { one: {} } });
    await it.shows(ANNA, 'The settings are in order again');
    await it.stop();
  });
});

test('a token that is edited in while Telegram is away and refused when it is back: the old one, and the reason', async () => {
  const it = await scene();
  const wrong = '123456:another-token-AAAAAAAAAAAAAAAAAAAAAA';
  const [REASON, AWAY] = ['tg-api-token: Telegram refuses this token', 'Telegram cannot be polled'];
  const reasons = () => it.told(ANNA).filter(({ text }) => text.includes(REASON)).length;
  await it.start({ servers: { one: {} } });
  await it.ask(ANNA, '/help');

  await it.telegram.setFault({ kind: 'away' });
  await it.logged(AWAY);
  it.edit({ top: { 'tg-api-token': wrong }, servers: { one: {} } });
  await it.applied();
  await it.server('one').setFault({ kind: 'down' });
  await it.telegram.setFault({ kind: 'none' });

  await it.shows(ANNA, REASON);
  await it.shows(ANNA, 'one is down');
  expect((await it.ask(ANNA, '/help')).text).toContain('What this bot does');

  // The same once more, with an edit that changes nothing about it: it is known, and nobody is told again.
  const polled = () => it.program.err().split(AWAY).length - 1;
  const before = polled();
  await it.telegram.setFault({ kind: 'away' });
  await expect.poll(polled).toBeGreaterThan(before);
  it.edit({ top: { 'tg-api-token': wrong, locale: 'es' }, servers: { one: {} } });
  await quiet(3_000);
  await it.telegram.setFault({ kind: 'none' });
  await expect.poll(() => it.program.err().split('connected to Telegram').length - 1).toBe(3);
  expect((await it.ask(ANNA, '/help')).text).toContain('What this bot does');
  expect(reasons()).toBe(1);

  it.edit({ servers: { one: {} } });
  await it.shows(ANNA, 'The settings are in order again');
  await it.stop();
}, 120_000);

test('another Telegram: the bot answers there and lets go of the old one', async () => {
  const it = await scene();
  const other = await startTelegram({ token: '654321:the-other-token-000000000000000000' });
  onTestFinished(() => other.close());
  other.knowChat(ANNA.id, ANNA.name);
  await it.start({ servers: { one: {} } });
  await it.ask(ANNA, '/help');

  it.edit({ top: { 'tg-api-token': other.token, 'tg-api-root': other.apiRoot }, servers: { one: {} } });

  await it.applied();
  other.write(ANNA, '/help');
  await other.waitForMessage(({ text }) => text.startsWith('What this bot does'));
  const before = it.telegram.calls.length;
  await it.server('one').setFault({ kind: 'down' });
  await other.waitForMessage(({ text }) => text.includes('one is down'), SOON_MS);
  expect(it.telegram.calls.length).toBe(before);
  expect(it.program.out().match(/Bot is running/g)).toHaveLength(1);
  await it.stop();
});

describe('the place where things are kept', () => {
  const database = ({ folder }: Scene) => join(folder, 'data', 'trueconf-admin-bot.sqlite');

  test('another bot is on it: one line says so, and 75', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    expect(existsSync(database(it))).toBe(true);
    const second = startProgram(built.main, ['run'], { cwd: it.folder });
    onTestFinished(() => second.stop());
    expect((await second.ended).code).toBe(75);
    const lines = second
      .err()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('{'));
    expect(lines.at(-1)).toBe(
      `Another bot uses ${join(it.folder, 'data')}. Stop it first: two would tell everything twice.`,
    );
    expect(second.out()).toBe('');
    expect((await it.ask(ANNA, '/help')).text).toContain('What this bot does');
    await it.stop();
  });

  test.each([
    ['damaged', 'this is no database'.repeat(1_000), /it is damaged and was left as it is/, 'is damaged'],
  ] as const)(
    'a %s file: said in the terminal and to the administrators, and the bot works in memory',
    async (_what, content, terminal, told) => {
      const it = await scene();
      mkdirSync(join(it.folder, 'data'));
      writeFileSync(database(it), content);
      const program = await it.start({ servers: { one: {} } });
      expect(program.err()).toMatch(terminal);
      const { text } = await it.shows(ANNA, 'The bot cannot write down what it knows');
      expect(text).toContain(told);
      await it.server('one').setFault({ kind: 'down' });
      await it.shows(ANNA, 'one is down');
      await it.open('one', 'History', /the connection was refused/);
      await it.stop();
    },
  );

  test('a folder that cannot be made: the same', async () => {
    const it = await scene();
    writeFileSync(join(it.folder, 'data'), 'a file stands where the folder should be');
    const program = await it.start({ servers: { one: {} } });
    expect(program.err()).toContain('the data folder cannot be made or used.');
    await it.shows(ANNA, 'The data folder cannot be used.');
    await expect.poll(() => it.menu()).toEqual(['🟢 one', '↻ Refresh']);
    await it.stop();
  });

  test('what was there before the restart is there after it: mutes, outages, who did what', async () => {
    const it = await scene();
    await it.start({ servers: { one: {} } });
    it.telegram.write(ANNA, '/mute');
    const mutes = await it.shows(ANNA, 'Muted in this chat');
    it.telegram.press(ANNA, mutes, 'Mute 8 h');
    await it.shows(ANNA, '🔕 one until');
    it.telegram.deleteMessage(mutes.chatId, mutes.messageId);
    await it.server('one').setFault({ kind: 'down' });
    await it.open('one', 'Status', /Down since/);
    await it.server('one').setFault({ kind: 'none' });
    await it.open('one', 'Status', /Up since/);
    await it.stop();

    await it.start();
    expect((await it.ask(ANNA, '/mute')).text).toContain('🔕 one until');
    await it.open('one', 'History', /🔴 .* the connection was refused/);
    expect(alertsIn(it)).toEqual([]);
    await it.stop();
  });
});
