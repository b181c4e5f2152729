/** Simulated servers in a process of their own, so that what they cost is not counted as the bot's. Driven by messages. */
import { selfSigned, startMany, startTelegram } from './built/parts.js';

let telegram;
let many;

const ORDERS = {
  start: async ({ servers, tokenLatencyMs = 0 }) => {
    const { key, cert } = await selfSigned('127.0.0.1');
    telegram = await startTelegram({ latencyMs: tokenLatencyMs });
    many = await startMany(servers, { tls: { key, cert } });
    return {
      telegram: { apiRoot: telegram.apiRoot, token: telegram.token },
      servers: many.servers.map(({ host, apiPort, statusPort }, index) => ({
        name: `server ${index + 1}`,
        host,
        apiPort,
        statusPort,
      })),
    };
  },
  /** Probes that each server has received so far. */
  probes: async () => many.servers.map(({ counts }) => counts.total),
  forget: async () => {
    for (const server of many.servers) server.forgetRequests();
  },
  stop: async () => {
    await Promise.all([telegram?.close(), many?.close()]);
  },
};

process.on('message', async ({ id, order, options }) => {
  try {
    process.send({ id, result: (await ORDERS[order](options ?? {})) ?? null });
  } catch (error) {
    process.send({ id, failure: String(error?.stack ?? error) });
  }
  if (order === 'stop') process.disconnect();
});
