/**
 * Writes down who must be told what, together with the change that is the reason, and hands it to the dispatcher.
 * Keeps what people decided about alerts: mutes and acknowledgements. Sends nothing itself.
 */
import { type Availability, type Transition, unknownSince } from '../domain/availability.ts';
import { type CertificateNotes, decideNotice } from '../domain/certificate.ts';
import type { Event, EventOf, Occupancy, Person, ServerChange } from '../domain/events.ts';
import type { Period } from '../domain/history.ts';
import type { ServerName } from '../domain/names.ts';
import { type OutboxRow, type Recipient, sameRecipient } from '../domain/outbox.ts';
import { isReminderDue } from '../domain/reminder.ts';
import { isSteadyAgain, noteChange, noteGap, STABLE, type Stability } from '../domain/stability.ts';
import type { Clock } from '../lib/clock.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';
import type { Change, Mute, OutageNotes, SettledRow, Store } from '../storage/store.ts';
import type { Moves } from './moves.ts';

export type AlertStore = Pick<
  Store,
  | 'commit'
  | 'outbox'
  | 'settled'
  | 'availabilities'
  | 'switches'
  | 'outageNotes'
  | 'mutes'
  | 'stabilities'
  | 'certificates'
  | 'periods'
>;

export interface AlertsDependencies {
  readonly store: AlertStore;
  readonly clock: Clock;
  readonly moves: Moves;
  /** Everybody who gets alerts; those who may use the bot among them. */
  recipients(): readonly Recipient[];
  /** Those who may use the bot: what is wrong with the bot itself is for them alone. */
  administrators(): readonly Recipient[];
  /** When the maintenance ends that is planned for that moment; `undefined`: none is. */
  maintenanceEnd(server: ServerName, at: EpochMs): EpochMs | undefined;
  /** Where the rows of a change go once they are committed. */
  readonly outbox: { add(rows: Awaited<ReturnType<Store['commit']>>): void; lookAgain(): void };
}

/** Among so many rows stands what an earlier run of the program has told last: that it is cut off, or to whom in vain. */
const LAST_WORDS = 500;

interface Hidden {
  readonly from: EpochMs;
  /** It has been seen since, though the bot is still cut off from most. */
  seenAt: EpochMs | undefined;
}

export class Alerts {
  readonly #deps: AlertsDependencies;
  readonly #outages = new Map<ServerName, OutageNotes>();
  /** Of those that have changed lately. */
  readonly #stabilities = new Map<ServerName, Stability>();
  readonly #certificates = new Map<ServerName, CertificateNotes>();
  /** Those about which nothing is known, or was known for a time, since the bot was cut off. */
  readonly #hidden = new Map<ServerName, Hidden>();
  /** When that was last told; `undefined`: not in this run of the program. */
  #blindToldAt: EpochMs | undefined;
  readonly #mutes = new Map<ServerName, readonly Mute[]>();
  /** Recipients whose refusal the others know already. */
  readonly #refused = new Set<string>();
  /** When who was last told that a server is down, or, `undefined`, the bot cut off. */
  readonly #heard = new Map<ServerName | undefined, Map<string, EpochMs>>();
  /** See `announcedBlindness`. */
  #announcedBlindness: EpochMs | undefined;

  constructor(deps: AlertsDependencies) {
    this.#deps = deps;
  }

  /** Reads what an earlier run of the program knew. */
  async load(): Promise<void> {
    const { store } = this.#deps;
    for (const outage of await store.outageNotes()) this.#outages.set(outage.server, outage);
    for (const [server, stability] of await store.stabilities()) {
      this.#stabilities.set(server, noteGap(stability, this.#deps.clock.now()));
    }
    for (const notes of await store.certificates()) this.#certificates.set(notes.server, notes);
    for (const mute of await store.mutes()) this.#keepMute(mute);
    const settled = await store.settled(LAST_WORDS);
    for (const recipient of lastRefused(settled)) this.#refused.add(this.#keyOf(recipient));
    this.#announcedBlindness = lastBlindness([...settled, ...(await store.outbox())]);
  }

  /** Servers that were taken out of the settings while the bot was off. @param watched those that are in them */
  async forgetOthers(watched: ReadonlySet<ServerName>): Promise<void> {
    const { store, clock } = this.#deps;
    const believed = await store.availabilities();
    const switched = (await store.switches()).keys();
    const noted = [this.#outages, this.#stabilities, this.#certificates].flatMap((notes) => [
      ...notes.keys(),
    ]);
    const known = new Set([...believed.keys(), ...switched, ...noted]);
    for (const server of known) {
      if (watched.has(server)) continue;
      await this.mend(server, believed.get(server), false);
      await this.forget(server, unknownSince(clock.now()));
    }
  }

  /** A server's status has changed; with a transition there is something to tell. */
  async serverChanged(change: ServerChange): Promise<void> {
    const { server, before, after, transition } = change;
    const availability = { server, value: after };
    const hidden = this.#hidden.get(server);
    if (hidden) hidden.seenAt ??= after.since;
    const unsteady = this.#stabilities.get(server) ?? STABLE;
    if (!transition) {
      const value = noteGap(unsteady, after.since);
      await this.#commit({
        availability,
        periods: endOfDowntime(server, before, after.since),
        ...(value !== unsteady && { stability: { server, value } }),
        outage: noOutage(server),
      });
      return;
    }
    const { at } = transition;
    const { after: stability, outcome } = noteChange(unsteady, at);
    const isDown = transition.kind === 'went-down';
    const periods: Period[] = isDown
      ? [{ server, kind: 'down', from: at, to: undefined, trouble: transition.failure.trouble }]
      : endOfDowntime(server, before, at, change.unseen);
    const lastTold = isDown && outcome === 'stable' ? change.foundAt : undefined;
    await this.#commit(
      {
        availability,
        periods,
        stability: { server, value: stability },
        outage: { server, lastTold, acknowledgedBy: undefined },
      },
      outcome === 'stable'
        ? changeEvent(change, transition)
        : outcome === 'became-unstable'
          ? unstableEvent(change, transition, stability)
          : undefined,
      { writtenAt: change.foundAt },
    );
  }

  /** A probe has confirmed what is believed: an unstable server may be steady again, an outage told anew. */
  unchanged(
    server: ServerName,
    availability: Availability,
    occupancy: Occupancy | undefined,
    remindEvery: DurationMs | undefined,
  ): Promise<void> | undefined {
    const stability = this.#stabilities.get(server);
    if (stability?.unstableSince !== undefined) {
      return this.#maybeSteady(server, availability, stability, occupancy);
    }
    return availability.failure ? this.#maybeRemind(server, availability, remindEvery) : undefined;
  }

  async #maybeSteady(
    server: ServerName,
    { status, since, failure }: Availability,
    stability: Stability,
    occupancy: Occupancy | undefined,
  ): Promise<void> {
    const { unstableSince } = stability;
    const at = this.#deps.clock.now();
    if (unstableSince === undefined || status === 'unknown' || !isSteadyAgain(stability, at)) return;
    await this.#commit(
      {
        stability: { server, value: STABLE },
        outage: { server, lastTold: status === 'down' ? at : undefined, acknowledgedBy: undefined },
      },
      {
        ...{ kind: 'server-steady', server, at, unstableSince, status, since },
        ...(failure && { failure, ...(occupancy && { occupancy }) }),
      },
    );
  }

  async #maybeRemind(
    server: ServerName,
    { failure, since }: Availability,
    every: DurationMs | undefined,
  ): Promise<void> {
    const notes = this.#outages.get(server);
    const now = this.#deps.clock.now();
    const facts = { lastTold: notes?.lastTold, acknowledged: notes?.acknowledgedBy !== undefined };
    if (!failure || every === undefined || !isReminderDue(facts, every, now)) return;
    await this.#commit(
      { outage: { server, lastTold: now, acknowledgedBy: undefined } },
      { kind: 'server-still-down', server, at: now, downSince: since, failure },
      { toWhom: this.#toRemind(server, every) },
    );
  }

  /** Nothing is known about the server any more, or still nothing, because the bot itself is cut off. */
  async hidden(server: ServerName, value: Availability): Promise<void> {
    const before = this.#hidden.get(server);
    if (before && before.seenAt === undefined) return;
    const ended = before ? [blindPeriod(server, before.from, before.seenAt)] : [];
    const periods = [...ended, blindPeriod(server, value.since)];
    // At once: the bot may see again while this is being written, which ends the period.
    const undo = setIn(this.#hidden, server, { from: value.since, seenAt: undefined });
    try {
      await this.#commit({ availability: { server, value }, periods });
    } catch (error) {
      undo();
      throw error;
    }
  }

  async blind(event: EventOf<'bot-blind'>): Promise<void> {
    await this.#commit({}, event);
    this.#blindToldAt = this.#deps.clock.now();
  }

  /** A look has confirmed it. @param remindEvery as for an outage; infinite: no reminders */
  async stillBlind(event: EventOf<'bot-still-blind'>, remindEvery: DurationMs): Promise<void> {
    // An earlier run of the program has told it in the same rhythm.
    this.#blindToldAt ??= event.at - ((event.at - event.since) % remindEvery);
    const facts = { lastTold: this.#blindToldAt, acknowledged: false };
    if (!isReminderDue(facts, remindEvery, event.at)) return;
    await this.#commit({}, event, { toWhom: this.#toRemind(undefined, remindEvery) });
    this.#blindToldAt = event.at;
  }

  async seesAgain(event: EventOf<'bot-sees-again'>): Promise<void> {
    const ended = [...this.#hidden];
    const periods = ended.flatMap(([server]) => this.#endOfBlindness(server, event.at));
    // At once: who is hidden anew while this is being written is hidden until the next time.
    this.#hidden.clear();
    for (const [server, stability] of this.#stabilities) {
      this.#stabilities.set(server, noteGap(stability, event.at));
    }
    try {
      await this.#commit({ periods }, event);
    } catch (error) {
      for (const [server, hidden] of ended) if (!this.#hidden.has(server)) this.#hidden.set(server, hidden);
      throw error;
    }
    this.#blindToldAt = undefined;
    this.#heard.delete(undefined);
  }

  /** The end of a server's certificate was read; tells it when it is near. */
  async certificateSeen(server: ServerName, endsAt: EpochMs): Promise<void> {
    const at = this.#deps.clock.now();
    const before = this.#certificates.get(server);
    const { notice, notes } = decideNotice(before, { server, endsAt }, at);
    if (before?.endsAt === endsAt && before.toldDays === notes.toldDays) return;
    await this.#commit(
      { certificate: notes },
      notice === undefined ? undefined : { kind: 'certificate-ending', server, at, endsAt },
    );
  }

  /** What is wrong with the bot itself, or no longer. */
  async ownTrouble(
    event: EventOf<'storage-trouble' | 'storage-mended' | 'settings-broken' | 'settings-mended'>,
  ): Promise<void> {
    const administrators = this.#deps.administrators();
    const toWhom = (recipient: Recipient) => administrators.some((one) => sameRecipient(one, recipient));
    await this.#commit({}, event, { toWhom });
  }

  /**
   * Since when the bot was cut off at the start, as far as that is the last word about it: an earlier run of the program may have
   * ended before it had written down which servers it does not see. Otherwise nobody would hear of the end, or all of
   * the beginning again.
   */
  get announcedBlindness(): EpochMs | undefined {
    return this.#announcedBlindness;
  }

  /**
   * Ends the periods in whose middle an earlier run of the program has ended, where they are known to have ended, or
   * now when the server is not watched any more.
   * @param believed `undefined`: nothing is known about it
   * @returns since when the bot was cut off from it, if it was told so and not yet that this is over
   */
  async mend(
    server: ServerName,
    believed: Availability | undefined,
    monitored: boolean,
  ): Promise<EpochMs | undefined> {
    const now = this.#deps.clock.now();
    const open = (await this.#deps.store.periods(server, now)).filter(({ to }) => to === undefined);
    const lasts = ({ kind, from }: Period) =>
      believed?.since === from && believed.status === (kind === 'down' ? 'down' : 'unknown');
    const endOf = (period: Period) => Math.max(period.from, lasts(period) ? now : (believed?.since ?? 0));
    const periods = open
      .filter((period) => !(monitored && lasts(period)))
      .map((period) => ({ ...period, to: endOf(period) }));
    if (periods.length > 0) await this.#commit({ periods });
    const blind = open.find(({ kind }) => kind === 'blind');
    if (!blind || !monitored) return undefined;
    if (lasts(blind)) this.#hidden.set(server, { from: blind.from, seenAt: undefined });
    return blind.from;
  }

  /** The server is no longer in the settings. Should it come back, it is new, but has its past and its mutes. */
  async forget(server: ServerName, before: Availability): Promise<void> {
    const periods = this.#endOfPeriods(server, before, this.#deps.clock.now());
    await this.#commit({ periods, forgotten: server });
    for (const notes of [this.#hidden, this.#outages, this.#stabilities, this.#certificates, this.#heard]) {
      notes.delete(server);
    }
  }

  #endOfPeriods(server: ServerName, before: Availability, to: EpochMs): Period[] {
    return [...endOfDowntime(server, before, to), ...this.#endOfBlindness(server, to)];
  }

  #endOfBlindness(server: ServerName, to: EpochMs): Period[] {
    const hidden = this.#hidden.get(server);
    return hidden ? [blindPeriod(server, hidden.from, hidden.seenAt ?? to)] : [];
  }

  /** Somebody stopped a conference: kept, and told to the others. */
  async conferenceStopped(event: EventOf<'conference-stopped'>): Promise<void> {
    await this.#commit({ audit: event }, event, { toWhom: others(event.by) });
  }

  /**
   * Monitoring was switched: kept, and told to the others when somebody did it in a chat. An outage is nobody's any more.
   * @param switched `override`: what holds in place of the settings from now on; `undefined`: they do
   */
  async monitoringSwitched(
    switched: {
      readonly server: ServerName;
      readonly on: boolean;
      readonly override: boolean | undefined;
      readonly by: Person | undefined;
    },
    before: Availability,
    after: Availability,
  ): Promise<void> {
    const { server, on, override, by } = switched;
    const at = this.#deps.clock.now();
    const change: Change = {
      availability: { server, value: after },
      monitored: { server, on: override },
      periods: this.#endOfPeriods(server, before, at),
      stability: { server, value: STABLE },
      outage: noOutage(server),
    };
    this.#hidden.delete(server);
    if (!by) return this.#commit(change);
    const event = { kind: 'monitoring-switched', server, at, by, on } as const;
    await this.#commit({ ...change, audit: event }, event, { toWhom: others(by) });
  }

  /** @param where it was said. @returns false when the server is not down, so that there is nothing to take care of */
  async acknowledge(server: ServerName, by: Person, where: Recipient): Promise<boolean> {
    const { lastTold, acknowledgedBy } = this.#outages.get(server) ?? {};
    if (lastTold === undefined) return false;
    // Pressed twice: the others know.
    if (acknowledgedBy === by.name) return true;
    const at = this.#deps.clock.now();
    await this.#commit(
      { outage: { server, lastTold, acknowledgedBy: by.name } },
      { kind: 'outage-acknowledged', server, at, by },
      { toWhom: (one) => others(by)(one) && this.#keyOf(one) !== this.#keyOf(where) },
    );
    return true;
  }

  acknowledgedBy(server: ServerName): string | undefined {
    return this.#outages.get(server)?.acknowledgedBy;
  }

  /** @param until not after now: ends the mutes */
  async mute(servers: readonly ServerName[], recipient: Recipient, until: EpochMs): Promise<void> {
    const mutes = servers.map((server): Mute => ({ server, recipient, until }));
    await this.#deps.store.commit({ mutes });
    for (const mute of mutes) this.#keepMute(mute);
    this.#deps.outbox.lookAgain();
  }

  #keepMute(mute: Mute): void {
    const { server, recipient } = mute;
    const others = (this.#mutes.get(server) ?? []).filter((one) => !sameRecipient(one.recipient, recipient));
    this.#mutes.set(server, [...others, mute]);
  }

  /** `undefined`: not muted now. */
  mutedUntil(recipient: Recipient, server: ServerName): EpochMs | undefined {
    const end = this.#muteOf(recipient, server)?.until;
    return end !== undefined && end > this.#deps.clock.now() ? end : undefined;
  }

  /**
   * Until when nothing is told, or was told last, of what was written at that moment: the server is muted there, or was
   * in maintenance. `undefined`: it never was.
   */
  quietUntil(recipient: Recipient, server: ServerName, writtenAt: EpochMs): EpochMs | undefined {
    const mute = this.#muteOf(recipient, server)?.until;
    const maintenance = this.#deps.maintenanceEnd(server, writtenAt);
    return maintenance === undefined ? mute : Math.max(maintenance, mute ?? maintenance);
  }

  /** Of a chat that has moved the mute that was set where it is now, else one from before. */
  #muteOf(recipient: Recipient, server: ServerName): Mute | undefined {
    const mutes = this.#mutes.get(server) ?? [];
    const names = this.#deps.moves.namesOf(recipient);
    return names.flatMap((name) => mutes.find((one) => sameRecipient(one.recipient, name)) ?? [])[0];
  }

  /** Messages to a recipient are refused for good: the others are told, once. */
  async refused(event: EventOf<'recipient-refused'>, recipient: Recipient): Promise<void> {
    const key = this.#keyOf(recipient);
    if (this.#refused.has(key)) return;
    this.#refused.add(key);
    try {
      await this.#commit({}, event, { toWhom: (other) => !this.#refused.has(this.#keyOf(other)) });
    } catch (error) {
      this.#refused.delete(key);
      throw error;
    }
  }

  /** A message got through: should they be refused again, that is news again. */
  reached(recipient: Recipient, rows: readonly OutboxRow[]): void {
    const key = this.#keyOf(recipient);
    this.#refused.delete(key);
    const now = this.#deps.clock.now();
    for (const { event } of rows) {
      const server = reminded(event);
      if (server === false) continue;
      const heard = this.#heard.get(server) ?? new Map<string, EpochMs>();
      this.#heard.set(server, heard.set(key, now));
    }
  }

  /** Not those who heard of it only a moment ago, because a message was late: one reminder is left out for them. */
  #toRemind(server: ServerName | undefined, every: DurationMs): (recipient: Recipient) => boolean {
    const heard = this.#heard.get(server);
    const now = this.#deps.clock.now();
    return (recipient) => {
      const at = heard?.get(this.#keyOf(recipient));
      return at === undefined || Math.abs(now - at) * 2 >= every;
    };
  }

  /** The same wherever the chat has moved to. */
  #keyOf(recipient: Recipient): string {
    return JSON.stringify(this.#deps.moves.placeOf(recipient));
  }

  async #commit(
    change: Change,
    event?: Event,
    {
      toWhom = () => true,
      writtenAt = this.#deps.clock.now(),
    }: { readonly toWhom?: (recipient: Recipient) => boolean; readonly writtenAt?: EpochMs } = {},
  ): Promise<void> {
    const recipients = event ? this.#deps.recipients().filter(toWhom) : [];
    const outbox = recipients.flatMap((recipient) => (event ? [{ recipient, event, writtenAt }] : []));
    const undo = this.#remember(change);
    try {
      this.#deps.outbox.add(await this.#deps.store.commit({ ...change, outbox }));
    } catch (error) {
      undo();
      throw error;
    }
  }

  /** At once, so that whoever asks while it is being written builds on it. @returns how to take it back */
  #remember({ outage, stability, certificate }: Change): () => void {
    if (outage && outage.lastTold === undefined) this.#heard.delete(outage.server);
    const before = [
      outage && setIn(this.#outages, outage.server, outage),
      stability && setIn(this.#stabilities, stability.server, stability.value),
      certificate && setIn(this.#certificates, certificate.server, certificate),
    ];
    return () => {
      for (const undo of before) undo?.();
    };
  }
}

function setIn<Value>(map: Map<ServerName, Value>, server: ServerName, value: Value): () => void {
  const before = map.get(server);
  map.set(server, value);
  return () => {
    if (map.get(server) !== value) return;
    if (before === undefined) map.delete(server);
    else map.set(server, before);
  };
}

/** @param settled newest first */
function lastRefused(settled: readonly SettledRow[]): Recipient[] {
  const last = new Map<string, SettledRow>();
  for (const row of settled) {
    const key = JSON.stringify(row.recipient);
    if (row.outcome !== 'obsolete' && !last.has(key)) last.set(key, row);
  }
  return [...last.values()].filter(({ outcome }) => outcome === 'refused').map(({ recipient }) => recipient);
}

function lastBlindness(rows: readonly OutboxRow[]): EpochMs | undefined {
  const last = [...rows]
    .sort((a, b) => a.id - b.id)
    .findLast(({ event: { kind } }) => kind === 'bot-blind' || kind === 'bot-sees-again');
  return last?.event.kind === 'bot-blind' ? last.event.at : undefined;
}

/** Of what a reminder would follow: a server, or, `undefined`, the bot itself. `false`: no reminder follows it. */
function reminded(event: Event): ServerName | undefined | false {
  switch (event.kind) {
    case 'server-down':
    case 'server-still-down':
    case 'server-steady':
      return event.server;
    case 'bot-blind':
    case 'bot-still-blind':
      return undefined;
    default:
      return false;
  }
}

function noOutage(server: ServerName): OutageNotes {
  return { server, lastTold: undefined, acknowledgedBy: undefined };
}

function blindPeriod(server: ServerName, from: EpochMs, to?: EpochMs): Period {
  return { server, kind: 'blind', from, to: to === undefined ? to : Math.max(from, to), trouble: undefined };
}

/** What there is to tell of a transition. */
function changeEvent(change: ServerChange, transition: Transition): Event {
  const { server, before: earlier, unseen, wasHidden, occupancy, occupancyNow } = change;
  const { at } = transition;
  if (transition.kind === 'went-down') {
    const { failure, firstSeen } = transition;
    return {
      ...{ kind: 'server-down', server, at, failure },
      before: firstSeen ? 'unknown' : unseen ? 'up-before-start' : 'up',
      ...(firstSeen && wasHidden && { silentSince: earlier.since }),
      ...(occupancy && { occupancy }),
    };
  }
  const { downSince } = transition;
  return {
    kind: 'server-up',
    server,
    at,
    downSince,
    ...(unseen && { unseen }),
    ...(occupancy && { occupancy }),
    ...(occupancyNow && { occupancyNow }),
  };
}

function unstableEvent(
  { server, occupancy }: ServerChange,
  transition: Transition,
  { changes }: Stability,
): EventOf<'server-unstable'> {
  const { at } = transition;
  const down = transition.kind === 'went-down' && {
    failure: transition.failure,
    ...(occupancy && { occupancy }),
  };
  return {
    ...{ kind: 'server-unstable', server, at, changes: changes.length, since: changes[0] ?? at },
    ...down,
  };
}

/** A server that was down is so no longer, or is no longer watched. */
function endOfDowntime(server: ServerName, before: Availability, to: EpochMs, unseen = false): Period[] {
  if (before.status !== 'down') return [];
  const { since: from, failure } = before;
  return [{ server, kind: 'down', from, to, ...(unseen && { endUnseen: true }), trouble: failure?.trouble }];
}

function others(by: Person): (recipient: Recipient) => boolean {
  return ({ address }) => address !== String(by.id);
}
