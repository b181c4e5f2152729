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

/** What an event waits for, and goes out with. */
type Company =
  /** Availability of other servers. */
  | 'servers'
  /** Stops by the same person on the same server: whoever stops forty conferences at once does one thing. */
  | 'stops'
  /** Nothing. */
  | 'none';

const COMPANY: Record<EventKind, Company> = {
  'server-down': 'servers',
  'server-up': 'servers',
  'server-still-down': 'servers',
  'conference-stopped': 'stops',
  'outage-acknowledged': 'none',
  'monitoring-switched': 'none',
  'recipient-refused': 'none',
};

export interface BatchFacts {
  /** For that recipient; not after `now`: the mute is over; `undefined`: there was none. */
  mutedUntil(server: ServerName): EpochMs | undefined;
  /** Whether a server other than these is watched, so that it might still join them. */
  watchesOthers(servers: ReadonlySet<ServerName>): boolean;
}

/** @param rows of one recipient, oldest first */
export function nextBatch(rows: readonly OutboxRow[], facts: BatchFacts, now: EpochMs): Batch {
  const { due, held } = splitByMute(rows, facts, now);
  const groups = groupByCompany(due).map((group) => ({ group, flushAt: flushAt(group, facts, now) }));
  const soonest = Math.min(...groups.map((one) => one.flushAt), ...held);
  const [oldest] = groups;
  // As soon as one may go, the oldest goes: "Anna is on it" must not overtake the outage it is about.
  if (oldest && groups.some((one) => one.flushAt <= now)) {
    const { group } = oldest;
    return {
      kind: 'send',
      rows: group,
      dueSince: Math.max(...group.map((row) => dueSince(row, facts, now))),
    };
  }
  return soonest === Number.POSITIVE_INFINITY ? { kind: 'idle' } : { kind: 'wait', until: soonest };
}

/** In the order of their first rows. */
function groupByCompany(rows: readonly OutboxRow[]): OutboxRow[][] {
  const groups = new Map<string, OutboxRow[]>();
  for (const row of rows) {
    const key = companyKey(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

function companyKey({ id, event }: OutboxRow): string {
  const company = COMPANY[event.kind];
  if (company === 'servers') return company;
  return event.kind === 'conference-stopped' ? `${event.by.id} ${event.server}` : `alone ${id}`;
}

/** When a group waits for company no longer. */
function flushAt(group: readonly OutboxRow[], facts: BatchFacts, now: EpochMs): EpochMs {
  const [first] = group;
  const last = group.at(-1);
  if (!first || !last || COMPANY[first.event.kind] === 'none') return now;
  const servers = new Set(
    group.map((row) => availabilityOf(row.event)).filter((server) => server !== undefined),
  );
  if (COMPANY[first.event.kind] === 'servers' && !facts.watchesOthers(servers)) return now;
  // Written in the future: the machine's clock was set back meanwhile, which must not put off an alarm.
  if (last.writtenAt > now) return now;
  return Math.min(last.writtenAt + QUIET, first.writtenAt + LONGEST_WAIT);
}

function dueSince({ event, writtenAt }: OutboxRow, { mutedUntil }: BatchFacts, now: EpochMs): EpochMs {
  const server = availabilityOf(event);
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
    const server = availabilityOf(row.event);
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

/** The server whose availability an event is about: only that is muted and waits for other servers. */
function availabilityOf(event: Event): ServerName | undefined {
  return COMPANY[event.kind] === 'servers' && 'server' in event ? event.server : undefined;
}
