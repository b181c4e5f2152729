/** Rows about what a person feels: from a tap to the edited message, and from an outage to the alert. */
import { ADMINISTRATOR, median, quantile, settingsFor, sleep, startBot } from './bot.mjs';
import { startTelegram, startTrueConf } from './built/parts.js';

const PERSON = { id: ADMINISTRATOR, name: 'Bench' };
const HOUR = 3_600_000;

/** One server with `conferences` and `users`, Telegram, and the bot with its list of servers open. */
async function startWorld({ conferences = 0, users = 0, latencyMs = 0, monitored = false }) {
  const telegram = await startTelegram();
  const server = await startTrueConf({ latencyMs });
  for (let index = 0; index < conferences; index++) {
    server.addConference({
      topic: `Conference ${index}`,
      startedAt: Date.now() - 2 * HOUR - index * 1_000,
      participants: [{ id: `guest${index}@sim.example`, displayName: `Guest ${index}`, role: 1 }],
    });
  }
  for (let index = 0; index < users; index++) {
    server.users.push({ id: `user${index}`, displayName: `User ${index}`, status: [1, 2, 5][index % 3] });
  }
  const named = [
    {
      name: 'video.example.com',
      ...server,
      host: server.host,
      apiPort: server.apiPort,
      statusPort: server.statusPort,
    },
  ];
  const bot = await startBot(settingsFor({ telegram, servers: named, state: monitored }));
  telegram.write(PERSON, '/start');
  const message = await telegram.waitForMessage(({ fromBot }) => fromBot);
  return {
    /** Writes a command, and answers with the bot's message. */
    ask: (command) => {
      const known = telegram.messages.length;
      telegram.write(PERSON, command);
      return telegram.waitForMessage((one) => one.fromBot && telegram.messages.indexOf(one) >= known);
    },
    /** Presses a button by its label, of the list of servers unless told otherwise, and measures until the edited message arrives. */
    tap: (label, shown = message) => tap(telegram, shown, label),
    stop: async () => {
      await bot.stop();
      await Promise.all([telegram.close(), server.close()]);
    },
  };
}

async function tap(telegram, message, label) {
  const current = telegram.messages.find(
    ({ messageId, chatId }) => messageId === message.messageId && chatId === message.chatId,
  );
  const button = current.keyboard.flat().find((one) => one.text.includes(label));
  if (!button) throw new Error(`no button «${label}» in ${JSON.stringify(current.keyboard)}`);
  const seen = telegram.calls.filter(({ method }) => method === 'editMessageText').length;
  const startedAt = performance.now();
  let lasted = 0;
  const edited = new Promise((resolve) => {
    telegram.onCall = (call) => {
      // The waiting screen is no answer.
      if (call.method !== 'editMessageText' || call.params.text.startsWith('⏳')) return;
      lasted = performance.now() - startedAt;
      resolve(call);
    };
  });
  telegram.press(PERSON, message, button.callback_data);
  const timeout = sleep(30_000).then(() => {
    throw new Error(`no answer to «${label}» after ${seen} edits`);
  });
  await Promise.race([edited, timeout]);
  telegram.onCall = undefined;
  return lasted;
}

/** Every screen, with a server that answers at once. */
export async function taps() {
  const rounds = 40;
  // One is stopped in each round.
  const world = await startWorld({ conferences: 12 + rounds, users: 60 });
  const times = {};
  const measure = async (screen, label, message) => {
    times[screen] ??= [];
    times[screen].push(await world.tap(label, message));
  };
  for (let round = 0; round < rounds; round++) {
    await measure('server menu', 'video.example.com');
    await measure('status', 'Status');
    await measure('server menu', 'Back');
    await measure('running conferences', 'Running conferences');
    await measure('conference', '1. Conference');
    await measure('stop question', 'Stop the conference');
    await measure('running conferences', 'Cancel');
    await measure('conference', '1. Conference');
    await measure('stop question', 'Stop the conference');
    await measure('stop, and the list again', 'Stop the conference');
    await measure('server menu', 'Back');
    await measure('online users', 'Online users');
    await measure('server menu', 'Back');
    await measure('forgotten conferences', 'Forgotten conferences');
    await measure('stop-all question', 'Stop all');
    await measure('forgotten conferences', 'Cancel');
    await measure('server menu', 'Back');
    await measure('history', 'History');
    await measure('server menu', 'Back');
    await measure('servers', 'Back');
  }
  for (const [screen, command] of [
    ['state of all servers', '/status'],
    ['forgotten conferences of all servers', '/forgotten'],
    ['muted servers', '/mute'],
  ]) {
    const message = await world.ask(command);
    for (let round = 0; round < rounds; round++) await measure(screen, 'Refresh', message);
  }
  await world.stop();
  return Object.entries(times).map(([screen, values]) => {
    const value = quantile(values.slice(1), 0.95);
    return {
      what: `tap to edited message: ${screen}`,
      measured: `p95 of ${values.length - 1}, without the first`,
      bar: '< 30 ms',
      value: `${value.toFixed(1)} ms`,
      ok: value < 30,
    };
  });
}

export async function forgottenSearch() {
  const world = await startWorld({ conferences: 200, latencyMs: 50 });
  const values = [];
  await world.tap('video.example.com');
  for (let round = 0; round < 5; round++) {
    values.push(await world.tap('Forgotten conferences'));
    await world.tap('Back');
  }
  await world.stop();
  const value = median(values);
  return [
    {
      what: 'forgotten search over 200 running conferences, 50 ms latency',
      measured: `median of ${values.length}`,
      bar: '< 2 s',
      value: `${(value / 1_000).toFixed(2)} s`,
      ok: value < 2_000,
    },
  ];
}

export async function onlineUsers() {
  const world = await startWorld({ users: 5_000, latencyMs: 50 });
  const values = [];
  await world.tap('video.example.com');
  for (let round = 0; round < 5; round++) {
    values.push(await world.tap('Online users'));
    await world.tap('Back');
  }
  await world.stop();
  const value = median(values);
  return [
    {
      what: 'online users, 5,000 of them, 50 ms latency',
      measured: `median of ${values.length}`,
      bar: '< 1.5 s',
      value: `${(value / 1_000).toFixed(2)} s`,
      ok: value < 1_500,
    },
  ];
}

/**
 * From the moment the servers are cut off until the alert that names the last of them arrives. `network.check` is set
 * and answers: without it most servers of three or more that fail together may be the bot's own network, which is said
 * instead.
 */
export async function outages() {
  const rows = [];
  for (const count of [2, 50]) {
    for (const [kind, words, bar, repeats] of [
      ['down', 'refused', 4_100, 9],
      ['dropping', 'packets dropped', 10_000, 5],
    ]) {
      const value = median(await tellOutages(count, kind, repeats));
      rows.push({
        what: `an outage told, ${count} servers every 2 s, ${words}`,
        measured: `median of ${repeats}`,
        bar: `< ${bar / 1_000} s`,
        value: `${(value / 1_000).toFixed(2)} s`,
        ok: value < bar,
      });
    }
  }
  return rows;
}

async function tellOutages(count, kind, repeats) {
  const telegram = await startTelegram();
  telegram.write(PERSON, 'hello');
  const servers = await Promise.all(Array.from({ length: count }, () => startTrueConf()));
  const named = servers.map(({ host, apiPort, statusPort }, index) => ({
    name: `srv-${index}-end`,
    host,
    apiPort,
    statusPort,
  }));
  const values = [];
  for (let repeat = 0; repeat < repeats; repeat++) {
    // A new one each time: servers that go down again and again would be told as unstable.
    const world = { telegram, servers: named, interval: 2, check: telegram.apiRoot };
    const bot = await startBot(settingsFor(world));
    // A random place in the interval, so that the repeats do not all meet the same moment of it.
    await sleep(4_000 + Math.random() * 2_000);
    const missing = new Set(named.map(({ name }) => name));
    const cut = performance.now();
    const told = new Promise((resolve) => {
      telegram.onMessage = ({ text }) => {
        if (!text.startsWith('🔴')) return;
        for (const name of missing) if (text.includes(name)) missing.delete(name);
        if (missing.size === 0) resolve(performance.now() - cut);
      };
    });
    await Promise.all(servers.map((server) => server.setFault({ kind })));
    values.push(await Promise.race([told, sleep(60_000).then(() => Number.POSITIVE_INFINITY)]));
    telegram.onMessage = undefined;
    await bot.stop();
    await Promise.all(servers.map((server) => server.setFault({ kind: 'none' })));
  }
  await Promise.all([telegram.close(), ...servers.map((server) => server.close())]);
  return values;
}
