/** Which waiting rows make the next message to one recipient, and when. Pure: rows and the time in, a decision out. */
import type { Event, EventKind } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import { type DurationMs, type EpochMs, SECOND } from '../lib/time.ts';

/** A change waits this long for company… */
export const QUIET: DurationMs = 1 * SECOND;
/** …and this long at most while more keep coming. */
export const LONGEST_WAIT: DurationMs = 3 * SECOND;

export type Batch =
  | {
      readonly kind: 'send';
      readonly rows: readonly OutboxRow[];
      /** Since when all of them could go out: the newest was written, or its mute ended. */
      readonly dueSince: EpochMs;
    }
  | { readonly kind: 'wait'; readonly until: EpochMs }
  | { readonly kind: 'idle' };

/** Availability of servers is told together; all else is told one by one and waits for nothing. */
const GROUPED: Record<EventKind, boolean> = {
  'server-down': true,
  'server-up': true,
  'server-still-down': true,
  'outage-acknowledged': false,
  'conference-stopped': false,
  'monitoring-switched': false,
  'recipient-refused': false,
};

export interface BatchFacts {
  /** For that recipient; not after `now`: the mute is over; `undefined`: there was none. */
  mutedUntil(server: ServerName): EpochMs | undefined;
  /** Whether a server other than these is watched, so that it might still join them. */
  watchesOthers(servers: ReadonlySet<ServerName>): boolean;
}

/** @param rows of one recipient, oldest first */
export function nextBatch(rows: readonly OutboxRow[], facts: BatchFacts, now: EpochMs): Batch {
  const send = (sent: readonly OutboxRow[]): Batch => ({
    kind: 'send',
    rows: sent,
    dueSince: Math.max(...sent.map((row) => dueSince(row, facts, now))),
  });
  const single = rows.find((row) => !GROUPED[row.event.kind]);
  const grouped = rows.filter((row) => GROUPED[row.event.kind]);
  const { due, held } = splitByMute(grouped, facts, now);
  const first = due[0];
  // It waits for nothing, but does not overtake what happened before it.
  if (single)
    return send(first && first.id < single.id ? due : rows.filter((row) => belongTogether(row, single)));

  const last = due.at(-1);
  const muteEnds = held.reduce((soonest, until) => Math.min(soonest, until), Number.POSITIVE_INFINITY);
  if (!first || !last) {
    return muteEnds === Number.POSITIVE_INFINITY ? { kind: 'idle' } : { kind: 'wait', until: muteEnds };
  }
  const named = new Set(due.map((row) => serverOf(row.event)).filter((server) => server !== undefined));
  if (!facts.watchesOthers(named)) return send(due);
  const flushAt = Math.min(last.writtenAt + QUIET, first.writtenAt + LONGEST_WAIT);
  // Written in the future: the machine's clock was set back meanwhile, which must not put off an alarm.
  const isDue = flushAt <= now || last.writtenAt > now;
  return isDue ? send(due) : { kind: 'wait', until: Math.min(flushAt, muteEnds) };
}

/** Whoever stops forty conferences at once does one thing. */
function belongTogether(row: OutboxRow, first: OutboxRow): boolean {
  if (row === first) return true;
  if (row.event.kind !== 'conference-stopped' || first.event.kind !== 'conference-stopped') return false;
  return row.event.server === first.event.server && row.event.by.id === first.event.by.id;
}

function dueSince({ event, writtenAt }: OutboxRow, { mutedUntil }: BatchFacts, now: EpochMs): EpochMs {
  const server = serverOf(event);
  const muteEnd = (server === undefined ? undefined : mutedUntil(server)) ?? writtenAt;
  return muteEnd > now ? writtenAt : Math.max(writtenAt, muteEnd);
}

/** A muted server's rows are held, except the recovery of an outage that the recipient was told. */
function splitByMute(
  rows: readonly OutboxRow[],
  { mutedUntil }: BatchFacts,
  now: EpochMs,
): { due: OutboxRow[]; held: EpochMs[] } {
  const due: OutboxRow[] = [];
  const held: EpochMs[] = [];
  const recoveries = recoveriesOfTold(rows);
  for (const row of rows) {
    const server = serverOf(row.event);
    const until = server === undefined ? undefined : mutedUntil(server);
    const isMuted = until !== undefined && until > now;
    // What came before the recovery, e.g. a reminder, goes with it: it is over too.
    const isReleased = server !== undefined && row.id <= (recoveries.get(server) ?? 0);
    if (isMuted && !isReleased) held.push(until);
    else due.push(row);
  }
  return { due, held };
}

/** By server the row that says it is up again, unless the outage itself is still untold. */
function recoveriesOfTold(rows: readonly OutboxRow[]): ReadonlyMap<ServerName, number> {
  const untold = new Set<ServerName>();
  const recoveries = new Map<ServerName, number>();
  for (const { id, event } of rows) {
    if (event.kind === 'server-down') untold.add(event.server);
    if (event.kind === 'server-up' && !untold.has(event.server)) recoveries.set(event.server, id);
  }
  return recoveries;
}

function serverOf(event: Event): ServerName | undefined {
  return 'server' in event ? event.server : undefined;
}
