/** Which waiting rows make the next message to one recipient, and when. Pure: rows and the time in, a decision out. */
import type { Event, EventKind } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';

/** A change waits this long for company… */
export const QUIET: DurationMs = 1 * SECOND;
/** …and this long at most while more keep coming. */
export const LONGEST_WAIT: DurationMs = 3 * SECOND;

/** Certificates are looked at over three minutes, and nothing about them is urgent. */
export const CERTIFICATE_QUIET: DurationMs = 3 * MINUTE;
export const CERTIFICATE_WAIT: DurationMs = 10 * MINUTE;

export type Batch =
  | {
      readonly kind: 'send';
      readonly rows: readonly OutboxRow[];
      /** Since when the oldest of them could go out: it was written, or its quiet ended. */
      readonly dueSince: EpochMs;
      /** They were held back by a mute or by maintenance. */
      readonly wasHeld: boolean;
    }
  | { readonly kind: 'wait'; readonly until: EpochMs }
  | { readonly kind: 'idle' };

/** What an event goes out with. */
type Company =
  /** Availability of other servers. */
  | 'servers'
  /** Ends of certificates: one that is for many servers ends on all of them. */
  | 'certificates'
  /** Stops by the same person on the same server: whoever stops forty conferences at once does one thing. */
  | 'stops'
  /** Its like, when they wait together: the newer word makes the older one obsolete. */
  | 'sight'
  | 'storage'
  | 'settings'
  /** Nothing. */
  | 'none';

const COMPANY: Record<EventKind, Company> = {
  'server-down': 'servers',
  'server-up': 'servers',
  'server-still-down': 'servers',
  'server-unstable': 'servers',
  'server-steady': 'servers',
  'certificate-ending': 'certificates',
  'conference-stopped': 'stops',
  'bot-blind': 'sight',
  'bot-still-blind': 'sight',
  'bot-sees-again': 'sight',
  'storage-trouble': 'storage',
  'storage-mended': 'storage',
  'settings-broken': 'settings',
  'settings-mended': 'settings',
  'outage-acknowledged': 'none',
  'monitoring-switched': 'none',
  'recipient-refused': 'none',
};

/** How long each waits for company; what is not named here waits for none. */
const WAITS: Partial<Record<Company, { readonly quiet: DurationMs; readonly longest: DurationMs }>> = {
  servers: { quiet: QUIET, longest: LONGEST_WAIT },
  stops: { quiet: QUIET, longest: LONGEST_WAIT },
  certificates: { quiet: CERTIFICATE_QUIET, longest: CERTIFICATE_WAIT },
};

export interface BatchFacts {
  /**
   * Until when nothing is told there of what was written about the server then: it is muted, or was in maintenance.
   * Not after `now`: that is over; `undefined`: it never was.
   */
  quietUntil(server: ServerName, writtenAt: EpochMs): EpochMs | undefined;
  /** Whether a server other than these is watched, so that it might still join them. */
  watchesOthers(servers: ReadonlySet<ServerName>): boolean;
}

/** A row with what the facts say about it. */
interface Judged {
  readonly row: OutboxRow;
  /** The server whose availability it is about: only that is muted and waits for other servers. */
  readonly server: ServerName | undefined;
  readonly quietUntil: EpochMs | undefined;
}

/** @param rows of one recipient, oldest first */
export function nextBatch(rows: readonly OutboxRow[], facts: BatchFacts, now: EpochMs): Batch {
  const { due, held } = splitByQuiet(
    rows.map((row): Judged => {
      const server = availabilityOf(row.event);
      const quietUntil = server === undefined ? undefined : facts.quietUntil(server, row.writtenAt);
      return { row, server, quietUntil };
    }),
    now,
  );
  const groups = groupByCompany(due, now).map((group) => ({ group, flushAt: flushAt(group, facts, now) }));
  const soonest = Math.min(...groups.map((one) => one.flushAt), ...held);
  const [oldest] = groups;
  // As soon as one may go, the oldest goes: "Anna is on it" must not overtake the outage it is about.
  if (oldest && groups.some((one) => one.flushAt <= now)) {
    const { group } = oldest;
    return {
      kind: 'send',
      rows: group.map(({ row }) => row),
      dueSince: dueSince(group, now),
      wasHeld: group.some((one) => wasHeld(one, now)),
    };
  }
  return soonest === Number.POSITIVE_INFINITY ? { kind: 'idle' } : { kind: 'wait', until: soonest };
}

/** In the order of their first rows. */
function groupByCompany(due: readonly Judged[], now: EpochMs): Judged[][] {
  // What was held makes a message of its own: news about another server must not hide among old things.
  const released = new Set(due.filter((one) => wasHeld(one, now)).map(({ server }) => server));
  const groups = new Map<string, Judged[]>();
  for (const one of due) {
    const key = one.server !== undefined && released.has(one.server) ? 'held' : companyKey(one.row);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}

function companyKey({ id, event }: OutboxRow): string {
  const company = COMPANY[event.kind];
  if (event.kind === 'conference-stopped') return `${company} ${event.by.id} ${event.server}`;
  return company === 'none' ? `alone ${id}` : company;
}

/** When a group waits for company no longer. */
function flushAt(group: readonly Judged[], facts: BatchFacts, now: EpochMs): EpochMs {
  const [first] = group;
  const waits = first && WAITS[COMPANY[first.row.event.kind]];
  if (!waits) return now;
  const servers = new Set(group.map(({ server }) => server).filter((server) => server !== undefined));
  if (servers.size > 0 && !facts.watchesOthers(servers)) return now;
  const written = group.map(({ row }) => row.writtenAt);
  const newest = Math.max(...written);
  // Written in the future: the machine's clock was set back meanwhile, which must not put off an alarm.
  if (newest > now) return now;
  return Math.min(newest + waits.quiet, Math.min(...written) + waits.longest);
}

/** A mute or maintenance kept it back, and is over. */
function wasHeld({ row, quietUntil }: Judged, now: EpochMs): boolean {
  return quietUntil !== undefined && quietUntil <= now && quietUntil > row.writtenAt;
}

/** Of the oldest: a row that has waited for long must not look fresh because a new one goes with it. */
function dueSince(group: readonly Judged[], now: EpochMs): EpochMs {
  const [first] = group;
  const isCertificate = first?.row.event.kind === 'certificate-ending';
  const dates = group.flatMap(({ row, quietUntil = row.writtenAt }) => {
    // While it is quiet, what only goes along with a recovery could not have gone out before that.
    if (quietUntil > now && !isRecovery(row.event)) return [];
    return quietUntil > now ? row.writtenAt : Math.max(row.writtenAt, quietUntil);
  });
  return Math.min(...dates, now) + (isCertificate ? CERTIFICATE_WAIT : 0);
}

/** A quiet server's rows are held, except the recovery of an outage that the recipient was told. */
function splitByQuiet(rows: readonly Judged[], now: EpochMs): { due: Judged[]; held: EpochMs[] } {
  const due: Judged[] = [];
  const held: EpochMs[] = [];
  const isQuiet = ({ quietUntil = 0 }: Judged) => quietUntil > now;
  const recoveries = recoveriesOfTold(rows, isQuiet);
  for (const one of rows) {
    const { row, server, quietUntil = now } = one;
    // What came before the recovery, e.g. a reminder, goes with it: it is over too.
    const isReleased = server !== undefined && row.id <= (recoveries.get(server) ?? 0);
    if (isQuiet(one) && !isReleased) held.push(quietUntil);
    else due.push(one);
  }
  return { due, held };
}

/** By server the row that says it is up again, unless the outage itself is held, too. */
function recoveriesOfTold(
  rows: readonly Judged[],
  isQuiet: (row: Judged) => boolean,
): ReadonlyMap<ServerName, number> {
  const untold = new Set<ServerName>();
  const recoveries = new Map<ServerName, number>();
  for (const one of rows) {
    const { row, server } = one;
    if (server === undefined) continue;
    // One that waits only for its message is told together with its end.
    if (isFall(row.event) && isQuiet(one)) untold.add(server);
    if (isRecovery(row.event) && !untold.has(server)) recoveries.set(server, row.id);
  }
  return recoveries;
}

function isFall(event: Event): boolean {
  return event.kind === 'server-down' || (event.kind === 'server-unstable' && event.failure !== undefined);
}

function isRecovery(event: Event): boolean {
  return event.kind === 'server-up' || (event.kind === 'server-steady' && event.status === 'up');
}

function availabilityOf(event: Event): ServerName | undefined {
  return COMPANY[event.kind] === 'servers' && 'server' in event ? event.server : undefined;
}
