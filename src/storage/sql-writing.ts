/** How each kind of thing becomes rows, all but the buckets. Knows neither transactions nor what the rows are for. */
import type { Transaction } from 'kysely';
import type { ServerName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import type { Contents } from './contents.ts';
import type { Tables } from './tables.ts';
import { upsert } from './upsert.ts';

/** Where a server has one row of what holds now. */
const ONE_FOR_EACH_SERVER = [
  'availabilities',
  'stabilities',
  'switches',
  'outage_notes',
  'certificates',
] as const;

/** What is kept once for each server, or for each server and recipient. */
export async function writeNotes(trx: Transaction<Tables>, contents: Contents): Promise<void> {
  for (const server of contents.forgotten ?? []) {
    for (const table of ONE_FOR_EACH_SERVER) {
      await trx.deleteFrom(table).where('server', '=', server).execute();
    }
  }
  const { availabilities = [], stabilities = [], switches = [] } = contents;
  const { outageNotes = [], mutes = [], moves = [], certificates = [] } = contents;
  const asJson = ([server, value]: readonly [ServerName, unknown]) => ({
    server,
    value: JSON.stringify(value),
  });
  await upsert(trx, 'availabilities', ['server'], [...availabilities].map(asJson));
  await upsert(trx, 'stabilities', ['server'], [...stabilities].map(asJson));
  await upsert(
    trx,
    'switches',
    ['server'],
    [...switches]
      .filter(([, on]) => on !== undefined)
      .map(([server, on]) => ({ server, monitored: on ? 1 : 0 })),
  );
  for (const [server, on] of switches) {
    if (on === undefined) await trx.deleteFrom('switches').where('server', '=', server).execute();
  }
  await upsert(
    trx,
    'outage_notes',
    ['server'],
    outageNotes.map(({ server, lastTold, acknowledgedBy }) => ({
      server,
      last_told: lastTold ?? null,
      acknowledged_by: acknowledgedBy ?? null,
    })),
  );
  await upsert(
    trx,
    'mutes',
    ['server', 'channel', 'address'],
    mutes.map(({ server, recipient: { channel, address }, until }) => ({ server, channel, address, until })),
  );
  await upsert(
    trx,
    'moves',
    ['channel', 'address'],
    moves.map(({ from: { channel, address }, to }) => ({ channel, address, moved_to: to.address })),
  );
  await upsert(
    trx,
    'certificates',
    ['server'],
    certificates.map(({ server, endsAt, toldDays }) => ({
      server,
      ends_at: endsAt,
      told_days: toldDays ?? null,
    })),
  );
}

export async function writeRows(trx: Transaction<Tables>, contents: Contents): Promise<void> {
  const { outbox = [], settled = [], audit = [] } = contents;
  const asRow = ({ id, recipient: { channel, address }, event, writtenAt }: OutboxRow) => ({
    id,
    channel,
    address,
    event: JSON.stringify(event),
    written_at: writtenAt,
  });
  const rows = [
    ...outbox.map((row) => ({ ...asRow(row), outcome: null, settled_at: null })),
    ...settled.map((row) => ({ ...asRow(row), outcome: row.outcome, settled_at: row.settledAt })),
  ];
  await upsert(trx, 'outbox', ['id'], rows);
  for (const entry of audit) {
    const { server, at } = entry;
    await trx
      .insertInto('audit')
      .values({ server, at, entry: JSON.stringify(entry) })
      .execute();
  }
}

export async function writePeriods(trx: Transaction<Tables>, { periods = [] }: Contents): Promise<void> {
  await upsert(
    trx,
    'periods',
    ['server', 'kind', 'began'],
    periods.map(({ server, kind, from, to, endUnseen, trouble }) => ({
      server,
      kind,
      began: from,
      ended: to ?? null,
      end_unseen: endUnseen ? 1 : null,
      trouble: trouble ? JSON.stringify(trouble) : null,
    })),
  );
}

/** Whether nobody could find it out again. What is believed and measured comes back with the next probes. */
export function lasts({ outbox, switches, mutes, audit, periods, certificates }: Contents): boolean {
  return (
    [outbox, audit, periods, mutes, certificates].some((part) => part?.length) || Boolean(switches?.size)
  );
}
