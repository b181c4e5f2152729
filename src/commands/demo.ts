/**
 * `demo`: the bot on simulated servers and a simulated Telegram, shown as a web page. The bot is this same program in
 * a process of its own; nothing in it knows that it is a demo.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Demo, startDemo } from '../simulator/demo.ts';
import { DEMO_PORT, type DemoOptions } from './demo-options.ts';
import { EXIT } from './exit-codes.ts';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const TEXTS = new URL('../../locales/demo/', import.meta.url);
const READY = 'Bot is running…';
/** Probes often enough that a pulled plug is seen within seconds. */
const PROBE_SECONDS = 2;
const STOP_LIMIT_MS = 2_500;

/** An end that a person is told in one sentence; what it is theirs to mend, it says how. */
class DemoTrouble extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.unusable) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @returns the exit code */
export async function demo(options: DemoOptions): Promise<number> {
  const stopping = firstSignal();
  const endings: (() => unknown)[] = [];
  try {
    const port = readPort(options.port);
    const folder = makeFolder();
    const clear = () => rmSync(folder, { recursive: true, force: true });
    endings.push(clear);
    // Also when a second signal ends it at once.
    process.once('exit', clear);
    const stage = await openStage(options.locale, port);
    endings.push(() => stage.close());
    const bot = startBot(stage, folder, options.locale);
    endings.push(() => stop(bot));
    process.once('exit', () => bot.kill('SIGKILL'));
    const isReady = await Promise.race([stopping.then(() => false), readiness(bot).then(() => true)]);
    if (isReady) {
      process.stdout.write(`Demo is ready: ${stage.url}\nCtrl-C ends it and leaves nothing behind.\n`);
      if (options.open) openBrowser(stage.url);
      await Promise.race([stopping, endOf(bot)]);
    }
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof DemoTrouble)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  } finally {
    for (const end of endings.reverse()) await end();
  }
}

function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    let hasCome = false;
    const onSignal = () => {
      if (hasCome) process.exit(EXIT.ok);
      hasCome = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  });
}

function readPort(given: string | undefined): number | undefined {
  if (given === undefined) return undefined;
  const port = Number(given);
  if (/^\d{1,5}$/.test(given) && port <= 65_535) return port;
  throw new DemoTrouble(
    `--port must be a number from 0 to 65535 (0 takes any free one), not "${given}".`,
    EXIT.usage,
  );
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'trueconf-admin-bot-demo-'));
  } catch (error) {
    throw cannotWrite(error);
  }
}

function cannotWrite(error: unknown): DemoTrouble {
  return new DemoTrouble(
    `The demo cannot write to ${tmpdir()} (${codeOf(error)}). Name a folder that you may write to: TMPDIR=/path npm run demo`,
  );
}

async function openStage(locale: string, port: number | undefined): Promise<Demo> {
  try {
    const texts = JSON.parse(await readFile(new URL(`${locale}.json`, TEXTS), 'utf8'));
    if (port !== undefined) return await startDemo({ port, locale, texts });
    return await startDemo({ port: DEMO_PORT, locale, texts }).catch((error) => {
      // Windows keeps whole ranges of ports to itself and says EACCES.
      if (!['EADDRINUSE', 'EACCES'].includes(codeOf(error))) throw error;
      return startDemo({ port: 0, locale, texts });
    });
  } catch (error) {
    throw whyClosed(error, port);
  }
}

function whyClosed(error: unknown, port: number | undefined): unknown {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return new DemoTrouble(
        `Port ${port} is taken. Name another one, or leave out --port to take a free one.`,
      );
    case 'EACCES':
      return new DemoTrouble(`You may not use port ${port}. Name one above 1023, or leave out --port.`);
    case 'ENOENT':
      return new DemoTrouble(
        `A file of the demo is missing: ${(error as NodeJS.ErrnoException).path}. Run npm ci, then try again.`,
      );
    default:
      return error;
  }
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

function settingsFor(stage: Demo, locale: string): string {
  const lines = [
    `tg-api-token = "${stage.telegram.token}"`,
    `tg-api-root = "${stage.telegram.apiRoot}"`,
    `tg-users-id = [${stage.administrators.join(', ')}]`,
    `locale = "${locale}"`,
    'log-level = "error"',
  ];
  for (const { name, simulator } of stage.servers) {
    const { host, apiPort, statusPort } = simulator;
    lines.push(
      `[servers."${name}"]`,
      `ip = "${host}"`,
      'client_id = "client"',
      'client_secret = "secret"',
      'ssl_certificate = true',
      `https_port = ${apiPort}`,
      `[servers."${name}".server_status]`,
      'state = true',
      `timeout = ${PROBE_SECONDS}`,
      `status_port = ${statusPort}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function startBot(stage: Demo, folder: string, locale: string): ChildProcess {
  const config = join(folder, 'settings.toml');
  const authority = join(folder, 'authority.pem');
  try {
    writeFileSync(config, settingsFor(stage, locale), { mode: 0o600 });
    writeFileSync(authority, stage.authority);
  } catch (error) {
    throw cannotWrite(error);
  }
  return spawn(process.execPath, [MAIN, 'run', '--config', config, '--data-dir', join(folder, 'data')], {
    // The channel tells the bot when the demo is gone, in whatever way.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // As a company would make its own authority known.
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
  });
}

/** Resolves when the bot says that it runs. */
function readiness(bot: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    bot.stdout?.on('data', (chunk) => {
      output = `${output}${chunk}`.slice(-1000);
      if (output.includes(READY)) resolve();
    });
    bot.once('error', reject);
    bot.once('exit', (code, signal) => reject(unasked(code, signal)));
  });
}

/** Rejects unless it was told to end, as it is by Ctrl-C, which goes to all processes of a terminal. */
function endOf(bot: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    bot.once('exit', (code, signal) => {
      if (code === EXIT.ok) resolve();
      else reject(unasked(code, signal));
    });
  });
}

function unasked(code: number | null, signal: NodeJS.Signals | null): DemoTrouble {
  return new DemoTrouble(
    signal === null
      ? `The bot has ended (exit code ${code}), so the demo ends as well. What it said is above.`
      : `The bot was ended from outside (${signal}), so the demo ends as well.`,
    EXIT.internal,
  );
}

async function stop(bot: ChildProcess): Promise<void> {
  if (bot.exitCode !== null || bot.signalCode !== null) return;
  const ended = new Promise((resolve) => bot.once('exit', resolve));
  bot.kill('SIGTERM');
  const limit = setTimeout(() => bot.kill('SIGKILL'), STOP_LIMIT_MS);
  await ended;
  clearTimeout(limit);
}

/** Where somebody sits in front of it. */
function openBrowser(url: string): void {
  const { CI, SSH_CONNECTION, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI || SSH_CONNECTION || !process.stdout.isTTY) return;
  if (process.platform === 'linux' && !DISPLAY && !WAYLAND_DISPLAY) return;
  const [command = '', ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  // The address stands in the terminal.
  opener.once('error', () => {});
  opener.unref();
}

const OPENERS: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};
