/**
 * Who may do what, for every action and command there is, in private and in groups, through the real program: what a
 * stranger sends causes no request to a server and shows no more than the design says.
 */
import { describe, expect, test } from 'vitest';
import { admit } from '../../src/bot/access.ts';
import { COMMANDS } from '../../src/bot/bot.ts';
import {
  type Action,
  type ActionKind,
  conferenceKey,
  encode,
  encodeKept,
  serverKey,
} from '../../src/bot/callback-data.ts';
import { encodeCrowd } from '../../src/bot/crowd.ts';
import type { SessionId } from '../../src/domain/names.ts';
import type { Person } from '../../src/simulator/telegram.ts';
import { ANNA, ago, GROUP, type Harness, SERVER, STRANGER, startHarness } from '../support/bot-harness.ts';

interface Scene {
  readonly harness: Harness;
  readonly data: Readonly<Record<ActionKind, string>>;
}

/** A server with one conference, that nobody watches, so that every request is somebody's doing. */
async function set(): Promise<Scene> {
  const harness = await startHarness({ administrators: [ANNA], statusKeys: { state: false } });
  const { sessionId, participants } = harness.server().addConference({ startedAt: ago(120) });
  for (const { id } of [ANNA, STRANGER]) harness.telegram.knowChat(id);
  harness.telegram.knowChat(GROUP);
  const { host, httpsPort, status } = harness.settings.servers[0] ?? fail();
  const server = serverKey({ name: SERVER, address: `${host}:${httpsPort}:${status.statusPort}` });
  const conference = conferenceKey(sessionId as SessionId);
  const from = { list: 'conferences', page: 0 } as const;
  const crowd = encodeCrowd(
    participants.map(({ id, displayName }) => ({ id, name: displayName, role: 'owner' as const })),
  );
  const one: { readonly [Kind in ActionKind]: Extract<Action, { kind: Kind }> } = {
    servers: { kind: 'servers', page: 0 },
    server: { kind: 'server', server },
    status: { kind: 'status', server },
    'switch-monitoring': { kind: 'switch-monitoring', server, on: true },
    conferences: { kind: 'conferences', server, page: 0 },
    conference: { kind: 'conference', server, conference, page: 0, from },
    users: { kind: 'users', server, page: 0 },
    forgotten: { kind: 'forgotten', server, page: 0 },
    'ask-stop': { kind: 'ask-stop', server, conference, from },
    stop: { kind: 'stop', server, conference, from, crowd },
    'ask-stop-all': { kind: 'ask-stop-all', server, page: 0 },
    'stop-all': { kind: 'stop-all', server, listed: 'x'.repeat(12) },
    overview: { kind: 'overview', page: 0 },
    'all-forgotten': { kind: 'all-forgotten' },
    mute: { kind: 'mute', server, minutes: 60 },
    'mute-all': { kind: 'mute-all', minutes: 60 },
    mutes: { kind: 'mutes' },
    history: { kind: 'history', server, page: 0 },
    'all-history': { kind: 'all-history', page: 0 },
    chart: { kind: 'chart', server, days: 1 },
    acknowledge: { kind: 'acknowledge', server },
    help: { kind: 'help' },
    id: { kind: 'id' },
  };
  const data = Object.fromEntries(Object.entries(one).map(([kind, action]) => [kind, encode(action)]));
  return { harness, data: data as Record<ActionKind, string> };
}

function fail(): never {
  throw new Error('there is a server');
}

/** These need a server's answer; the others are made of what is known. */
const ASKING: readonly ActionKind[] = [
  'status',
  'conferences',
  'conference',
  'users',
  'forgotten',
  'ask-stop',
  'stop',
  'ask-stop-all',
  'stop-all',
  'all-forgotten',
];

const KINDS: readonly ActionKind[] = [
  'servers',
  'server',
  'status',
  'switch-monitoring',
  'conferences',
  'conference',
  'users',
  'forgotten',
  'ask-stop',
  'stop',
  'ask-stop-all',
  'stop-all',
  'overview',
  'all-forgotten',
  'mute',
  'mute-all',
  'mutes',
  'history',
  'all-history',
  'chart',
  'acknowledge',
  'help',
  'id',
];

const PLACES = ['private', 'group'] as const;
const chatOf = (person: Person, place: (typeof PLACES)[number]) => (place === 'private' ? person.id : GROUP);

/** A message with buttons, as the bot once sent it to that chat. */
async function oldMessage(
  { harness }: Scene,
  chatId: number,
): Promise<{ chatId: number; messageId: number }> {
  const { telegram } = harness;
  const before = telegram.messages.length;
  await fetch(`${telegram.apiRoot}/bot${telegram.token}/sendMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ chat_id: chatId, text: 'an old message' }),
  });
  const { messageId } = telegram.messages[before] ?? fail();
  return { chatId, messageId };
}

/** What an administrator sends last, so that everything before it has been dealt with. */
async function settle({ harness }: Scene): Promise<void> {
  await harness.chat(ANNA).send('/help');
}

const shownTo = ({ harness }: Scene, chatId: number) =>
  harness.telegram.messages
    .filter((message) => message.chatId === chatId && message.fromBot && message.text !== 'an old message')
    .map(({ text }) => text);

describe('buttons', () => {
  test('every kind of action that can be encoded is tried', async () => {
    const { data } = await set();
    expect(Object.keys(data).toSorted()).toEqual(KINDS.toSorted());
  });

  describe.each(PLACES)('in %s', (place) => {
    test.each(KINDS)('%s of a stranger: a short answer, no screen, no request', async (kind) => {
      const scene = await set();
      const { telegram } = scene.harness;
      const at = await oldMessage(scene, chatOf(STRANGER, place));
      const query = telegram.press(STRANGER, at, scene.data[kind]);
      await telegram.waitForCall(({ method }) => method === 'answerCallbackQuery');
      await settle(scene);
      expect(telegram.answered(query)).toMatchObject({ text: 'Access denied' });
      expect(shownTo(scene, at.chatId)).toEqual([]);
      expect(scene.harness.requests()).toEqual([]);
      expect(scene.harness.server().conferences.every(({ endedAt }) => endedAt === null)).toBe(true);
      expect(await scene.harness.store.audit(10)).toEqual([]);
      expect(await scene.harness.store.mutes()).toEqual([]);
    });

    test.each(KINDS)('%s of an administrator is done (the gate is no wall)', async (kind) => {
      const scene = await set();
      const { telegram } = scene.harness;
      const at = await oldMessage(scene, chatOf(ANNA, place));
      const chat = scene.harness.chat(ANNA, place === 'private' ? undefined : { id: GROUP });
      const from = chat.history.length;
      const query = telegram.press(ANNA, at, scene.data[kind]);
      expect(await chat.next(from)).not.toMatch(/outdated|denied|went wrong/i);
      expect(telegram.answered(query)?.text).toBeUndefined();
      if (kind === 'switch-monitoring') return;
      expect(scene.harness.requests().length > 0).toBe(ASKING.includes(kind));
    });
  });
});

describe('commands', () => {
  const words = [
    ...Object.keys(COMMANDS).map((command) => `/${command}`),
    '/unknown',
    'hello',
    '/START',
    '/start x',
  ];

  describe.each(PLACES)('in %s', (place) => {
    test.each(words)('%s of a stranger', async (text) => {
      const scene = await set();
      const chatId = chatOf(STRANGER, place);
      scene.harness.telegram.write(STRANGER, text, place === 'private' ? undefined : { id: GROUP });
      await settle(scene);
      const isToldOwnId = place === 'private' && /^\/start/i.test(text);
      expect(shownTo(scene, chatId)).toEqual(
        isToldOwnId
          ? [
              [
                'Access denied.',
                'Your Telegram ID is 6666. If you should have access, send it to the operator of this bot, who adds it to tg-users-id in the settings.',
              ].join('\n\n'),
            ]
          : [],
      );
      expect(scene.harness.requests()).toEqual([]);
    });

    test.each(Object.keys(COMMANDS))('/%s of an administrator is answered', async (command) => {
      const scene = await set();
      const chat = scene.harness.chat(ANNA, place === 'private' ? undefined : { id: GROUP });
      expect(await chat.send(`/${command}@simulated_bot`)).not.toMatch(/denied/i);
    });
  });
});

describe('tricks', () => {
  const FORGED = [
    '',
    'x',
    'X:AAAAAAAAAAAA:BBBBBBBBBBBB',
    'C:AAAAAAAAAAAA:0',
    // As below an alert, and well-formed.
    encodeKept({ kind: 'servers', page: 0 }),
    '!',
    'x:AAAAAAAAAAAA:BBBBBBBB:c0:-',
    '../../etc/passwd',
    '\u0000'.repeat(64),
    '💥'.repeat(16),
  ];

  test.each(FORGED)('forged data %j of a stranger cause no request', async (data) => {
    const scene = await set();
    const { telegram } = scene.harness;
    const at = await oldMessage(scene, STRANGER.id);
    const query = telegram.press(STRANGER, at, data);
    await settle(scene);
    await expect.poll(() => telegram.answered(query)).toMatchObject({ text: 'Access denied' });
    expect(shownTo(scene, STRANGER.id)).toEqual([]);
    expect(scene.harness.requests()).toEqual([]);
  });

  test("a stranger presses the buttons of an administrator's message in a group: denied, the screen stays", async () => {
    const scene = await set();
    const group = scene.harness.chat(ANNA, { id: GROUP });
    await group.open(SERVER);
    const before = group.message.text;
    for (const { callback_data: data = '' } of group.message.keyboard.flat()) {
      const query = scene.harness.telegram.press(STRANGER, group.message, data);
      await expect
        .poll(() => scene.harness.telegram.answered(query))
        .toMatchObject({ text: 'Access denied' });
    }
    await settle(scene);
    expect(shownTo(scene, GROUP)).toEqual([before]);
    expect(scene.harness.requests()).toEqual([]);
  });

  test('a button of another installation does nothing (its server keys are unknown here)', async () => {
    const scene = await set();
    const at = await oldMessage(scene, ANNA.id);
    const server = serverKey({ name: 'theirs', address: 'theirs.example:443:4307' });
    const chat = scene.harness.chat(ANNA);
    for (const action of [
      { kind: 'stop-all', server, listed: 'x'.repeat(12) },
      { kind: 'status', server },
      { kind: 'mute', server, minutes: 60 },
    ] as const) {
      const from = chat.history.length;
      scene.harness.telegram.press(ANNA, at, encode(action));
      expect(await chat.next(from)).toBe(
        [
          'This button is outdated. Nothing was done.\n',
          'TrueConf servers',
          '⚪ Not monitored',
          'as of hh:mm:ss',
        ].join('\n'),
      );
    }
    expect(scene.harness.requests()).toEqual([]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['an anonymous administrator of a group', { sender_chat: { id: GROUP, type: 'supergroup' } }],
    ['a bot', { from: { id: ANNA.id, is_bot: true, first_name: 'Robot' } }],
    ['nobody', { from: undefined }],
  ])('%s is not taken for the administrator', async (_who, fields) => {
    const scene = await set();
    scene.harness.telegram.pushUpdate({
      message: {
        message_id: 999,
        date: 1,
        chat: { id: GROUP, type: 'supergroup', title: 'Group' },
        from: { id: ANNA.id, is_bot: false, first_name: 'Anna' },
        text: '/start',
        ...fields,
      },
    });
    await settle(scene);
    expect(shownTo(scene, GROUP)).toEqual([]);
  });

  test('somebody who has been taken off the list is a stranger after the restart, old buttons included', async () => {
    const scene = await set();
    const { harness } = scene;
    const anna = harness.chat(ANNA);
    await anna.open(SERVER);
    await harness.restart((settings) => ({
      ...settings,
      telegram: { ...settings.telegram, administrators: [1] },
    }));
    const query = anna.press('Running');
    await expect.poll(() => harness.telegram.answered(query)).toMatchObject({ text: 'Access denied' });
    expect(harness.requests()).toEqual([]);
  });
});

describe('the gate itself', () => {
  const administrators = new Set([1]);
  const request = { kind: 'command', name: 'start' } as const;

  test.each([
    [1, 'private', request, 'allowed'],
    [1, 'group', { kind: 'tap', data: 'x' }, 'allowed'],
    [2, 'private', request, 'denied-with-id'],
    [2, 'group', request, 'silence'],
    [2, 'private', { kind: 'text' }, 'silence'],
    [2, 'private', { kind: 'command', name: 'status' }, 'silence'],
    [2, 'group', { kind: 'tap', data: 'x' }, 'denied-press'],
    [2, 'private', { kind: 'tap', data: 'x' }, 'denied-press'],
    [-1, 'private', request, 'denied-with-id'],
    [Number.NaN, 'private', request, 'denied-with-id'],
  ] as const)('person %d in %s with %j: %4$s', (id, place, asked, verdict) => {
    const incoming = { person: { id, name: 'x' }, place, address: '1', request: asked };
    expect(admit(incoming, administrators)).toBe(verdict);
  });
});
