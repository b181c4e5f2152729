/** The store in a SQL database, in SQL that SQLite and PostgreSQL share. Opens nothing; explains no error of the disk. */
import { setImmediate } from 'node:timers/promises';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { NoticeDays } from '../domain/certificate.ts';
import type { Period } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import type { Log } from '../lib/log.ts';
import type { EpochMs } from '../lib/time.ts';
import { BucketTable } from './bucket-table.ts';
import { type Contents, contentsOf, type DurableStore } from './contents.ts';
import { lasts, writeNotes, writePeriods, writeRows } from './sql-writing.ts';
import type { StorageTrouble } from './storage-trouble.ts';
import type { Change, OutageNotes, Outcome } from './store.ts';
import {
  decodeAuditEntry,
  decodeAvailability,
  decodeEvent,
  decodeStability,
  decodeTrouble,
} from './stored-json.ts';
import type { Tables } from './tables.ts';

/** What each SQL database does in its own way. */
export interface SqlConnection {
  /** See `DurableStore`. */
  makeWritable(): StorageTrouble | undefined;
  /**
   * Called with the connection to itself, right before a transaction begins.
   * @param isLasting it must survive a loss of power, not only the end of the process
   */
  beforeTransaction(isLasting: boolean): void;
  close(): void;
}

/** Rows that are forgotten at once, before others may go. Takes a few milliseconds. */
const FORGOTTEN_AT_ONCE = 5_000;

/** Row ids in one statement. */
const IDS_AT_ONCE = 500;

/** Settled rows kept besides their age, some 50 MiB: who was told what is a question of days. */
const SETTLED_KEPT = 100_000;

export class SqlStore implements DurableStore {
  readonly #db: Kysely<Tables>;
  readonly #connection: SqlConnection;
  readonly #log: Log;
  readonly #buckets: BucketTable;
  /** `undefined`: not read. */
  #lastRowId: number | undefined;
  /** Rows that cannot be read, once told: some are asked for with every screen. */
  readonly #told = new Set<string>();

  constructor(db: Kysely<Tables>, connection: SqlConnection, log: Log) {
    this.#db = db;
    this.#connection = connection;
    this.#log = log;
    this.#buckets = new BucketTable(db);
  }

  async makeWritable() {
    return this.#connection.makeWritable();
  }

  async commit(change: Change): Promise<readonly OutboxRow[]> {
    await this.lastRowId();
    let id = this.#lastRowId ?? 0;
    const rows = (change.outbox ?? []).map((row): OutboxRow => ({ ...row, id: ++id }));
    this.#lastRowId = id;
    await this.write(contentsOf(change, rows));
    return rows;
  }

  async lastRowId(): Promise<number> {
    if (this.#lastRowId === undefined) {
      const query = this.#db.selectFrom('outbox').select((eb) => eb.fn.max('id').as('id'));
      const last = (await query.executeTakeFirst())?.id ?? 0;
      this.#lastRowId = Math.max(last, this.#lastRowId ?? 0);
    }
    return this.#lastRowId;
  }

  async write(contents: Contents): Promise<void> {
    await this.#transaction(lasts(contents), async (trx) => {
      await writeNotes(trx, contents);
      await writeRows(trx, contents);
      await writePeriods(trx, contents);
      await this.#buckets.write(trx, contents.buckets ?? []);
    });
    if (this.#lastRowId === undefined) return;
    for (const { id } of [...(contents.outbox ?? []), ...(contents.settled ?? [])]) {
      this.#lastRowId = Math.max(this.#lastRowId, id);
    }
  }

  async availabilities() {
    const rows = await this.#db.selectFrom('availabilities').selectAll().execute();
    return new Map(
      this.#readable('availabilities', rows, ({ server, value }) => [
        server as ServerName,
        decodeAvailability(value),
      ]),
    );
  }

  async stabilities() {
    const rows = await this.#db.selectFrom('stabilities').selectAll().execute();
    return new Map(
      this.#readable('stabilities', rows, ({ server, value }) => [
        server as ServerName,
        decodeStability(value),
      ]),
    );
  }

  async switches() {
    const rows = await this.#db.selectFrom('switches').selectAll().execute();
    return new Map(rows.map(({ server, monitored }) => [server as ServerName, monitored === 1]));
  }

  async outageNotes() {
    const rows = await this.#db.selectFrom('outage_notes').selectAll().execute();
    return rows.map(
      ({ server, last_told, acknowledged_by }): OutageNotes => ({
        server: server as ServerName,
        lastTold: last_told ?? undefined,
        acknowledgedBy: acknowledged_by ?? undefined,
      }),
    );
  }

  async mutes() {
    const rows = await this.#db.selectFrom('mutes').selectAll().execute();
    return rows.map(({ server, channel, address, until }) => ({
      server: server as ServerName,
      recipient: { channel, address },
      until,
    }));
  }

  async moves() {
    const rows = await this.#db.selectFrom('moves').selectAll().execute();
    return rows.map(({ channel, address, moved_to }) => ({
      from: { channel, address },
      to: { channel, address: moved_to },
    }));
  }

  async certificates() {
    const rows = await this.#db.selectFrom('certificates').selectAll().execute();
    return rows.map(({ server, ends_at, told_days }) => ({
      server: server as ServerName,
      endsAt: ends_at,
      toldDays: (told_days ?? undefined) as NoticeDays | undefined,
    }));
  }

  async outbox() {
    const rows = await this.#db
      .selectFrom('outbox')
      .selectAll()
      .where('settled_at', 'is', null)
      .orderBy('id')
      .execute();
    return this.#readable('outbox', rows, outboxRow);
  }

  async settled(limit: number) {
    const rows = await this.#db
      .selectFrom('outbox')
      .selectAll()
      .where('settled_at', 'is not', null)
      .orderBy('settled_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return this.#readable('outbox', rows, (row) => ({
      ...outboxRow(row),
      outcome: row.outcome ?? 'delivered',
      settledAt: row.settled_at ?? 0,
    }));
  }

  async settle(rowIds: readonly number[], outcome: Outcome, at: EpochMs): Promise<void> {
    if (rowIds.length === 0) return;
    // Lost with the power, a message would come twice. To wait for the disk after each one costs more than that.
    await this.#transaction(false, async (trx) => {
      for (const ids of piecesOf(rowIds, IDS_AT_ONCE)) {
        await trx
          .updateTable('outbox')
          .set({ outcome, settled_at: at })
          .where('id', 'in', ids)
          .where('settled_at', 'is', null)
          .execute();
      }
    });
  }

  async audit(limit: number, server?: ServerName) {
    let query = this.#db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit);
    if (server !== undefined) query = query.where('server', '=', server);
    return this.#readable('audit', await query.execute(), ({ entry }) => decodeAuditEntry(entry));
  }

  async periods(server: ServerName, since: EpochMs) {
    const rows = await this.#db
      .selectFrom('periods')
      .selectAll()
      .where('server', '=', server)
      .where((eb) => eb.or([eb('ended', 'is', null), eb('ended', '>', since)]))
      .orderBy('began', 'desc')
      .orderBy('kind')
      .execute();
    return this.#readable(
      'periods',
      rows,
      ({ kind, began, ended, end_unseen, trouble }): Period => ({
        server,
        kind,
        from: began,
        to: ended ?? undefined,
        ...(end_unseen === 1 && { endUnseen: true }),
        trouble: trouble === null ? undefined : decodeTrouble(trouble),
      }),
    );
  }

  buckets(server: ServerName, from: EpochMs, to: EpochMs) {
    return this.#buckets.within(server, from, to);
  }

  watched(server: ServerName, from: EpochMs, to: EpochMs) {
    return this.#buckets.watched(server, from, to);
  }

  bucketsAt(start: EpochMs) {
    return this.#buckets.at(start);
  }

  async prune(before: EpochMs): Promise<void> {
    await this.#inPieces((trx) => this.#buckets.forget(trx, before, FORGOTTEN_AT_ONCE));
    const surplus = await this.#db
      .selectFrom('outbox')
      .select('settled_at')
      .where('settled_at', 'is not', null)
      .orderBy('settled_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .offset(SETTLED_KEPT)
      .executeTakeFirst();
    const settledBefore = Math.max(before, (surplus?.settled_at ?? 0) + 1);
    await this.#inPieces((trx) =>
      trx
        .deleteFrom('outbox')
        .where('id', 'in', (eb) =>
          eb
            .selectFrom('outbox')
            .select('id')
            .where('settled_at', 'is not', null)
            .where('settled_at', '<', settledBefore)
            .orderBy('settled_at')
            .limit(FORGOTTEN_AT_ONCE),
        )
        .executeTakeFirst(),
    );
    await this.#inPieces((trx) =>
      trx
        .deleteFrom('audit')
        .where('id', 'in', (eb) =>
          eb.selectFrom('audit').select('id').where('at', '<', before).orderBy('id').limit(FORGOTTEN_AT_ONCE),
        )
        .executeTakeFirst(),
    );
    await this.#inPieces((trx) => trx.deleteFrom('periods').where('ended', '<', before).executeTakeFirst());
    await this.#inPieces((trx) => trx.deleteFrom('mutes').where('until', '<', before).executeTakeFirst());
  }

  /** Until nothing more is forgotten, and others may go in between. */
  async #inPieces(
    forget: (trx: Transaction<Tables>) => Promise<{ readonly numDeletedRows: bigint }>,
  ): Promise<void> {
    for (let forgotten = FORGOTTEN_AT_ONCE; forgotten >= FORGOTTEN_AT_ONCE; ) {
      forgotten = Number((await this.#transaction(false, forget)).numDeletedRows);
      await setImmediate();
    }
  }

  async close(): Promise<void> {
    await this.#db.destroy();
    // kysely closes only what it has used.
    this.#connection.close();
  }

  #transaction<Result>(
    isLasting: boolean,
    work: (trx: Transaction<Tables>) => Promise<Result>,
  ): Promise<Result> {
    return this.#db.connection().execute((connection) => {
      this.#connection.beforeTransaction(isLasting);
      return connection.transaction().execute(work);
    });
  }

  /** A row that cannot be read stays where it is, for a version that can, and is told to the operator at each start. */
  #readable<Row extends { readonly id?: number; readonly server?: string }, Item>(
    table: keyof Tables,
    rows: readonly Row[],
    decode: (row: Row) => Item,
  ): Item[] {
    return rows.flatMap((row) => {
      try {
        return [decode(row)];
      } catch (error) {
        const { id, server } = row;
        const told = { table, id, server, error: String(error) };
        const key = JSON.stringify(told);
        if (!this.#told.has(key)) this.#log.error(told, 'a stored row cannot be read and is left out');
        this.#told.add(key);
        return [];
      }
    });
  }
}

function outboxRow({ id, channel, address, event, written_at }: Selectable<Tables['outbox']>): OutboxRow {
  return { id, recipient: { channel, address }, event: decodeEvent(event), writtenAt: written_at };
}

function* piecesOf<Item>(items: readonly Item[], size: number): Generator<Item[]> {
  for (let index = 0; index < items.length; index += size) yield items.slice(index, index + size);
}
