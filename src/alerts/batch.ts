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
  | { readonly kind: 'send'; readonly rows: readonly OutboxRow[] }
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
  /** For that recipient; not after `now`, or `undefined`: not muted. */
  mutedUntil(server: ServerName): EpochMs | undefined;
  /** Whether a server other than these is watched, so that it might still join them. */
  watchesOthers(servers: ReadonlySet<ServerName>): boolean;
}

/** @param rows of one recipient, oldest first */
export function nextBatch(rows: readonly OutboxRow[], facts: BatchFacts, now: EpochMs): Batch {
  const single = rows.find((row) => !GROUPED[row.event.kind]);
  if (single) return { kind: 'send', rows: [single] };

  const { due, held } = splitByMute(rows, facts, now);
  const first = due[0];
  const last = due.at(-1);
  const muteEnds = held.reduce((soonest, until) => Math.min(soonest, until), Number.POSITIVE_INFINITY);
  if (!first || !last) {
    return muteEnds === Number.POSITIVE_INFINITY ? { kind: 'idle' } : { kind: 'wait', until: muteEnds };
  }
  const named = new Set(due.map((row) => serverOf(row.event)).filter((server) => server !== undefined));
  if (!facts.watchesOthers(named)) return { kind: 'send', rows: due };
  const flushAt = Math.min(last.writtenAt + QUIET, first.writtenAt + LONGEST_WAIT);
  return flushAt <= now ? { kind: 'send', rows: due } : { kind: 'wait', until: Math.min(flushAt, muteEnds) };
}

/** A muted server's rows are held, except the recovery of an outage that the recipient was told. */
function splitByMute(
  rows: readonly OutboxRow[],
  { mutedUntil }: BatchFacts,
  now: EpochMs,
): { due: OutboxRow[]; held: EpochMs[] } {
  const due: OutboxRow[] = [];
  const held: EpochMs[] = [];
  const untold = new Set<ServerName>();
  for (const row of rows) {
    const server = serverOf(row.event);
    const until = server === undefined ? undefined : mutedUntil(server);
    if (server === undefined || until === undefined || until <= now) {
      due.push(row);
    } else if (row.event.kind === 'server-up' && !untold.has(server)) {
      due.push(row);
    } else {
      untold.add(server);
      held.push(until);
    }
  }
  return { due, held };
}

function serverOf(event: Event): ServerName | undefined {
  return 'server' in event ? event.server : undefined;
}
