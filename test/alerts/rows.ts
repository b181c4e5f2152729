/** Outbox rows for the tests of alerts, as short as they can be written. */
import type { FailedProbe } from '../../src/domain/availability.ts';
import type { Event } from '../../src/domain/events.ts';
import type { ConferenceId, ServerName } from '../../src/domain/names.ts';
import type { OutboxRow, Recipient } from '../../src/domain/outbox.ts';
import type { EpochMs } from '../../src/lib/time.ts';

export const ANNA: Recipient = { channel: 'telegram', address: '1001' };
export const BORIS: Recipient = { channel: 'telegram', address: '1002' };

export const ALPHA = 'alpha' as ServerName;
export const BETA = 'beta' as ServerName;

export function failure(at: EpochMs): FailedProbe {
  return { kind: 'failed', at, latency: 5, trouble: { code: 'refused' } };
}

export function down(server: ServerName, at: EpochMs): Event {
  return { kind: 'server-down', server, at, failure: failure(at), firstSeen: false };
}

export function up(server: ServerName, at: EpochMs, downSince = at - 1_000): Event {
  return { kind: 'server-up', server, at, downSince };
}

export function stillDown(server: ServerName, at: EpochMs, downSince = at - 1_000): Event {
  return { kind: 'server-still-down', server, at, downSince, failure: failure(at) };
}

export function acknowledged(server: ServerName, at: EpochMs): Event {
  return { kind: 'outage-acknowledged', server, at, by: { id: 7, name: 'Boris' } };
}

export function stopped(
  server: ServerName,
  at: EpochMs,
  topic?: string,
  by = { id: 7, name: 'Boris' },
): Event {
  const conference = {
    id: `id-${topic}` as ConferenceId,
    topic,
    owner: 'o',
    people: 3,
    reason: 'empty' as const,
  };
  return { kind: 'conference-stopped', server, at, by, conference };
}

export function row(id: number, event: Event, writtenAt: EpochMs = event.at, recipient = ANNA): OutboxRow {
  return { id, recipient, event, writtenAt };
}

export function rows(...events: readonly Event[]): OutboxRow[] {
  return events.map((event, index) => row(index + 1, event));
}
