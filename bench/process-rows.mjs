/** Rows about the bot as a process: how soon it runs, what a probe costs, how punctual it is, how much memory it takes. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareNodeMiB, median, settingsFor, sleep, startBot } from './bot.mjs';
import { startSimulators } from './simulators-client.mjs';

/** From the start of the process to the line in the terminal. */
export async function start() {
  const world = await startSimulators({ servers: 50 });
  const runs = [];
  for (let run = 0; run < 12; run++) {
    const bot = await startBot(settingsFor(world));
    runs.push(bot.started);
    await bot.stop();
  }
  await world.stop();
  // The first one fills the disk cache.
  const value = median(runs.slice(1));
  return [
    {
      what: 'start to `Bot is running…`, 50 servers',
      measured: `median of ${runs.length - 1}`,
      bar: '< 450 ms',
      value: `${value.toFixed(0)} ms`,
      ok: value < 450,
    },
  ];
}

/** Processor time of the whole process, divided by the probes that arrived. */
export async function cpuPerProbe() {
  const seconds = 30;
  const world = await startSimulators({ servers: 50 });
  const bot = await startBot(settingsFor({ ...world, interval: 2 }));
  // Past the start: compiling and the first look at who is on are no cost of a probe.
  await sleep(20_000);
  const before = sum(await world.probes());
  const cpu = bot.cpuSeconds();
  await sleep(seconds * 1_000);
  const probes = sum(await world.probes()) - before;
  const value = ((bot.cpuSeconds() - cpu) * 1_000) / probes;
  await bot.stop();
  await world.stop();
  return [
    {
      what: 'processor time for a probe, 50 servers every 2 s',
      measured: `whole process, from 20 s to ${20 + seconds} s, ${probes} probes`,
      bar: '< 0.7 ms',
      value: `${value.toFixed(2)} ms`,
      ok: value < 0.7,
    },
  ];
}

/** 2,000 servers on one core: how late probes start, whether a round is missed, and the memory. */
export async function punctuality() {
  const [count, interval, seconds] = [2_000, 15, 60];
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'lateness.json');
  const world = await startSimulators({ servers: count });
  const bot = await startBot(settingsFor({ ...world, interval }), {
    prefix: ['taskset', '-c', '0'],
    nodeOptions: ['--import', new URL('./lateness.mjs', import.meta.url).href],
    environment: { LATENESS_FILE: file },
  });
  await sleep(interval * 1_000 + 3_000);
  await world.forget();
  await sleep(seconds * 1_000);
  const probes = await world.probes();
  const memory = bot.residentMiB();
  await bot.stop();
  await world.stop();
  const { p99, most, count: measured } = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true, force: true });
  const missed = probes.filter((seen) => seen < Math.floor(seconds / interval)).length;
  return [
    {
      what: '2,000 servers every 15 s on one core: how late a probe starts',
      measured: `p99 of ${measured} probes (most ${most.toFixed(0)} ms)`,
      bar: '< 250 ms',
      value: `${p99.toFixed(0)} ms`,
      ok: p99 < 250,
    },
    {
      what: '… servers that missed a round',
      measured: `over ${seconds} s`,
      bar: '0',
      value: String(missed),
      ok: missed === 0,
    },
    {
      what: '… resident memory',
      measured: 'at the end',
      bar: 'stated',
      value: `${memory.toFixed(0)} MiB`,
      ok: true,
    },
  ];
}

/** Resident memory after a minute, beside a `node` that does nothing. */
export async function memory() {
  const bare = await bareNodeMiB();
  const rows = [];
  for (const [servers, bar] of [
    [2, 70],
    [50, 75],
  ]) {
    const world = await startSimulators({ servers });
    const bot = await startBot(settingsFor(world));
    await sleep(60_000);
    const value = bot.residentMiB();
    await bot.stop();
    await world.stop();
    rows.push({
      what: `resident memory after a minute, ${servers} servers every 15 s`,
      measured: `bare \`node\`: ${bare.toFixed(0)} MiB`,
      bar: `< ${bar} MiB`,
      value: `${value.toFixed(0)} MiB`,
      ok: value < bar,
    });
  }
  return rows;
}

const sum = (values) => values.reduce((total, value) => total + value, 0);
