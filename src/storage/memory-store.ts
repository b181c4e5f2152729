/** The store in memory: keeps everything until the process ends. Bounded where nothing else bounds it. */
import type { Availability } from '../domain/availability.ts';
import type { ServerName } from '../domain/names.ts';
import { type AuditEntry, type OutboxRow, sameRecipient } from '../domain/outbox.ts';
import type { Mute, OutageNotes, Store } from './store.ts';

/** Audit entries kept; the oldest go first. */
const AUDIT_LIMIT = 1_000;

export function createMemoryStore(): Store {
  const availabilities = new Map<ServerName, Availability>();
  const switches = new Map<ServerName, boolean>();
  const outages = new Map<ServerName, OutageNotes>();
  const mutes = new Map<string, Mute>();
  const audit: AuditEntry[] = [];
  let outbox: OutboxRow[] = [];
  let lastId = 0;

  return {
    commit: async (change) => {
      if (change.availability) availabilities.set(change.availability.server, change.availability.value);
      if (change.monitored) switches.set(change.monitored.server, change.monitored.on);
      if (change.outage) outages.set(change.outage.server, change.outage);
      if (change.mute) mutes.set(JSON.stringify([change.mute.server, change.mute.recipient]), change.mute);
      if (change.audit) {
        audit.push(change.audit);
        if (audit.length > AUDIT_LIMIT) audit.shift();
      }
      const rows = (change.outbox ?? []).map((row) => ({ ...row, id: ++lastId }));
      outbox.push(...rows);
      return rows;
    },
    availabilities: async () => new Map(availabilities),
    switches: async () => new Map(switches),
    outages: async () => [...outages.values()],
    mutes: async () => [...mutes.values()],
    outbox: async () => [...outbox],
    settle: async (rowIds) => {
      const settled = new Set(rowIds);
      outbox = outbox.filter((row) => !settled.has(row.id));
    },
    redirect: async (from, to) => {
      outbox = outbox.map((row) => (sameRecipient(row.recipient, from) ? { ...row, recipient: to } : row));
    },
    audit: async (limit) => audit.slice(Math.max(0, audit.length - limit)).reverse(),
    close: async () => {},
  };
}
