/** Rows about what the bot keeps: how fast alerts are written and delivered, and what a long past and the disk cost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMINISTRATOR, median, settingsFor, sleep, startBot } from './bot.mjs';
import { Dispatcher, encode, openStore, serverKey, startTelegram, systemClock } from './built/parts.js';
import { writeHistory } from './history-file.mjs';
import { startSimulators } from './simulators-client.mjs';

const PERSON = { id: ADMINISTRATOR, name: 'Bench' };
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** From the commit of a change that many are told to the mark that the last of them was; the messenger takes no time. */
export async function outbox() {
  const [recipients, rounds] = [1_000, 12];
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const troubles = { onTrouble() {}, onRecovered() {} };
  const { kind, store } = await openStore(folder, { clock: systemClock, log: SILENT, ...troubles });
  if (kind !== 'on-disk') throw new Error(`the store is ${kind}`);

  const stop = new AbortController();
  const dispatcher = new Dispatcher({
    store,
    clock: systemClock,
    random: Math.random,
    log: SILENT,
    channels: [{ name: 'bench', deliver: async () => ({ kind: 'delivered' }) }],
    isRecipient: () => true,
    quietUntil: () => undefined,
    watchesOthers: () => false,
    compose: () => ({ text: '', keyboard: [] }),
    onDelivered: () => {},
    onRefused: async () => {},
  });
  const running = dispatcher.run(stop.signal);
  const values = [];
  for (let round = 0; round < rounds; round++) {
    // Past the second between two messages to one recipient.
    await sleep(1_500);
    const at = Date.now();
    const event = { kind: 'server-up', server: 'main', at, downSince: at - 60_000 };
    const rows = Array.from({ length: recipients }, (_, index) => ({
      recipient: { channel: 'bench', address: String(index) },
      event,
      writtenAt: at,
    }));
    const startedAt = performance.now();
    dispatcher.add(await store.commit({ outbox: rows }));
    while ((await store.outbox()).length > 0) await sleep(1);
    values.push((recipients / (performance.now() - startedAt)) * 1_000);
  }
  const changes = [];
  for (let change = 0; change < 500; change++) {
    const at = Date.now();
    const event = { kind: 'server-up', server: 'main', at, downSince: at - 60_000 };
    const written = [1, 2, 3].map((address) => ({
      recipient: { channel: 'nobody', address: String(address) },
      event,
      writtenAt: at,
    }));
    const startedAt = performance.now();
    await store.commit({
      availability: { server: 'main', value: { status: 'up', since: at } },
      outbox: written,
    });
    changes.push(performance.now() - startedAt);
  }
  stop.abort();
  await running;
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  const value = median(values.slice(1));
  return [
    {
      what: 'outbox: rows committed, delivered and marked, one message each',
      measured: `median of ${rounds - 1} changes that ${recipients} recipients are told`,
      bar: 'stated',
      value: `${value.toFixed(0)} rows/s`,
      ok: true,
    },
    {
      what: '… one change with three rows, on disk for good',
      measured: `median of ${changes.length} commits`,
      bar: 'stated',
      value: `${median(changes).toFixed(2)} ms`,
      ok: true,
    },
  ];
}

/** 200 servers with a past of 400 days: the start, the memory, and the screens that read it. */
export async function past() {
  const [servers, days] = [200, 400];
  const world = await startSimulators({ servers });
  const telegram = await startTelegram();
  const history = await writeHistory(
    world.servers.map(({ name }) => name),
    days,
  );
  try {
    const size = `${(history.buckets / 1e6).toFixed(1)} million buckets, ${history.megabytes.toFixed(0)} MB`;
    const lessDays = history.days < days ? `, more has no room on this disk` : '';
    const settings = settingsFor({ telegram, servers: world.servers });
    const starts = { with: [], without: [] };
    for (let run = 0; run < 6; run++) {
      for (const how of ['with', 'without']) {
        const bot = await startBot(settings, how === 'with' ? { dataDir: history.folder } : {});
        starts[how].push(bot.started);
        await bot.stop();
      }
    }
    // One after the other: two cannot poll one Telegram.
    const empty = await settled(settings);
    await empty.bot.stop();
    const kept = await settled(settings, history.folder);
    const screens = await readPast(telegram, world.servers.slice(0, 9));
    const after = kept.bot.residentMiB();
    await kept.bot.stop();
    const start = median(starts.with.slice(1));
    const without = median(starts.without.slice(1));
    return [
      {
        what: `start to \`Bot is running…\`, ${servers} servers and ${history.days} days of history`,
        measured: `median of ${starts.with.length - 1}; ${size}${lessDays}; with an empty folder: ${without.toFixed(0)} ms`,
        bar: 'stated',
        value: `${start.toFixed(0)} ms`,
        ok: true,
      },
      {
        what: '… resident memory after half a minute',
        measured: `with an empty folder: ${empty.memory.toFixed(0)} MiB; after the screens below: ${after.toFixed(0)} MiB`,
        bar: 'stated',
        value: `${kept.memory.toFixed(0)} MiB`,
        ok: true,
      },
      ...screens,
    ];
  } finally {
    history.remove();
    await Promise.all([world.stop(), telegram.close()]);
  }
}

async function settled(settings, dataDir) {
  const bot = await startBot(settings, { dataDir });
  await sleep(30_000);
  return { bot, memory: bot.residentMiB() };
}

/** What reads the past, from the tap to what is shown: of each server for the first time, and then once more. */
async function readPast(telegram, servers) {
  const keys = servers.map(({ name, host, apiPort, statusPort }) =>
    serverKey({ name, address: `${host}:${apiPort}:${statusPort}` }),
  );
  telegram.write(PERSON, '/start');
  const message = await telegram.waitForMessage(({ fromBot }) => fromBot);
  // Also an edit that Telegram refuses because the message says just that already.
  const shown = (matches) =>
    new Promise((resolve) => {
      telegram.onCall = (call) => {
        if (matches(call)) resolve();
      };
    });
  const tap = async (action, server, matches) => {
    const answer = shown(matches);
    const startedAt = performance.now();
    telegram.press(PERSON, message, encode({ ...action, server }));
    await Promise.race([
      answer,
      sleep(30_000).then(() => {
        throw new Error(`no answer to ${action.kind}`);
      }),
    ]);
    telegram.onCall = undefined;
    return performance.now() - startedAt;
  };
  const isPicture = ({ method }) => method === 'sendPhoto' || method === 'editMessageMedia';
  const says = (words) => (call) => String(call.params.text ?? '').includes(words);
  const rows = [];
  for (const [what, action, matches] of [
    ['status with the uptime of 30 days', { kind: 'status' }, says('Uptime')],
    ['history', { kind: 'history', page: 0 }, says('was refused')],
    ['chart of 24 h, tap to picture', { kind: 'chart', days: 1 }, isPicture],
    ['chart of 7 days, tap to picture', { kind: 'chart', days: 7 }, isPicture],
  ]) {
    const [first, again] = [[], []];
    for (const key of keys) first.push(await tap(action, key, matches));
    for (const key of keys) again.push(await tap(action, key, matches));
    rows.push({
      what: `… ${what}`,
      measured: `median of ${first.length - 1} servers, each for the first time; once more: ${median(again).toFixed(0)} ms`,
      bar: 'stated',
      value: `${median(first.slice(1)).toFixed(0)} ms`,
      ok: true,
    });
  }
  return rows;
}

/**
 * Processor time of a round of probes, with what is kept on disk and with what is kept in memory alone, because the data
 * folder is a file. Both at the same time, for as long as it takes until the counted probes were written once.
 */
export async function rounds() {
  const [count, interval, seconds] = [2_000, 15, 300];
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'no-folder');
  writeFileSync(file, '');
  const world = await startSimulators({ servers: count });
  const settings = settingsFor({ ...world, interval });
  const on = await startBot(settings, { dataDir: join(folder, 'data') });
  const off = await startBot(settings, { dataDir: file });
  await sleep(interval * 2_000);
  const before = [on, off].map((bot) => bot.cpuSeconds());
  await sleep(seconds * 1_000);
  const spent = [on, off].map((bot, index) => bot.cpuSeconds() - before[index]);
  const memory = [on, off].map((bot) => bot.residentMiB());
  await Promise.all([on.stop(), off.stop()]);
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
  return ['on disk', 'in memory alone'].map((where, index) => ({
    what: `a round of probes of 2,000 servers, history ${where}: processor time`,
    measured: `whole process, over ${seconds} s, ${seconds / interval} rounds; ${memory[index].toFixed(0)} MiB at the end`,
    bar: 'stated',
    value: `${((spent[index] * 1_000 * interval) / seconds).toFixed(0)} ms`,
    ok: true,
  }));
}
