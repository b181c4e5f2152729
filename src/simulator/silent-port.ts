/**
 * Answers "how do packets get lost on loopback, without root?": a thread listens and never accepts; once its queue is
 * full, the kernel drops every further packet, so that clients wait until their own time-out. Linux only.
 */
import net from 'node:net';
import { Worker } from 'node:worker_threads';

// The thread never returns to its event loop, which would accept; listening needs no more than microtasks.
const THREAD = `
const { parentPort, workerData, receiveMessageOnPort } = require('node:worker_threads');
const net = require('node:net');
const signal = new Int32Array(workerData);
const servers = new Map();
(async () => {
  for (;;) {
    const seen = Atomics.load(signal, 0);
    for (let got; (got = receiveMessageOnPort(parentPort)) !== undefined; ) {
      const { id, host, port, isSilent } = got.message;
      let code = null;
      if (isSilent) {
        const server = net.createServer();
        servers.set(host + ':' + port, server);
        code = await new Promise((resolve) => {
          server.once('error', (error) => resolve(error.code));
          server.listen({ host, port, backlog: 1 }, () => resolve(null));
        });
      } else {
        servers.get(host + ':' + port)?.close();
        servers.delete(host + ':' + port);
      }
      parentPort.postMessage({ id, code });
    }
    Atomics.wait(signal, 0, seen);
  }
})();`;

/** Connections that the kernel completes by itself with a backlog of 1, and one more to be sure. */
const FILLERS = 3;

interface Thread {
  worker: Worker;
  signal: Int32Array;
  waiting: Map<number, (code: string | null) => void>;
}

let thread: Thread | undefined;
let lastId = 0;
let silentPorts = 0;

/** Makes a free port swallow packets; the returned function ends that. Throws with `code` when the port is taken. */
export async function silence(host: string, port: number): Promise<() => Promise<void>> {
  silentPorts++;
  const code = await tell({ host, port, isSilent: true });
  if (code !== null) {
    await release();
    throw Object.assign(new Error(`cannot silence ${host}:${port}: ${code}`), { code });
  }
  const fillers = Array.from({ length: FILLERS }, () =>
    net
      .connect({ host, port })
      .on('error', () => {})
      .unref(),
  );
  await Promise.all(
    fillers.slice(0, FILLERS - 1).map((socket) => new Promise((done) => socket.once('connect', done))),
  );
  return async () => {
    await tell({ host, port, isSilent: false });
    for (const socket of fillers) socket.destroy();
    await release();
  };
}

function tell(order: { host: string; port: number; isSilent: boolean }): Promise<string | null> {
  thread ??= start();
  const { worker, signal, waiting } = thread;
  const id = ++lastId;
  return new Promise((resolve) => {
    waiting.set(id, resolve);
    worker.postMessage({ ...order, id });
    Atomics.add(signal, 0, 1);
    Atomics.notify(signal, 0);
  });
}

function start(): Thread {
  const shared = new SharedArrayBuffer(4);
  const waiting: Thread['waiting'] = new Map();
  const worker = new Worker(THREAD, { eval: true, workerData: shared });
  worker.on('message', ({ id, code }: { id: number; code: string | null }) => {
    waiting.get(id)?.(code);
    waiting.delete(id);
  });
  return { worker, signal: new Int32Array(shared), waiting };
}

async function release(): Promise<void> {
  if (--silentPorts > 0 || thread === undefined) return;
  const { worker } = thread;
  thread = undefined;
  await worker.terminate();
}
