/** The delivery of outbox rows, where a whole timeline would hide the cause: the start, breakage, unknown channels. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Dispatcher, type DispatcherDependencies, type OutboxStore } from '../../src/alerts/dispatcher.ts';
import { Moves } from '../../src/alerts/moves.ts';
import type { Delivery, Screen } from '../../src/channels/port.ts';
import type { OutboxRow, Recipient } from '../../src/domain/outbox.ts';
import type { Html } from '../../src/i18n/markup.ts';
import { HOUR, MINUTE } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { recordingLog } from '../support/recording-log.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';
import { ALPHA, ANNA, acknowledged, BORIS, row, stopped } from './rows.ts';

interface Bench {
  readonly dispatcher: Dispatcher;
  readonly clock: VirtualClock;
  readonly log: ReturnType<typeof recordingLog>;
  /** `address: ids of rows` */
  readonly delivered: string[];
  readonly settled: number[];
  readonly refused: string[];
  run(): Promise<void>;
}

function bench(
  store: Partial<OutboxStore> = {},
  deliver: (address: string) => Promise<Delivery> = async () => ({ kind: 'delivered' }),
  other: Partial<DispatcherDependencies> = {},
): Bench {
  const clock = new VirtualClock();
  const log = recordingLog();
  const delivered: string[] = [];
  const settled: number[] = [];
  const refused: string[] = [];
  const stopping = new AbortController();
  const dispatcher = new Dispatcher({
    clock,
    log,
    random: () => 0,
    store: {
      outbox: async () => [],
      settle: async (ids) => void settled.push(...ids),
      ...store,
    },
    channels: [
      {
        name: 'telegram',
        deliver: async (address, screen) => {
          const delivery = await deliver(address);
          if (delivery.kind === 'delivered') delivered.push(`${address}: ${screen.text}`);
          return delivery;
        },
      },
    ],
    moves: new Moves(createMemoryStore()),
    quietUntil: () => undefined,
    isRecipient: () => true,
    watchesOthers: () => false,
    compose: (rows): Screen => ({ text: rows.map(({ id }) => id).join(',') as Html, keyboard: [] }),
    onDelivered: () => {},
    onRefused: async ({ channel, address }, refusal) => void refused.push(`${channel} ${address} ${refusal}`),
    ...other,
  });
  return {
    ...{ dispatcher, clock, log, delivered, settled, refused },
    run: async () => {
      const running = dispatcher.run(stopping.signal);
      onTestFinished(async () => {
        stopping.abort();
        await running;
        expect(clock.pending).toEqual([]);
      });
      await clock.settle();
    },
  };
}

function stop(id: number): OutboxRow {
  return row(id, stopped(ALPHA, START, String(id)), START);
}

function ack(id: number, recipient: Recipient = ANNA): OutboxRow {
  return row(id, acknowledged(ALPHA, START), START, recipient);
}

test('what an earlier run left over is delivered first (in the order in which it was written)', async () => {
  const { dispatcher, clock, delivered, settled, run } = bench({ outbox: async () => [ack(1), ack(2)] });
  dispatcher.add([ack(3)]);
  await run();
  await clock.advance(5_000);
  expect(delivered).toEqual(['1001: 1', '1001: 2', '1001: 3']);
  expect(settled).toEqual([1, 2, 3]);
});

test('a row that is written while the store is being read is told once', async () => {
  const open: { read: (rows: readonly OutboxRow[]) => void } = { read: () => {} };
  const { dispatcher, clock, delivered, run } = bench({
    outbox: () =>
      new Promise((resolve) => {
        open.read = resolve;
      }),
  });
  await run();
  dispatcher.add([ack(1)]);
  await clock.advance(2_000);
  open.read([ack(1)]);
  await clock.advance(5_000);
  expect(delivered).toEqual(['1001: 1']);
});

test('a row is settled after it was delivered, not before (a crash in between may repeat, never lose)', async () => {
  const order: string[] = [];
  const { dispatcher, clock, run } = bench({ settle: async () => void order.push('settled') }, async () => {
    order.push('delivered');
    return { kind: 'delivered' };
  });
  await run();
  dispatcher.add([ack(1)]);
  await clock.advance(0);
  expect(order).toEqual(['delivered', 'settled']);
});

test('a recipient of a channel that is gone is refused, and the others go on', async () => {
  const { dispatcher, clock, delivered, refused, run } = bench();
  await run();
  dispatcher.add([ack(1, { channel: 'pigeons', address: 'roof' }), ack(2, BORIS)]);
  await clock.advance(0);
  expect(refused).toEqual(['pigeons roof other']);
  expect(delivered).toEqual(['1002: 2']);
});

test('a channel or a store that breaks is tried again after 30 s, and nothing is lost', async () => {
  let attempts = 0;
  const { dispatcher, clock, log, delivered, run } = bench({}, async () => {
    attempts += 1;
    if (attempts === 1) throw new TypeError('a bug in the channel');
    return { kind: 'delivered' };
  });
  await run();
  dispatcher.add([ack(1)]);
  await clock.advance(29_999);
  expect([attempts, log.messages('error')]).toEqual([1, ['a delivery broke']]);
  await clock.advance(1);
  expect(delivered).toEqual(['1001: 1']);
});

test('a mute that is over early is heard of at once', async () => {
  let mutedUntil: number | undefined = START + 60_000;
  const { dispatcher, clock, delivered, run } = bench({}, undefined, { quietUntil: () => mutedUntil });
  await run();
  dispatcher.add([
    row(1, {
      kind: 'server-down',
      server: ALPHA,
      at: START,
      failure: { kind: 'failed', at: START, latency: 0, trouble: { code: 'dns' } },
      before: 'up',
    }),
  ]);
  await clock.advance(10_000);
  expect(delivered).toEqual([]);
  mutedUntil = clock.now();
  dispatcher.lookAgain();
  await clock.settle();
  expect(delivered).toEqual(['1001: 1']);
});

test('what waits for somebody who was taken out of the settings is not told, and the log says so', async () => {
  const allowed = new Set(['1001', '1002']);
  const { clock, log, delivered, settled, run } = bench({ outbox: async () => [ack(1, BORIS)] }, undefined, {
    isRecipient: ({ address }) => allowed.has(address),
  });
  allowed.delete('1002');
  await run();
  await clock.advance(5_000);
  expect(delivered).toEqual([]);
  expect(settled).toEqual([1]);
  expect(log.messages('warn')).toEqual(['alerts for somebody who gets none any more are dropped']);
});

describe('a messenger that is away for long', () => {
  test('is in the log at doubling distances, by whom it does not reach, and once when it is back', async () => {
    let isAway = true;
    const { dispatcher, clock, log, delivered, run } = bench({}, async () =>
      isAway ? { kind: 'retry', reason: 'no connection' } : { kind: 'delivered' },
    );
    await run();
    dispatcher.add([ack(1)]);
    await clock.advance(HOUR);
    const said = log.messages('warn');
    expect(new Set(said)).toEqual(new Set(['an alert waits']));
    expect([said.length, log.lines[0]?.fields]).toEqual([
      8,
      { recipient: '1001', attempt: 1, reason: 'no connection', rows: 1 },
    ]);
    isAway = false;
    await clock.advance(MINUTE);
    expect([delivered, log.messages('info')]).toEqual([['1001: 1'], ['alerts are taken again']]);
  });
});

describe('a message that cannot be written (a bug)', () => {
  test('is tried again and then given up, and what was to go with it goes out', async () => {
    const { dispatcher, clock, log, delivered, settled, run } = bench({}, undefined, {
      compose: (rows) => {
        if (rows.some(({ id }) => id === 2)) throw new TypeError('a bug in the words');
        return { text: rows.map(({ id }) => id).join(',') as Html, keyboard: [] };
      },
    });
    await run();
    dispatcher.add([stop(1), stop(2), stop(3), ack(4)]);
    await clock.advance(2 * MINUTE);
    expect(delivered).toEqual(['1001: 1,3', '1001: 4']);
    expect(settled).toEqual([2, 1, 3, 4]);
    const broken = ['a delivery broke', 'a delivery broke', 'alerts that cannot be written are given up'];
    expect(log.messages('error')).toEqual(broken);
  });
});
