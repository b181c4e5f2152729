/**
 * Delivers outbox rows: one message at a time to each recipient, all recipients side by side, each row until it is
 * delivered or refused for good. Decides neither what is worth telling nor in which words.
 */
import type { Channel, Delivery, Screen } from '../channels/port.ts';
import type { Refusal } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import { type OutboxRow, type Recipient, sameRecipient } from '../domain/outbox.ts';
import { childOf } from '../lib/abort.ts';
import { type BackoffPolicy, backoff } from '../lib/backoff.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type DurationMs, type EpochMs, SECOND } from '../lib/time.ts';
import type { Outcome, Store } from '../storage/store.ts';
import { type Batch, nextBatch } from './batch.ts';

const RETRY: BackoffPolicy = { first: 1 * SECOND, longest: 30 * SECOND };

/** Telegram takes about one message a second in a chat. */
const BETWEEN_MESSAGES: DurationMs = 1 * SECOND;

/** The store, as the dispatcher needs it. */
export type OutboxStore = Pick<Store, 'outbox' | 'settle' | 'redirect'>;

export interface DispatcherDependencies {
  readonly store: OutboxStore;
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** See `BatchFacts`. */
  mutedUntil(recipient: Recipient, server: ServerName): EpochMs | undefined;
  /** See `BatchFacts`. */
  watchesOthers(servers: ReadonlySet<ServerName>): boolean;
  /** The message for rows that go out together, at the moment of sending. */
  compose(rows: readonly OutboxRow[], now: EpochMs, dueSince: EpochMs): Screen;
  /** A message has reached a recipient. */
  onDelivered(recipient: Recipient): void;
  /** A recipient's messages are refused for good. */
  onRefused(recipient: Recipient, refusal: Refusal): Promise<void>;
}

interface Lane {
  recipient: Recipient;
  /** Where the chat was before it moved: rows may still be written for that. */
  readonly formerly: Recipient[];
  /** In the order in which they were written. */
  rows: OutboxRow[];
  /** Failed attempts in a row. */
  failures: number;
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

  /** What is due may have changed, e.g. by a mute. */
  lookAgain(): void {
    for (const { rest } of this.#lanes) if (rest?.because === 'nothing-due') rest.end();
  }

  /** A channel answers again: what waited only for that is tried at once. */
  channelIsBack(): void {
    for (const { rest } of this.#lanes) if (rest?.because === 'channel-away') rest.end();
  }

  #lane(recipient: Recipient): Lane {
    const known = this.#lanes.find((lane) =>
      [lane.recipient, ...lane.formerly].some((one) => sameRecipient(one, recipient)),
    );
    if (known) return known;
    const lane: Lane = { recipient, formerly: [], rows: [], failures: 0, rest: undefined };
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
    const facts = {
      mutedUntil: (server: ServerName) => this.#deps.mutedUntil(lane.recipient, server),
      watchesOthers: this.#deps.watchesOthers,
    };
    const batch = nextBatch(lane.rows, facts, now);
    if (batch.kind === 'idle') return this.#rest(lane, Number.POSITIVE_INFINITY, 'nothing-due', signal);
    if (batch.kind === 'wait') return this.#rest(lane, batch.until - now, 'nothing-due', signal);

    const delivery = await this.#deliver(lane.recipient, batch, signal);
    if (delivery.kind === 'retry') {
      lane.failures += 1;
      log.warn(
        { attempt: lane.failures, reason: delivery.reason, rows: batch.rows.length },
        'an alert waits',
      );
      if (delivery.after !== undefined) return clock.sleep(delivery.after, signal);
      return this.#rest(lane, backoff(RETRY, lane.failures, random()), 'channel-away', signal);
    }
    lane.failures = 0;
    if (delivery.kind === 'moved') return this.#move(lane, delivery.address);
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
    recipient: Recipient,
    { rows, dueSince }: Extract<Batch, { kind: 'send' }>,
    signal: AbortSignal,
  ): Promise<Delivery> {
    const channel = this.#deps.channels.find(({ name }) => name === recipient.channel);
    if (!channel) return { kind: 'refused', refusal: 'other', reason: 'no such channel' };
    const screen = this.#deps.compose(rows, this.#deps.clock.now(), dueSince);
    return channel.deliver(recipient.address, screen, signal);
  }

  async #settle(lane: Lane, rows: readonly OutboxRow[], outcome: Outcome): Promise<void> {
    const settled = new Set(rows.map((row) => row.id));
    await this.#deps.store.settle([...settled], outcome, this.#deps.clock.now());
    lane.rows = lane.rows.filter((row) => !settled.has(row.id));
  }

  async #move(lane: Lane, address: string): Promise<void> {
    const to: Recipient = { ...lane.recipient, address };
    await this.#deps.store.redirect(lane.recipient, to);
    this.#deps.log.warn(
      { from: lane.recipient.address, to: address },
      'a chat has moved: update tg-alert-chats',
    );
    lane.formerly.push(lane.recipient);
    lane.recipient = to;
    lane.rows = lane.rows.map((row) => ({ ...row, recipient: to }));
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
