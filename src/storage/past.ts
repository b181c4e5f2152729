/** What has happened, in memory and therefore bounded: of each kind the newest. Knows nothing of what holds now. */
import type { Period, ProbeBucket } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import type { AuditEntry, OutboxRow } from '../domain/outbox.ts';
import type { EpochMs } from '../lib/time.ts';
import type { Contents } from './contents.ts';
import type { Change, Outcome, SettledRow } from './store.ts';

/** Some 10 MiB at the most: two hours of 2,000 servers, a week of 25. */
const BUCKETS = 50_000;
const PERIODS = 10_000;
const AUDIT = 1_000;
const SETTLED = 1_000;

export class Past {
  readonly #buckets = new Map<string, ProbeBucket>();
  readonly #periods = new Map<string, Period>();
  readonly #settled = new Map<number, SettledRow>();
  #audit: AuditEntry[] = [];
  readonly #heldUpTo: number;

  /**
   * @param heldUpTo rows up to this id never give way to newer ones: a store on disk has them as not settled, and
   * would tell them again
   */
  constructor(heldUpTo = 0) {
    this.#heldUpTo = heldUpTo;
  }

  apply({ audit, periods = [], buckets = [] }: Change): void {
    if (audit) this.#audit = [...this.#audit.slice(1 - AUDIT), audit];
    for (const period of periods) this.#periods.set(periodKey(period), period);
    for (const bucket of buckets) this.#buckets.set(bucketKey(bucket), bucket);
    dropOldest(this.#periods, PERIODS, ({ to }) => to !== undefined);
    dropOldest(this.#buckets, BUCKETS, () => true);
  }

  settle(rows: readonly OutboxRow[], outcome: Outcome, settledAt: EpochMs): void {
    for (const row of rows) this.#settled.set(row.id, { ...row, outcome, settledAt });
    dropOldest(this.#settled, SETTLED, ({ id }) => id > this.#heldUpTo);
  }

  prune(before: EpochMs): void {
    dropAll(this.#buckets, ({ start }) => start < before);
    dropAll(this.#periods, ({ to }) => to !== undefined && to < before);
    dropAll(this.#settled, ({ id, settledAt }) => settledAt < before && id > this.#heldUpTo);
    this.#audit = this.#audit.filter(({ at }) => at >= before);
  }

  /** A copy. */
  contents(): Required<Pick<Contents, 'settled' | 'audit' | 'periods' | 'buckets'>> {
    return {
      settled: [...this.#settled.values()],
      audit: [...this.#audit],
      periods: [...this.#periods.values()],
      buckets: [...this.#buckets.values()],
    };
  }
}

// The ways in which every store answers, so that there is one rule for each.

export function latestSettled(rows: readonly SettledRow[], limit: number): SettledRow[] {
  return byKey(rows, ({ id }) => String(id))
    .sort((a, b) => b.settledAt - a.settledAt || b.id - a.id)
    .slice(0, limit);
}

/** @param oldestFirst in the order in which they were written */
export function latestAudit(
  oldestFirst: readonly AuditEntry[],
  limit: number,
  server: ServerName | undefined,
): AuditEntry[] {
  const asked = oldestFirst.filter((entry) => server === undefined || entry.server === server);
  return asked.reverse().slice(0, limit);
}

export function periodsSince(periods: readonly Period[], server: ServerName, since: EpochMs): Period[] {
  return byKey(periods, periodKey)
    .filter((period) => period.server === server && (period.to === undefined || period.to > since))
    .sort((a, b) => b.from - a.from || (a.kind < b.kind ? -1 : 1));
}

/** @param server `undefined`: of all */
export function bucketsWithin(
  buckets: readonly ProbeBucket[],
  server: ServerName | undefined,
  from: EpochMs,
  to: EpochMs,
): ProbeBucket[] {
  const isAsked = (one: ProbeBucket) => server === undefined || one.server === server;
  const asked = buckets.filter((one) => one.start >= from && one.start < to && isAsked(one));
  return byKey(asked, bucketKey).sort((a, b) => a.start - b.start || (a.server < b.server ? -1 : 1));
}

/** Of each key the last. */
function byKey<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

function periodKey({ server, kind, from }: Period): string {
  return `${kind} ${from} ${server}`;
}

function bucketKey({ server, start }: ProbeBucket): string {
  return `${start} ${server}`;
}

function dropOldest<Key, Item>(items: Map<Key, Item>, limit: number, mayGo: (item: Item) => boolean): void {
  for (const [key, item] of items) {
    if (items.size <= limit) return;
    if (mayGo(item)) items.delete(key);
  }
}

function dropAll<Key, Item>(items: Map<Key, Item>, isOld: (item: Item) => boolean): void {
  for (const [key, item] of items) if (isOld(item)) items.delete(key);
}
