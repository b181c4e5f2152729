/**
 * Writes down who must be told what, together with the change that is the reason, and hands it to the dispatcher.
 * Keeps what people decided about alerts: mutes and acknowledgements. Sends nothing itself.
 */
import type { Availability, Transition } from '../domain/availability.ts';
import type { Event, EventOf, Occupancy, Person } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import { type Recipient, sameRecipient } from '../domain/outbox.ts';
import { isReminderDue } from '../domain/reminder.ts';
import type { Clock } from '../lib/clock.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';
import type { Change, Mute, OutageNotes, Store } from '../storage/store.ts';

export type AlertStore = Pick<Store, 'commit' | 'outageNotes' | 'mutes'>;

export interface AlertsDependencies {
  readonly store: AlertStore;
  readonly clock: Clock;
  readonly recipients: readonly Recipient[];
  /** Where the rows of a change go once they are committed. */
  readonly outbox: { add(rows: Awaited<ReturnType<Store['commit']>>): void; lookAgain(): void };
}

export class Alerts {
  readonly #deps: AlertsDependencies;
  readonly #outages = new Map<ServerName, OutageNotes>();
  #mutes: Mute[] = [];
  /** Recipients whose refusal the others know already. */
  readonly #refused = new Set<string>();

  constructor(deps: AlertsDependencies) {
    this.#deps = deps;
  }

  /** Reads what an earlier run of the program knew. */
  async load(): Promise<void> {
    for (const outage of await this.#deps.store.outageNotes()) this.#outages.set(outage.server, outage);
    this.#mutes = [...(await this.#deps.store.mutes())];
  }

  /** A server's status has changed; with a transition there is something to tell. */
  async serverChanged(
    server: ServerName,
    after: Availability,
    transition: Transition | undefined,
    occupancy: Occupancy | undefined,
  ): Promise<void> {
    const availability = { server, value: after };
    const now = this.#deps.clock.now();
    if (transition?.kind === 'went-down') {
      const { at, failure, firstSeen } = transition;
      const event: Event = {
        kind: 'server-down',
        server,
        at,
        failure,
        firstSeen,
        ...(occupancy && { occupancy }),
      };
      await this.#commit({ availability, outage: this.#note(server, now, undefined) }, event);
    } else if (transition) {
      const { at, downSince } = transition;
      const event: Event = { kind: 'server-up', server, at, downSince };
      await this.#commit({ availability, outage: this.#note(server, undefined, undefined) }, event);
    } else {
      await this.#commit({ availability, outage: this.#note(server, undefined, undefined) });
    }
  }

  /** Called while a server stays down; tells it again when that is due. */
  async stillDown(
    server: ServerName,
    availability: Availability,
    every: DurationMs | undefined,
  ): Promise<void> {
    const { failure, since } = availability;
    const notes = this.#outages.get(server);
    const now = this.#deps.clock.now();
    const facts = { lastTold: notes?.lastTold, acknowledged: notes?.acknowledgedBy !== undefined };
    if (!failure || !isReminderDue(facts, every, now)) return;
    await this.#commit(
      { outage: this.#note(server, now, undefined) },
      { kind: 'server-still-down', server, at: now, downSince: since, failure },
    );
  }

  /** Somebody stopped a conference: kept, and told to the others. */
  async conferenceStopped(event: EventOf<'conference-stopped'>): Promise<void> {
    await this.#commit({ audit: event }, event, others(event.by));
  }

  /** Somebody switched monitoring: kept, and told to the others. An outage is nobody's any more. */
  async monitoringSwitched(event: EventOf<'monitoring-switched'>, availability: Availability): Promise<void> {
    const { server, on, by } = event;
    const change: Change = {
      availability: { server, value: availability },
      monitored: { server, on },
      outage: this.#note(server, undefined, undefined),
      audit: event,
    };
    await this.#commit(change, event, others(by));
  }

  /** @returns false when the server is not down, so that there is nothing to take care of */
  async acknowledge(server: ServerName, by: Person): Promise<boolean> {
    const lastTold = this.#outages.get(server)?.lastTold;
    if (lastTold === undefined) return false;
    const at = this.#deps.clock.now();
    await this.#commit(
      { outage: this.#note(server, lastTold, by.name) },
      { kind: 'outage-acknowledged', server, at, by },
      others(by),
    );
    return true;
  }

  acknowledgedBy(server: ServerName): string | undefined {
    return this.#outages.get(server)?.acknowledgedBy;
  }

  /** @param until not after now: ends the mute */
  async mute(server: ServerName, recipient: Recipient, until: EpochMs): Promise<void> {
    const mute: Mute = { server, recipient, until };
    await this.#deps.store.commit({ mute });
    this.#mutes = this.#mutes.filter((other) => other !== this.#muteOf(recipient, server));
    this.#mutes.push(mute);
    this.#deps.outbox.lookAgain();
  }

  /** `undefined`: not muted now. */
  mutedUntil(recipient: Recipient, server: ServerName): EpochMs | undefined {
    const end = this.muteEnd(recipient, server);
    return end !== undefined && end > this.#deps.clock.now() ? end : undefined;
  }

  /** Of the present mute or of the last one. */
  muteEnd(recipient: Recipient, server: ServerName): EpochMs | undefined {
    return this.#muteOf(recipient, server)?.until;
  }

  #muteOf(recipient: Recipient, server: ServerName): Mute | undefined {
    return this.#mutes.find((one) => one.server === server && sameRecipient(one.recipient, recipient));
  }

  /** Messages to a recipient are refused for good: the others are told, once. */
  async refused(event: EventOf<'recipient-refused'>, recipient: Recipient): Promise<void> {
    const key = JSON.stringify(recipient);
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    await this.#commit({}, event, (other) => !this.#refused.has(JSON.stringify(other)));
  }

  /** A message got through: should they be refused again, that is news again. */
  reached(recipient: Recipient): void {
    this.#refused.delete(JSON.stringify(recipient));
  }

  #note(server: ServerName, lastTold: EpochMs | undefined, acknowledgedBy: string | undefined): OutageNotes {
    const notes: OutageNotes = { server, lastTold, acknowledgedBy };
    this.#outages.set(server, notes);
    return notes;
  }

  async #commit(
    change: Change,
    event?: Event,
    toWhom: (recipient: Recipient) => boolean = () => true,
  ): Promise<void> {
    const writtenAt = this.#deps.clock.now();
    const recipients = event ? this.#deps.recipients.filter(toWhom) : [];
    const outbox = event ? recipients.map((recipient) => ({ recipient, event, writtenAt })) : [];
    const rows = await this.#deps.store.commit({ ...change, outbox });
    this.#deps.outbox.add(rows);
  }
}

function others(by: Person): (recipient: Recipient) => boolean {
  return ({ address }) => address !== String(by.id);
}
