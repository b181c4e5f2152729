/** Answers "how does the page get to the browser?": its files, the stream of events and the actions, on loopback only. */
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAdaptorServer } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { secureHeaders } from 'hono/secure-headers';
import { streamSSE } from 'hono/streaming';
import { act, NoSuchThing, type Stage } from './demo-actions.ts';
import type { DemoEvent, Texts } from './demo-protocol.ts';

export interface DemoPage {
  readonly url: string;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const FOLDER = fileURLToPath(new URL('../simulator/page/', import.meta.url));
const BODY_LIMIT = 64 * 1024;
const MOST_WATCHERS = 20;
/** A comment now and then tells either side that the other is gone. */
const HEARTBEAT_MS = 15_000;
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const SELF = ["'self'"];
const NONE = ["'none'"];

/** @param port 0: any free one. Throws `EADDRINUSE` for one that is taken. */
export async function openDemoPage(stage: Stage, texts: Texts, port: number): Promise<DemoPage> {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: NONE,
        scriptSrc: SELF,
        styleSrc: SELF,
        imgSrc: [...SELF, 'data:'],
        connectSrc: SELF,
        baseUri: NONE,
        formAction: NONE,
        frameAncestors: NONE,
      },
    }),
  );
  // Any page in the browser may send requests to this port, and any name may lead to this address.
  app.use(async (context, next) => {
    const { host } = new URL(context.req.url);
    const origin = context.req.header('origin');
    // As URLs, because a browser leaves out port 80.
    const isOwn = [HOST, 'localhost'].some((name) => new URL(`http://${name}:${openPort()}`).host === host);
    if (!isOwn || (origin !== undefined && origin !== `http://${host}`))
      return context.text('Not for you', 403);
    context.header('cache-control', 'no-store');
    return next();
  });
  for (const [path, file] of pageFiles()) {
    app.get(path, (context) => context.body(file.bytes, 200, { 'content-type': file.type }));
  }
  app.get('/texts', (context) => context.json(texts));
  app.get('/pictures/:chat/:message', (context) => {
    const { chat, message } = context.req.param();
    const shown = stage.telegram.messages.find(
      ({ chatId, messageId }) => String(chatId) === chat && String(messageId) === message,
    );
    if (!shown?.photo) return context.text('No such picture', 404);
    return context.body(new Uint8Array(shown.photo.png).buffer, 200, { 'content-type': 'image/png' });
  });
  app.get('/events', (context) => events(context, stage));
  app.post('/act', bodyLimit({ maxSize: BODY_LIMIT }), async (context) => {
    // Only a page of our own can send this type without asking first.
    if (context.req.header('content-type') !== 'application/json')
      return context.json({ error: 'not JSON' }, 415);
    try {
      return context.json(await act(stage, await context.req.json()));
    } catch (error) {
      if (error instanceof SyntaxError) return context.json({ error: 'not JSON' }, 400);
      if (error instanceof NoSuchThing) return context.json({ error: error.message }, 404);
      throw error;
    }
  });

  const server = createAdaptorServer({ fetch: app.fetch });
  const openPort = () => (server.address() as AddressInfo | null)?.port;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve());
  });
  return {
    url: `http://${HOST}:${openPort()}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

function events(context: Context, { feed }: Stage) {
  // Neither is a reader, and both would keep a place: Hono throws away the stream of a HEAD.
  const from = context.req.header('sec-fetch-site') ?? 'none';
  if (context.req.method !== 'GET' || !['same-origin', 'none'].includes(from)) return context.body(null, 403);
  if (feed.watchers >= MOST_WATCHERS) return context.text('Too many pages are open', 503);
  return streamSSE(context, async (stream) => {
    const tell = (event: DemoEvent) => void stream.writeSSE({ data: JSON.stringify(event) });
    tell({ kind: 'snapshot', snapshot: feed.snapshot() });
    const unwatch = feed.watch(tell);
    const heartbeat = setInterval(() => void stream.write(': here\n\n'), HEARTBEAT_MS);
    await new Promise<void>((resolve) => stream.onAbort(resolve));
    clearInterval(heartbeat);
    unwatch();
  });
}

/** Read once, so that no path of a request ever reaches the disk. */
function pageFiles(): Map<string, { bytes: ArrayBuffer; type: string }> {
  const files = new Map<string, { bytes: ArrayBuffer; type: string }>();
  for (const name of readdirSync(FOLDER)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const bytes = new Uint8Array(readFileSync(join(FOLDER, name))).buffer;
    files.set(name === 'index.html' ? '/' : `/${name}`, { bytes, type });
  }
  return files;
}
