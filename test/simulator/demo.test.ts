/** The back end of the demo's page: what it shows, what it does when told, and whom it does not listen to. */
import http from 'node:http';
import net from 'node:net';
import { networkInterfaces } from 'node:os';
import tls from 'node:tls';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Participant } from '../../src/domain/conference.ts';
import { judge } from '../../src/domain/forgotten.ts';
import { type Demo, startDemo } from '../../src/simulator/demo.ts';
import type {
  ConferenceView,
  DemoAction,
  DemoEvent,
  ServerView,
  Snapshot,
} from '../../src/simulator/demo-protocol.ts';
import { createDemoWorld, type DemoServer } from '../../src/simulator/demo-world.ts';
import { named } from '../support/bot-harness.ts';
import { type Ask, ask, codeOf, type Reply } from './client.ts';

const TEXTS = { 'page.title': 'Try it & «see»' };
const JSON_TYPE = { 'content-type': 'application/json' };
const HOUR_MS = 3_600_000;
const ANNA = 4711;

let demo: Demo;
let port: number;

beforeAll(async () => {
  demo = await startDemo({ port: 0, locale: 'en', texts: TEXTS });
  port = Number(new URL(demo.url).port);
});

afterAll(() => demo?.close());

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const post = (body: string | Buffer, headers: Record<string, string> = JSON_TYPE): Promise<Reply> =>
  ask(`${demo.url}/act`, { method: 'POST', headers, body });
const act = (action: DemoAction): Promise<Reply> => post(JSON.stringify(action));

function telegram(method: string, params: object): Promise<Reply> {
  const { apiRoot, token } = demo.telegram;
  return ask(`${apiRoot}/bot${token}/${method}`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify(params),
  });
}

/** A path as it is typed, where `fetch` and `URL` would tidy it up. */
function raw(path: string, headers: http.OutgoingHttpHeaders = {}, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
          // The stream of events has no end.
          if (response.headers['content-type'] === 'text/event-stream') response.destroy();
        });
        response.on('close', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: undefined });
        });
      },
    );
    request.on('error', reject);
    request.end();
  });
}

interface Watcher {
  readonly status: number;
  readonly text: () => string;
  snapshot(): Promise<Snapshot>;
  next<K extends DemoEvent['kind']>(
    kind: K,
    match?: (event: DemoEvent & { kind: K }) => boolean,
  ): Promise<DemoEvent & { kind: K }>;
  close(): Promise<void>;
}

/** One page that looks. */
function watch(): Promise<Watcher> {
  return new Promise((resolve, reject) => {
    const request = http.get(`${demo.url}/events`, { agent: false }, (response) => {
      let text = '';
      const events: DemoEvent[] = [];
      const waiting = new Set<() => void>();
      response.on('data', (chunk) => {
        text += chunk;
        const blocks = text.split('\n\n').slice(0, -1);
        const data = blocks.filter((block) => block.startsWith('data: ')).map((block) => block.slice(6));
        events.splice(0, events.length, ...data.map((line): DemoEvent => JSON.parse(line)));
        for (const look of [...waiting]) look();
      });
      response.on('error', () => {});
      const closed = new Promise<void>((end) => response.once('close', end));
      const close = async () => {
        request.destroy();
        await closed;
      };
      endings.push(close);
      const next: Watcher['next'] = (kind, match = () => true) =>
        new Promise((found) => {
          const look = () => {
            const event = events.find(
              (one): one is DemoEvent & { kind: typeof kind } =>
                one.kind === kind && match(one as DemoEvent & { kind: typeof kind }),
            );
            if (!event) return;
            waiting.delete(look);
            found(event);
          };
          waiting.add(look);
          look();
        });
      resolve({
        status: response.statusCode ?? 0,
        text: () => text,
        snapshot: async () => (await next('snapshot')).snapshot,
        next,
        close,
      });
    });
    request.on('error', reject);
  });
}

const snapshot = async (): Promise<Snapshot> => {
  const watcher = await watch();
  const seen = await watcher.snapshot();
  await watcher.close();
  return seen;
};

function serverOf(key: string): DemoServer {
  const server = demo.servers.find((one) => one.key === key);
  if (!server) throw new Error(`no server ${key}`);
  return server;
}

function conferenceOf(key: string, sessionId: string): ConferenceView | undefined {
  return serverOf(key)
    .view()
    .conferences.find((one) => one.sessionId === sessionId);
}

/** As the bot would. */
function verdict({ startedAt, people }: ConferenceView) {
  const participants = people.map(
    ({ id, name, isModerator }): Participant => ({
      id,
      name,
      role: isModerator ? 'moderator' : 'participant',
    }),
  );
  return judge(Date.now() - startedAt, participants, { minDuration: HOUR_MS });
}

describe('what the page gets', () => {
  test('its files with their types, the texts, and nothing that would be kept from one start to the next', async () => {
    const page = await ask(`${demo.url}/`);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toMatch(/^<!doctype html>/i);
    const linked = [...page.text.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(linked.length).toBeGreaterThan(1);
    for (const path of linked) {
      const file = await ask(`${demo.url}${path}`);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers['content-type']).toMatch(/^text\/(javascript|css); charset=utf-8$/);
      expect(file.headers['cache-control']).toBe('no-store');
    }
    expect((await ask(`${demo.url}/texts`)).json).toEqual(TEXTS);
  });

  test('all of it at once, to begin with', async () => {
    const seen = await snapshot();
    expect(Math.abs(seen.now - Date.now())).toBeLessThan(10_000);
    expect(seen.locale).toBe('en');
    expect(seen.people).toEqual([
      { id: 4711, name: 'Anna', isAdministrator: true },
      { id: 4712, name: 'Boris', isAdministrator: true },
      { id: 4713, name: 'Eve', isAdministrator: false },
    ]);
    expect(seen.isTelegramCut).toBe(false);
    expect(
      seen.servers.map(({ key, name, state, hasTrustedCertificate, conferences }) => ({
        key,
        name,
        state,
        hasTrustedCertificate,
        conferences: conferences.length,
      })),
    ).toEqual([
      {
        key: 'busy',
        name: 'video.example.com',
        state: 'running',
        hasTrustedCertificate: true,
        conferences: 40,
      },
      {
        key: 'quiet',
        name: 'Klinik am Südpark',
        state: 'running',
        hasTrustedCertificate: true,
        conferences: 2,
      },
      {
        key: 'self-signed',
        name: 'backup.example.net',
        state: 'running',
        hasTrustedCertificate: false,
        conferences: 5,
      },
    ]);
    for (const { users } of seen.servers) expect(users).toBeGreaterThan(0);
  });

  test('a tap, and that it was answered', async () => {
    const watcher = await watch();
    await telegram('sendMessage', {
      chat_id: ANNA,
      text: 'Press it',
      reply_markup: { inline_keyboard: [[{ text: 'Go', callback_data: 'go' }]] },
    });
    const { message } = await watcher.next('message', (event) => event.message.text === 'Press it');
    expect(message).toMatchObject({ chatId: ANNA, isFromBot: true, keyboard: [[{ callback_data: 'go' }]] });
    const answer = await act({ kind: 'tap', person: ANNA, messageId: message.messageId, data: 'go' });
    expect(answer.status).toBe(200);
    const { tap } = answer.json;
    expect(tap).toMatch(/./);
    await telegram('answerCallbackQuery', { callback_query_id: tap, text: 'Done', show_alert: true });
    expect(await watcher.next('tap-answered')).toEqual({
      kind: 'tap-answered',
      tap,
      text: 'Done',
      isAlert: true,
    });
  });

  test('an edited message, a deleted one, and the commands of the menu', async () => {
    const watcher = await watch();
    const sent = await telegram('sendMessage', { chat_id: ANNA, text: 'first' });
    const place = { chat_id: ANNA, message_id: sent.json.result.message_id };
    await telegram('editMessageText', { ...place, text: 'second' });
    const { message } = await watcher.next('message', (event) => event.message.text === 'second');
    expect(message.editedAt).not.toBeNull();
    await telegram('deleteMessage', place);
    expect(await watcher.next('message-deleted')).toMatchObject({ messageId: place.message_id });
    const commands = [{ command: 'start', description: 'Go' }];
    await telegram('setMyCommands', { commands, language_code: 'en' });
    expect(await watcher.next('commands')).toEqual({ kind: 'commands', commands });
  });

  test('the world is the same at every start, but for the dates', async () => {
    const worlds = await Promise.all([createDemoWorld(), createDemoWorld()]);
    for (const world of worlds) endings.push(() => world.close());
    const described = worlds.map(({ servers }) =>
      servers.map(({ simulator, view }) => ({
        ...view(),
        address: '',
        accounts: simulator.users,
        conferences: view().conferences.map((one) => ({
          ...one,
          startedAt: Math.round((Date.now() - one.startedAt) / 60_000),
        })),
      })),
    );
    expect(described[0]).toEqual(described[1]);
  });

  test('it begins with two forgotten conferences, one for each reason, and one that is only long', () => {
    const views = demo.servers.flatMap((server) => server.view().conferences);
    const reasons = views.map(verdict).flatMap((one) => (one.kind === 'forgotten' ? [one.reason] : []));
    expect(reasons).toEqual(['moderator-alone', 'no-moderator']);
    const long = views.filter(({ startedAt }) => Date.now() - startedAt >= HOUR_MS);
    expect(long).toHaveLength(3);
  });
});

describe('what the page may do', () => {
  test('write as somebody, at most as much as Telegram takes', async () => {
    const watcher = await watch();
    expect((await act({ kind: 'write', person: 4713, text: '  /start  ' })).status).toBe(200);
    const { message } = await watcher.next('message', (event) => event.message.chatId === 4713);
    expect(message).toMatchObject({ text: '/start', isFromBot: false });
    expect((await act({ kind: 'write', person: 4713, text: 'x'.repeat(5_000) })).status).toBe(200);
    const long = await watcher.next('message', (event) => event.message.text.startsWith('xx'));
    expect(long.message.text).toHaveLength(4_096);
  });

  test('nothing but spaces is not written (Telegram would not take it)', async () => {
    const before = (await snapshot()).messages.length;
    expect((await act({ kind: 'write', person: ANNA, text: ' \n ' })).status).toBe(200);
    expect((await snapshot()).messages).toHaveLength(before);
  });

  test.each(
    named([
      { what: 'unplugged', state: 'unplugged', sees: 'ECONNREFUSED' },
      { what: 'hanging', state: 'hanging', sees: 'TIMEOUT', timeoutMs: 500 },
      { what: 'slow', state: 'slow', sees: 'TIMEOUT', timeoutMs: 500 },
      { what: 'failing', state: 'failing', sees: 502 },
    ] as const),
  )(
    'set-state %s: the page is told, a probe sees it, and "running" heals it',
    async (_what, { state, sees, ...patience }) => {
      const { host, statusPort } = serverOf('quiet').simulator;
      const probe = (options: Ask = {}) =>
        ask(`http://${host}:${statusPort}/vsstatus`, options).then(
          ({ status }) => status,
          ({ code }) => code,
        );
      const watcher = await watch();
      expect((await act({ kind: 'set-state', server: 'quiet', state })).status).toBe(200);
      await watcher.next('server', ({ server }) => server.key === 'quiet' && server.state === state);
      expect(await probe(patience)).toBe(sees);
      expect((await act({ kind: 'set-state', server: 'quiet', state: 'running' })).status).toBe(200);
      await watcher.next('server', ({ server }) => server.key === 'quiet' && server.state === 'running');
      expect(await probe()).toBe(200);
    },
  );

  test('revoke-tokens: a token that was good is refused', async () => {
    const { host, apiPort } = serverOf('quiet').simulator;
    const root = `https://${host}:${apiPort}`;
    const { json } = await ask(`${root}/oauth2/v1/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&client_id=client&client_secret=secret',
      insecure: true,
    });
    const users = () =>
      ask(`${root}/api/v3.11/users`, {
        headers: { authorization: `Bearer ${json.access_token}` },
        insecure: true,
      });
    expect((await users()).status).toBe(200);
    expect((await act({ kind: 'revoke-tokens', server: 'quiet' })).status).toBe(200);
    expect((await users()).status).toBe(403);
  });

  test('set-certificate: the port really shows another, which the authority of the demo vouches for or not', async () => {
    const { host, apiPort } = serverOf('self-signed').simulator;
    const isTrusted = () =>
      new Promise<boolean>((resolve, reject) => {
        const socket = tls.connect(
          { host, port: apiPort, ca: demo.authority, rejectUnauthorized: false },
          () => {
            socket.destroy();
            resolve(socket.authorized);
          },
        );
        socket.once('error', reject);
      });
    const watcher = await watch();
    expect(await isTrusted()).toBe(false);
    for (const trusted of [true, false, true, false]) {
      expect((await act({ kind: 'set-certificate', server: 'self-signed', trusted })).status).toBe(200);
      expect(await isTrusted()).toBe(trusted);
      expect(serverOf('self-signed').view().hasTrustedCertificate).toBe(trusted);
    }
    await watcher.next('server', ({ server }) => server.key === 'self-signed');
  });

  test('cut-telegram: the bot gets no answer, the page is told, and it comes back', async () => {
    const watcher = await watch();
    expect((await act({ kind: 'cut-telegram', cut: true })).status).toBe(200);
    await watcher.next('telegram', ({ isCut }) => isCut);
    expect((await snapshot()).isTelegramCut).toBe(true);
    expect(await codeOf(telegram('getMe', {}))).toMatch(/^E/);
    expect((await act({ kind: 'cut-telegram', cut: false })).status).toBe(200);
    await watcher.next('telegram', ({ isCut }) => !isCut);
    expect((await telegram('getMe', {})).status).toBe(200);
  });

  describe('in a conference', () => {
    const server = 'self-signed';
    const first = () => serverOf(server).view().conferences[0] as ConferenceView;
    const count = ({ people }: ConferenceView, isModerator: boolean) =>
      people.filter((one) => one.isModerator === isModerator).length;

    test.each([
      ['join', false, 1],
      ['leave', false, -1],
      ['moderator-joins', true, 1],
      ['moderator-leaves', true, -1],
    ] as const)('%s changes that many', async (kind, isModerator, by) => {
      const watcher = await watch();
      const before = first();
      expect((await act({ kind, server, session: before.sessionId })).status).toBe(200);
      const now = first();
      expect(count(now, isModerator)).toBe(count(before, isModerator) + by);
      expect(count(now, !isModerator)).toBe(count(before, !isModerator));
      await watcher.next('server', (event) =>
        event.server.conferences.some(
          ({ sessionId, people }) => sessionId === before.sessionId && people.length === now.people.length,
        ),
      );
    });

    test('nobody is in it twice, however many join; when all are inside, nobody is left to join', async () => {
      const { sessionId } = first();
      let refused: Reply | undefined;
      for (let joined = 0; joined <= 180 && !refused; joined++) {
        const answer = await act({ kind: 'join', server, session: sessionId });
        if (answer.status !== 200) refused = answer;
      }
      expect(refused).toMatchObject({ status: 404, json: { error: expect.any(String) } });
      const people = conferenceOf(server, sessionId)?.people ?? [];
      expect(new Set(people.map(({ id }) => id)).size).toBe(people.length);
    });

    test('an hour later, a conference without a moderator matches the rule, and before it did not', async () => {
      const conference = serverOf('quiet').view().conferences[0] as ConferenceView;
      const { sessionId } = conference;
      const now = () => verdict(conferenceOf('quiet', sessionId) as ConferenceView);
      const does = async (kind: 'moderator-leaves' | 'hour-later') =>
        expect((await act({ kind, server: 'quiet', session: sessionId })).status).toBe(200);
      await does('moderator-leaves');
      expect(now()).toEqual({ kind: 'in-use' });
      await does('hour-later');
      expect(now()).toEqual({ kind: 'forgotten', reason: 'no-moderator' });
      expect(conferenceOf('quiet', sessionId)?.startedAt).toBe(conference.startedAt - HOUR_MS);
    });

    test('leaving until nobody is left; then there is nobody to leave', async () => {
      const { sessionId } = serverOf(server).view().conferences[1] as ConferenceView;
      const left = () => conferenceOf(server, sessionId)?.people.length;
      while (left()) {
        const kinds = ['leave', 'moderator-leaves'] as const;
        for (const kind of kinds) await act({ kind, server, session: sessionId });
      }
      expect((await act({ kind: 'leave', server, session: sessionId })).status).toBe(404);
      expect((await act({ kind: 'moderator-leaves', server, session: sessionId })).status).toBe(404);
    });

    test('end: it is gone, and nothing can be done in it any more', async () => {
      const { sessionId } = serverOf(server).view().conferences.at(-1) as ConferenceView;
      expect((await act({ kind: 'end', server, session: sessionId })).status).toBe(200);
      expect(conferenceOf(server, sessionId)).toBeUndefined();
      for (const kind of ['end', 'join', 'hour-later'] as const) {
        expect((await act({ kind, server, session: sessionId })).status).toBe(404);
      }
    });
  });
});

describe('an action that makes no sense is refused, and nothing happens', () => {
  const session = () => demo.servers[0]?.view().conferences[5]?.sessionId ?? '';

  test.each(
    named([
      { what: 'no object', action: () => [null, 1, 'write', true, [], {}] },
      {
        what: 'an unknown kind',
        action: () => [
          { kind: 'explode' },
          { kind: 'explode', server: 'busy' },
          { kind: 'explode', server: 'busy', session: session() },
          { kind: '__proto__', server: 'busy', session: session() },
          { kind: 1 },
        ],
      },
      {
        what: 'a field is missing',
        action: () => [
          { kind: 'write', person: ANNA },
          { kind: 'write', text: 'x' },
          { kind: 'tap', person: ANNA, messageId: 1 },
          { kind: 'tap', person: ANNA, data: 'x' },
          { kind: 'set-state', server: 'busy' },
          { kind: 'set-state', state: 'running' },
          { kind: 'revoke-tokens' },
          { kind: 'set-certificate', server: 'busy' },
          { kind: 'join', server: 'busy' },
          { kind: 'cut-telegram' },
        ],
      },
      {
        what: 'a field is of another type',
        action: () => [
          { kind: 'write', person: '4711', text: 'x' },
          { kind: 'write', person: ANNA, text: 5 },
          { kind: 'write', person: ANNA, text: ['x'] },
          { kind: 'tap', person: ANNA, messageId: '1', data: 'x' },
          { kind: 'set-state', server: 'busy', state: { kind: 'running' } },
          { kind: 'set-certificate', server: 'busy', trusted: 'false' },
          { kind: 'join', server: 0, session: session() },
          { kind: 'cut-telegram', cut: 1 },
        ],
      },
      {
        what: 'somebody or something that there is not',
        action: () => [
          { kind: 'write', person: 1, text: 'x' },
          { kind: 'tap', person: -4711, messageId: 1, data: 'x' },
          { kind: 'set-state', server: 'other', state: 'running' },
          { kind: 'set-state', server: 'constructor', state: 'running' },
          { kind: 'set-state', server: 'busy', state: 'exploded' },
          { kind: 'set-state', server: 'busy', state: 'constructor' },
          { kind: 'revoke-tokens', server: 'Busy' },
          { kind: 'end', server: 'busy', session: 'none' },
          // Of another server.
          { kind: 'end', server: 'quiet', session: session() },
        ],
      },
    ]),
  )('%s', async (_what, { action }) => {
    const before = described();
    for (const one of action()) {
      const answer = await post(JSON.stringify(one));
      expect([JSON.stringify(one), answer.status]).toEqual([JSON.stringify(one), 404]);
      expect(answer.json).toEqual({ error: expect.stringMatching(/./) });
    }
    expect(described()).toBe(before);
  });

  test.each(['', '{', 'kind=write', "{'kind':'write'}", '\u0000'])('%j is not JSON', async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, json: { error: 'not JSON' } });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json, text/plain',
    '',
  ])('%j is a type that any page may send without asking', async (type) => {
    const body = JSON.stringify({ kind: 'end', server: 'busy', session: session() });
    const before = described();
    expect((await post(body, type === '' ? {} : { 'content-type': type })).status).toBe(415);
    expect(described()).toBe(before);
  });

  test('a large body is not read to its end, whether its length is told or not', async () => {
    const large = JSON.stringify({ kind: 'write', person: ANNA, text: 'x'.repeat(100_000) });
    expect((await post(large)).status).toBe(413);
    expect((await post(large, { ...JSON_TYPE, 'transfer-encoding': 'chunked' })).status).toBe(413);
  });

  test('whatever comes, it is never a fault of the server', async () => {
    const name = fc.oneof(fc.constantFrom('busy', 'quiet', 'self-signed', 'constructor'), fc.string());
    const kind = fc.constantFrom(
      'write',
      'tap',
      'set-state',
      'revoke-tokens',
      'set-certificate',
      'join',
      'leave',
      'moderator-leaves',
      'moderator-joins',
      'hour-later',
      'end',
    );
    const action = fc.record(
      {
        kind: fc.oneof(kind, kind, fc.string()),
        person: fc.oneof(fc.constant(ANNA), fc.integer(), fc.string()),
        text: fc.oneof(fc.string({ unit: 'grapheme' }), fc.boolean()),
        messageId: fc.oneof(fc.integer(), fc.double({ noNaN: true })),
        data: fc.string(),
        server: name,
        session: fc.oneof(fc.constant('00000003@quiet.example#vcs'), fc.string()),
        state: fc.constantFrom('running', 'failing', 'toString'),
        trusted: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(action, action, fc.jsonValue()), async (given) => {
        expect([200, 404]).toContain((await post(JSON.stringify(given))).status);
      }),
      { numRuns: 300 },
    );
    for (const { key } of demo.servers) await act({ kind: 'set-state', server: key, state: 'running' });
  });

  /** Everything that an action could change, but for what the clock does. */
  function described(): string {
    const servers = demo.servers.map((server): ServerView => server.view());
    return JSON.stringify(servers);
  }
});

describe('strangers', () => {
  test.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.1.evil.example:PORT',
    'localhost.evil.example:PORT',
    '127.0.0.2:PORT',
    '0.0.0.0:PORT',
    '[::1]:PORT',
    '127.0.0.1@evil.example:PORT',
  ])('Host: %s is refused (a name of theirs that leads here)', async (host) => {
    for (const path of ['/', '/events', '/texts', '/none']) {
      const answer = await raw(path, { host: host.replace('PORT', String(port)) });
      expect([path, answer.status]).toEqual([
        path,
        expect.toSatisfy((status) => status === 403 || status === 400),
      ]);
      expect(answer.text).not.toContain('snapshot');
    }
  });

  test('this machine by both of its names is let in', async () => {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`]) {
      expect((await raw('/', { host })).status).toBe(200);
    }
  });

  test.each([
    'http://evil.example',
    'http://evil.example:PORT',
    'https://127.0.0.1:PORT',
    'http://127.0.0.1:1',
    'http://127.0.0.1:PORT.evil.example',
    'http://localhost:PORT',
    'null',
    '',
  ])('Origin: %s is refused, and its action is not done', async (given) => {
    const origin = given.replace('PORT', String(port));
    const { sessionId } = serverOf('busy').view().conferences[7] as ConferenceView;
    const body = JSON.stringify({ kind: 'end', server: 'busy', session: sessionId });
    expect((await post(body, { ...JSON_TYPE, origin })).status).toBe(403);
    expect(conferenceOf('busy', sessionId)).toBeDefined();
    expect((await raw('/events', { origin })).status).toBe(403);
    const preflight = await raw('/act', { origin, 'access-control-request-method': 'POST' }, 'OPTIONS');
    expect(preflight.status).toBe(403);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('its own page is let in', async () => {
    expect((await post('{}', { ...JSON_TYPE, origin: demo.url })).status).toBe(404);
  });

  test.each(['/', '/texts', '/events', '/main.js', '/none', '/act'])(
    '%s may load nothing from elsewhere, be framed by nobody, and be guessed by nobody',
    async (path) => {
      const { headers } = await raw(path);
      const policy = String(headers['content-security-policy']);
      for (const rule of [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
      ]) {
        expect(policy).toContain(rule);
      }
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    },
  );

  test.each([
    '/../package.json',
    '/../../../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/%2e%2e%2f%2e%2e%2fpackage.json',
    '/..\\..\\package.json',
    '/..%5c..%5cpackage.json',
    '//etc/passwd',
    '/%2fetc/passwd',
    '/page/index.html',
    '/index.html%00.js',
    '/main.js/',
    '/./.././demo.ts',
    '/demo-page.ts',
    '/constructor',
    '/__proto__',
    '/%',
    '/%ff',
  ])('%s is no file of the page', async (path) => {
    const answer = await raw(path);
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toMatch(/"name"|root:|import /);
  });

  test('no path but those of the page brings anything (files are read once, at the start)', async () => {
    const part = fc.constantFrom(
      '..',
      '.',
      '%2e%2e',
      '%2f',
      '\\',
      '/',
      'src',
      'package.json',
      'etc',
      'passwd',
      'page',
    );
    const page = await raw('/');
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 8 }), async (parts) => {
        const path = `/${parts.join('/')}`;
        const answer = await raw(path);
        // Some of them are another spelling of the page itself.
        if (answer.status === 200) expect(answer.text).toBe(page.text);
        else expect([400, 404]).toContain(answer.status);
      }),
      { numRuns: 200 },
    );
  });

  test('the page and the servers are reached from this machine only', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((one) => one ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4')
      .map(({ address }) => address);
    // On Linux, every one of these leads to this machine as well.
    for (const host of [...outside, '127.0.0.2']) {
      for (const taken of [port, Number(new URL(demo.telegram.apiRoot).port)]) {
        expect(await codeOf(ask(`http://${host}:${taken}/`, { timeoutMs: 1_000 }))).toMatch(/^(E|TIMEOUT)/);
      }
    }
    for (const { simulator } of demo.servers) expect(simulator.host).toMatch(/^127\./);
  });
});

describe('limits', () => {
  test('twenty pages may look; one more is told so, and a closed one makes room', async () => {
    const watchers = await Promise.all(Array.from({ length: 20 }, watch));
    for (const watcher of watchers) expect(watcher.status).toBe(200);
    expect((await watch()).status).toBe(503);
    await watchers[7]?.close();
    await expect.poll(async () => (await watch()).status).toBe(200);
  });

  test('a question for the head alone takes no place, nor does one of another site (nothing would free it)', async () => {
    for (let asked = 0; asked < 25; asked++) {
      expect((await raw('/events', {}, 'HEAD')).status).toBe(403);
      expect((await raw('/events', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    }
    await expect.poll(async () => (await watch()).status).toBe(200);
  });

  test('of many requests and messages, the newest are shown', async () => {
    const { host, statusPort } = serverOf('quiet').simulator;
    for (let asked = 0; asked < 300; asked++) await ask(`http://${host}:${statusPort}/request-${asked}`);
    for (let written = 0; written < 600; written++) {
      await act({ kind: 'write', person: ANNA, text: `message ${written}` });
    }
    const { requests, messages } = await snapshot();
    expect(requests.length).toBeLessThanOrEqual(220);
    expect(requests.at(-1)?.path).toBe('/request-299');
    expect(requests.map(({ id }) => id)).toEqual(requests.map(({ id }) => id).toSorted((a, b) => a - b));
    expect(messages).toHaveLength(500);
    expect(messages.at(-1)?.text).toBe('message 599');
  });
});

describe('the list of requests', () => {
  test('each has its answer and its time, under the id that it came with', async () => {
    const watcher = await watch();
    const { host, statusPort } = serverOf('quiet').simulator;
    await ask(`http://${host}:${statusPort}/vsstatus?x=1`);
    const [asked, answered] = [
      await watcher.next('request', ({ request }) => request.status === null),
      await watcher.next('request', ({ request }) => request.status === 200),
    ];
    expect(answered.request).toMatchObject({
      id: asked.request.id,
      to: 'quiet',
      method: 'GET',
      path: '/vsstatus',
      durationMs: expect.any(Number),
      isRoutine: true,
    });
    await telegram('getMe', {});
    expect((await watcher.next('request', ({ request }) => request.to === 'telegram')).request).toMatchObject(
      {
        path: '/getMe',
        status: 200,
        isRoutine: false,
      },
    );
  });

  test('one that is never answered says so when it is over', async () => {
    const watcher = await watch();
    await act({ kind: 'set-state', server: 'quiet', state: 'hanging' });
    const { host, statusPort } = serverOf('quiet').simulator;
    const leaving = new AbortController();
    const reply = codeOf(ask(`http://${host}:${statusPort}/vsstatus`, { signal: leaving.signal }));
    await watcher.next('request', ({ request }) => request.status === null);
    leaving.abort();
    expect(await reply).toBe('ABORTED');
    expect((await watcher.next('request', ({ request }) => request.status === 0)).request.path).toBe(
      '/vsstatus',
    );
    await act({ kind: 'set-state', server: 'quiet', state: 'running' });
  });

  test('no query, no token, no secret, wherever they stand', async () => {
    const watcher = await watch();
    const { host, apiPort, statusPort } = serverOf('busy').simulator;
    const secrets = ['query-token-1', 'header-token-2', 'form-secret-3', '123:url-token-4', 'body-token-5'];
    const [query, header, form, url, body] = secrets;
    const root = `https://${host}:${apiPort}`;
    const quiet = { insecure: true };
    await ask(`${root}/api/v3.11/users?access_token=${query}`, quiet);
    await ask(`http://${host}:${statusPort}/vsstatus?access_token=${query}`);
    await ask(`${root}/api/v3.11/users`, { ...quiet, headers: { authorization: `Bearer ${header}` } });
    const token = await ask(`${root}/oauth2/v1/token`, {
      ...quiet,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=client_credentials&client_id=client&client_secret=${form}`,
    });
    expect(token.status).toBeGreaterThanOrEqual(400);
    const { json } = await ask(`${root}/oauth2/v1/token`, {
      ...quiet,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials&client_id=client&client_secret=secret',
    });
    await ask(`${root}/api/v3.11/users?page_size=5&access_token=${json.access_token}`, quiet);
    await ask(`${demo.telegram.apiRoot}/bot${url}/getMe`);
    await telegram('getMe', { access_token: body });
    await watcher.next('request', ({ request }) => request.to === 'telegram' && request.status === 200);
    const shown = `${watcher.text()}${JSON.stringify(await snapshot())}`;
    expect(shown).toContain('/api/v3.11/users');
    for (const secret of [
      ...secrets,
      json.access_token,
      demo.telegram.token,
      'client_secret',
      'access_token',
    ]) {
      expect(shown).not.toContain(secret);
    }
  });
});

describe('the machine is not as it should be', () => {
  test('the page wants a port that is taken: EADDRINUSE, and nothing stays open', async () => {
    const code = await codeOf(startDemo({ port, locale: 'en', texts: TEXTS }));
    expect(code).toBe('EADDRINUSE');
  });

  test('the usual ports are taken: the servers take free ones, and say where they are', async () => {
    const blocker = net.createServer();
    const isBlocked = await new Promise<boolean>((resolve) => {
      // Not everybody may have port 443; then it is as good as taken.
      blocker.once('error', () => resolve(false));
      blocker.listen(443, '127.78.40.1', () => resolve(true));
    });
    if (isBlocked) endings.push(() => new Promise((resolve) => blocker.close(resolve)));
    const world = await createDemoWorld('127.78.40.1');
    endings.push(() => world.close());
    const [server] = world.servers as [DemoServer];
    const { host, apiPort, statusPort } = server.simulator;
    expect(apiPort).toBeGreaterThan(1023);
    expect(server.view().address).toBe(`https://${host}:${apiPort}`);
    expect((await ask(`http://${host}:${statusPort}/vsstatus`)).status).toBe(200);
    expect((await ask(`https://${host}:${apiPort}/`, { ca: world.authority })).status).toBeGreaterThan(0);
  });

  test('each of several demos has addresses of its own', async () => {
    const worlds = [await createDemoWorld(), await createDemoWorld()];
    for (const world of worlds) endings.push(() => world.close());
    const places = [...demo.servers, ...worlds.flatMap(({ servers }) => servers)].map(
      ({ simulator }) => `${simulator.host}:${simulator.apiPort}`,
    );
    expect(new Set(places).size).toBe(places.length);
  });

  test('closed, it leaves no port open', async () => {
    const other = await startDemo({ port: 0, locale: 'en', texts: TEXTS });
    const places = [
      other.url,
      other.telegram.apiRoot,
      ...other.servers.flatMap(({ simulator: { host, apiPort, statusPort } }) => [
        `https://${host}:${apiPort}`,
        `http://${host}:${statusPort}`,
      ]),
    ];
    await other.close();
    for (const place of places) expect(await codeOf(ask(place, { insecure: true }))).toBe('ECONNREFUSED');
  });
});
