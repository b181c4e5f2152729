/**
 * What several rows about availability come to, server by server: a down and an up that were both still untold are
 * one past outage. Pure.
 */
import type { EventOf } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import type { OutboxRow } from '../domain/outbox.ts';

export interface PastOutage {
  readonly server: ServerName;
  readonly down: EventOf<'server-down'>;
  readonly up: EventOf<'server-up'>;
}

export interface Folded {
  readonly down: readonly EventOf<'server-down'>[];
  readonly stillDown: readonly EventOf<'server-still-down'>[];
  readonly up: readonly EventOf<'server-up'>[];
  readonly past: readonly PastOutage[];
}

/** @param rows oldest first */
export function fold(rows: readonly OutboxRow[]): Folded {
  const down = new Map<ServerName, EventOf<'server-down'>>();
  const stillDown = new Map<ServerName, EventOf<'server-still-down'>>();
  const up = new Map<ServerName, EventOf<'server-up'>>();
  const past: PastOutage[] = [];

  for (const { event } of rows) {
    if (event.kind === 'server-down') {
      down.set(event.server, event);
    } else if (event.kind === 'server-still-down') {
      // While the outage itself is still untold there is nothing to be reminded of.
      if (!down.has(event.server)) stillDown.set(event.server, event);
    } else if (event.kind === 'server-up') {
      stillDown.delete(event.server);
      const untold = down.get(event.server);
      if (untold) {
        down.delete(event.server);
        past.push({ server: event.server, down: untold, up: event });
      } else {
        up.set(event.server, event);
      }
    }
  }
  return { down: [...down.values()], stillDown: [...stillDown.values()], up: [...up.values()], past };
}
