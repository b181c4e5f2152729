import { describe, expect, test } from 'vitest';
import type { Incoming, Reception, Screen } from '../../../src/channels/port.ts';
import type { TelegramFault } from '../../../src/simulator/telegram.ts';
import { tinyPng } from '../../support/tiny-png.ts';
import {
  ANNA,
  eventually,
  GROUP,
  keeping,
  markup,
  reply,
  type Stage,
  screen,
  setStage,
  slow,
} from './harness.ts';

const never = new AbortController().signal;
const [DAY, WEEK] = [tinyPng(1), tinyPng(2)];

const picture = (
  text: string,
  png: Uint8Array = DAY,
  buttons: readonly string[] = ['24 h', '7 d'],
): Screen => ({
  ...screen(text, buttons),
  picture: png,
});
const showing = (shown: Screen): Reception => ({
  kind: 'work',
  work: { waiting: undefined, run: async () => ({ screen: shown }) },
});
const deliver = (stage: Stage, shown: Screen, address: string | number = ANNA.id) =>
  stage.channel.deliver(String(address), shown, never);
const at = (stage: Stage, messageId: number) => {
  const found = stage.telegram.messages.find((message) => message.messageId === messageId);
  if (!found) throw new Error(`there is no message ${messageId}`);
  return found;
};
/** A picture in the chat, and somebody who listens. */
async function withPicture(receive: (incoming: Incoming) => Reception) {
  const stage = await setStage();
  await deliver(stage, picture('the day'));
  const place = { chatId: ANNA.id, messageId: stage.telegram.messages[0]?.messageId ?? 0 };
  void stage.listen(receive);
  return { stage, place };
}
const refusing = (method: string, description: string, times: number, errorCode = 400): TelegramFault => ({
  ...{ kind: 'error', method, description, times, errorCode },
});

describe('a picture that is delivered', () => {
  test('arrives byte for byte, with formatted words and buttons below, in its topic', async () => {
    const stage = await setStage();
    const shown = { ...picture(''), text: markup('<b>video — Größe &amp; Сервер</b>') };
    expect(await deliver(stage, shown, `${GROUP}:42`)).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages).toMatchObject([
      {
        chatId: GROUP,
        threadId: 42,
        kind: 'photo',
        text: 'video — Größe & Сервер',
        entities: 1,
        keyboard: [[{ text: '24 h' }, { text: '7 d' }]],
      },
    ]);
    expect(stage.telegram.messages[0]?.photo?.png.equals(DAY)).toBe(true);
  });

  test('with more words than Telegram takes below a picture has the rest after it, the buttons under the last', async () => {
    const stage = await setStage();
    expect(await deliver(stage, picture('a line of a report\n'.repeat(100)))).toEqual({ kind: 'delivered' });
    const { messages } = stage.telegram;
    expect(messages.map(({ kind, keyboard }) => [kind, keyboard.length])).toEqual([
      ['photo', 0],
      ['text', 1],
    ]);
    expect(messages[0]?.text.length).toBeLessThanOrEqual(1_024);
  });

  test.each<[string, number, string]>([
    ['cannot be read', 400, 'Bad Request: IMAGE_PROCESS_FAILED'],
    ['has impossible dimensions', 400, 'Bad Request: PHOTO_INVALID_DIMENSIONS'],
    ['is too long', 413, 'Request Entity Too Large'],
    ['is not wanted in that group', 400, 'Bad Request: not enough rights to send photos to the chat'],
    ['is forbidden in that group', 400, 'Bad Request: CHAT_SEND_PHOTOS_FORBIDDEN'],
  ])('and %s is left out, its words arrive', async (_, code, description) => {
    const stage = await setStage();
    await stage.telegram.setFault(refusing('sendPhoto', description, 9, code));
    expect(await deliver(stage, picture('the day'))).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages).toMatchObject([{ kind: 'text', text: 'the day', keyboard: [[{}, {}]] }]);
    expect(stage.calls('sendPhoto')).toHaveLength(1);
    expect(stage.lines).toMatchObject([{ level: 'error', message: expect.stringContaining('picture') }]);
  });

  test('that is no picture at all is left out, too', async () => {
    const stage = await setStage();
    expect(await deliver(stage, picture('the day', Buffer.from('GIF89a')))).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages).toMatchObject([{ kind: 'text', text: 'the day' }]);
  });

  test('with broken markup arrives with plain words', async () => {
    const stage = await setStage();
    const broken = { ...picture(''), text: markup('<b>the day &amp; night') };
    expect(await deliver(stage, broken)).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages).toMatchObject([{ kind: 'photo', text: 'the day & night' }]);
  });

  test.each<[string, TelegramFault, object]>([
    ['away', { kind: 'away' }, {}],
    ['no answer in time', { kind: 'hanging' }, {}],
    [
      '429',
      { kind: 'error', errorCode: 429, description: 'Too Many Requests', parameters: { retry_after: 9 } },
      { after: 9_000 },
    ],
  ])('%s: later', async (_, fault, more) => {
    const stage = await setStage({ limits: { call: 200 } });
    await stage.telegram.setFault(fault);
    expect(await deliver(stage, picture('the day'))).toMatchObject({ kind: 'retry', ...more });
  });

  test('to somebody who has blocked the bot is refused for good', async () => {
    const stage = await setStage();
    stage.telegram.block(ANNA.id);
    expect(await deliver(stage, picture('the day'))).toMatchObject({ kind: 'refused', refusal: 'blocked' });
    expect(stage.calls('sendMessage')).toHaveLength(0);
  });
});

describe('a press below a picture', () => {
  test('that leads to another picture changes picture, words and buttons in place', async () => {
    const { stage, place } = await withPicture(() => showing(picture('the week', WEEK, ['Back'])));
    stage.telegram.press(ANNA, place, '7 d');
    await eventually(() => at(stage, place.messageId).text === 'the week', 'the week is shown');
    expect(stage.telegram.messages).toHaveLength(1);
    const shown = at(stage, place.messageId);
    expect(shown.photo?.png.equals(WEEK)).toBe(true);
    expect(shown.keyboard).toMatchObject([[{ text: 'Back' }]]);
  });

  test('that changes nothing counts as done', async () => {
    const { stage, place } = await withPicture(() => showing(picture('the day')));
    stage.telegram.press(ANNA, place, '24 h');
    await stage.telegram.waitForCall(({ method }) => method === 'editMessageMedia');
    await stage.stop();
    expect(stage.telegram.messages).toHaveLength(1);
    expect(stage.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  test('that leads to words brings a new message, and the picture stays (Telegram cannot take it away)', async () => {
    const { stage, place } = await withPicture(() => reply('the server'));
    stage.telegram.press(ANNA, place, '24 h');
    await stage.telegram.waitForMessage(({ text }) => text === 'the server');
    await stage.stop();
    expect(stage.telegram.messages.map(({ kind, text }) => [kind, text])).toEqual([
      ['photo', 'the day'],
      ['text', 'the server'],
    ]);
  });

  test('while it is worked on changes the words below the picture, which stays', async () => {
    const work = slow('drawing');
    const { stage, place } = await withPicture(() => work.reception);
    await pressAndWait(stage, place, 'drawing');
    expect(at(stage, place.messageId).photo?.png.equals(DAY)).toBe(true);
    work.finish({ screen: picture('the week', WEEK) });
    await eventually(() => at(stage, place.messageId).text === 'the week', 'the week is shown');
    expect(stage.telegram.messages).toHaveLength(1);
  });

  test('gets the old words back when its work leads to words elsewhere', async () => {
    const work = slow('drawing');
    const { stage, place } = await withPicture(() => work.reception);
    await pressAndWait(stage, place, 'drawing');
    work.finish({ screen: screen('it could not be drawn') });
    await stage.telegram.waitForMessage(({ text }) => text === 'it could not be drawn');
    await eventually(() => at(stage, place.messageId).text === 'the day', 'the old words are back');
    expect(at(stage, place.messageId).keyboard[0]).toHaveLength(2);
  });

  test('gets the old words back when its work is overtaken', async () => {
    const work = slow('drawing', false);
    const { stage, place } = await withPicture(({ request }) =>
      request.kind === 'tap' ? work.reception : reply('servers'),
    );
    await pressAndWait(stage, place, 'drawing');
    stage.telegram.write(ANNA, '/start');
    await eventually(() => at(stage, place.messageId).text === 'the day', 'the old words are back');
    await stage.stop();
  });

  test.each([
    ['was deleted', (stage: Stage, id: number) => stage.telegram.deleteMessage(ANNA.id, id)],
    ['can no longer be edited', (stage: Stage, id: number) => stage.telegram.freezeMessage(ANNA.id, id)],
  ])('whose message %s brings a new picture', async (_, spoil) => {
    const work = slow();
    const { stage, place } = await withPicture(() => work.reception);
    stage.telegram.press(ANNA, place, '7 d');
    await eventually(() => work.signal !== undefined, 'the work has begun');
    spoil(stage, place.messageId);
    work.finish({ screen: picture('the week', WEEK) });
    const fresh = await stage.telegram.waitForMessage(({ text }) => text === 'the week');
    expect(fresh.kind).toBe('photo');
    expect(fresh.messageId).not.toBe(place.messageId);
  });

  test('for which Telegram refuses the new picture brings its words in a new message (not below the old one)', async () => {
    const { stage, place } = await withPicture(() => showing(picture('the week', Buffer.from('no picture'))));
    stage.telegram.press(ANNA, place, '7 d');
    const fresh = await stage.telegram.waitForMessage(({ text }) => text === 'the week');
    expect(fresh.kind).toBe('text');
    expect(at(stage, place.messageId)).toMatchObject({ kind: 'photo', text: 'the day' });
  });

  test('is tried again while Telegram is away', async () => {
    const { stage, place } = await withPicture(() => showing(picture('the week', WEEK)));
    await stage.telegram.setFault(refusing('editMessageMedia', 'Bad Gateway', 1, 502));
    stage.telegram.press(ANNA, place, '7 d');
    await stage.clock.untilWaiting((ms) => ms > 0 && ms < 1_000);
    await stage.clock.advance(1_000);
    await eventually(() => at(stage, place.messageId).text === 'the week', 'the week is shown');
  });
});

describe('a press below words that leads to a picture', () => {
  test('brings a new message; the words stay', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() => showing(picture('the day')));
    stage.telegram.press(ANNA, menu, 'Status');
    const fresh = await stage.telegram.waitForMessage(({ text }) => text === 'the day');
    await stage.stop();
    expect(fresh.kind).toBe('photo');
    expect(at(stage, menu.messageId)).toMatchObject({ kind: 'text', text: 'the menu' });
  });

  test('puts the words back that gave way to a waiting screen', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow('drawing');
    void stage.listen(() => work.reception);
    await pressAndWait(stage, menu, 'drawing');
    work.finish({ screen: picture('the day') });
    await stage.telegram.waitForMessage(({ kind }) => kind === 'photo');
    await eventually(() => at(stage, menu.messageId).text === 'the menu', 'the menu is back');
  });

  test('leaves no waiting screen behind where the message stays', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow('drawing');
    void stage.listen(() => keeping(work.reception));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(1_000);
    await stage.telegram.waitForMessage(({ text }) => text === 'drawing');
    work.finish({ screen: picture('the day') });
    await stage.telegram.waitForMessage(({ kind }) => kind === 'photo');
    await eventually(
      () => !stage.telegram.messages.some(({ text }) => text === 'drawing'),
      'the waiting screen is gone',
    );
    expect(stage.telegram.messages.map(({ text }) => text)).toEqual(['the menu', 'the day']);
  });
});

async function pressAndWait(stage: Stage, place: { chatId: number; messageId: number }, waiting: string) {
  stage.telegram.press(ANNA, place, '7 d');
  await stage.clock.untilWaiting((ms) => ms === 1_000);
  await stage.clock.advance(1_000);
  await eventually(() => at(stage, place.messageId).text === waiting, 'the waiting screen is shown');
}
