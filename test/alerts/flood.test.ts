/** Very many servers at once, with the limit that Telegram sets for a group: from the rows to the messages that come. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { Dispatcher } from '../../src/alerts/dispatcher.ts';
import { createCompose } from '../../src/alerts/messages.ts';
import { Moves } from '../../src/alerts/moves.ts';
import { openHolds } from '../../src/channels/telegram/holds.ts';
import type { Messages } from '../../src/channels/telegram/messages.ts';
import { openSender } from '../../src/channels/telegram/sender.ts';
import type { Event } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { createFormats } from '../../src/i18n/formats.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { type DurationMs, MINUTE, SECOND } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { recordingLog } from '../support/recording-log.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';
import { certificate, down, row, up } from './rows.ts';

const GROUP = { channel: 'telegram', address: '-1001' };
const translator = await loadTranslator('en');

function servers(count: number): ServerName[] {
  return Array.from({ length: count }, (_, index) => `video-${index}.example.com` as ServerName);
}

/** Tells a group of these events through a Telegram that takes so many messages in so long. */
function flood(events: readonly Event[], limit: { readonly messages: number; readonly each: DurationMs }) {
  const clock = new VirtualClock();
  const holds = openHolds(clock);
  const sent: { readonly at: number; readonly text: string; readonly buttons: number }[] = [];
  const settled = new Set<number>();
  const messages: Pick<Messages, 'send'> = {
    send: async (_place, { text, keyboard }) => {
      const recent = sent.filter(({ at }) => clock.now() - at < limit.each);
      if (recent.length < limit.messages) {
        sent.push({ at: clock.now(), text, buttons: keyboard.length });
        return { kind: 'answered', value: { message: sent.length, isPicture: false } };
      }
      const retryAfter = limit.each - (clock.now() - (recent[0]?.at ?? 0));
      return {
        kind: 'rejected',
        ...{ method: 'sendMessage', status: 429, description: 'Too Many Requests', retryAfter },
        movedTo: undefined,
      };
    },
  };
  const dispatcher = new Dispatcher({
    clock,
    random: () => 0,
    log: recordingLog(),
    store: { outbox: async () => [], settle: async (ids) => ids.forEach((id) => void settled.add(id)) },
    channels: [{ name: 'telegram', deliver: openSender(messages as Messages, holds) }],
    moves: new Moves(createMemoryStore()),
    quietUntil: () => undefined,
    isRecipient: () => true,
    watchesOthers: () => false,
    compose: createCompose({
      translator,
      formats: createFormats('en', 'UTC'),
      facts: { downServers: () => [], isMonitored: () => true },
      buttonData: { open: String, mute: String, acknowledge: String, servers: () => 'servers' },
    }),
    onDelivered: () => {},
    onRefused: async () => {},
  });
  const stopping = new AbortController();
  const running = dispatcher.run(stopping.signal);
  onTestFinished(async () => {
    stopping.abort();
    await running;
  });
  return {
    sent,
    settled,
    play: async (span: DurationMs) => {
      await clock.settle();
      dispatcher.add(events.map((event, index) => row(index + 1, event, START, GROUP)));
      await clock.advance(span);
    },
  };
}

const GROUP_LIMIT = { messages: 20, each: MINUTE };
const fallen = servers(1_500).map((server) => down(server, START));

describe('1,500 servers at once are told in three messages at most, within seconds', () => {
  test.each<[string, readonly Event[]]>([
    ['down', fallen],
    ['up again', servers(1_500).map((server) => up(server, START))],
    [
      'half of them down, half up again',
      [
        ...servers(1_500)
          .slice(750)
          .map((server) => up(server, START)),
        ...fallen.slice(0, 750),
      ],
    ],
    ['with one certificate', servers(1_500).map((server) => certificate(server, START))],
    [
      'each with a certificate of its own',
      servers(1_500).map((server, index) => certificate(server, START + index * SECOND)),
    ],
  ])('%s', async (_what, events) => {
    const { sent, settled, play } = flood(events, GROUP_LIMIT);
    await play(30 * MINUTE);
    expect(settled.size).toBe(1_500);
    expect(sent.length).toBeLessThanOrEqual(3);
    expect(sent.at(-1)?.at).toBeLessThanOrEqual(START + 10 * MINUTE + SECOND);
    expect(sent.map(({ buttons }) => buttons > 0)).toEqual(sent.map((_, index) => index === sent.length - 1));
  });
});

test('parts that were delivered are not repeated because the rest is late', async () => {
  const { sent, settled, play } = flood(fallen, { messages: 1, each: 2 * MINUTE });
  await play(30 * MINUTE);
  expect(settled.size).toBe(1_500);
  expect(sent.length).toBeGreaterThan(1);
  expect(sent.map(({ text }) => text.includes('servers are down'))).toEqual(
    sent.map((_, index) => index === 0),
  );
  expect(sent.at(-1)?.text).toContain('late: it could not be delivered since 10:00');
  const named = sent.flatMap(({ text }) => text.match(/video-\d+/g) ?? []);
  expect(new Set(named).size).toBe(named.length);
});
