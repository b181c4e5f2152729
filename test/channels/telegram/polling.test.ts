import { describe, expect, test } from 'vitest';
import { TokenRefused } from '../../../src/channels/telegram/token-refused.ts';
import type { TelegramFault } from '../../../src/simulator/telegram.ts';
import { ANNA, eventually, reply, type Stage, screen, setStage, slow, turn } from './harness.ts';

const codes = ({ states }: Stage) =>
  states.map((state) => (state.kind === 'trouble' ? state.code : state.kind));
const reach = (stage: Stage, ...expected: string[]) =>
  eventually(() => JSON.stringify(codes(stage)) === JSON.stringify(expected), `the states are ${expected}`);
/** Lets the loop come round `times` more while the fault lasts. */
async function goOn(stage: Stage, times: number): Promise<void> {
  for (let round = 0; round < times; round++) {
    const wait = await stage.clock.untilWaiting(() => true);
    await stage.clock.advance(wait);
  }
}

describe('connected', () => {
  test('is known at once although nobody writes (the first look is not held back)', async () => {
    const stage = await setStage();
    void stage.listen();
    await reach(stage, 'connected');
    const [first, second] = await Promise.all([
      stage.telegram.waitForCall(({ method }) => method === 'getUpdates'),
      stage.telegram.waitForCall(({ method }) => method === 'getMe'),
    ]);
    expect(first.params).toMatchObject({ timeout: 0, allowed_updates: ['message', 'callback_query'] });
    expect(second.ok).toBe(true);
  });

  test('answers that come back empty at once are not asked for without pause (a server that does not hold polls)', async () => {
    const stage = await setStage();
    await stage.channel.identify(new AbortController().signal);
    await stage.telegram.setFault({ kind: 'status', status: 200, body: '{"ok":true,"result":[]}' });
    void stage.listen();
    await stage.clock.untilWaiting((ms) => ms === 500);
    expect(stage.calls('getUpdates')).toHaveLength(2);
    expect(codes(stage)).toEqual(['connected']);
  });

  test('who the bot is, is asked once', async () => {
    const stage = await setStage();
    const never = new AbortController().signal;
    expect(await stage.channel.identify(never)).toEqual({ kind: 'known', username: 'simulated_bot' });
    void stage.listen();
    await reach(stage, 'connected');
    expect(stage.calls('getMe')).toHaveLength(1);
  });
});

describe('the token', () => {
  test.each([
    ['unknown to Telegram (401)', '123456:WRONG-token-000000000000000000000000'],
    ['that is no token at all (404)', 'nonsense'],
  ])('%s ends listening with TokenRefused', async (_, botToken) => {
    const stage = await setStage({ botToken });
    const never = new AbortController().signal;
    expect(await stage.channel.identify(never)).toEqual({ kind: 'token-refused' });
    await expect(stage.listen()).rejects.toThrow(TokenRefused);
  });

  const unauthorized = {
    kind: 'error',
    errorCode: 401,
    description: 'Unauthorized',
    method: 'getUpdates',
  } as const;

  test('that has worked is given up after three refusals in a row', async () => {
    const stage = await setStage();
    const listening = stage.listen();
    await reach(stage, 'connected');
    await stage.telegram.setFault(unauthorized);
    stage.telegram.write(ANNA, 'wakes the poll');
    await goOn(stage, 2);
    await expect(listening).rejects.toThrow(TokenRefused);
    expect(codes(stage)).toEqual(['connected', 'token-refused']);
  });

  test('that has worked survives a single refusal (during outages Telegram has refused good ones)', async () => {
    const stage = await setStage();
    void stage.listen();
    await reach(stage, 'connected');
    await stage.telegram.setFault({ ...unauthorized, times: 1 });
    stage.telegram.write(ANNA, 'wakes the poll');
    await goOn(stage, 1);
    await reach(stage, 'connected', 'token-refused', 'connected');
  });
});

describe('trouble is told once, outlived, and its end is told', () => {
  const faults: [string, TelegramFault, string][] = [
    ['connections are refused', { kind: 'away' }, 'away'],
    ['connections break', { kind: 'reset' }, 'away'],
    ['a bad gateway', { kind: 'status', status: 502, body: '<html>502</html>' }, 'away'],
    ['an error of Telegram', { kind: 'error', errorCode: 500, description: 'Internal Server Error' }, 'away'],
    [
      "a proxy's page with status 403",
      { kind: 'status', status: 403, body: '<html>denied</html>' },
      'proxy-page',
    ],
    [
      "a proxy's page with status 200",
      { kind: 'status', status: 200, body: '<html>log in</html>' },
      'proxy-page',
    ],
    ['JSON that is not Telegram’s', { kind: 'status', status: 200, body: 'null' }, 'proxy-page'],
    ['a list that is none', { kind: 'status', status: 200, body: '{"ok":true,"result":{}}' }, 'proxy-page'],
    ['a strange refusal', { kind: 'error', errorCode: 400, description: 'Bad Request: no' }, 'other'],
    [
      'another poller',
      {
        kind: 'error',
        errorCode: 409,
        description:
          'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
      },
      'conflict-poller',
    ],
  ];

  test.each(faults)('%s', async (_, fault, code) => {
    const stage = await setStage();
    await stage.telegram.setFault(fault);
    void stage.listen(() => reply('back'));
    await goOn(stage, 5);
    expect(codes(stage)).toEqual([code]);
    await stage.telegram.setFault({ kind: 'none' });
    stage.telegram.write(ANNA, '/start');
    await goOn(stage, 1);
    await stage.telegram.waitForMessage(({ text }) => text === 'back');
    if (code === 'conflict-poller') return;
    await reach(stage, code, 'connected');
    expect(stage.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  test('one broken connection is no trouble, two in a row are', async () => {
    const stage = await setStage();
    void stage.listen(() => reply('still here'));
    await reach(stage, 'connected');
    const fault = { kind: 'error', errorCode: 500, description: 'Internal Server Error' } as const;
    const breakPolls = async (times: number) => {
      await stage.telegram.setFault({ ...fault, method: 'getUpdates', times });
      stage.telegram.write(ANNA, 'wakes the poll');
    };
    await breakPolls(1);
    await goOn(stage, 1);
    await stage.telegram.waitForMessage(({ text }) => text === 'still here');
    expect(codes(stage)).toEqual(['connected']);
    await breakPolls(2);
    await goOn(stage, 2);
    await reach(stage, 'connected', 'away', 'connected');
  });

  test('waits grow to eight seconds and no further (when Telegram is back, people tap and wait)', async () => {
    const stage = await setStage();
    await stage.telegram.setFault({ kind: 'away' });
    void stage.listen();
    const waits: number[] = [];
    for (let round = 0; round < 7; round++) {
      const wait = await stage.clock.untilWaiting(() => true);
      waits.push(wait);
      await stage.clock.advance(wait);
    }
    expect(waits).toEqual([750, 1_500, 3_000, 6_000, 6_000, 6_000, 6_000]);
  });

  test('429 is obeyed to the millisecond', async () => {
    const stage = await setStage();
    const fault = {
      kind: 'error',
      errorCode: 429,
      description: 'Too Many Requests',
      parameters: { retry_after: 33 },
    } as const;
    await stage.telegram.setFault({ ...fault, times: 1 });
    void stage.listen();
    await stage.clock.untilWaiting((ms) => ms === 33_000);
    await stage.clock.advance(33_000);
    await reach(stage, 'rate-limited', 'connected');
  });

  test('a poll that hangs (half-open connection) ends by its own limit', async () => {
    const stage = await setStage({ limits: { poll: 1_000, pollMargin: 100, call: 300 } });
    void stage.listen(() => reply('back'));
    await reach(stage, 'connected');
    await stage.telegram.setFault({ kind: 'hanging' });
    await goOn(stage, 1);
    await reach(stage, 'connected', 'away');
    expect(stage.states.at(-1)).toMatchObject({ reason: 'getUpdates: no answer in time' });
    await stage.telegram.setFault({ kind: 'none' });
    await goOn(stage, 1);
    await reach(stage, 'connected', 'away', 'connected');
  });
});

describe('409', () => {
  test('a webhook is named, waited out, and its removal noticed', async () => {
    const stage = await setStage();
    stage.telegram.setWebhook('https://example.com/hook');
    void stage.listen();
    await goOn(stage, 3);
    expect(codes(stage)).toEqual(['conflict-webhook']);
    stage.telegram.setWebhook('');
    await goOn(stage, 1);
    await reach(stage, 'conflict-webhook', 'connected');
  });

  test('another poller is named once, however often the two push each other out', async () => {
    const stage = await setStage();
    void stage.listen();
    await reach(stage, 'connected');
    await stage.telegram.waitForCall(({ method }) => method === 'getUpdates');
    const push = async () => {
      await eventually(() => stage.clock.pending.length === 0, 'it polls');
      await fetch(`${stage.telegram.apiRoot}/bot${stage.telegram.token}/getUpdates?timeout=0`);
    };
    for (let round = 0; round < 3; round++) {
      const before = stage.calls('getUpdates').filter(({ errorCode }) => errorCode === 409).length;
      while (stage.calls('getUpdates').filter(({ errorCode }) => errorCode === 409).length === before) {
        await push();
        await turn();
      }
      const wait = await stage.clock.untilWaiting((ms) => ms > 1_000);
      await stage.clock.advance(wait);
    }
    expect(codes(stage)).toEqual(['connected', 'conflict-poller']);
    // Peace: the next answer long after the last conflict means that the other one is gone.
    await stage.clock.advance(45_000);
    stage.telegram.write(ANNA, 'hello');
    await reach(stage, 'connected', 'conflict-poller', 'connected');
  });
});

describe('the end', () => {
  test('tells Telegram the last update handled, so that it does not come again', async () => {
    const stage = await setStage();
    void stage.listen(() => reply('hello'));
    const id = stage.telegram.write(ANNA, '/start');
    await stage.telegram.waitForMessage(({ text }) => text === 'hello');
    await stage.stop();
    const last = stage.calls('getUpdates').at(-1);
    expect(last).toMatchObject({ ok: true, params: { offset: id + 1, limit: 1, timeout: 0 } });
  });

  test('does not wait for a Telegram that does not answer, nor for work that does not end', async () => {
    const stage = await setStage({ limits: { confirm: 50, lastWords: 50 } });
    const work = slow(undefined, false);
    const listening = stage.listen(() => work.reception);
    stage.telegram.write(ANNA, '/start');
    await eventually(() => work.signal !== undefined, 'the work has begun');
    await stage.telegram.setFault({ kind: 'hanging' });
    await stage.stop();
    await expect(listening).resolves.toBeUndefined();
    expect(work.signal?.aborted).toBe(true);
  });

  test('lets an important reply through (what was just stopped is stopped)', async () => {
    const stage = await setStage({ limits: { lastWords: 10_000 } });
    const work = slow(undefined, false);
    void stage.listen(() => work.reception);
    stage.telegram.write(ANNA, '/start');
    await eventually(() => work.signal !== undefined, 'the work has begun');
    work.signal?.addEventListener('abort', () => work.finish({ screen: screen('stopped'), important: true }));
    await stage.stop();
    expect(stage.telegram.messages.at(-1)?.text).toBe('stopped');
  });

  test('is the end: what an important reply says after it is not sent any more', async () => {
    const stage = await setStage({ limits: { lastWords: 50 } });
    const work = slow(undefined, false);
    void stage.listen(() => work.reception);
    stage.telegram.write(ANNA, '/start');
    await eventually(() => work.signal !== undefined, 'the work has begun');
    await stage.stop();
    stage.telegram.forgetCalls();
    work.finish({ screen: screen('stopped'), important: true });
    // A call that does go through shows that there was time for the other.
    await stage.channel.deliver(String(ANNA.id), screen('an alert'), new AbortController().signal);
    expect(stage.telegram.messages.map(({ text }) => text)).not.toContain('stopped');
  });

  test('while Telegram is away comes at once, out of the wait', async () => {
    const stage = await setStage();
    await stage.telegram.setFault({ kind: 'away' });
    const listening = stage.listen();
    await stage.clock.untilWaiting(() => true);
    await stage.stop();
    await expect(listening).resolves.toBeUndefined();
  });
});

test('the token is in no log line and in no state, whatever goes wrong', async () => {
  const stage = await setStage({ limits: { call: 200, poll: 1_000, pollMargin: 100 } });
  const never = new AbortController().signal;
  const token = stage.telegram.token;
  void stage.listen(() => reply('hello'));
  await reach(stage, 'connected');
  const faults: TelegramFault[] = [
    { kind: 'away' },
    { kind: 'reset' },
    { kind: 'status', status: 404, body: `<html>/bot${token}/getUpdates not found</html>` },
    { kind: 'status', status: 502, body: `/bot${token}/` },
    { kind: 'error', errorCode: 404, description: `no such path: /bot${token}/getUpdates`, times: 1 },
    { kind: 'error', errorCode: 400, description: `cannot read /bot${token}/sendMessage` },
    { kind: 'hanging' },
  ];
  const outcomes: unknown[] = [];
  for (const fault of faults) {
    await stage.telegram.setFault(fault);
    outcomes.push(await stage.channel.identify(never));
    outcomes.push(await stage.channel.deliver(String(ANNA.id), screen(`alert ${fault.kind}`), never));
    await stage.clock.advance(60_000);
  }
  const printed = JSON.stringify([stage.lines, stage.states, outcomes]);
  expect(printed).toContain('[secret]');
  expect(printed).not.toContain(token);
  expect(printed).not.toContain(token.split(':')[1]);
});
