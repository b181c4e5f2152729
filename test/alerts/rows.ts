/** Outbox rows for the tests of alerts, as short as they can be written. */
import type { FailedProbe } from '../../src/domain/availability.ts';
import type { Event, EventOf } from '../../src/domain/events.ts';
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
  return { kind: 'server-down', server, at, failure: failure(at), before: 'up' };
}

export function up(server: ServerName, at: EpochMs, downSince = at - 1_000): Event {
  return { kind: 'server-up', server, at, downSince };
}

export function stillDown(server: ServerName, at: EpochMs, downSince = at - 1_000): Event {
  return { kind: 'server-still-down', server, at, downSince, failure: failure(at) };
}

export function shaky(server: ServerName, at: EpochMs): EventOf<'server-unstable'> {
  return { kind: 'server-unstable', server, at, changes: 6, since: at - 1_000 };
}

export function still(server: ServerName, at: EpochMs, status: 'up' | 'down'): Event {
  return { kind: 'server-steady', server, at, unstableSince: at - 2_000, status, since: at - 1_000 };
}

export function began(at: EpochMs, ...servers: ServerName[]): Event {
  return { kind: 'bot-blind', at, servers, total: servers.length, checkAnswers: undefined };
}

export function stillBlind(at: EpochMs, since = at - 1_000): Event {
  const servers = [ALPHA, BETA];
  return { kind: 'bot-still-blind', at, since, servers, total: 3, checkAnswers: undefined };
}

export function ended(at: EpochMs, since = at - 1_000): Event {
  return { kind: 'bot-sees-again', at, since, silent: [] };
}

export function certificate(server: ServerName, at: EpochMs): Event {
  return { kind: 'certificate-ending', server, at, endsAt: at + 1_000 };
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
