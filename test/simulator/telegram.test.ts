import { afterEach, describe, expect, it } from 'vitest';
import {
  startTelegram,
  type TelegramSimulator,
  type TelegramSimulatorOptions,
} from '../../src/simulator/telegram.ts';
import { ask, codeOf, type Reply } from './client.ts';

const open: TelegramSimulator[] = [];

async function start(options: TelegramSimulatorOptions = {}): Promise<TelegramSimulator> {
  const telegram = await startTelegram(options);
  telegram.knowChat(1);
  open.push(telegram);
  return telegram;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((telegram) => telegram.close()));
});

const json = { 'content-type': 'application/json' };

function call(telegram: TelegramSimulator, method: string, params: object = {}): Promise<Reply> {
  const url = `${telegram.apiRoot}/bot${telegram.token}/${method}`;
  return ask(url, { method: 'POST', headers: json, body: JSON.stringify(params) });
}

/** Makes a call, and waits until it has arrived. */
async function arrived<T>(telegram: TelegramSimulator, make: () => T): Promise<{ readonly reply: T }> {
  const arrival = new Promise<void>((resolve) => {
    telegram.onArrival = () => {
      resolve();
      return 'answered';
    };
  });
  const reply = make();
  await arrival;
  return { reply };
}

/** How a GET ends that is given up when its call has been seen and nothing has come back for a while. */
async function givenUp(telegram: TelegramSimulator, url: string): Promise<string> {
  const patience = new AbortController();
  const reply = codeOf(ask(url, { signal: patience.signal }));
  await telegram.waitForCall(({ method }) => url.includes(`/${method}`));
  setTimeout(() => patience.abort(), 100);
  return reply;
}

const send = (telegram: TelegramSimulator, params: object = {}) =>
  call(telegram, 'sendMessage', { chat_id: 1, text: 'hello', parse_mode: 'HTML', ...params });

async function expectRefusal(reply: Promise<Reply>, code: number, description: string): Promise<void> {
  expect(await reply).toMatchObject({ status: code, json: { ok: false, error_code: code, description } });
}

const button = (fields: object = {}) => ({ text: 'Go', callback_data: 'go', ...fields });
const keyboard = (...buttons: object[]) => ({
  reply_markup: { inline_keyboard: buttons.map((each) => [each]) },
});

describe('every call', () => {
  it('with an unknown token gets 401, with none 404', async () => {
    const telegram = await start();
    await expectRefusal(ask(`${telegram.apiRoot}/bot1:wrong/getMe`), 401, 'Unauthorized');
    await expectRefusal(ask(`${telegram.apiRoot}/botwrong/getMe`), 404, 'Not Found');
    await expectRefusal(ask(`${telegram.apiRoot}/`), 404, 'Not Found');
  });

  it('of an unknown method gets 404', async () => {
    await expectRefusal(call(await start(), 'sendEverything'), 404, 'Not Found: method not found');
  });

  it.each(['getMe', 'GETME'])('may be written %s', async (method) => {
    const reply = await call(await start({ username: 'admin_bot' }), method);
    expect(reply.json).toMatchObject({
      ok: true,
      result: { id: 123456, is_bot: true, username: 'admin_bot' },
    });
  });

  const markup = JSON.stringify({ inline_keyboard: [[button()]] });
  const encodings: [string, (url: string) => Promise<Reply>][] = [
    [
      'a GET query',
      (url) => ask(`${url}?${new URLSearchParams({ chat_id: '1', text: 'ж & b', reply_markup: markup })}`),
    ],
    [
      'a form',
      (url) =>
        ask(url, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: String(new URLSearchParams({ chat_id: '1', text: 'ж & b', reply_markup: markup })),
        }),
    ],
    [
      'JSON',
      (url) =>
        ask(url, {
          method: 'POST',
          headers: json,
          body: JSON.stringify({ chat_id: 1, text: 'ж & b', reply_markup: JSON.parse(markup) }),
        }),
    ],
    [
      'multipart',
      async (url) => {
        const form = new FormData();
        form.set('chat_id', '1');
        form.set('text', 'ж & b');
        form.set('reply_markup', markup);
        const answer = await fetch(url, { method: 'POST', body: form });
        return { status: answer.status, headers: {}, text: '', json: await answer.json() };
      },
    ],
  ];
  it.each(encodings)('may come as %s, and looks the same', async (_title, sendIt) => {
    const telegram = await start();
    const reply = await sendIt(`${telegram.apiRoot}/bot${telegram.token}/sendMessage`);
    expect(reply.json).toMatchObject({ ok: true, result: { message_id: 1, chat: { id: 1 }, text: 'ж & b' } });
    expect(telegram.messages[0]?.keyboard).toEqual([[button()]]);
    expect(telegram.calls[0]?.params).toEqual({
      chat_id: 1,
      text: 'ж & b',
      reply_markup: JSON.parse(markup),
    });
  });
});

describe('messages', () => {
  const texts: [string, object, number, string][] = [
    ['no text', { text: '' }, 400, 'message text is empty'],
    ['no text before no chat', { text: undefined, chat_id: 99 }, 400, 'message text is empty'],
    ['nothing but tags', { text: '<b> </b>' }, 400, 'text must be non-empty'],
    ['4,097 characters', { text: 'x'.repeat(4097) }, 400, 'message is too long'],
    ['2,049 characters of two units', { text: '👍'.repeat(2049) }, 400, 'message is too long'],
    ['bad HTML', { text: 'a <c>' }, 400, 'can\'t parse entities: Unsupported start tag "c" at byte offset 2'],
    ['an unknown parse mode', { parse_mode: 'WORD' }, 400, 'unsupported parse_mode'],
    ['no chat', { chat_id: undefined }, 400, 'chat_id is empty'],
    ['a person who never wrote', { chat_id: 99 }, 400, 'chat not found'],
    ['an unknown group', { chat_id: -100_123 }, 400, 'chat not found'],
    ['an unknown name', { chat_id: '@nobody' }, 400, 'chat not found'],
    ['a topic of a private chat', { message_thread_id: 5 }, 400, 'message thread not found'],
    ['a reply to nothing', { reply_parameters: { message_id: 77 } }, 400, 'message to be replied not found'],
    [
      'entities beyond the text',
      { parse_mode: '', entities: [{ type: 'bold', offset: 100, length: 1 }] },
      400,
      'entity begins after the end of the text at UTF-16 offset 100',
    ],
  ];
  it.each(texts)('with %s are refused', async (_title, params, code, description) => {
    const telegram = await start();
    await expectRefusal(send(telegram, params), code, `Bad Request: ${description}`);
    expect(telegram.messages).toEqual([]);
  });

  it.each([
    ['4,096 characters after parsing', { text: `<b>${'&amp;'.repeat(4096)}</b>` }],
    ['no parse mode, so that tags are text', { text: '<nothing>', parse_mode: '' }],
    ['html in small letters', { text: '<b>x</b>', parse_mode: 'html' }],
    [
      'a reply to nothing that may be missing',
      { reply_parameters: { message_id: 7, allow_sending_without_reply: true } },
    ],
  ])('with %s are sent', async (_title, params) => {
    expect((await send(await start(), params)).json.ok).toBe(true);
  });

  it('show text, sent entities and those beyond the first hundred, which Telegram drops', async () => {
    const telegram = await start();
    const reply = await send(telegram, { text: '<b>x</b> '.repeat(130) });
    expect(reply.json.result.entities).toHaveLength(100);
    expect(telegram.messages[0]).toMatchObject({
      entities: 130,
      droppedEntities: 30,
      fromBot: true,
      editedAt: null,
    });
  });

  it('are trimmed, entities with them', async () => {
    const telegram = await start();
    const reply = await send(telegram, { text: '\n <b>x</b> y \n' });
    expect(reply.json.result).toMatchObject({
      text: 'x y',
      entities: [{ type: 'bold', offset: 0, length: 1 }],
    });
  });

  it('go into topics of groups, unless the topic is gone', async () => {
    const telegram = await start();
    telegram.knowChat(-1_001_234);
    const topic = { chat_id: -1_001_234, message_thread_id: 42 };
    expect((await send(telegram, topic)).json.result).toMatchObject({
      message_thread_id: 42,
      is_topic_message: true,
    });
    telegram.deleteThread(-1_001_234, 42);
    await expectRefusal(send(telegram, topic), 400, 'Bad Request: message thread not found');
  });

  it('may be photos with a caption', async () => {
    const telegram = await start();
    const photo = { chat_id: 1, photo: 'https://a.b/c.png' };
    const reply = await call(telegram, 'sendPhoto', { ...photo, caption: '<b>x</b>', parse_mode: 'HTML' });
    expect(reply.json.result).toMatchObject({ caption: 'x', caption_entities: [{ type: 'bold' }] });
    await expectRefusal(
      call(telegram, 'sendPhoto', { ...photo, caption: 'x'.repeat(1025) }),
      400,
      'Bad Request: message caption is too long',
    );
    await expectRefusal(
      call(telegram, 'sendPhoto', { chat_id: 1 }),
      400,
      'Bad Request: there is no photo in the request',
    );
  });

  describe('with pictures', () => {
    const png = (width: number, height: number, length = 24) => {
      const bytes = Buffer.alloc(length);
      bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
      bytes.writeUInt32BE(width, 16);
      bytes.writeUInt32BE(height, 20);
      return bytes;
    };
    const upload = (
      telegram: TelegramSimulator,
      method: string,
      fields: object,
      name: string,
      file: Buffer,
    ) => {
      const parts = Object.entries(fields).map(
        ([key, value]) => `--x\r\ncontent-disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
      );
      const head = `--x\r\ncontent-disposition: form-data; name="${name}"; filename="a.png"\r\n\r\n`;
      const body = Buffer.concat([
        Buffer.from(`${parts.join('')}${head}`),
        file,
        Buffer.from('\r\n--x--\r\n'),
      ]);
      const headers = { 'content-type': 'multipart/form-data; boundary=x' };
      return ask(`${telegram.apiRoot}/bot${telegram.token}/${method}`, { method: 'POST', headers, body });
    };
    const photo = (telegram: TelegramSimulator, file: Buffer) =>
      upload(telegram, 'sendPhoto', { chat_id: 1, caption: 'x' }, 'photo', file);

    it('keep the picture; the record of the call does not', async () => {
      const telegram = await start();
      const reply = await photo(telegram, png(1080, 1190));
      expect(reply.json.result).toMatchObject({ caption: 'x', photo: [{ width: 1080, height: 1190 }] });
      expect(telegram.messages[0]?.photo?.png.equals(png(1080, 1190))).toBe(true);
      expect(telegram.calls[0]?.params.photo).toEqual({
        filename: 'a.png',
        contentType: 'application/octet-stream',
        bytes: 24,
      });
    });

    it.each<[string, Buffer, string]>([
      ['empty', Buffer.alloc(0), 'file must be non-empty'],
      ['no picture', Buffer.from('GIF89a and something that is longer'), 'IMAGE_PROCESS_FAILED'],
      ['too large', png(9_000, 1_001), 'PHOTO_INVALID_DIMENSIONS'],
      ['too narrow', png(2_100, 100), 'PHOTO_INVALID_DIMENSIONS'],
      [
        'too long',
        png(10, 10, 10_485_761),
        'file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes',
      ],
    ])('are refused when they are %s', async (_, file, description) => {
      const telegram = await start();
      await expectRefusal(photo(telegram, file), 400, `Bad Request: ${description}`);
    });

    it('change by editMessageMedia, their words by editMessageCaption, and not by editMessageText', async () => {
      const telegram = await start();
      await photo(telegram, png(10, 10));
      const here = { chat_id: 1, message_id: 1 };
      const media = JSON.stringify({
        type: 'photo',
        media: 'attach://new',
        caption: '<b>y</b>',
        parse_mode: 'HTML',
      });
      const edited = await upload(telegram, 'editMessageMedia', { ...here, media }, 'new', png(20, 20));
      expect(edited.json.result).toMatchObject({ caption: 'y', photo: [{ width: 20 }] });
      const same = upload(telegram, 'editMessageMedia', { ...here, media }, 'new', png(20, 20));
      expect((await same).json.description).toContain('message is not modified');
      await call(telegram, 'editMessageCaption', { ...here, caption: 'z' });
      expect(telegram.messages).toMatchObject([{ kind: 'photo', text: 'z', photo: { width: 20 } }]);
      await expectRefusal(
        call(telegram, 'editMessageText', { ...here, text: 'x' }),
        400,
        'Bad Request: there is no text in the message to edit',
      );
      await expectRefusal(
        call(telegram, 'editMessageCaption', { ...here, caption: 'x'.repeat(1_025) }),
        400,
        'Bad Request: message caption is too long',
      );
    });

    it('have no words to edit where there is no picture, but can be put there', async () => {
      const telegram = await start();
      await send(telegram);
      const here = { chat_id: 1, message_id: 1 };
      await expectRefusal(
        call(telegram, 'editMessageCaption', { ...here, caption: 'x' }),
        400,
        'Bad Request: there is no caption in the message to edit',
      );
      const media = JSON.stringify({ type: 'photo', media: 'attach://new' });
      await upload(telegram, 'editMessageMedia', { ...here, media }, 'new', png(20, 20));
      expect(telegram.messages[0]?.kind).toBe('photo');
    });
  });
});

describe('keyboards', () => {
  const bad: [string, object, string][] = [
    ['65 bytes of data', keyboard(button({ callback_data: `${'ж'.repeat(32)}x` })), 'BUTTON_DATA_INVALID'],
    [
      'no data',
      keyboard(button({ callback_data: '' })),
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      'no text',
      keyboard({ callback_data: 'x' }),
      'can\'t parse inline keyboard button: Can\'t find field "text"',
    ],
    [
      'a host without a dot',
      keyboard({ text: 'x', url: 'https://localhost/' }),
      "inline keyboard button URL 'https://localhost/' is invalid: Wrong HTTP URL",
    ],
    [
      'another protocol',
      keyboard({ text: 'x', url: 'ftp://a.b' }),
      "inline keyboard button URL 'ftp://a.b' is invalid: Unsupported URL protocol",
    ],
    ['101 buttons', keyboard(...Array.from({ length: 101 }, () => button())), 'reply markup is too long'],
    [
      'more than 10 kB',
      keyboard(...Array.from({ length: 80 }, () => button({ text: 'ж'.repeat(60), callback_data: 'x' }))),
      'reply markup is too long',
    ],
    [
      'an unknown style',
      keyboard(button({ style: 'pink' })),
      "can't parse inline keyboard button: Invalid button style specified",
    ],
    [
      'no rows',
      { reply_markup: { inline_keyboard: {} } },
      'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ],
    ['no JSON', { reply_markup: '{' }, "can't parse reply keyboard markup JSON object"],
  ];
  it.each(bad)('with %s are refused', async (_title, params, description) => {
    await expectRefusal(send(await start(), params), 400, `Bad Request: ${description}`);
  });

  it('of 100 buttons with 64 bytes, styles and links are sent', async () => {
    const telegram = await start();
    const buttons = Array.from({ length: 98 }, () => button({ callback_data: 'x'.repeat(64) }));
    buttons.push(button({ style: 'danger' }), button({ url: 'https://127.0.0.5/c/1' }));
    expect((await send(telegram, keyboard(...buttons))).json.ok).toBe(true);
    expect(telegram.messages[0]?.keyboard[98]).toEqual([button({ style: 'danger' })]);
  });
});

describe('edits', () => {
  const edit = (telegram: TelegramSimulator, params: object = {}) =>
    call(telegram, 'editMessageText', {
      chat_id: 1,
      message_id: 1,
      text: 'new',
      parse_mode: 'HTML',
      ...params,
    });
  const NOT_MODIFIED =
    'Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message';

  it('change what the chat shows, and take the buttons away unless given again', async () => {
    const telegram = await start();
    await send(telegram, keyboard(button()));
    expect((await edit(telegram)).json.result).toMatchObject({
      message_id: 1,
      text: 'new',
      edit_date: expect.any(Number),
    });
    expect(telegram.messages).toMatchObject([{ text: 'new', keyboard: [], editedAt: expect.any(Number) }]);
  });

  it.each([
    ['the same text', { text: 'hello' }],
    ['the same text after trimming and parsing', { text: ' hel&#108;o ' }],
  ])('to %s are "not modified"', async (_title, params) => {
    const telegram = await start();
    await send(telegram);
    await expectRefusal(edit(telegram, params), 400, NOT_MODIFIED);
  });

  it('of buttons alone are edits, the same buttons are not', async () => {
    const telegram = await start();
    await send(telegram, keyboard(button()));
    const change = (params: object) =>
      call(telegram, 'editMessageReplyMarkup', { chat_id: 1, message_id: 1, ...params });
    await expectRefusal(change(keyboard(button())), 400, NOT_MODIFIED);
    expect((await change(keyboard(button({ text: 'Stop' })))).json.ok).toBe(true);
    expect(telegram.messages[0]).toMatchObject({ text: 'hello', keyboard: [[{ text: 'Stop' }]] });
  });

  const bad: [string, object, string, ((telegram: TelegramSimulator) => void)?][] = [
    ['no message', { message_id: undefined }, 'message identifier is not specified'],
    ['an unknown message', { message_id: 77 }, 'message to edit not found'],
    ['a deleted message', {}, 'message to edit not found', (telegram) => telegram.deleteMessage(1, 1)],
    ['a frozen message', {}, "message can't be edited", (telegram) => telegram.freezeMessage(1, 1)],
    [
      "a person's message",
      { message_id: 2 },
      "message can't be edited",
      (telegram) => void telegram.write({ id: 1 }, 'hi'),
    ],
    ['too long a text', { text: 'x'.repeat(4097) }, 'MESSAGE_TOO_LONG'],
    ['empty text', { text: '' }, 'message text is empty'],
    ['long data', keyboard(button({ callback_data: 'x'.repeat(65) })), 'BUTTON_DATA_INVALID'],
  ];
  it.each(bad)('of or with %s are refused', async (_title, params, description, prepare) => {
    const telegram = await start();
    await send(telegram);
    prepare?.(telegram);
    await expectRefusal(edit(telegram, params), 400, `Bad Request: ${description}`);
  });

  it('delete: a message younger than 48 hours, once', async () => {
    const clock = { now: Date.now() };
    const telegram = await start({ now: () => clock.now });
    await send(telegram);
    await send(telegram);
    const remove = (id: number) => call(telegram, 'deleteMessage', { chat_id: 1, message_id: id });
    expect((await remove(1)).json).toEqual({ ok: true, result: true });
    await expectRefusal(remove(1), 400, 'Bad Request: message to delete not found');
    clock.now += 49 * 3_600_000;
    await expectRefusal(remove(2), 400, "Bad Request: message can't be deleted for everyone");
  });
});

describe('recipients', () => {
  const lost: [string, number, (telegram: TelegramSimulator) => void, number, string][] = [
    [
      'who blocked the bot',
      1,
      (telegram) => telegram.block(1),
      403,
      'Forbidden: bot was blocked by the user',
    ],
    ['who left Telegram', 1, (telegram) => telegram.deactivate(1), 403, 'Forbidden: user is deactivated'],
    ['that are gone', 1, (telegram) => telegram.deleteChat(1), 400, 'Bad Request: chat not found'],
    [
      'that threw the bot out',
      -1_001_000_000_123,
      (telegram) => telegram.kick(-1_001_000_000_123),
      403,
      'Forbidden: bot was kicked from the supergroup chat',
    ],
    [
      'of the small kind that did so',
      -123,
      (telegram) => telegram.kick(-123),
      403,
      'Forbidden: bot was kicked from the group chat',
    ],
  ];
  it.each(lost)('%s (%i) get nothing', async (_title, chatId, lose, code, description) => {
    const telegram = await start();
    telegram.knowChat(chatId);
    lose(telegram);
    await expectRefusal(send(telegram, { chat_id: chatId }), code, description);
    telegram.unblock(chatId);
    expect((await send(telegram, { chat_id: chatId })).json.ok).toBe(true);
  });

  it('that became supergroups say their new id', async () => {
    const telegram = await start();
    telegram.knowChat(-123);
    telegram.migrate(-123, -1_001_000_000_123);
    expect((await send(telegram, { chat_id: -123 })).json).toEqual({
      ok: false,
      error_code: 400,
      description: 'Bad Request: group chat was upgraded to a supergroup chat',
      parameters: { migrate_to_chat_id: -1_001_000_000_123 },
    });
    expect((await send(telegram, { chat_id: -1_001_000_000_123 })).json.result.chat.type).toBe('supergroup');
  });

  it('who write become known', async () => {
    const telegram = await start();
    telegram.write({ id: 5, name: 'Eva' }, '/start');
    expect((await send(telegram, { chat_id: 5 })).json.result.chat).toEqual({
      id: 5,
      type: 'private',
      first_name: 'Eva',
    });
    expect((await call(telegram, 'getChat', { chat_id: 5 })).json.result.first_name).toBe('Eva');
  });
});

describe('limits on speed', () => {
  const tooFast: [string, number, number, number][] = [
    ['1 a second in a private chat', 1, 1, 1],
    ['20 a minute in a group', -5, 20, 60],
  ];
  it.each(tooFast)('are %s', async (_title, chatId, allowed, seconds) => {
    const clock = { now: 1_000_000_000_000 };
    const telegram = await start({ rate: {}, now: () => clock.now });
    telegram.knowChat(chatId);
    for (let number = 0; number < allowed; number++)
      expect((await send(telegram, { chat_id: chatId })).status).toBe(200);
    const refusal = {
      error_code: 429,
      description: `Too Many Requests: retry after ${seconds}`,
      parameters: { retry_after: seconds },
    };
    expect((await send(telegram, { chat_id: chatId })).json).toMatchObject(refusal);
    clock.now += seconds * 1000 - 1;
    expect((await send(telegram, { chat_id: chatId })).json).toMatchObject({
      parameters: { retry_after: 1 },
    });
    clock.now += 1;
    expect((await send(telegram, { chat_id: chatId })).status).toBe(200);
  });

  it('are 30 a second for the whole bot, edits counted too', async () => {
    const telegram = await start({ rate: { perChatPerSecond: 100 }, now: () => 1_000_000_000_000 });
    for (let number = 0; number < 29; number++) await send(telegram, { chat_id: 1 });
    const edit = (text: string) => call(telegram, 'editMessageText', { chat_id: 1, message_id: 1, text });
    expect((await edit('a')).status).toBe(200);
    expect((await edit('b')).status).toBe(429);
  });

  it('are off unless asked for', async () => {
    const telegram = await start();
    const replies = await Promise.all(Array.from({ length: 50 }, () => send(telegram)));
    expect(replies.every((reply) => reply.status === 200)).toBe(true);
  });
});

describe('getUpdates', () => {
  const updates = (telegram: TelegramSimulator, params: object = {}) => call(telegram, 'getUpdates', params);
  const ids = (reply: Reply) => reply.json.result.map((update: { update_id: number }) => update.update_id);

  it('gives updates again until an offset confirms them', async () => {
    const telegram = await start();
    const first = telegram.write({ id: 1 }, 'a');
    const second = telegram.write({ id: 1 }, 'b');
    expect(second).toBe(first + 1);
    expect(ids(await updates(telegram))).toEqual([first, second]);
    expect(ids(await updates(telegram))).toEqual([first, second]);
    expect(ids(await updates(telegram, { offset: second }))).toEqual([second]);
    expect(ids(await updates(telegram, { offset: second + 1 }))).toEqual([]);
    expect(ids(await updates(telegram, { offset: 0 }))).toEqual([]);
  });

  it('obeys limit, and takes the newest ones with a negative offset', async () => {
    const telegram = await start();
    const sent = Array.from({ length: 5 }, () => telegram.write({ id: 1 }, 'a'));
    expect(ids(await updates(telegram, { limit: 2 }))).toEqual(sent.slice(0, 2));
    expect(ids(await updates(telegram, { offset: -1 }))).toEqual(sent.slice(4));
    expect(ids(await updates(telegram, { offset: 0 }))).toEqual(sent.slice(4));
  });

  it('waits for an update, and gives those of one moment together', async () => {
    const telegram = await start();
    const waiting = await arrived(telegram, () => updates(telegram, { timeout: 50 }));
    const sent = [
      telegram.write({ id: 1, name: 'Eva', language: 'de' }, '/start now'),
      telegram.write({ id: 1 }, 'b'),
    ];
    const reply = await waiting.reply;
    expect(ids(reply)).toEqual(sent);
    expect(reply.json.result[0].message).toMatchObject({
      from: { id: 1, is_bot: false, first_name: 'Eva', language_code: 'de' },
      chat: { id: 1, type: 'private' },
      text: '/start now',
      entities: [{ type: 'bot_command', offset: 0, length: 6 }],
    });
  });

  it('answers nothing when the time is up', async () => {
    const startedAt = performance.now();
    expect(ids(await updates(await start(), { timeout: 1 }))).toEqual([]);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  it('gives only the types that were allowed, and remembers them', async () => {
    const telegram = await start();
    await updates(telegram, { allowed_updates: ['callback_query'] });
    telegram.write({ id: 1 }, 'a');
    const tap = telegram.press({ id: 1 }, { chatId: 1, messageId: 9 }, 'old');
    telegram.pushUpdate({ chat_member: {} });
    expect((await updates(telegram)).json.result).toMatchObject([{ callback_query: { id: tap } }]);
    await updates(telegram, { allowed_updates: [] });
    telegram.pushUpdate({ chat_member: {} });
    telegram.write({ id: 1 }, 'a');
    expect((await updates(telegram)).json.result).toHaveLength(2);
  });

  it('of a second consumer ends the first with 409', async () => {
    const telegram = await start();
    const first = await arrived(telegram, () => updates(telegram, { timeout: 50 }));
    const second = updates(telegram, { timeout: 50 });
    await expectRefusal(
      first.reply,
      409,
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
    );
    telegram.write({ id: 1 }, 'a');
    expect(ids(await second)).toHaveLength(1);
  });

  it('is a 409 of the other kind while a webhook is set', async () => {
    const telegram = await start();
    telegram.setWebhook('https://a.b/hook');
    const text =
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
    await expectRefusal(updates(telegram), 409, text);
    expect((await call(telegram, 'getWebhookInfo')).json.result.url).toBe('https://a.b/hook');
    telegram.write({ id: 1 }, 'a');
    await call(telegram, 'deleteWebhook', { drop_pending_updates: true });
    expect(ids(await updates(telegram))).toEqual([]);
  });

  it('that waits is ended by a webhook with 409', async () => {
    const telegram = await start();
    const poll = await arrived(telegram, () => updates(telegram, { timeout: 50 }));
    telegram.setWebhook('https://a.b/hook');
    await expectRefusal(poll.reply, 409, 'Conflict: terminated by setWebhook request');
  });

  it('forgets a client that went away', async () => {
    const telegram = await start();
    const url = `${telegram.apiRoot}/bot${telegram.token}/getUpdates?timeout=50`;
    const leaving = new AbortController();
    const poll = await arrived(telegram, () => codeOf(ask(url, { signal: leaving.signal })));
    leaving.abort();
    expect(await poll.reply).toBe('ABORTED');
    telegram.write({ id: 1 }, 'a');
    expect(ids(await updates(telegram))).toHaveLength(1);
  });
});

describe('taps', () => {
  it.each(['go:1', 'Go'])('name a button by its data or its label (%s)', async (name) => {
    const telegram = await start();
    await send(telegram, keyboard(button({ callback_data: 'go:1' })));
    const id = telegram.press({ id: 1, name: 'Eva' }, { chatId: 1, messageId: 1 }, name);
    const { json } = await call(telegram, 'getUpdates');
    expect(json.result[0].callback_query).toMatchObject({
      id,
      data: 'go:1',
      from: { id: 1, first_name: 'Eva' },
      message: { message_id: 1, chat: { id: 1 }, text: 'hello', reply_markup: { inline_keyboard: [[{}]] } },
    });
  });

  it('on old buttons and lost messages come through as they are', async () => {
    const telegram = await start();
    telegram.press({ id: 1 }, { chatId: 1, messageId: 99 }, 'ancient');
    const { json } = await call(telegram, 'getUpdates');
    expect(json.result[0].callback_query).toMatchObject({
      data: 'ancient',
      message: { message_id: 99, date: 0 },
    });
  });

  const TOO_OLD = 'Bad Request: query is too old and response timeout expired or query ID is invalid';

  it('are answered once, within 15 s', async () => {
    const clock = { now: 1_000_000_000_000 };
    const telegram = await start({ now: () => clock.now });
    const [id, late] = [1, 2].map(() => telegram.press({ id: 1 }, { chatId: 1, messageId: 9 }, 'x')) as [
      string,
      string,
    ];
    const answer = (callback_query_id: string) =>
      call(telegram, 'answerCallbackQuery', { callback_query_id, text: 'done', show_alert: true });
    expect(telegram.answered(id)).toBeUndefined();
    expect((await answer(id)).json).toEqual({ ok: true, result: true });
    expect(telegram.answered(id)).toEqual({ text: 'done', showAlert: true });
    await expectRefusal(answer(id), 400, TOO_OLD);
    await expectRefusal(answer('12345'), 400, TOO_OLD);
    clock.now += 15_001;
    await expectRefusal(answer(late), 400, TOO_OLD);
    expect(telegram.answered(late)).toBeUndefined();
  });
});

describe('commands', () => {
  const commands = [{ command: 'start', description: 'Servers' }];

  it('are kept by language', async () => {
    const telegram = await start();
    await call(telegram, 'setMyCommands', { commands });
    await call(telegram, 'setMyCommands', {
      commands: [{ command: 'start', description: 'Серверы' }],
      language_code: 'ru',
    });
    expect(telegram.commands).toEqual({ '': commands, ru: [{ command: 'start', description: 'Серверы' }] });
    expect((await call(telegram, 'getMyCommands', { language_code: 'ru' })).json.result).toHaveLength(1);
    await call(telegram, 'deleteMyCommands', { language_code: 'ru' });
    expect(Object.keys(telegram.commands)).toEqual(['']);
  });

  it.each([
    [{ commands: [{ command: 'Start now', description: 'x' }] }, 'BOT_COMMAND_INVALID'],
    [{ commands: [{ command: 'start', description: '' }] }, 'BOT_COMMAND_DESCRIPTION_INVALID'],
    [{ commands, language_code: 'en-US' }, 'invalid language code specified'],
    [{ commands: 'start' }, "can't parse commands: Expected an Array"],
  ])('%j are refused', async (params, description) => {
    await expectRefusal(call(await start(), 'setMyCommands', params), 400, `Bad Request: ${description}`);
  });

  it('sendChatAction takes known actions', async () => {
    const telegram = await start();
    expect((await call(telegram, 'sendChatAction', { chat_id: 1, action: 'typing' })).json.result).toBe(true);
    await expectRefusal(
      call(telegram, 'sendChatAction', { chat_id: 1, action: 'x' }),
      400,
      'Bad Request: wrong parameter action in request',
    );
  });
});

describe('faults', () => {
  it('away: refuses connections, ends a waiting poll, and comes back on the same port', async () => {
    const telegram = await start();
    const poll = await arrived(telegram, () => codeOf(call(telegram, 'getUpdates', { timeout: 50 })));
    await telegram.setFault({ kind: 'away' });
    expect(await poll.reply).toBe('ECONNRESET');
    expect(await codeOf(call(telegram, 'getMe'))).toBe('ECONNREFUSED');
    await telegram.setFault({ kind: 'none' });
    expect((await call(telegram, 'getMe')).status).toBe(200);
  });

  it('hanging: accepts, never answers, not even a poll that waits', async () => {
    const telegram = await start();
    const url = `${telegram.apiRoot}/bot${telegram.token}`;
    const patience = new AbortController();
    const { signal } = patience;
    const poll = await arrived(telegram, () => codeOf(ask(`${url}/getUpdates?timeout=50`, { signal })));
    await telegram.setFault({ kind: 'hanging' });
    telegram.write({ id: 1 }, 'a');
    expect(await givenUp(telegram, `${url}/getMe`)).toBe('ABORTED');
    patience.abort();
    expect(await poll.reply).toBe('ABORTED');
  });

  it('dropping: packets are lost, and it comes back', async () => {
    const telegram = await start();
    await telegram.setFault({ kind: 'dropping' });
    expect(await codeOf(ask(`${telegram.apiRoot}/bot${telegram.token}/getMe`, { timeoutMs: 150 }))).toBe(
      'TIMEOUT',
    );
    await telegram.setFault({ kind: 'none' });
    expect((await call(telegram, 'getMe')).status).toBe(200);
  });

  it("status: a proxy's page", async () => {
    const telegram = await start();
    await telegram.setFault({ kind: 'status', status: 403, body: '<html>blocked</html>' });
    expect(await call(telegram, 'getMe')).toMatchObject({
      status: 403,
      text: '<html>blocked</html>',
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
  });

  it('reset: destroys the socket', async () => {
    const telegram = await start();
    await telegram.setFault({ kind: 'reset' });
    expect(await codeOf(call(telegram, 'getMe'))).toBe('ECONNRESET');
  });

  it('error: refuses one method, as often as asked', async () => {
    const telegram = await start();
    const parameters = { retry_after: 3 };
    const description = 'Too Many Requests: retry after 3';
    await telegram.setFault({
      kind: 'error',
      errorCode: 429,
      description,
      parameters,
      method: 'sendMessage',
      times: 2,
    });
    expect((await call(telegram, 'getMe')).status).toBe(200);
    for (let time = 0; time < 2; time++) {
      expect((await send(telegram)).json).toEqual({ ok: false, error_code: 429, description, parameters });
    }
    expect((await send(telegram)).status).toBe(200);
  });
});

describe('how far one call gets', () => {
  it('a lost one arrives, and nothing is done about it', async () => {
    const telegram = await start();
    telegram.onArrival = (method, { text }) =>
      method === 'sendMessage' && text === 'lost' ? 'lost' : 'answered';
    const url = `${telegram.apiRoot}/bot${telegram.token}/sendMessage?chat_id=1&text=`;
    expect(await givenUp(telegram, `${url}lost`)).toBe('ABORTED');
    expect(telegram.messages).toEqual([]);
    expect(telegram.calls).toMatchObject([{ method: 'sendMessage', ok: false }]);
    expect((await ask(`${url}hello`)).status).toBe(200);
  });

  it('an unanswered one is carried out', async () => {
    const telegram = await start();
    telegram.onArrival = () => 'unanswered';
    const url = `${telegram.apiRoot}/bot${telegram.token}/sendMessage?chat_id=1&text=hello`;
    expect(await givenUp(telegram, url)).toBe('ABORTED');
    expect(telegram.messages).toMatchObject([{ text: 'hello' }]);
    expect(telegram.calls).toMatchObject([{ method: 'sendMessage', ok: true }]);
  });
});

describe('an error for every method', () => {
  it('ends a poll that waits, too', async () => {
    const telegram = await start();
    const poll = await arrived(telegram, () => call(telegram, 'getUpdates', { timeout: 50 }));
    await telegram.setFault({
      kind: 'error',
      errorCode: 502,
      description: 'Bad Gateway',
      method: 'sendMessage',
    });
    await telegram.setFault({ kind: 'error', errorCode: 401, description: 'Unauthorized' });
    await expectRefusal(poll.reply, 401, 'Unauthorized');
  });
});

describe('what a script sees', () => {
  it('is each call with its outcome', async () => {
    const telegram = await start();
    const seen: string[] = [];
    telegram.onCall = ({ method, ok, errorCode }) => seen.push(`${method} ${ok} ${errorCode}`);
    await send(telegram);
    await send(telegram, { chat_id: 9 });
    expect(seen).toEqual(['sendMessage true undefined', 'sendMessage false 400']);
    expect(telegram.calls[1]).toMatchObject({
      description: 'Bad Request: chat not found',
      params: { chat_id: 9 },
    });
    telegram.forgetCalls();
    expect(telegram.calls).toEqual([]);
  });

  it('is each change of a message', async () => {
    const telegram = await start();
    const seen: string[] = [];
    telegram.onMessage = ({ text, fromBot }, change) => seen.push(`${change} ${text} ${fromBot}`);
    telegram.write({ id: 1 }, 'hi');
    await send(telegram);
    await call(telegram, 'editMessageText', { chat_id: 1, message_id: 2, text: 'bye' });
    await call(telegram, 'deleteMessage', { chat_id: 1, message_id: 2 });
    expect(seen).toEqual(['sent hi false', 'sent hello true', 'edited bye true', 'deleted bye true']);
    expect(telegram.messages).toHaveLength(1);
  });

  it('is the first match, past or future', async () => {
    const telegram = await start();
    const future = telegram.waitForMessage(({ text }) => text === 'bye');
    const call1 = telegram.waitForCall(({ method }) => method === 'editMessageText');
    await send(telegram);
    await call(telegram, 'editMessageText', { chat_id: 1, message_id: 1, text: 'bye' });
    expect((await future).messageId).toBe(1);
    expect((await call1).ok).toBe(true);
    expect((await telegram.waitForCall(({ method }) => method === 'sendMessage')).ok).toBe(true);
  });

  it('or what was there instead', async () => {
    const telegram = await start();
    await send(telegram);
    await expect(telegram.waitForMessage(({ text }) => text === 'x', 30)).rejects.toThrow(
      'no matching message within 30 ms; there were 1, the last:\n  1/1: "hello"',
    );
    await expect(telegram.waitForCall(({ ok }) => !ok, 30)).rejects.toThrow('sendMessage ok');
  });

  it('over TLS too', async () => {
    const telegram = await start({ tls: true, host: '127.0.0.9' });
    const url = `${telegram.apiRoot}/bot${telegram.token}/getMe`;
    expect(telegram.apiRoot).toMatch(/^https:\/\/127\.0\.0\.9:/);
    expect((await ask(url, { ca: telegram.certificate ?? '' })).status).toBe(200);
  });

  it('after the latency', async () => {
    const telegram = await start({ latencyMs: 80 });
    const startedAt = performance.now();
    await send(telegram);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(78);
  });
});
