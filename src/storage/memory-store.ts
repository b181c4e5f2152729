/** The store in memory: keeps what holds now and the newest of what has happened until the process ends. */
import { watchedRuns } from '../domain/uptime.ts';
import { bucketsWithin, latestAudit, latestSettled, Past, periodsSince } from './past.ts';
import { Present } from './present.ts';
import type { Store } from './store.ts';

export function createMemoryStore(): Store {
  const present = new Present();
  const past = new Past();
  return {
    commit: async (change) => {
      const rows = present.number(change.outbox);
      present.apply(change, rows);
      past.apply(change);
      return rows;
    },
    availabilities: async () => present.contents().availabilities,
    stabilities: async () => present.contents().stabilities,
    switches: async () => present.switches(),
    outageNotes: async () => present.contents().outageNotes,
    mutes: async () => present.contents().mutes,
    moves: async () => present.contents().moves,
    certificates: async () => present.contents().certificates,
    outbox: async () => present.contents().outbox,
    settle: async (rowIds, outcome, at) => past.settle(present.settle(rowIds), outcome, at),
    settled: async (limit) => latestSettled(past.contents().settled, limit),
    audit: async (limit, server) => latestAudit(past.contents().audit, limit, server),
    periods: async (server, since) => periodsSince(past.contents().periods, server, since),
    buckets: async (server, from, to) => bucketsWithin(past.contents().buckets, server, from, to),
    watched: async (server, from, to) =>
      watchedRuns(bucketsWithin(past.contents().buckets, server, from, to)),
    bucketsAt: async (start) => bucketsWithin(past.contents().buckets, undefined, start, start + 1),
    prune: async (before) => {
      present.prune(before);
      past.prune(before);
    },
    close: async () => {},
  };
}
