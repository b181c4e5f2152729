/** What probes saw, in a SQL table that is laid out for many small rows: by time first, servers as numbers. */
import { setImmediate } from 'node:timers/promises';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { BUCKET, type ProbeBucket } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import { joinRuns, type WatchedRun } from '../domain/uptime.ts';
import type { EpochMs } from '../lib/time.ts';
import type { Tables } from './tables.ts';
import { upsert } from './upsert.ts';

/** Spans that are read at once, before others may go: a day. */
const SLOTS_AT_ONCE = 288;

/** Spans of which only what is missing is read, before others may go: a week, some three milliseconds. */
const SLOTS_COMPARED_AT_ONCE = 7 * SLOTS_AT_ONCE;

/** Names in one statement. */
const NAMES_AT_ONCE = 500;

export class BucketTable {
  readonly #db: Kysely<Tables>;
  /** The numbers of the servers; `undefined`: not read. */
  #servers: ReadonlyMap<string, number> | undefined;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async write(trx: Transaction<Tables>, buckets: readonly ProbeBucket[]): Promise<void> {
    if (buckets.length === 0) return;
    const numbers = await this.#numbersOf(trx, new Set(buckets.map(({ server }) => server)));
    const rows = buckets.map(({ server, start, probes, failures, latency, users }) => ({
      slot: start / BUCKET,
      server: numbers.get(server) ?? 0,
      probes,
      failures,
      latency_min: latency?.min ?? null,
      latency_median: latency?.median ?? null,
      latency_max: latency?.max ?? null,
      users: users ?? null,
    }));
    // In the order of the table, so that its pages fill up.
    rows.sort((a, b) => a.slot - b.slot || a.server - b.server);
    await upsert(trx, 'buckets', ['slot', 'server'], rows);
  }

  async within(server: ServerName, from: EpochMs, to: EpochMs): Promise<ProbeBucket[]> {
    const number = (await this.#numbers()).get(server);
    const { begin, end } = await this.#slotsWithin(from, to);
    if (number === undefined) return [];
    const buckets: ProbeBucket[] = [];
    for (let slot = begin; slot < end; slot += SLOTS_AT_ONCE) {
      if (slot > begin) await setImmediate();
      const slots = Array.from({ length: Math.min(SLOTS_AT_ONCE, end - slot) }, (_, index) => slot + index);
      // Not a range: there all other servers' buckets would be read as well.
      const rows = await this.#db
        .selectFrom('buckets')
        .selectAll()
        .where('server', '=', number)
        .where('slot', 'in', slots)
        .orderBy('slot')
        .execute();
      for (const row of rows) buckets.push(probeBucket(row, server));
    }
    return buckets;
  }

  async watched(server: ServerName, from: EpochMs, to: EpochMs): Promise<WatchedRun[]> {
    const number = (await this.#numbers()).get(server);
    const { begin, end } = await this.#slotsWithin(from, to);
    if (number === undefined) return [];
    const runs: WatchedRun[] = [];
    for (let slot = begin; slot < end; slot += SLOTS_COMPARED_AT_ONCE) {
      if (slot > begin) await setImmediate();
      const next = Math.min(slot + SLOTS_COMPARED_AT_ONCE, end);
      let first = slot;
      for (const missing of [...(await this.#missing(number, slot, next)), next]) {
        if (first < missing) runs.push({ first: first * BUCKET, last: (missing - 1) * BUCKET });
        first = missing + 1;
      }
    }
    return joinRuns(runs);
  }

  /** In order: those from `begin` on and before `end` in which nobody looked. Mostly there are few, so reading them is quick. */
  async #missing(server: number, begin: number, end: number): Promise<number[]> {
    const rows = await this.#db
      .withRecursive('slots(slot)', (db) =>
        db
          .selectNoFrom((eb) => eb.val(begin).as('slot'))
          .unionAll(
            db
              .selectFrom('slots')
              .select((eb) => eb('slot', '+', 1).as('slot'))
              .where('slot', '<', end - 1),
          ),
      )
      .selectFrom('slots')
      .select('slot')
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('buckets')
              .select('probes')
              .whereRef('buckets.slot', '=', 'slots.slot')
              .where('server', '=', server)
              .where('probes', '>', 0),
          ),
        ),
      )
      .orderBy('slot')
      .execute();
    return rows.map(({ slot }) => slot);
  }

  async at(start: EpochMs): Promise<ProbeBucket[]> {
    const rows = await this.#db
      .selectFrom('buckets')
      .innerJoin('servers', 'servers.id', 'buckets.server')
      .selectAll('buckets')
      .select('servers.name')
      .where('slot', '=', start / BUCKET)
      .orderBy('servers.name')
      .execute();
    return rows.map((row) => probeBucket(row, row.name as ServerName));
  }

  /**
   * Forgets the oldest of those that begin before a moment.
   * @param atLeast so many, if there are, and then the rest of the same span
   */
  async forget(trx: Transaction<Tables>, before: EpochMs, atLeast: number) {
    const end = Math.ceil(before / BUCKET);
    const last = await trx
      .selectFrom('buckets')
      .select('slot')
      .where('slot', '<', end)
      .orderBy('slot')
      .limit(1)
      .offset(atLeast)
      .executeTakeFirst();
    return trx
      .deleteFrom('buckets')
      .where('slot', '<', last ? last.slot + 1 : end)
      .executeTakeFirst();
  }

  async #numbers(db: Kysely<Tables> = this.#db): Promise<ReadonlyMap<string, number>> {
    if (!this.#servers) {
      const rows = await db.selectFrom('servers').selectAll().execute();
      this.#servers = new Map(rows.map(({ id, name }) => [name, id]));
    }
    return this.#servers;
  }

  async #numbersOf(
    trx: Transaction<Tables>,
    servers: ReadonlySet<ServerName>,
  ): Promise<ReadonlyMap<string, number>> {
    const known = await this.#numbers(trx);
    const fresh = [...servers].filter((server) => !known.has(server)).map((name) => ({ name }));
    if (fresh.length === 0) return known;
    for (let index = 0; index < fresh.length; index += NAMES_AT_ONCE) {
      await trx
        .insertInto('servers')
        .values(fresh.slice(index, index + NAMES_AT_ONCE))
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    // To be read when that is certain: the transaction may still fail.
    this.#servers = undefined;
    const rows = await trx.selectFrom('servers').selectAll().execute();
    return new Map(rows.map(({ id, name }) => [name, id]));
  }

  /** Those in which there may be anything. `end` is the first that is not meant. */
  async #slotsWithin(from: EpochMs, to: EpochMs): Promise<{ begin: number; end: number }> {
    const at = (direction: 'asc' | 'desc') =>
      this.#db.selectFrom('buckets').select('slot').orderBy('slot', direction).limit(1).executeTakeFirst();
    const [first, last] = [(await at('asc'))?.slot ?? 0, (await at('desc'))?.slot ?? -1];
    return {
      begin: Math.max(Math.ceil(from / BUCKET), first),
      end: Math.min(Math.ceil(to / BUCKET), last + 1),
    };
  }
}

function probeBucket(row: Selectable<Tables['buckets']>, server: ServerName): ProbeBucket {
  const { slot, probes, failures, latency_min: min, latency_median: median, latency_max: max, users } = row;
  const isKnown = min !== null && median !== null && max !== null;
  return {
    server,
    start: slot * BUCKET,
    probes,
    failures,
    latency: isKnown ? { min, median, max } : undefined,
    users: users ?? undefined,
  };
}
