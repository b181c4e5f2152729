import type { Update } from 'node-telegram-bot-api/types';
import { describe, expect, test } from 'vitest';
import { read } from '../../../src/channels/telegram/updates.ts';

const ANNA = { id: 1, is_bot: false, first_name: 'Anna', last_name: 'Ivanova' };
const PRIVATE = { id: 1, type: 'private', first_name: 'Anna' };
const GROUP = { id: -1001, type: 'supergroup', title: 'Operators' };
const CHANNEL = { id: -1002, type: 'channel', title: 'News' };

const message = (fields: object): Update =>
  ({ update_id: 7, message: { message_id: 5, date: 1, from: ANNA, chat: PRIVATE, ...fields } }) as Update;
const tap = (fields: object): Update =>
  ({
    update_id: 7,
    callback_query: { id: 'q', from: ANNA, chat_instance: 'c', data: 'd', ...fields },
  }) as Update;
const request = (update: Update) => read(update, 'OurBot')?.incoming.request;

describe('commands', () => {
  test.each([
    ['/status', 'status'],
    ['/STATUS', 'status'],
    ['/status@OurBot', 'status'],
    ['/id\nthanks', 'id'],
  ])('%j is the command %s', (text, name) => {
    expect(request(message({ text }))).toEqual({ kind: 'command', name });
    expect(request(message({ text, chat: GROUP }))).toEqual({ kind: 'command', name });
  });

  test.each([
    ['/status@ourbot  video.example.com ', 'status', 'video.example.com'],
    ['/start deep-link', 'start', 'deep-link'],
    ['/mute Haus 7\nthanks', 'mute', 'Haus 7'],
  ])('%j is the command %s with what follows it in its line', (text, name, argument) => {
    expect(request(message({ text, chat: GROUP }))).toEqual({ kind: 'command', name, argument });
  });

  test('a command for another bot in a group is none of our business', () => {
    expect(read(message({ text: '/status@OtherBot', chat: GROUP }), 'OurBot')).toBeUndefined();
  });

  test.each(['hello', 'see /status', '/', '/статус', '/status!'])(
    '%j is plain text: silence in a group, where people talk to each other',
    (text) => {
      expect(request(message({ text }))).toEqual({ kind: 'text' });
      expect(read(message({ text, chat: GROUP }), 'OurBot')).toBeUndefined();
    },
  );
});

describe('who and where', () => {
  test('person, chat and topic are kept, the topic in the address too', () => {
    const update = message({ text: '/id', chat: GROUP, message_thread_id: 42, is_topic_message: true });
    expect(read(update, 'OurBot')).toEqual({
      incoming: {
        person: { id: 1, name: 'Anna Ivanova' },
        place: 'group',
        address: '-1001:42',
        request: { kind: 'command', name: 'id' },
      },
      place: { chat: -1001, thread: 42 },
    });
  });

  test('the thread of a reply outside forums is dropped (sending to it fails)', () => {
    expect(read(message({ text: '/id', chat: GROUP, message_thread_id: 42 }), 'OurBot')?.place).toEqual({
      chat: -1001,
      thread: undefined,
    });
  });

  test('a person without a name is known by user name or number', () => {
    const from = { id: 9, is_bot: false, first_name: '' };
    expect(read(message({ text: 'x', from }), 'OurBot')?.incoming.person).toEqual({ id: 9, name: '9' });
    const named = { ...from, username: 'nine' };
    expect(read(message({ text: 'x', from: named }), 'OurBot')?.incoming.person).toEqual({
      id: 9,
      name: 'nine',
    });
  });

  test('a photo or a sticker in a private chat counts as text (the answer is the menu)', () => {
    expect(request(message({ photo: [] }))).toEqual({ kind: 'text' });
  });
});

describe('a press', () => {
  test('carries its data, its chat and the message it was on', () => {
    const on = { message_id: 5, date: 3, chat: GROUP, is_topic_message: true, message_thread_id: 42 };
    expect(read(tap({ message: on }), 'OurBot')).toEqual({
      incoming: {
        person: { id: 1, name: 'Anna Ivanova' },
        place: 'group',
        address: '-1001:42',
        request: { kind: 'tap', data: 'd' },
      },
      place: { chat: -1001, thread: 42 },
      tap: { id: 'q', message: on },
    });
  });

  test('on a message that Telegram no longer has still counts, without the message', () => {
    const received = read(tap({ message: { message_id: 5, date: 0, chat: PRIVATE } }), 'OurBot');
    expect(received?.tap).toEqual({ id: 'q', message: undefined });
    expect(received?.place).toEqual({ chat: 1, thread: undefined });
  });

  test('in a channel counts (alerts may go there), and is no private one', () => {
    expect(read(tap({ message: { message_id: 5, date: 3, chat: CHANNEL } }), 'OurBot')?.incoming.place).toBe(
      'group',
    );
  });
});

test.each([
  ['without a sender', message({ text: '/id', from: undefined })],
  ['from a bot', message({ text: '/id', from: { ...ANNA, is_bot: true } })],
  ['from an anonymous administrator', message({ text: '/id', chat: GROUP, sender_chat: GROUP })],
  ['in a channel', message({ text: '/id', chat: CHANNEL })],
  [
    'that is a channel post',
    { update_id: 1, channel_post: { message_id: 1, date: 1, chat: CHANNEL } } as Update,
  ],
  ['that only tells of a pinned message', message({ pinned_message: {} })],
  ['that is a press on an inline message', tap({ inline_message_id: 'i' })],
  [
    'that is a press without data',
    tap({ data: undefined, message: { message_id: 5, date: 3, chat: PRIVATE } }),
  ],
  ['of a kind that was not asked for', { update_id: 1, poll: {} } as unknown as Update],
])('an update %s means nothing', (_, update) => {
  expect(read(update, 'OurBot')).toBeUndefined();
});
