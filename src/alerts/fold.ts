/**
 * What several rows about availability come to, server by server: a down and an up that were both still untold are
 * one past outage, and what an unstable server did is told by that word alone. Pure.
 */
import type { EventOf } from '../domain/events.ts';
import { type ServerName, sortByName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';

/** Reminders that a newer one makes obsolete. @param rows of one recipient, oldest first */
export function obsoleteReminders(rows: readonly OutboxRow[]): OutboxRow[] {
  const newer = new Set<string>();
  return rows.toReversed().filter(({ event }) => {
    if (event.kind !== 'server-still-down' && event.kind !== 'bot-still-blind') return false;
    const key = event.kind === 'server-still-down' ? `server ${event.server}` : 'bot';
    const isObsolete = newer.has(key);
    newer.add(key);
    return isObsolete;
  });
}

export interface PastOutage {
  readonly server: ServerName;
  readonly down: EventOf<'server-down'>;
  readonly up: EventOf<'server-up'>;
}

/** What is true now by name, what is past in the order in which it happened. */
export interface Folded {
  readonly down: readonly EventOf<'server-down'>[];
  readonly stillDown: readonly EventOf<'server-still-down'>[];
  readonly unstable: readonly EventOf<'server-unstable'>[];
  readonly steady: readonly EventOf<'server-steady'>[];
  readonly up: readonly EventOf<'server-up'>[];
  readonly past: readonly PastOutage[];
}

/** @param rows oldest first */
export function fold(rows: readonly OutboxRow[]): Folded {
  const down = new Map<ServerName, EventOf<'server-down'>>();
  const stillDown = new Map<ServerName, EventOf<'server-still-down'>>();
  const unstable = new Map<ServerName, EventOf<'server-unstable'>>();
  const steady = new Map<ServerName, EventOf<'server-steady'>>();
  const up = new Map<ServerName, EventOf<'server-up'>>();
  let past: PastOutage[] = [];

  for (const { event } of rows) {
    switch (event.kind) {
      case 'server-down':
        // What came before is history that the newer word tells better. Unstable it is no more: then it were not told.
        for (const told of [stillDown, unstable, steady]) told.delete(event.server);
        down.set(event.server, event);
        break;
      case 'server-still-down':
        // While the outage itself is still untold there is nothing to be reminded of.
        if (!down.has(event.server) && !steady.has(event.server)) stillDown.set(event.server, event);
        break;
      case 'server-up': {
        // Whatever said that it stays down.
        for (const told of [stillDown, steady]) told.delete(event.server);
        const untold = down.get(event.server);
        if (untold) {
          down.delete(event.server);
          past.push({ server: event.server, down: untold, up: event });
        } else {
          up.set(event.server, event);
        }
        break;
      }
      case 'server-unstable':
      case 'server-steady':
        for (const told of [down, stillDown, up, unstable, steady]) told.delete(event.server);
        past = past.filter(({ server }) => server !== event.server);
        if (event.kind === 'server-unstable') unstable.set(event.server, event);
        else steady.set(event.server, event);
        break;
    }
  }
  return {
    down: byName(down),
    stillDown: byName(stillDown),
    unstable: byName(unstable),
    steady: byName(steady),
    up: byName(up),
    past: past.sort((a, b) => a.down.at - b.down.at),
  };
}

function byName<T>(told: ReadonlyMap<ServerName, T>): T[] {
  return sortByName([...told], ([server]) => server).map(([, event]) => event);
}

export interface FoldedSight {
  /** It is cut off, which is yet to be told. */
  readonly blind: EventOf<'bot-blind'> | undefined;
  /** It still is, which was told before. */
  readonly stillBlind: EventOf<'bot-still-blind'> | undefined;
  /** It sees again after it was told to be cut off. */
  readonly seesAgain: EventOf<'bot-sees-again'> | undefined;
  /** What began and ended untold. */
  readonly past: readonly {
    readonly blind: EventOf<'bot-blind'>;
    readonly seesAgain: EventOf<'bot-sees-again'>;
  }[];
}

/** @param rows oldest first */
export function foldSight(rows: readonly OutboxRow[]): FoldedSight {
  let blind: FoldedSight['blind'];
  let stillBlind: FoldedSight['stillBlind'];
  let seesAgain: FoldedSight['seesAgain'];
  const past: FoldedSight['past'][number][] = [];
  for (const { event } of rows) {
    if (event.kind === 'bot-blind') {
      blind = event;
    } else if (event.kind === 'bot-still-blind') {
      // While it is untold there is nothing to be reminded of.
      if (!blind) stillBlind = event;
    } else if (event.kind === 'bot-sees-again') {
      if (blind) past.push({ blind, seesAgain: event });
      else seesAgain = event;
      blind = undefined;
      stillBlind = undefined;
    }
  }
  return { blind, stillBlind, seesAgain, past };
}
