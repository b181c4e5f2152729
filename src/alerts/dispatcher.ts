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
import { type Batch, type BatchFacts, nextBatch } from './batch.ts';
import { obsoleteReminders } from './fold.ts';
import type { Compose } from './messages.ts';
import type { Moves } from './moves.ts';

/** A message that could not be written so often, which is a bug, is given up: else nothing would go out any more. */
const COMPOSE_TRIES = 3;

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
  readonly moves: Moves;
  /** Whether somebody is still to be told anything: who was taken out of the settings is not. */
  isRecipient(recipient: Recipient): boolean;
  /** See `BatchFacts`. */
  quietUntil(recipient: Recipient, server: ServerName, writtenAt: EpochMs): EpochMs | undefined;
  /** See `BatchFacts`. */
  watchesOthers(servers: ReadonlySet<ServerName>): boolean;
  /** The message for rows that go out together, at the moment of sending. */
  readonly compose: Compose;
  /** A message has reached a recipient. */
  onDelivered(recipient: Recipient, rows: readonly OutboxRow[]): void;
  /** A recipient's messages are refused for good. */
  onRefused(recipient: Recipient, refusal: Refusal): Promise<void>;
}

type Sendable = Extract<Batch, { kind: 'send' }>;

interface Lane {
  /** Where messages go: another place once the chat has moved. */
  recipient: Recipient;
  /** In the order in which they were written. */
  rows: OutboxRow[];
  /** Failed attempts in a row. */
  failures: number;
  /** Messages in a row that could not be written. */
  wordless: number;
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
    for (const lane of strangers) {
      const { recipient, rows } = lane;
      if (rows.length === 0) continue;
      this.#deps.log.warn(
        { recipient: recipient.address, rows: rows.length },
        'alerts for somebody who gets none any more are dropped',
      );
      await this.#settle(lane, rows, 'obsolete');
    }
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
    const place = this.#deps.moves.placeOf(recipient);
    const known = this.#lanes.find((lane) => sameRecipient(lane.recipient, place));
    if (known) return known;
    const lane: Lane = {
      ...{ recipient: place, rows: [], failures: 0, wordless: 0 },
      ...{ hasMoved: false, rest: undefined },
    };
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
          const recipient = lane.recipient.address;
          this.#deps.log.error({ recipient, error: String(error) }, 'a delivery broke');
          await this.#rest(lane, RETRY.longest, 'channel-away', signal).catch(() => {});
        }
      }
    };
    this.#running.push(work());
  }

  async #step(lane: Lane, signal: AbortSignal): Promise<void> {
    const { clock, log, random } = this.#deps;
    // Else they add up for as long as somebody cannot be reached.
    const obsolete = obsoleteReminders(lane.rows);
    if (obsolete.length > 0) await this.#settle(lane, obsolete, 'obsolete');
    const now = clock.now();
    const { recipient } = lane;
    const facts: BatchFacts = {
      quietUntil: (server, writtenAt) => this.#deps.quietUntil(recipient, server, writtenAt),
      watchesOthers: this.#deps.watchesOthers,
    };
    const batch = nextBatch(lane.rows, facts, now);
    if (batch.kind === 'idle') return this.#rest(lane, Number.POSITIVE_INFINITY, 'nothing-due', signal);
    if (batch.kind === 'wait') return this.#rest(lane, batch.until - now, 'nothing-due', signal);

    const screen = await this.#compose(lane, batch);
    if (!screen) return;
    const channel = this.#deps.channels.find(({ name }) => name === recipient.channel);
    const delivery: Delivery = channel
      ? await channel.deliver(recipient.address, screen, signal)
      : { kind: 'refused', refusal: 'other', reason: 'no such channel' };
    if (delivery.kind === 'retry') {
      lane.failures += 1;
      // At doubling distances: it may go on for days.
      if (Number.isInteger(Math.log2(lane.failures))) {
        const { failures: attempt, rows } = lane;
        const facts = { recipient: recipient.address, attempt, reason: delivery.reason, rows: rows.length };
        log.warn(facts, 'an alert waits');
      }
      if (delivery.after !== undefined) return clock.sleep(delivery.after, signal);
      return this.#rest(lane, backoff(RETRY, lane.failures, random()), 'channel-away', signal);
    }
    if (delivery.kind === 'moved') {
      const isAgain = lane.hasMoved;
      await this.#move(lane, delivery.address);
      // Moved again and again: the messenger contradicts itself.
      if (isAgain) await this.#rest(lane, RETRY.longest, 'channel-away', signal);
      return;
    }
    if (lane.failures > 0) {
      log.info({ recipient: recipient.address, attempts: lane.failures + 1 }, 'alerts are taken again');
    }
    lane.failures = 0;
    lane.hasMoved = false;
    if (delivery.kind === 'refused') {
      log.error(
        { recipient: lane.recipient.address, refusal: delivery.refusal },
        'a recipient cannot be told',
      );
      // Before it is settled: else a kill between the two would leave the others without a word.
      await this.#deps.onRefused(lane.recipient, delivery.refusal);
    }
    await this.#settle(lane, batch.rows, delivery.kind);
    if (delivery.kind === 'delivered') this.#deps.onDelivered(lane.recipient, batch.rows);
    await clock.sleep(BETWEEN_MESSAGES, signal);
  }

  /** @returns `undefined`: it could not be written, and what cannot be is given up. Throws before that, to be tried again */
  async #compose(lane: Lane, batch: Sendable): Promise<Screen | undefined> {
    const compose = (rows: readonly OutboxRow[]) => {
      const { dueSince, wasHeld } = batch;
      return this.#deps.compose(rows, this.#deps.clock.now(), { dueSince, wasHeld });
    };
    try {
      const screen = compose(batch.rows);
      lane.wordless = 0;
      return screen;
    } catch (error) {
      lane.wordless += 1;
      if (lane.wordless < COMPOSE_TRIES) throw error;
      // Most of them are not to blame.
      const broken = batch.rows.filter((row) => isBroken(() => compose([row])));
      const lost = broken.length > 0 ? broken : batch.rows;
      this.#deps.log.error(
        {
          ...{ recipient: lane.recipient.address, error: String(error) },
          events: lost.map(({ event }) => event.kind),
        },
        'alerts that cannot be written are given up',
      );
      await this.#settle(lane, lost, 'obsolete');
      lane.wordless = 0;
      return undefined;
    }
  }

  async #settle(lane: Lane, rows: readonly OutboxRow[], outcome: Outcome): Promise<void> {
    if (rows.length === 0) return;
    const settled = new Set(rows.map((row) => row.id));
    await this.#deps.store.settle([...settled], outcome, this.#deps.clock.now());
    lane.rows = lane.rows.filter((row) => !settled.has(row.id));
  }

  async #move(lane: Lane, address: string): Promise<void> {
    const { log, moves } = this.#deps;
    const from = lane.recipient;
    log.warn({ from: from.address, to: address }, 'a chat has moved: update tg-alert-chats');
    lane.recipient = { ...from, address };
    lane.hasMoved = true;
    await moves.note(from, lane.recipient);
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

function isBroken(act: () => unknown): boolean {
  try {
    act();
    return false;
  } catch {
    return true;
  }
}
