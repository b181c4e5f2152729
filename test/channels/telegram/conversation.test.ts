import { describe, expect, test } from 'vitest';
import type { Reception } from '../../../src/channels/port.ts';
import {
  ANNA,
  BORIS,
  eventually,
  GROUP,
  keeping,
  markup,
  reply,
  type Stage,
  screen,
  setStage,
  slow,
  turn,
} from './harness.ts';

const shows = (stage: Stage, at: { chatId: number; messageId: number }, text: string) =>
  eventually(() => stage.text(at) === text, `the message shows ${text}`);
const complaints = ({ lines }: Stage) => lines.filter(({ level }) => level === 'warn' || level === 'error');
/** Gives each press the reception prepared for its data. */
const by = (table: Record<string, () => Reception>) => (incoming: Stage['incoming'][number]) => {
  const { request } = incoming;
  const key = request.kind === 'tap' ? request.data : request.kind === 'command' ? request.name : 'text';
  return table[key]?.() ?? { kind: 'ignore' as const };
};

describe('what comes back', () => {
  test('a command is answered by a new message in the same topic', async () => {
    const stage = await setStage();
    void stage.listen(() => reply('all is well'));
    stage.telegram.write(ANNA, '/status@simulated_bot', { id: GROUP, threadId: 42 });
    const answer = await stage.telegram.waitForMessage(({ fromBot }) => fromBot);
    expect(answer).toMatchObject({ chatId: GROUP, threadId: 42, text: 'all is well' });
    expect(stage.incoming).toEqual([
      {
        person: { id: ANNA.id, name: 'Anna' },
        place: 'group',
        address: `${GROUP}:42`,
        request: { kind: 'command', name: 'status' },
      },
    ]);
  });

  test('a press is answered at once, before its work is done, and edits its message in place', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow();
    void stage.listen(() => work.reception);
    const press = stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => stage.telegram.answered(press) !== undefined, 'the press is answered');
    expect(stage.telegram.answered(press)).toEqual({});
    work.finish({ screen: screen('up', ['Back']) });
    await shows(stage, menu, 'up');
    expect(stage.telegram.messages).toHaveLength(1);
    expect(stage.telegram.messages[0]?.keyboard).toEqual([[{ text: 'Back', callback_data: 'Back' }]]);
  });

  test('a notice is shown over the button and nowhere else, cut to what Telegram takes', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() => ({ kind: 'notice', text: 'no'.repeat(200) }));
    const press = stage.telegram.press(BORIS, menu, 'Status');
    await eventually(() => stage.telegram.answered(press) !== undefined, 'the press is answered');
    expect(stage.telegram.answered(press)?.text).toHaveLength(200);
    expect(stage.text(menu)).toBe('the menu');
  });

  test('what is ignored gets no message; a press gets an empty answer, so that its button stops turning', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen();
    stage.telegram.write(BORIS, 'hello');
    const press = stage.telegram.press(BORIS, menu, 'Status');
    await eventually(() => stage.telegram.answered(press) !== undefined, 'the press is answered');
    expect(stage.calls('sendMessage')).toHaveLength(1);
  });

  test('a press too old to be answered is worked on all the same (after a restart old ones are waiting)', async () => {
    const stage = await setStage({ callbackTimeoutMs: -1 });
    const menu = await stage.menu();
    void stage.listen(() => reply('up'));
    stage.telegram.press(ANNA, menu, 'Status');
    await shows(stage, menu, 'up');
    expect(stage.calls('answerCallbackQuery')).toMatchObject([{ ok: false, errorCode: 400 }]);
  });
});

describe('the newest wins', () => {
  test('a newer press of a person aborts the older work, and only the newer screen is ever sent', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const older = slow(undefined, false);
    void stage.listen(by({ Status: () => older.reception, Users: () => reply('users') }));
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => older.signal !== undefined, 'the older work has begun');
    stage.telegram.press(ANNA, menu, 'Users');
    await shows(stage, menu, 'users');
    expect(older.signal?.aborted).toBe(true);
    older.finish({ screen: screen('late') });
    await turn();
    await stage.stop();
    expect(stage.text(menu)).toBe('users');
    expect(stage.calls('editMessageText')).toHaveLength(1);
  });

  test('an important reply that was overtaken comes as a message of its own (a conference has been stopped)', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const older = slow(undefined, false);
    void stage.listen(by({ Status: () => older.reception, Users: () => reply('users') }));
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => older.signal !== undefined, 'the older work has begun');
    stage.telegram.press(ANNA, menu, 'Users');
    await shows(stage, menu, 'users');
    older.finish({ screen: screen('stopped'), important: true });
    const own = await stage.telegram.waitForMessage(({ text }) => text === 'stopped');
    expect(own.messageId).not.toBe(menu.messageId);
    expect(stage.text(menu)).toBe('users');
  });

  test('a press that only gets a notice overtakes nothing', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow();
    void stage.listen(by({ Status: () => work.reception, Users: () => ({ kind: 'notice', text: 'no' }) }));
    stage.telegram.press(ANNA, menu, 'Status');
    const refused = stage.telegram.press(ANNA, menu, 'Users');
    await eventually(() => stage.telegram.answered(refused) !== undefined, 'the second is answered');
    expect(work.signal?.aborted).toBe(false);
    work.finish({ screen: screen('up') });
    await shows(stage, menu, 'up');
  });

  test("on a message that two people use, the older person's late screen does not replace the newer one", async () => {
    const stage = await setStage();
    const menu = await stage.menu({ id: GROUP });
    const older = slow();
    void stage.listen(by({ Status: () => older.reception, Users: () => reply('users') }));
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => older.signal !== undefined, 'the older work has begun');
    stage.telegram.press(BORIS, menu, 'Users');
    await shows(stage, menu, 'users');
    expect(older.signal?.aborted).toBe(false);
    older.finish({ screen: screen('late') });
    await stage.stop();
    expect(stage.text(menu)).toBe('users');
  });

  test('nobody waits for work that hangs: neither another person nor another chat', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen((incoming) =>
      incoming.request.kind === 'tap' ? slow().reception : reply(`hello ${incoming.person.name}`),
    );
    stage.telegram.press(ANNA, menu, 'Status');
    stage.telegram.write(BORIS, '/start');
    stage.telegram.write(ANNA, '/start', { id: GROUP });
    await stage.telegram.waitForMessage(({ text }) => text === 'hello Boris');
    await stage.telegram.waitForMessage(({ text, chatId }) => text === 'hello Anna' && chatId === GROUP);
  });
});

describe('the waiting screen', () => {
  test('comes after a second and not before, and gives way to the result in place', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow('asking the server');
    void stage.listen(() => work.reception);
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(999);
    expect(stage.calls('editMessageText')).toHaveLength(0);
    await stage.clock.advance(1);
    await shows(stage, menu, 'asking the server');
    work.finish({ screen: screen('up') });
    await shows(stage, menu, 'up');
    expect(stage.telegram.messages).toHaveLength(1);
  });

  test('for a command is a message that becomes the result', async () => {
    const stage = await setStage();
    const work = slow('asking all servers');
    void stage.listen(() => work.reception);
    stage.telegram.write(ANNA, '/status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(1_000);
    const { messageId } = await stage.telegram.waitForMessage(({ text }) => text === 'asking all servers');
    work.finish({ screen: screen('all up') });
    await shows(stage, { chatId: ANNA.id, messageId }, 'all up');
    expect(stage.calls('sendMessage')).toHaveLength(1);
  });

  test('is taken back when its work is overtaken elsewhere, even if the work does not notice (no stuck screen)', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow('asking', false);
    void stage.listen(by({ Status: () => work.reception, help: () => reply('help') }));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(1_000);
    await shows(stage, menu, 'asking');
    stage.telegram.write(ANNA, '/help');
    await shows(stage, menu, 'the menu');
    expect(
      stage.telegram.messages.find(({ messageId }) => messageId === menu.messageId)?.keyboard[0],
    ).toHaveLength(2);
    await stage.telegram.waitForMessage(({ text }) => text === 'help');
    work.finish({ screen: screen('late') });
  });

  test('of an overtaken command is deleted, for there is nothing to put back', async () => {
    const stage = await setStage();
    const work = slow('asking all');
    void stage.listen(by({ status: () => work.reception, help: () => reply('help') }));
    stage.telegram.write(ANNA, '/status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(1_000);
    await stage.telegram.waitForMessage(({ text }) => text === 'asking all');
    stage.telegram.write(ANNA, '/help');
    await stage.telegram.waitForMessage(({ text }) => text === 'help');
    await eventually(
      () => !stage.telegram.messages.some(({ text }) => text === 'asking all'),
      'it is deleted',
    );
  });

  test('gives way when the work breaks', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    let fail: (error: Error) => void = () => {};
    const run = () => new Promise<never>((_, reject) => (fail = reject));
    void stage.listen(() => ({ kind: 'work', work: { waiting: screen('asking'), run } }));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(1_000);
    await shows(stage, menu, 'asking');
    fail(new Error('a bug'));
    await shows(stage, menu, 'the menu');
    expect(complaints(stage)).toMatchObject([{ level: 'error', message: 'work for a person failed' }]);
  });
});

describe('a waiting screen that tells what is there so far', () => {
  test('is read when it is shown, then every three seconds, and is an edit only when it says something new', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow('asking');
    if (work.reception.kind !== 'work') throw new Error('it is work');
    let soFar = 'nothing yet';
    const own = work.reception.work;
    void stage.listen(() => ({
      kind: 'work',
      work: {
        get waiting() {
          return screen(soFar);
        },
        run: (signal) => own.run(signal),
      },
    }));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    soFar = 'one';
    await stage.clock.advance(1_000);
    await shows(stage, menu, 'one');
    await stage.clock.untilWaiting((ms) => ms === 3_000);
    await stage.clock.advance(3_000);
    await stage.clock.untilWaiting((ms) => ms === 3_000);
    soFar = 'two';
    await stage.clock.advance(2_999);
    expect(stage.calls('editMessageText')).toHaveLength(1);
    await stage.clock.advance(1);
    await shows(stage, menu, 'two');
    work.finish({ screen: screen('all') });
    await shows(stage, menu, 'all');
    expect(stage.calls('editMessageText')).toHaveLength(3);
  });
});

describe('a button whose message stays', () => {
  /** The menu as it was sent: never edited, its buttons in place. */
  const stays = (stage: Stage, menu: { messageId: number }) => {
    expect(stage.telegram.messages.find(({ messageId }) => messageId === menu.messageId)).toMatchObject({
      text: 'the menu',
      keyboard: [[{ text: 'Status' }, { text: 'Users' }]],
    });
    const edits = ['editMessageText', 'editMessageReplyMarkup', 'deleteMessage'].flatMap(stage.calls);
    expect(edits.filter(({ params }) => params.message_id === menu.messageId)).toEqual([]);
  };

  test('is answered, and its reply is a new message in the same topic', async () => {
    const stage = await setStage();
    await stage.channel.deliver(
      `${GROUP}:42`,
      screen('the menu', ['Status', 'Users']),
      new AbortController().signal,
    );
    const menu = stage.telegram.messages[0] ?? { chatId: 0, messageId: 0 };
    void stage.listen(() => keeping(reply('up')));
    const press = stage.telegram.press(ANNA, menu, 'Status');
    const own = await stage.telegram.waitForMessage(({ text }) => text === 'up');
    expect(own).toMatchObject({ chatId: GROUP, threadId: 42 });
    await eventually(() => stage.telegram.answered(press) !== undefined, 'the press is answered');
    expect(stage.telegram.answered(press)).toEqual({});
    await stage.stop();
    expect(stage.telegram.messages).toHaveLength(2);
    stays(stage, menu);
  });

  test('has its waiting screen in the new message, which becomes the reply', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow('asking the server');
    void stage.listen(() => keeping(work.reception));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(1_000);
    const { messageId } = await stage.telegram.waitForMessage(({ text }) => text === 'asking the server');
    work.finish({ screen: screen('up') });
    await shows(stage, { chatId: ANNA.id, messageId }, 'up');
    expect(stage.telegram.messages).toHaveLength(2);
    stays(stage, menu);
  });

  test('stays also when a newer press overtakes the work: only the waiting screen goes', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow('asking');
    void stage.listen(by({ Status: () => keeping(work.reception), Users: () => keeping(reply('users')) }));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 1_000);
    await stage.clock.advance(1_000);
    await stage.telegram.waitForMessage(({ text }) => text === 'asking');
    stage.telegram.press(ANNA, menu, 'Users');
    await stage.telegram.waitForMessage(({ text }) => text === 'users');
    await eventually(() => !stage.telegram.messages.some(({ text }) => text === 'asking'), 'it is deleted');
    expect(work.signal?.aborted).toBe(true);
    await stage.stop();
    expect(stage.telegram.messages.map(({ text }) => text)).toEqual(['the menu', 'users']);
    stays(stage, menu);
  });

  test('stays also when the work breaks', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() =>
      keeping({
        kind: 'work',
        work: { waiting: screen('asking'), run: () => Promise.reject(new Error('a bug')) },
      }),
    );
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => complaints(stage).length > 0, 'it is logged');
    await stage.stop();
    expect(stage.telegram.messages).toHaveLength(1);
    stays(stage, menu);
  });
});

describe('edits that cannot be', () => {
  test('one that changes nothing counts as done', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() => ({
      kind: 'work',
      work: { waiting: undefined, run: async () => ({ screen: screen('the menu', ['Status', 'Users']) }) },
    }));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.telegram.waitForCall(({ method }) => method === 'editMessageText');
    await stage.stop();
    expect(stage.telegram.messages).toHaveLength(1);
    expect(complaints(stage)).toEqual([]);
  });

  test.each([
    [
      'was deleted',
      (stage: Stage, at: { chatId: number; messageId: number }) =>
        stage.telegram.deleteMessage(at.chatId, at.messageId),
    ],
    [
      'is too old to be edited',
      (stage: Stage, at: { chatId: number; messageId: number }) =>
        stage.telegram.freezeMessage(at.chatId, at.messageId),
    ],
  ])('a screen whose message %s comes as a new message', async (_, spoil) => {
    const stage = await setStage();
    const menu = await stage.menu();
    const work = slow();
    void stage.listen(() => work.reception);
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => work.signal !== undefined, 'the work has begun');
    spoil(stage, menu);
    work.finish({ screen: screen('up') });
    const fresh = await stage.telegram.waitForMessage(({ text }) => text === 'up');
    expect(fresh.messageId).not.toBe(menu.messageId);
  });

  test('a press on a message that Telegram no longer has is answered by a new one', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    stage.telegram.deleteMessage(menu.chatId, menu.messageId);
    void stage.listen(() => reply('up'));
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.telegram.waitForMessage(({ text }) => text === 'up');
    expect(stage.calls('editMessageText')).toHaveLength(0);
  });

  test('a screen for a group that became a supergroup goes to its new id', async () => {
    const stage = await setStage();
    stage.telegram.migrate(-500, GROUP);
    void stage.listen(() => reply('here'));
    stage.telegram.write(ANNA, '/id', { id: -500 });
    const { chatId } = await stage.telegram.waitForMessage(({ text }) => text === 'here');
    expect(chatId).toBe(GROUP);
  });
});

describe('Telegram in trouble', () => {
  test('after 429 an edit waits exactly as long as it is told, and what is sent then is the newest only', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const states = ['first', 'second', 'third'];
    void stage.listen(() => reply(states.shift() ?? ''));
    await stage.telegram.setFault({
      kind: 'error',
      errorCode: 429,
      description: 'Too Many Requests: retry after 7',
      parameters: { retry_after: 7 },
      method: 'editMessageText',
      times: 1,
    });
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 7_000);
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => stage.incoming.length === 2, 'the second press is there');
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => stage.incoming.length === 3, 'the third press is there');
    await stage.clock.untilWaiting((ms) => ms === 7_000);
    await stage.clock.advance(6_999);
    expect(stage.calls('editMessageText')).toHaveLength(1);
    await stage.clock.advance(1);
    await shows(stage, menu, 'third');
    expect(stage.calls('editMessageText')).toHaveLength(2);
  });

  test('a screen that Telegram could not take is tried again with growing waits', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() => reply('up'));
    const fault = {
      kind: 'error',
      errorCode: 502,
      description: 'Bad Gateway',
      method: 'editMessageText',
    } as const;
    await stage.telegram.setFault({ ...fault, times: 2 });
    stage.telegram.press(ANNA, menu, 'Status');
    await stage.clock.untilWaiting((ms) => ms === 375);
    await stage.clock.advance(375);
    await stage.clock.untilWaiting((ms) => ms === 750);
    await stage.clock.advance(750);
    await shows(stage, menu, 'up');
  });

  test('after a minute a screen is given up (nobody waits for it any more)', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() => reply('up'));
    await stage.telegram.setFault({
      kind: 'error',
      errorCode: 502,
      description: 'Bad Gateway',
      method: 'editMessageText',
    });
    stage.telegram.press(ANNA, menu, 'Status');
    const gaveUp = () => stage.lines.some(({ message }) => message === 'a screen could not be shown');
    for (let spent = 0; spent <= 75_000 && !gaveUp(); spent += 6_000) {
      await eventually(
        () => gaveUp() || stage.clock.pending.some(({ length }) => length <= 6_000),
        'there is another wait',
      );
      await stage.clock.advance(6_000);
    }
    await eventually(gaveUp, 'it is given up');
    expect(stage.clock.pending).toEqual([]);
  });

  test('a person who has blocked the bot costs one try', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() => reply('up'));
    stage.telegram.block(ANNA.id);
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => complaints(stage).length > 0, 'it is logged');
    expect(stage.calls('editMessageText')).toHaveLength(1);
    expect(stage.clock.pending).toEqual([]);
  });
});

describe('faults of our own', () => {
  test('a conversation that throws is logged, and the next update is handled', async () => {
    const stage = await setStage();
    void stage.listen((incoming) => {
      if (incoming.request.kind === 'text') throw new Error('a bug');
      return reply('still here');
    });
    stage.telegram.write(ANNA, 'hello');
    stage.telegram.write(ANNA, '/start');
    await stage.telegram.waitForMessage(({ text }) => text === 'still here');
    expect(complaints(stage)).toMatchObject([{ level: 'error', message: 'an update could not be handled' }]);
  });

  test('an update that makes no sense is logged, and the next one is handled', async () => {
    const stage = await setStage();
    void stage.listen(() => reply('still here'));
    stage.telegram.pushUpdate({ message: { message_id: 1, from: { id: 1 } } });
    stage.telegram.write(ANNA, '/start');
    await stage.telegram.waitForMessage(({ text }) => text === 'still here');
    expect(complaints(stage)).toMatchObject([{ message: 'an update could not be read' }]);
  });

  test('a screen with broken markup arrives as plain text with its buttons', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    const broken = { text: markup('<b>up &amp; running'), keyboard: [[{ label: 'Back', data: 'b' }]] };
    void stage.listen(() => ({
      kind: 'work',
      work: { waiting: undefined, run: async () => ({ screen: broken }) },
    }));
    stage.telegram.press(ANNA, menu, 'Status');
    await shows(stage, menu, 'up & running');
    expect(stage.telegram.messages[0]?.keyboard).toHaveLength(1);
    expect(complaints(stage)).toMatchObject([
      { level: 'error', message: 'Telegram finds a message malformed' },
    ]);
  });

  test('a screen too long for a message loses its end and is logged', async () => {
    const stage = await setStage();
    const menu = await stage.menu();
    void stage.listen(() => reply('line of text\n'.repeat(500)));
    stage.telegram.press(ANNA, menu, 'Status');
    await eventually(() => (stage.text(menu)?.length ?? 0) > 4_000, 'the screen is there');
    expect(complaints(stage)).toMatchObject([{ level: 'error' }]);
  });

  test('more than 200 pieces of work at once are not begun, and places become free again', async () => {
    const stage = await setStage();
    const begun: ReturnType<typeof slow>[] = [];
    void stage.listen(() => {
      const work = slow();
      begun.push(work);
      return work.reception;
    });
    const crowd = (from: number, count: number) => {
      for (let id = from; id < from + count; id++) stage.telegram.write({ id }, '/start');
    };
    crowd(5_000, 210);
    await eventually(() => begun.length === 210, 'all are received');
    expect(begun.filter(({ signal }) => signal !== undefined)).toHaveLength(200);
    expect(complaints(stage)).toHaveLength(1);
    stage.telegram.write({ id: 5_000 }, '/start');
    await eventually(() => begun[210]?.signal !== undefined, 'who has work there may replace it');
    begun[210]?.finish({ screen: screen('done') });
    await stage.telegram.waitForMessage(({ text }) => text === 'done');
    await turn();
    crowd(6_000, 1);
    await eventually(() => begun[211]?.signal !== undefined, 'one more is begun');
  });
});
