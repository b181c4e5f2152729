/** The built bot as a process of its own: starts it on settings made for one row, reads what it costs, stops it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = new URL('../dist/main.js', import.meta.url).pathname;

/** Clock ticks a second of /proc/PID/stat; 100 on every Linux that Node runs on. */
const TICKS = 100;

export const ADMINISTRATOR = 4711;

/**
 * @param {{ telegram: { apiRoot: string, token: string }, servers: { name: string, host: string, apiPort: number, statusPort: number }[], interval?: number, state?: boolean, check?: string }} world
 */
export function settingsFor({ telegram, servers, interval = 15, state = true, check = 'off' }) {
  return [
    `tg-api-token = "${telegram.token}"`,
    `tg-api-root = "${telegram.apiRoot}"`,
    `tg-users-id = [${ADMINISTRATOR}]`,
    'locale = "en"',
    'time-zone = "UTC"',
    'log-level = "error"',
    '[network]',
    `check = "${check}"`,
    ...servers.flatMap(({ name, host, apiPort, statusPort }) => [
      `[servers."${name}"]`,
      `ip = "${host}"`,
      'client_id = "client"',
      'client_secret = "secret"',
      'ssl_certificate = false',
      `https_port = ${apiPort}`,
      `[servers."${name}".server_status]`,
      `state = ${state}`,
      `timeout = ${interval}`,
      `status_port = ${statusPort}`,
    ]),
    '',
  ].join('\n');
}

/**
 * Starts the bot and waits for `Bot is running…`.
 * @param {string} settings
 * @param {{ prefix?: string[], nodeOptions?: string[], environment?: Record<string, string>, dataDir?: string }} [how]
 */
export async function startBot(settings, { prefix = [], nodeOptions = [], environment = {}, dataDir } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const config = join(folder, 'settings.toml');
  writeFileSync(config, settings);
  const options = ['--config', config, ...(dataDir === undefined ? [] : ['--data-dir', dataDir])];
  const [command, ...args] = [...prefix, process.execPath, ...nodeOptions, MAIN, 'run', ...options];
  const startedAt = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let output = '';
  const started = await new Promise((resolve, reject) => {
    const watch = (chunk) => {
      output += chunk;
      if (output.includes('Bot is running…')) resolve(performance.now() - startedAt);
    };
    child.stdout.on('data', watch);
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    child.once('exit', (code) => reject(new Error(`the bot ended with ${code}:\n${output.slice(-2000)}`)));
  });
  child.removeAllListeners('exit');
  return {
    pid: child.pid,
    /** Milliseconds from the start of the process to the line. */
    started,
    cpuSeconds: () => cpuSeconds(child.pid),
    residentMiB: () => residentMiB(child.pid),
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** User and system time so far. */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function residentMiB(pid) {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1] ?? 0) / 1024;
}

/** A `node` that does nothing, to compare with. */
export async function bareNodeMiB() {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  await sleep(2_000);
  const size = residentMiB(child.pid);
  child.kill();
  return size;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))];
}

export const median = (values) => quantile(values, 0.5);
