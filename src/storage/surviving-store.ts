/**
 * A store on disk that outlives its disk. What holds now is in memory as well; when the disk fails, what happens from
 * then on is kept there alone, and written in one transaction when the disk works again. No call fails because of it.
 */
import { setImmediate } from 'node:timers/promises';
import type { ServerName } from '../domain/names.ts';
import { watchedRuns } from '../domain/uptime.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type DurationMs, type EpochMs, MINUTE } from '../lib/time.ts';
import { type Contents, contentsOf, type DurableStore } from './contents.ts';
import { bucketsWithin, latestAudit, latestSettled, Past, periodsSince } from './past.ts';
import { Present } from './present.ts';
import { StorageTrouble } from './storage-trouble.ts';
import type { Change, Outcome, Store } from './store.ts';

/** While the disk fails it is tried again with the next write, but not more often than this. */
const TRY_EVERY: DurationMs = 1 * MINUTE;

export interface SurvivingStoreDependencies {
  readonly clock: Clock;
  readonly log: Log;
  /** The disk fails; from now on everything is kept in memory. May use the store, but must not wait for it. */
  onTrouble(trouble: StorageTrouble): void;
  /** Everything is on disk again. */
  onRecovered(): void;
}

/** The disk fails. */
interface Away {
  readonly trouble: StorageTrouble;
  /** What has happened since. */
  readonly past: Past;
  triedAt: EpochMs;
}

/** Loads what holds now. With a `trouble` the file can only be read: nothing is written until it heals. */
export async function createSurvivingStore(
  durable: DurableStore,
  deps: SurvivingStoreDependencies,
): Promise<{ readonly store: Store; readonly trouble: StorageTrouble | undefined }> {
  const present = await Present.load(durable);
  const trouble = await durable.makeWritable();
  return { store: new SurvivingStore(durable, present, deps, trouble), trouble };
}

const breath = () => setImmediate();

class SurvivingStore implements Store {
  readonly #durable: DurableStore;
  readonly #present: Present;
  readonly #deps: SurvivingStoreDependencies;
  #away: Away | undefined;
  /** The last write that was asked for: they happen one after the other, on disk as in memory. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    durable: DurableStore,
    present: Present,
    deps: SurvivingStoreDependencies,
    trouble: StorageTrouble | undefined,
  ) {
    this.#durable = durable;
    this.#present = present;
    this.#deps = deps;
    this.#away = trouble && this.#leave(trouble);
  }

  commit(change: Change) {
    const rows = this.#present.number(change.outbox);
    return this.#write(
      () => this.#durable.write(contentsOf(change, rows)),
      (past) => {
        this.#present.apply(change, rows);
        past?.apply(change);
        return rows;
      },
    );
  }

  settle(rowIds: readonly number[], outcome: Outcome, at: EpochMs) {
    return this.#write(
      () => this.#durable.settle(rowIds, outcome, at),
      (past) => {
        const rows = this.#present.settle(rowIds);
        past?.settle(rows, outcome, at);
      },
    );
  }

  /**
   * The one way in which anything is written.
   * @param toMemory gets the past when the disk has not got it
   */
  #write<Result>(
    toDisk: () => Promise<unknown>,
    toMemory: (past: Past | undefined) => Result,
  ): Promise<Result> {
    return this.#inLine(async () => {
      const isWritten = !this.#away && (await this.#attempt(toDisk));
      const result = toMemory(isWritten ? undefined : this.#away?.past);
      if (!isWritten) await this.#comeBack();
      return result;
    });
  }

  /** @returns whether nothing is left to be written later */
  async #attempt(toDisk: () => Promise<unknown>): Promise<boolean> {
    try {
      await toDisk();
      return true;
    } catch (error) {
      if (error instanceof StorageTrouble) {
        this.#fail(error);
        return false;
      }
      // A mistake of ours in this one change: the others must not wait for it for ever, nor the alert be lost.
      this.#deps.log.error({ error }, 'a change could not be stored and is kept in memory only');
      return true;
    }
  }

  #fail(trouble: StorageTrouble): void {
    if (this.#away) return;
    this.#away = this.#leave(trouble);
    const { code, path, reason } = trouble;
    this.#deps.log.error({ code, path, error: reason }, 'the storage fails: everything is kept in memory');
    this.#deps.onTrouble(trouble);
  }

  #leave(trouble: StorageTrouble): Away {
    const past = new Past(this.#present.lastRowId);
    return { trouble, past, triedAt: this.#deps.clock.now() };
  }

  /** All that holds now and all that has happened since, in one transaction. */
  async #comeBack(mayWait = true): Promise<void> {
    const away = this.#away;
    if (!away?.trouble.mayHeal) return;
    const now = this.#deps.clock.now();
    // A clock that was set back must not put it off.
    if (mayWait && now >= away.triedAt && now < away.triedAt + TRY_EVERY) return;
    away.triedAt = now;
    const { audit, ...keyed } = { ...this.#present.contents(), ...away.past.contents() };
    const all: Contents = { ...keyed, audit };
    try {
      await this.#durable.write(all);
    } catch (error) {
      this.#deps.log.warn({ error: String(error) }, 'the storage still fails');
      if (error instanceof StorageTrouble || !(await this.#writeInParts(all))) return;
    }
    this.#away = undefined;
    this.#deps.log.info({}, 'the storage works again: everything is written');
    this.#deps.onRecovered();
  }

  /**
   * The tables refuse something, by a mistake of ours: the rest must not wait for it for ever.
   * @param all the audit log last: to write it twice is to have it twice
   * @returns whether nothing is left to be written later
   */
  async #writeInParts(all: Contents): Promise<boolean> {
    for (const [part, value] of Object.entries(all)) {
      if (!(await this.#attempt(() => this.#durable.write({ [part]: value })))) return false;
    }
    return true;
  }

  availabilities = async () => this.#present.contents().availabilities;
  stabilities = async () => this.#present.contents().stabilities;
  switches = async () => this.#present.switches();
  outageNotes = async () => this.#present.contents().outageNotes;
  mutes = async () => this.#present.contents().mutes;
  moves = async () => this.#present.contents().moves;
  certificates = async () => this.#present.contents().certificates;
  outbox = async () => this.#present.contents().outbox;

  settled = (limit: number) =>
    this.#past(
      () => this.#durable.settled(limit),
      (kept, { settled }) => latestSettled([...kept, ...settled], limit),
    );

  audit = (limit: number, server?: ServerName) =>
    this.#past(
      () => this.#durable.audit(limit, server),
      (kept, { audit }) => latestAudit([...kept.toReversed(), ...audit], limit, server),
    );

  periods = (server: ServerName, since: EpochMs) =>
    this.#past(
      () => this.#durable.periods(server, since),
      (kept, { periods }) => periodsSince([...kept, ...periods], server, since),
    );

  buckets = (server: ServerName, from: EpochMs, to: EpochMs) =>
    this.#past(
      () => this.#durable.buckets(server, from, to),
      (kept, { buckets }) => bucketsWithin([...kept, ...buckets], server, from, to),
    );

  watched = (server: ServerName, from: EpochMs, to: EpochMs) =>
    this.#past(
      () => this.#durable.watched(server, from, to),
      (kept, { buckets }) => watchedRuns(bucketsWithin(buckets, server, from, to), kept),
    );

  bucketsAt = (start: EpochMs) =>
    this.#past(
      () => this.#durable.bucketsAt(start),
      (kept, { buckets }) => bucketsWithin([...kept, ...buckets], undefined, start, start + 1),
    );

  /** What is on disk and what is not yet, as one. */
  async #past<Item>(
    fromDisk: () => Promise<readonly Item[]>,
    join: (kept: readonly Item[], since: ReturnType<Past['contents']>) => readonly Item[],
  ): Promise<readonly Item[]> {
    for (;;) {
      const away = this.#away;
      const kept = await this.#read(fromDisk);
      // When the disk came back meanwhile, it was perhaps read before it had all.
      if (away === this.#away) return away ? join(kept, away.past.contents()) : kept;
    }
  }

  /** What was on disk before it failed may still be readable. */
  async #read<Item>(fromDisk: () => Promise<readonly Item[]>): Promise<readonly Item[]> {
    try {
      return await fromDisk();
    } catch (error) {
      if (!(error instanceof StorageTrouble)) throw error;
      this.#fail(error);
      return [];
    }
  }

  /** Not in line with the writes, which go in between. */
  async prune(before: EpochMs): Promise<void> {
    this.#present.prune(before);
    this.#away?.past.prune(before);
    if (!this.#away) await this.#attempt(() => this.#durable.prune(before));
  }

  async close(): Promise<void> {
    await this.#inLine(async () => {
      await this.#comeBack(false);
      await this.#durable.close();
    });
  }

  #inLine<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    // SQLite answers at once: without a breath in between, a long line would hold up all timers and sockets.
    this.#last = turn.then(breath, breath);
    return turn;
  }
}
