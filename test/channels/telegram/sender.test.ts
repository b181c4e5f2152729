import { describe, expect, test } from 'vitest';
import { escapeHtml, html } from '../../../src/i18n/markup.ts';
import { HOUR } from '../../../src/lib/time.ts';
import type { TelegramFault } from '../../../src/simulator/telegram.ts';
import { ANNA, BORIS, eventually, GROUP, markup, reply, type Stage, screen, setStage } from './harness.ts';

const never = new AbortController().signal;
const deliver = (stage: Stage, address: string | number, text = 'an alert', buttons: string[] = []) =>
  stage.channel.deliver(String(address), screen(text, buttons), never);
const malformed = (description: string, times: number): TelegramFault => ({
  ...{ kind: 'error', errorCode: 400, method: 'sendMessage' },
  ...{ description: `Bad Request: ${description}`, times },
});

describe('an alert', () => {
  test('arrives with formatting and buttons and without a preview of its links', async () => {
    const stage = await setStage();
    const text = html`<b>${'down <&>'}</b> <a href="https://example.com">open</a>`;
    const keyboard = [[{ label: 'Mute', data: 'm' }], [{ label: 'Stop', data: 's', danger: true }]];
    expect(await stage.channel.deliver(String(ANNA.id), { text, keyboard }, never)).toEqual({
      kind: 'delivered',
    });
    expect(stage.telegram.messages).toMatchObject([
      {
        chatId: ANNA.id,
        text: 'down <&> open',
        entities: 2,
        keyboard: [
          [{ text: 'Mute', callback_data: 'm' }],
          [{ text: 'Stop', callback_data: 's', style: 'danger' }],
        ],
      },
    ]);
    expect(stage.calls('sendMessage')[0]?.params).toMatchObject({
      link_preview_options: { is_disabled: true },
    });
  });

  test('for a topic arrives in that topic', async () => {
    const stage = await setStage();
    expect(await deliver(stage, `${GROUP}:42`)).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages).toMatchObject([{ chatId: GROUP, threadId: 42 }]);
  });

  test('that is long comes in parts, the buttons under the last', async () => {
    const stage = await setStage();
    expect(await deliver(stage, ANNA.id, 'a line of an alert\n'.repeat(500), ['Mute'])).toEqual({
      kind: 'delivered',
    });
    const { messages } = stage.telegram;
    expect(messages.map(({ keyboard }) => keyboard.length)).toEqual([0, 0, 1]);
    expect(messages.map(({ text }) => text.length).every((length) => length <= 4_096)).toBe(true);
  });

  test('of which only the first part arrived goes on with the second (nobody reads the first twice)', async () => {
    const stage = await setStage();
    const text = `${'1'.repeat(4_096)}${'2'.repeat(4_096)}${'3'.repeat(10)}`;
    await stage.telegram.setFault({ kind: 'none' });
    stage.telegram.onMessage = (message) => {
      if (message.text.startsWith('1')) void stage.telegram.setFault(malformedOnce());
    };
    const malformedOnce = (): TelegramFault => ({
      ...{ kind: 'error', errorCode: 502, description: 'Bad Gateway', method: 'sendMessage', times: 1 },
    });
    expect(await deliver(stage, ANNA.id, text)).toMatchObject({ kind: 'retry' });
    expect(await deliver(stage, BORIS.id, 'another')).toEqual({ kind: 'delivered' });
    expect(await deliver(stage, ANNA.id, text)).toEqual({ kind: 'delivered' });
    const toAnna = stage.telegram.messages.filter(({ chatId }) => chatId === ANNA.id);
    expect(toAnna.map(({ text: part }) => part[0])).toEqual(['1', '2', '3']);
    stage.telegram.onMessage = () => {};
    expect(await deliver(stage, ANNA.id, text)).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages.filter(({ chatId }) => chatId === ANNA.id)).toHaveLength(6);
  });

  test('of which the end reads otherwise by now goes on with that; other first words are other news', async () => {
    const stage = await setStage();
    const parts = (begin: string, end: string) => `${begin.repeat(4_096)}${'2'.repeat(4_096)}${end}`;
    const tooMany: TelegramFault = {
      ...{ kind: 'error', errorCode: 429, description: 'Too Many Requests', method: 'sendMessage', times: 1 },
      parameters: { retry_after: 30 },
    };
    const tell = async (text: string) => {
      const delivery = await deliver(stage, ANNA.id, text);
      await stage.clock.advance(30_000);
      return delivery.kind;
    };
    stage.telegram.onMessage = ({ text }) => {
      if (text.startsWith('2')) void stage.telegram.setFault(tooMany);
    };
    expect(await tell(parts('1', 'in time'))).toBe('retry');
    expect(await tell(parts('1', 'late'))).toBe('delivered');
    expect(stage.telegram.messages.map(({ text }) => text.slice(-4))).toEqual(['1111', '2222', 'late']);

    expect(await tell(parts('3', 'in time'))).toBe('retry');
    stage.telegram.onMessage = () => {};
    expect(await tell(parts('4', 'late'))).toBe('delivered');
    expect(stage.telegram.messages.slice(3).map(({ text }) => text.slice(-4))).toEqual([
      ...['3333', '2222'],
      ...['4444', '2222', 'late'],
    ]);
  });

  test('to a signal that has fired is not sent', async () => {
    const stage = await setStage();
    const gone = AbortSignal.abort();
    await expect(stage.channel.deliver('1001', screen('x'), gone)).rejects.toBe(gone.reason);
    expect(stage.calls('sendMessage')).toHaveLength(0);
  });
});

describe('refused for good', () => {
  test.each<[string, (stage: Stage) => void, string, string]>([
    ['the person blocked the bot', ({ telegram }) => telegram.block(ANNA.id), '1001', 'blocked'],
    ['the account is gone', ({ telegram }) => telegram.deactivate(ANNA.id), '1001', 'deactivated'],
    ['the bot was kicked', ({ telegram }) => telegram.kick(GROUP), String(GROUP), 'kicked'],
    ['the chat is gone', ({ telegram }) => telegram.deleteChat(GROUP), String(GROUP), 'chat-not-found'],
    ['nobody has pressed Start', () => {}, '777', 'chat-not-found'],
    ['the topic is gone', ({ telegram }) => telegram.deleteThread(GROUP, 42), `${GROUP}:42`, 'topic-gone'],
    ['the address is none', () => {}, 'anna', 'chat-not-found'],
  ])('%s', async (_, spoil, address, refusal) => {
    const stage = await setStage();
    spoil(stage);
    expect(await deliver(stage, address)).toMatchObject({ kind: 'refused', refusal });
    expect(await deliver(stage, BORIS.id)).toEqual({ kind: 'delivered' });
  });
});

test('a group that became a supergroup: its new address', async () => {
  const stage = await setStage();
  stage.telegram.migrate(-500, GROUP);
  expect(await deliver(stage, -500)).toEqual({ kind: 'moved', address: String(GROUP) });
});

describe('later', () => {
  test.each<[string, TelegramFault]>([
    ['away', { kind: 'away' }],
    ['a reset connection', { kind: 'reset' }],
    ["a proxy's page", { kind: 'status', status: 403, body: '<html>denied</html>' }],
    ['no answer in time', { kind: 'hanging' }],
    ['a refused token', { kind: 'error', errorCode: 401, description: 'Unauthorized' }],
  ])('%s', async (_, fault) => {
    const stage = await setStage({ limits: { call: 200 } });
    await stage.telegram.setFault(fault);
    expect(await deliver(stage, ANNA.id)).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('sendMessage'),
    });
  });

  test('429: after the time it names, and until then that chat is not even tried', async () => {
    const stage = await setStage();
    const fault = {
      kind: 'error',
      errorCode: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 9 },
    } as const;
    await stage.telegram.setFault({ ...fault, times: 1 });
    expect(await deliver(stage, ANNA.id)).toMatchObject({ kind: 'retry', after: 9_000 });
    await stage.clock.advance(4_000);
    expect(await deliver(stage, ANNA.id)).toMatchObject({ kind: 'retry', after: 5_000 });
    expect(await deliver(stage, BORIS.id)).toEqual({ kind: 'delivered' });
    expect(stage.calls('sendMessage')).toHaveLength(2);
    await stage.clock.advance(5_000);
    expect(await deliver(stage, ANNA.id)).toEqual({ kind: 'delivered' });
  });

  test("the machine's clock is set back meanwhile: the chat is not left alone for as long as that", async () => {
    const stage = await setStage();
    await stage.telegram.setFault({
      ...{ kind: 'error', errorCode: 429, description: 'Too Many Requests', times: 1 },
      parameters: { retry_after: 9 },
    });
    expect(await deliver(stage, ANNA.id)).toMatchObject({ kind: 'retry', after: 9_000 });
    stage.clock.setDate(stage.clock.now() - HOUR);
    expect(await deliver(stage, ANNA.id)).toEqual({ kind: 'delivered' });
  });

  test('a screen for that person waits for the same end of the hold', async () => {
    const stage = await setStage();
    const fault = {
      kind: 'error',
      errorCode: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 9 },
    } as const;
    await stage.telegram.setFault({ ...fault, method: 'sendMessage', times: 1 });
    await deliver(stage, ANNA.id);
    void stage.listen(() => reply('hello'));
    stage.telegram.write(ANNA, '/start');
    await stage.clock.untilWaiting((ms) => ms === 9_000);
    expect(stage.calls('sendMessage')).toHaveLength(1);
    await stage.clock.advance(9_000);
    await stage.telegram.waitForMessage(({ text }) => text === 'hello');
  });
});

describe('a message that Telegram finds malformed is our fault, and must arrive all the same', () => {
  test('broken markup: as plain text', async () => {
    const stage = await setStage();
    const broken = { text: markup('<b>down &amp; out'), keyboard: screen('', ['Mute']).keyboard };
    expect(await stage.channel.deliver(String(ANNA.id), broken, never)).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages).toMatchObject([{ text: 'down & out', keyboard: [[{ text: 'Mute' }]] }]);
    expect(stage.lines).toMatchObject([{ level: 'error', message: 'Telegram finds a message malformed' }]);
  });

  test('broken buttons: without them', async () => {
    const stage = await setStage();
    const keyboard = Array.from({ length: 101 }, () => [{ label: 'x', data: 'x' }]);
    const alert = { text: escapeHtml('down'), keyboard };
    expect(await stage.channel.deliver(String(ANNA.id), alert, never)).toEqual({ kind: 'delivered' });
    expect(stage.telegram.messages).toMatchObject([{ text: 'down', keyboard: [] }]);
  });

  test('colours unknown to an old server: without them, now and from then on', async () => {
    const stage = await setStage();
    await stage.telegram.setFault(
      malformed("can't parse inline keyboard button: Invalid button style specified", 1),
    );
    const alert = { text: html`<b>down</b>`, keyboard: [[{ label: 'Stop', data: 's', danger: true }]] };
    for (let round = 0; round < 2; round++) {
      expect(await stage.channel.deliver(String(ANNA.id), alert, never)).toEqual({ kind: 'delivered' });
    }
    expect(stage.telegram.messages).toMatchObject([{ entities: 1 }, { entities: 1 }]);
    expect(JSON.stringify(stage.telegram.messages)).not.toContain('danger');
    expect(stage.calls('sendMessage')).toHaveLength(3);
  });

  test('whatever is tried: refused, and not for ever tried again', async () => {
    const stage = await setStage();
    await stage.telegram.setFault(malformed('something new', 99));
    expect(await deliver(stage, ANNA.id, 'down', ['Mute'])).toMatchObject({
      kind: 'refused',
      refusal: 'other',
    });
    expect(stage.calls('sendMessage')).toHaveLength(3);
  });
});

describe('the menu of commands', () => {
  const menus = [
    { languageCode: '', commands: [{ command: 'start', description: 'Servers' }] },
    { languageCode: 'ru', commands: [{ command: 'start', description: 'Серверы' }] },
  ];

  test('is registered in every language', async () => {
    const stage = await setStage();
    await stage.channel.registerCommands(menus, never);
    expect(stage.telegram.commands).toEqual({
      '': [{ command: 'start', description: 'Servers' }],
      ru: [{ command: 'start', description: 'Серверы' }],
    });
  });

  test('waits for Telegram to come back', async () => {
    const stage = await setStage();
    await stage.telegram.setFault({ kind: 'away' });
    const registered = stage.channel.registerCommands(menus, never);
    await stage.clock.untilWaiting((ms) => ms === 1_500);
    await stage.telegram.setFault({ kind: 'none' });
    await stage.clock.advance(1_500);
    await registered;
    expect(Object.keys(stage.telegram.commands)).toEqual(['', 'ru']);
  });

  test('that Telegram refuses is logged and not tried again; the other languages are registered', async () => {
    const stage = await setStage();
    const [first, second] = menus as [(typeof menus)[0], (typeof menus)[0]];
    const bad = { ...first, commands: [{ command: 'BAD NAME', description: 'x' }] };
    await stage.channel.registerCommands([bad, second], never);
    expect(Object.keys(stage.telegram.commands)).toEqual(['ru']);
    await eventually(() => stage.lines.some(({ level }) => level === 'warn'), 'it is logged');
  });
});
