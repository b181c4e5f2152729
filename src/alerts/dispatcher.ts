/**
 * Delivers outbox rows: one message at a time to each recipient, all recipients side by side, each row until it is
 * delivered or refused for good. Decides neither what is worth telling nor in which words.
 */
import type { Channel, Delivery } from '../channels/port.ts';
import type { Refusal } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import { type OutboxRow, type Recipient, sameRecipient } from '../domain/outbox.ts';
import { childOf } from '../lib/abort.ts';
import { type BackoffPolicy, backoff } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type DurationMs, type EpochMs, SECOND } from '../lib/time.ts';
import type { Store } from '../storage/store.ts';
import { type Batch, type BatchFacts, nextBatch } from './batch.ts';
import type { Compose } from './messages.ts';

const RETRY: BackoffPolicy = { first: 1 * SECOND, longest: 30 * SECOND };

/** Telegram takes about one message a second in a chat. */
const BETWEEN_MESSAGES: DurationMs = 1 * SECOND;

/** The store, as the dispatcher needs it. */
export type OutboxStore = Pick<Store, 'outbox' | 'settle'>;

export interface DispatcherDependencies {
  readonly store: OutboxStore;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Whether somebody is still to be told anything: who was taken out of the settings is not. */
  isRecipient(recipient: Recipient): boolean;
  /** See `BatchFacts`. @param chat where it is, and if it has moved, where it was before */
  quietUntil(chat: readonly Recipient[], server: ServerName, writtenAt: EpochMs): EpochMs | undefined;
  /** See `BatchFacts`. */
  watchesOthers(servers: ReadonlySet<ServerName>): boolean;
  /** The message for rows that go out together, at the moment of sending. */
  readonly compose: Compose;
  /** A message has reached a recipient. */
  onDelivered(recipient: Recipient): void;
  /** A recipient's messages are refused for good. */
  onRefused(recipient: Recipient, refusal: Refusal): Promise<void>;
}

interface Lane {
  /** As the settings name it. */
  readonly recipient: Recipient;
  /** Where messages go: another place once the chat has moved. */
  address: string;
  /** In the order in which they were written. */
  rows: OutboxRow[];
  /** Failed attempts in a row. */
  failures: number;
  /** The chat has moved since something last got through. */
  hasMoved: boolean;
  /** The present wait, when something may end it early. */
  rest: { readonly end: () => void; readonly because: 'nothing-due' | 'channel-away' } | undefined;
}

export class Dispatcher {
  readonly #deps: DispatcherDependencies;
  readonly #lanes: Lane[] = [];
  readonly #running: Promise<void>[] = [];
  #signal: AbortSignal | undefined;

  constructor(deps: DispatcherDependencies) {
    this.#deps = deps;
  }

  /** Delivers until the signal aborts, starting with what an earlier run of the program left over. */
  async run(signal: AbortSignal): Promise<void> {
    // Before anything is delivered: what is delivered while the store is read would come back.
    this.add(await this.#deps.store.outbox());
    await this.dropStrangers();
    this.#signal = signal;
    for (const lane of this.#lanes) this.#start(lane, signal);
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.all(this.#running);
  }

  /** Takes rows that the store has just committed. */
  add(rows: readonly OutboxRow[]): void {
    for (const row of rows) {
      const lane = this.#lane(row.recipient);
      if (lane.rows.some((known) => known.id === row.id)) continue;
      lane.rows.push(row);
      lane.rows.sort((a, b) => a.id - b.id);
    }
    this.lookAgain();
  }

  /** Forgets what waits for those who are no recipients any more. */
  async dropStrangers(): Promise<void> {
    const strangers = this.#lanes.filter(({ recipient }) => !this.#deps.isRecipient(recipient));
    for (const lane of strangers) await this.#settle(lane, lane.rows, 'refused');
  }

  /** What is due may have changed, e.g. by a mute. */
  lookAgain(): void {
    for (const { rest } of this.#lanes) if (rest?.because === 'nothing-due') rest.end();
  }

  /** A channel answers again: what waited only for that is tried at once. */
  channelIsBack(): void {
    for (const { rest } of this.#lanes) if (rest?.because === 'channel-away') rest.end();
  }

  #lane(recipient: Recipient): Lane {
    const known = this.#lanes.find((lane) => sameRecipient(lane.recipient, recipient));
    if (known) return known;
    const { address } = recipient;
    const lane: Lane = { recipient, address, rows: [], failures: 0, hasMoved: false, rest: undefined };
    this.#lanes.push(lane);
    if (this.#signal) this.#start(lane, this.#signal);
    return lane;
  }

  #start(lane: Lane, signal: AbortSignal): void {
    const work = async () => {
      while (!signal.aborted) {
        try {
          await this.#step(lane, signal);
        } catch (error) {
          if (signal.aborted) return;
          this.#deps.log.error({ error: String(error) }, 'a delivery broke');
          await this.#rest(lane, RETRY.longest, 'channel-away', signal).catch(() => {});
        }
      }
    };
    this.#running.push(work());
  }

  async #step(lane: Lane, signal: AbortSignal): Promise<void> {
    const { clock, log, random } = this.#deps;
    const now = clock.now();
    const { recipient, address } = lane;
    const chat = address === recipient.address ? [recipient] : [{ ...recipient, address }, recipient];
    const facts: BatchFacts = {
      quietUntil: (server, writtenAt) => this.#deps.quietUntil(chat, server, writtenAt),
      watchesOthers: this.#deps.watchesOthers,
    };
    const batch = nextBatch(lane.rows, facts, now);
    if (batch.kind === 'idle') return this.#rest(lane, Number.POSITIVE_INFINITY, 'nothing-due', signal);
    if (batch.kind === 'wait') return this.#rest(lane, batch.until - now, 'nothing-due', signal);

    const delivery = await this.#deliver(lane, batch, signal);
    if (delivery.kind === 'retry') {
      lane.failures += 1;
      log.warn(
        { attempt: lane.failures, reason: delivery.reason, rows: batch.rows.length },
        'an alert waits',
      );
      if (delivery.after !== undefined) return clock.sleep(delivery.after, signal);
      return this.#rest(lane, backoff(RETRY, lane.failures, random()), 'channel-away', signal);
    }
    if (delivery.kind === 'moved') {
      const isAgain = lane.hasMoved;
      this.#move(lane, delivery.address);
      // Moved again and again: the messenger contradicts itself.
      if (isAgain) await this.#rest(lane, RETRY.longest, 'channel-away', signal);
      return;
    }
    lane.failures = 0;
    lane.hasMoved = false;
    await this.#settle(lane, batch.rows, delivery.kind);
    if (delivery.kind === 'delivered') this.#deps.onDelivered(lane.recipient);
    if (delivery.kind === 'refused') {
      log.error(
        { recipient: lane.recipient.address, refusal: delivery.refusal },
        'a recipient cannot be told',
      );
      await this.#deps.onRefused(lane.recipient, delivery.refusal);
    }
    await clock.sleep(BETWEEN_MESSAGES, signal);
  }

  async #deliver(
    { recipient, address }: Lane,
    { rows, dueSince, wasHeld }: Extract<Batch, { kind: 'send' }>,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const channel = this.#deps.channels.find(({ name }) => name === recipient.channel);
    if (!channel) return { kind: 'refused', refusal: 'other', reason: 'no such channel' };
    const screen = this.#deps.compose(rows, this.#deps.clock.now(), { dueSince, wasHeld });
    return channel.deliver(address, screen, signal);
  }

  async #settle(lane: Lane, rows: readonly OutboxRow[], outcome: 'delivered' | 'refused'): Promise<void> {
    if (rows.length === 0) return;
    const settled = new Set(rows.map((row) => row.id));
    await this.#deps.store.settle([...settled], outcome, this.#deps.clock.now());
    lane.rows = lane.rows.filter((row) => !settled.has(row.id));
  }

  /** Kept in memory only: after a restart the messenger says it again. */
  #move(lane: Lane, address: string): void {
    this.#deps.log.warn({ from: lane.address, to: address }, 'a chat has moved: update tg-alert-chats');
    lane.address = address;
    lane.hasMoved = true;
  }

  async #rest(
    lane: Lane,
    length: DurationMs,
    because: 'nothing-due' | 'channel-away',
    signal: AbortSignal,
  ): Promise<void> {
    const pause = childOf(signal);
    lane.rest = { end: () => pause.abort(), because };
    try {
      await this.#deps.clock.sleep(length, pause.signal);
    } catch (reason) {
      if (signal.aborted) throw reason;
    } finally {
      lane.rest = undefined;
      pause.release();
    }
  }
}
