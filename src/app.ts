/**
 * Builds the program from its settings, starts the parts in order, applies changes of the settings while they run, and
 * stops them in reverse. The only place that sees both halves: servers, monitor and alerts on one side, the bot and its
 * channel on the other.
 */
import { setMaxListeners } from 'node:events';
import { Alerts } from './alerts/alerts.ts';
import { Dispatcher } from './alerts/dispatcher.ts';
import { type Compose, createCompose } from './alerts/messages.ts';
import { Moves } from './alerts/moves.ts';
import { createBot } from './bot/bot.ts';
import { encodeKept, serverKey } from './bot/callback-data.ts';
import type { BotServer } from './bot/ports.ts';
import type { Channel, Conversation } from './channels/port.ts';
import type { Charts } from './charts/charts.ts';
import { type Transition, unknownSince } from './domain/availability.ts';
import type { Conference, OnlineUser } from './domain/conference.ts';
import type { EventOf, Occupancy, Person } from './domain/events.ts';
import { maintenanceEnd } from './domain/maintenance.ts';
import type { ServerName } from './domain/names.ts';
import { type Recipient, sameRecipient } from './domain/outbox.ts';
import { createFormats, type Formats } from './i18n/formats.ts';
import type { Translator } from './i18n/translator.ts';
import { childOf } from './lib/abort.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE, SECOND } from './lib/time.ts';
import { createZone, type Zone } from './lib/zone.ts';
import { CertificateWatch } from './monitor/certificates.ts';
import { History } from './monitor/history.ts';
import { createHistoryRecorder, type HistoryRecorder } from './monitor/history-recorder.ts';
import { createMonitor, type Monitor, type Monitored } from './monitor/monitor.ts';
import { type ProbedServer, SCAN_INTERVAL } from './monitor/server-watch.ts';
import { WatchedPast } from './monitor/watched-past.ts';
import { type ChangedServer, differenceBetween } from './settings/difference.ts';
import type { ServerSettings, Settings } from './settings/settings.ts';
import type { Store } from './storage/store.ts';
import type { TrueConfServer } from './trueconf/client.ts';

/** A channel that also brings what people send. */
export interface ConversationChannel extends Channel {
  /** Until the signal aborts. @param onState each time the messenger answers again, or does so no longer */
  listen(
    conversation: Conversation,
    signal: AbortSignal,
    onState: (state: 'connected' | 'away') => void,
  ): Promise<void>;
}

/** What is wrong with the program itself, for its administrators. */
export type OwnTrouble = EventOf<
  'storage-trouble' | 'storage-mended' | 'settings-broken' | 'settings-mended'
>;

/** The running program, for those who bring it news about itself. */
export interface Running {
  /** Puts other settings in force; only what they change is restarted. */
  apply(settings: Settings): Promise<void>;
  tell(trouble: OwnTrouble): Promise<void>;
}

export interface AppDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly store: Store;
  readonly channel: ConversationChannel;
  loadWords(locale: string): Promise<Translator>;
  readonly charts: Charts;
  openServer(settings: ServerSettings): TrueConfServer;
  /** Whether anything answers there. */
  isReachable(url: string, signal: AbortSignal): Promise<boolean>;
  /** Runs beside the other parts until the signal aborts. */
  beside?(program: Running, signal: AbortSignal): Promise<void>;
}

/** Runs until the signal aborts, then stops and resolves. Rejects when the channel gives up, e.g. a refused token. */
export async function runApp(settings: Settings, deps: AppDependencies, signal: AbortSignal): Promise<void> {
  const program = new Program(settings, deps, await deps.loadWords(settings.locale));
  try {
    await program.run(signal);
  } finally {
    await program.close();
  }
}

/** How often what is too old is forgotten, and what is. */
const PRUNE_EVERY: DurationMs = 6 * HOUR;
/** Past the work of the start; soon enough for a bot that is restarted every day. */
const PRUNE_FIRST: DurationMs = 10 * MINUTE;
const KEPT_FOR: DurationMs = 400 * DAY;

/** When the messenger is back, what waits for it waits no longer than this for the servers to be looked at. */
const LONGEST_LOOK_AGAIN: DurationMs = 3 * SECOND;

/** A server with everything that belongs to it. */
interface Unit {
  settings: ServerSettings;
  adapter: TrueConfServer;
  /** When its online users are to be counted next. */
  usersDue: EpochMs;
}

/** Who is online is counted for the history this often: it costs a big server several requests. */
const COUNT_USERS_EVERY: DurationMs = 10 * MINUTE;

/** A count that fails is tried again after this. */
const COUNT_USERS_AGAIN_AFTER: DurationMs = 5 * MINUTE;

class Program implements Running {
  readonly #deps: AppDependencies;
  readonly #units = new Map<ServerName, Unit>();
  readonly #moves: Moves;
  readonly #alerts: Alerts;
  readonly #dispatcher: Dispatcher;
  readonly #recorder: HistoryRecorder;
  readonly #certificates: CertificateWatch;
  readonly #monitor: Monitor;
  readonly #watchedPast: WatchedPast;
  readonly #history: History;
  #settings: Settings;
  #words: Translator;
  #formats: Formats;
  #zone: Zone;
  #isChannelAway = false;
  /** Ends the counts of online users. */
  #counting = AbortSignal.abort();

  constructor(settings: Settings, deps: AppDependencies, words: Translator) {
    const { clock, random, log, store, channel } = deps;
    this.#deps = deps;
    this.#settings = settings;
    this.#words = words;
    this.#formats = createFormats(settings.locale, settings.timeZone);
    this.#zone = createZone(settings.timeZone);
    for (const server of settings.servers) this.#open(server);

    this.#moves = new Moves(store);
    this.#dispatcher = new Dispatcher({
      store,
      moves: this.#moves,
      clock,
      random,
      log,
      channels: [channel],
      isRecipient: (recipient) => this.#recipients().some((one) => sameRecipient(one, recipient)),
      quietUntil: (recipient, server, writtenAt) => this.#alerts.quietUntil(recipient, server, writtenAt),
      watchesOthers: (servers) =>
        this.#monitor.watches().some(({ name, view }) => view.monitored && !servers.has(name)),
      compose: this.#compose(),
      onDelivered: (recipient, rows) => this.#alerts.reached(recipient, rows),
      onRefused: (recipient, refusal) =>
        this.#alerts.refused(
          { kind: 'recipient-refused', at: clock.now(), recipient: recipient.address, refusal },
          recipient,
        ),
    });
    this.#alerts = new Alerts({
      store,
      moves: this.#moves,
      clock,
      recipients: () => this.#recipients(),
      administrators: () => this.#administrators(),
      maintenanceEnd: (server, at) => this.#maintenanceEnd(server, at),
      outbox: this.#dispatcher,
    });
    this.#recorder = createHistoryRecorder({
      clock,
      log,
      write: async (buckets) => void (await store.commit({ buckets })),
      load: (start) => store.bucketsAt(start),
    });
    this.#watchedPast = new WatchedPast((server, from, to) => store.watched(server, from, to));
    this.#history = new History({
      clock,
      recorder: this.#recorder,
      watchedPast: this.#watchedPast,
      kept: store,
    });
    this.#certificates = new CertificateWatch([], {
      clock,
      random,
      log,
      seen: (server, endsAt) => this.#alerts.certificateSeen(server, endsAt),
    });
    this.#monitor = createMonitor({
      clock,
      random,
      log,
      changed: async (change) => {
        if (change.transition) logTransition(log, change.server, change.transition);
        await this.#alerts.serverChanged(change);
      },
      unchanged: (server, availability, occupancy) =>
        this.#alerts.unchanged(server, availability, occupancy, this.#reminderOf(server)),
      hidden: (server, value) => this.#alerts.hidden(server, value),
      probed: (server, probe) => this.#recorder.probed(server, probe),
      isExpected: (server) => this.#maintenanceEnd(server, clock.now()) !== undefined,
      otherAnswers: (until) => this.#otherAnswers(until),
      began: async (event) => {
        const { servers, total } = event;
        log.warn({ silent: servers.length, total }, 'most servers are silent: the bot may be cut off itself');
        await this.#alerts.blind(event);
      },
      remains: (event) => {
        const reminders = event.servers.map((server) => this.#reminderOf(server) ?? Number.POSITIVE_INFINITY);
        return this.#alerts.stillBlind(event, Math.min(...reminders));
      },
      ended: async (event) => {
        log.info({ silent: event.silent.length }, 'the bot sees the servers again');
        await this.#alerts.seesAgain(event);
      },
    });
  }

  /** Once. Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, channel } = this.#deps;
    await this.#moves.load();
    await this.#alerts.load();
    await this.#alerts.forgetOthers(new Set(this.#units.keys()));
    const [believed, switches] = await Promise.all([store.availabilities(), store.switches()]);
    const blind: EpochMs[] = [];
    for (const { settings } of this.#units.values()) {
      const { name, status } = settings;
      const override = switches.get(name);
      const monitored = override ?? status.monitored;
      // Else it would win over the next edit, too.
      if (override === status.monitored) await store.commit({ monitored: { server: name, on: undefined } });
      const before = believed.get(name);
      const blindSince = await this.#alerts.mend(name, before, monitored);
      if (blindSince !== undefined) blind.push(blindSince);
      if (!monitored && before && before.status !== 'unknown') {
        // It was switched off while the bot did not run: the next run that watches it must not go on from here.
        const switched = {
          server: name,
          on: false,
          override: overrideOf(settings, false),
          by: undefined,
        };
        await this.#alerts.monitoringSwitched(switched, before, unknownSince(this.#deps.clock.now()));
      }
      this.#watch(name, { before, isFromBefore: true, monitored });
    }
    const announced = this.#alerts.announcedBlindness;
    if (announced !== undefined) blind.push(announced);
    if (blind.length > 0) this.#monitor.staysBlind(Math.min(...blind));
    const bot = this.#bot();

    const parts = childOf(signal);
    // Every watch and every recipient's lane listens to it, and every count.
    this.#counting = childOf(parts.signal).signal;
    setMaxListeners(0, parts.signal, this.#counting);
    const onState = (state: 'connected' | 'away') => {
      this.#isChannelAway = state === 'away';
      if (state === 'connected') void this.#channelIsBack(parts.signal);
    };
    const running = [
      channel.listen(bot, parts.signal, onState),
      this.#dispatcher.run(parts.signal),
      this.#monitor.run(parts.signal),
      this.#recorder.run(parts.signal),
      this.#certificates.run(parts.signal),
      this.#prune(parts.signal),
      ...(this.#deps.beside ? [this.#deps.beside(this, parts.signal)] : []),
    ];
    const ends = await Promise.allSettled(
      running.map(async (part) => {
        try {
          await part;
        } finally {
          // One part that ends for good ends the program: half of it would look alive and do nothing.
          parts.abort();
        }
      }),
    );
    parts.release();
    // Not before all have ended, because they still use the servers and the store. To end with the signal's own
    // reason is to end as told.
    const broken = ends.find((end) => end.status === 'rejected' && end.reason !== parts.signal.reason);
    if (broken?.status === 'rejected') throw broken.reason;
  }

  /** First it is seen whether the network is back altogether: what was told of its absence may be over. */
  async #channelIsBack(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const limit = childOf(signal);
    const looked = this.#monitor.lookAgain(limit.signal).catch(() => {});
    await Promise.race([looked, clock.sleep(LONGEST_LOOK_AGAIN, limit.signal).catch(() => {})]);
    limit.abort();
    limit.release();
    this.#dispatcher.channelIsBack();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#units.values()].map(({ adapter }) => adapter.close()));
    await this.#deps.store.close();
  }

  async tell(trouble: OwnTrouble): Promise<void> {
    // As long as the disk could not be read, nobody seemed to have watched.
    if (trouble.kind === 'storage-mended') this.#watchedPast.forgetAll();
    await this.#alerts.ownTrouble(trouble);
  }

  async apply(settings: Settings): Promise<void> {
    const { added, removed, changed, parts } = differenceBetween(this.#settings, settings);
    if (parts.has('locale')) this.#words = await this.#deps.loadWords(settings.locale);
    this.#settings = settings;
    if (parts.has('locale') || parts.has('time-zone')) {
      this.#formats = createFormats(settings.locale, settings.timeZone);
      this.#zone = createZone(settings.timeZone);
    }
    for (const server of added) {
      this.#open(server);
      const { monitored } = server.status;
      this.#watch(server.name, { before: undefined, isFromBefore: false, monitored });
    }
    // Together, because to write down that thousands are gone takes seconds.
    await Promise.all([
      ...removed.map(({ name }) => this.#remove(name)),
      ...changed.map((change) => this.#change(change)),
    ]);
    await this.#dispatcher.dropStrangers();
    this.#dispatcher.lookAgain();
  }

  #open(settings: ServerSettings): void {
    const adapter = this.#deps.openServer(settings);
    this.#units.set(settings.name, { settings, adapter, usersDue: Number.NEGATIVE_INFINITY });
  }

  #watch(name: ServerName, known: Omit<Monitored, 'server'>): void {
    const unit = this.#unit(name);
    this.#monitor.add({ server: this.#probed(unit), ...known });
    this.#certificates.add({ name, certificateEnd: (until) => unit.adapter.certificateEnd(until) });
  }

  /** Reads the settings anew each time, so that changed intervals and thresholds hold from the next probe on. */
  #probed(unit: Unit): ProbedServer {
    return {
      name: unit.settings.name,
      get probeInterval() {
        return unit.settings.status.probeInterval;
      },
      get thresholds() {
        return unit.settings.status.thresholds;
      },
      get webAnswers() {
        const { settings, adapter } = unit;
        return settings.status.check === 'vsstatus'
          ? (until: AbortSignal) => adapter.webAnswers(until)
          : undefined;
      },
      probe: (until) => unit.adapter.probe(until),
      occupancy: (until) => this.#occupancy(unit, until),
    };
  }

  async #remove(name: ServerName): Promise<void> {
    const unit = this.#unit(name);
    const believed = await this.#monitor.remove(name);
    this.#certificates.remove(name);
    this.#watchedPast.forget(name);
    this.#units.delete(name);
    await unit.adapter.close();
    await this.#alerts.forget(name, believed);
  }

  async #change({ after, connection, keys }: ChangedServer): Promise<void> {
    const { name } = after;
    const unit = this.#unit(name);
    unit.settings = after;
    if (connection) {
      // What is under way ends with the old connection, and must not count as a failed probe.
      const watch = this.#monitor.watch(name);
      const before = await this.#monitor.remove(name);
      await unit.adapter.close();
      unit.adapter = this.#deps.openServer(after);
      // Only now: it may have been switched in a chat meanwhile.
      const { monitored } = watch.view;
      this.#watch(name, { before, isFromBefore: false, monitored });
    }
    this.#monitor.watch(name).reschedule();
    // A switch in a chat holds until this key changes.
    if (keys.includes('state')) await this.#switchMonitoring(name, after.status.monitored, undefined);
  }

  async #switchMonitoring(name: ServerName, on: boolean, by: Person | undefined): Promise<void> {
    const override = overrideOf(this.#unit(name).settings, on);
    const watch = this.#monitor.watch(name);
    await watch.settled();
    const { monitored, availability: before } = watch.view;
    if (monitored === on)
      return void (await this.#deps.store.commit({ monitored: { server: name, on: override } }));
    const after = watch.switchMonitoring(on);
    await this.#alerts.monitoringSwitched({ server: name, on, override, by }, before, after);
  }

  #unit(name: ServerName): Unit {
    const unit = this.#units.get(name);
    if (!unit) throw new Error(`no server is named ${name}`);
    return unit;
  }

  /** What would be cut off if the server went down now. */
  async #occupancy(unit: Unit, until: AbortSignal): Promise<Occupancy> {
    const conferences = await unit.adapter.runningConferences(until);
    this.#countUsersWhenDue(unit);
    return countPeople(conferences, this.#deps.clock.now());
  }

  /** The server has just answered. Whoever asked it may be gone before the count is done, which then goes on. */
  #countUsersWhenDue(unit: Unit): void {
    const now = this.#deps.clock.now();
    const wait = unit.usersDue - now;
    // Longer than it ever is: the machine's clock was set back.
    if (wait > 0 && wait <= COUNT_USERS_EVERY) return;
    unit.usersDue = now + COUNT_USERS_AGAIN_AFTER;
    this.#onlineUsers(unit, this.#counting).catch(() => {});
  }

  async #onlineUsers(unit: Unit, until: AbortSignal): Promise<readonly OnlineUser[]> {
    const users = await unit.adapter.onlineUsers(until);
    this.#recorder.users(unit.settings.name, users.length);
    unit.usersDue = this.#deps.clock.now() + COUNT_USERS_EVERY;
    return users;
  }

  async #otherAnswers(until: AbortSignal): Promise<boolean | undefined> {
    const { network, telegram } = this.#settings;
    if (network.check !== undefined) return this.#deps.isReachable(network.check, until);
    if (this.#isChannelAway) return false;
    // What a proxy says about Telegram says nothing about this machine's network.
    if (telegram.proxy !== undefined) return undefined;
    // That it answers proves nothing: the servers may stand in another network.
    return (await this.#deps.isReachable(telegram.apiRoot, until)) ? undefined : false;
  }

  #reminderOf(server: ServerName): DurationMs | undefined {
    return this.#units.get(server)?.settings.status.reminder;
  }

  #maintenanceEnd(server: ServerName, at: EpochMs): EpochMs | undefined {
    const { maintenance = [] } = this.#units.get(server)?.settings ?? {};
    return maintenanceEnd(maintenance, this.#zone, at);
  }

  async #prune(signal: AbortSignal): Promise<void> {
    const { clock, store, log } = this.#deps;
    for (let wait = PRUNE_FIRST; !signal.aborted; wait = PRUNE_EVERY) {
      try {
        await clock.sleep(wait, signal);
        await store.prune(clock.now() - KEPT_FOR);
      } catch (error) {
        if (!signal.aborted) log.error({ error: String(error) }, 'old history could not be removed');
      }
    }
  }

  #administrators(): Recipient[] {
    return this.#settings.telegram.administrators.map((id) => this.#recipient(String(id)));
  }

  #recipients(): Recipient[] {
    const { administrators, alertChats } = this.#settings.telegram;
    const named = [...administrators.map(String), ...alertChats].map((address) => this.#recipient(address));
    // An administrator's own chat may be among the alert chats too, and one that has moved stand there twice.
    return named
      .map((recipient) => this.#moves.placeOf(recipient))
      .filter((one, index, all) => all.findIndex((other) => sameRecipient(one, other)) === index);
  }

  #recipient(address: string): Recipient {
    return { channel: this.#deps.channel.name, address };
  }

  #compose(): Compose {
    const program = this;
    const keyOf = (name: ServerName) => {
      const unit = this.#units.get(name);
      return unit ? serverKey({ name, address: addressOf(unit.settings) }) : '';
    };
    return createCompose({
      get translator() {
        return program.#words;
      },
      get formats() {
        return program.#formats;
      },
      facts: {
        downServers: () =>
          this.#monitor
            .watches()
            .map(({ name, view }) => ({ server: name, ...view.availability }))
            .filter(({ status }) => status === 'down'),
        isMonitored: (server) =>
          this.#monitor.isWatched(server) && this.#monitor.watch(server).view.monitored,
      },
      buttonData: {
        open: (server) => encodeKept({ kind: 'status', server: keyOf(server) }),
        mute: (server, length) =>
          encodeKept({ kind: 'mute', server: keyOf(server), minutes: Math.round(length / MINUTE) }),
        acknowledge: (server) => encodeKept({ kind: 'acknowledge', server: keyOf(server) }),
        servers: () => encodeKept({ kind: 'servers', page: 0 }),
      },
    });
  }

  #bot(): Conversation {
    const { clock, log } = this.#deps;
    const program = this;
    return createBot({
      get servers() {
        // While settings are being applied, a server may stand there and not be opened yet.
        return program.#settings.servers
          .filter(({ name }) => program.#units.has(name) && program.#monitor.isWatched(name))
          .map(({ name }) => program.#botServer(name));
      },
      get administrators() {
        return new Set(program.#settings.telegram.administrators);
      },
      get words() {
        return program.#words;
      },
      get formats() {
        return program.#formats;
      },
      get zone() {
        return program.#zone;
      },
      mute: (servers, chat, until) => this.#alerts.mute(servers, this.#recipient(chat), until),
      charts: this.#deps.charts,
      clock,
      log,
    });
  }

  #botServer(name: ServerName): BotServer {
    const { clock } = this.#deps;
    const unit = this.#unit(name);
    const { settings, adapter } = unit;
    const watch = this.#monitor.watch(name);
    const view = () => ({
      ...watch.view,
      acknowledgedBy: this.#alerts.acknowledgedBy(name),
      maintenanceUntil: this.#maintenanceEnd(name, clock.now()),
      mutedUntil: (chat: string) => this.#alerts.mutedUntil(this.#recipient(chat), name),
    });
    return {
      name,
      address: addressOf(settings),
      webRoot: adapter.webRoot,
      probeInterval: settings.status.probeInterval,
      // A count that is due waits for the next scan, and that for a probe.
      usersInterval: COUNT_USERS_EVERY + SCAN_INTERVAL + settings.status.probeInterval,
      forgottenRule: settings.forgotten,
      view,
      lookNow: async (signal) => {
        await watch.lookNow(signal);
        return view();
      },
      runningConferences: async (signal) => {
        const conferences = await adapter.runningConferences(signal);
        // The scan that this puts off would have counted.
        if (watch.view.monitored) this.#countUsersWhenDue(unit);
        watch.noteOccupancy(countPeople(conferences, clock.now()));
        return conferences;
      },
      participants: (conference, signal) => adapter.participants(conference, signal),
      onlineUsers: (signal) => this.#onlineUsers(unit, signal),
      stopConference: (id, signal) => adapter.stopConference(id, signal),
      switchMonitoring: (on, by) => this.#switchMonitoring(name, on, by),
      recordStop: (conference, by) =>
        this.#alerts.conferenceStopped({
          kind: 'conference-stopped',
          server: name,
          at: clock.now(),
          by,
          conference,
        }),
      acknowledge: (by, chat) => this.#alerts.acknowledge(name, by, this.#recipient(chat)),
      history: (from) => this.#history.since(name, from, settings.status.probeInterval),
      summary: () => this.#history.summary(name, settings.status.probeInterval),
      periods: (from) => this.#deps.store.periods(name, from),
      audit: (limit) => this.#deps.store.audit(limit, name),
    };
  }
}

function logTransition(log: Log, server: ServerName, transition: Transition): void {
  const at = new Date(transition.at).toISOString();
  if (transition.kind === 'went-down') {
    const { trouble, webAnswers } = transition.failure;
    log.warn({ server, at, trouble, webAnswers }, 'a server went down');
  } else {
    log.info({ server, at, downtime: transition.at - transition.downSince }, 'a server came up');
  }
}

/** The address by which a renamed server is found again. */
function addressOf({ host, httpsPort, status }: ServerSettings): string {
  return `${host}:${httpsPort}:${status.statusPort}`;
}

/** What is as the settings say is no override, so that it does not outlive the next edit of them. */
function overrideOf({ status }: ServerSettings, on: boolean): boolean | undefined {
  return on === status.monitored ? undefined : on;
}

function countPeople(conferences: readonly Conference[], at: EpochMs): Occupancy {
  const people = conferences.reduce((sum, { participantCount }) => sum + (participantCount ?? 0), 0);
  return { at, conferences: conferences.length, people };
}
