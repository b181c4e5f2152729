/**
 * Builds the program from its settings, starts the parts in order and stops them in reverse. The only place that
 * sees both halves: servers, monitor and alerts on one side, the bot and its channel on the other.
 */
import { setMaxListeners } from 'node:events';
import { Alerts } from './alerts/alerts.ts';
import { Dispatcher } from './alerts/dispatcher.ts';
import { createCompose } from './alerts/messages.ts';
import { createBot } from './bot/bot.ts';
import { encodeKept, serverKey } from './bot/callback-data.ts';
import type { BotServer } from './bot/ports.ts';
import type { Channel, Conversation } from './channels/port.ts';
import type { Probe, Transition } from './domain/availability.ts';
import type { Conference, OnlineUser, Participant } from './domain/conference.ts';
import type { Occupancy } from './domain/events.ts';
import type { ConferenceId, ServerName } from './domain/names.ts';
import type { Recipient } from './domain/outbox.ts';
import { createFormats } from './i18n/formats.ts';
import type { Translator } from './i18n/translator.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { type EpochMs, MINUTE } from './lib/time.ts';
import { createMonitor } from './monitor/monitor.ts';
import type { ServerWatch } from './monitor/server-watch.ts';
import type { ServerSettings, Settings } from './settings/settings.ts';
import type { Store } from './storage/store.ts';

/** One server, as the adapter in `trueconf/` offers it. */
export interface ServerAdapter {
  readonly webRoot: string;
  probe(signal: AbortSignal): Promise<Probe>;
  webAnswers(signal: AbortSignal): Promise<boolean>;
  runningConferences(signal: AbortSignal): Promise<readonly Conference[]>;
  participants(conference: Conference, signal: AbortSignal): Promise<readonly Participant[]>;
  onlineUsers(signal: AbortSignal): Promise<readonly OnlineUser[]>;
  stopConference(id: ConferenceId, signal: AbortSignal): Promise<'stopped' | 'already-ended'>;
  close(): Promise<void>;
}

/** A channel that also brings what people send. */
export interface ConversationChannel extends Channel {
  /** Until the signal aborts. @param onConnected each time the messenger answers again */
  listen(conversation: Conversation, signal: AbortSignal, onConnected: () => void): Promise<void>;
}

export interface AppDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly words: Translator;
  readonly store: Store;
  readonly channel: ConversationChannel;
  openServer(settings: ServerSettings): ServerAdapter;
}

/** A server with everything that belongs to it. */
interface Unit {
  readonly settings: ServerSettings;
  readonly adapter: ServerAdapter;
}

/** Runs until the signal aborts, then stops and resolves. Rejects when the channel gives up, e.g. a refused token. */
export async function runApp(settings: Settings, deps: AppDependencies, signal: AbortSignal): Promise<void> {
  const { clock, random, log, store, words, channel } = deps;
  const formats = createFormats(settings.locale, settings.timeZone);
  const units: Unit[] = settings.servers.map((server) => ({
    settings: server,
    adapter: deps.openServer(server),
  }));

  const dispatcher = new Dispatcher({
    store,
    clock,
    random,
    log,
    channels: [channel],
    mutedUntil: (recipient, server) => alerts.muteEnd(recipient, server),
    watchesOthers: (servers) =>
      units.some((unit) => !servers.has(nameOf(unit)) && watchOf(unit).view.monitored),
    compose: createCompose({
      translator: words,
      formats,
      facts: {
        monitoredServers: () => units.filter((unit) => watchOf(unit).view.monitored).length,
        downServers: () =>
          units
            .map((unit) => ({ server: nameOf(unit), ...watchOf(unit).view.availability }))
            .filter(({ status }) => status === 'down'),
      },
      buttonData: alertButtons(units),
    }),
    onDelivered: (recipient) => alerts.reached(recipient),
    onRefused: (recipient, refusal) =>
      alerts.refused(
        { kind: 'recipient-refused', at: clock.now(), recipient: recipient.address, refusal },
        recipient,
      ),
  });
  const alerts = new Alerts({
    store,
    clock,
    recipients: recipientsOf(settings, channel.name),
    outbox: dispatcher,
  });
  await alerts.load();

  const [believed, switches] = await Promise.all([store.availabilities(), store.switches()]);
  const monitor = createMonitor(
    units.map((unit) => ({
      server: {
        name: unit.settings.name,
        probeInterval: unit.settings.status.probeInterval,
        thresholds: unit.settings.status.thresholds,
        probe: (until) => unit.adapter.probe(until),
        webAnswers:
          unit.settings.status.check === 'vsstatus' ? (until) => unit.adapter.webAnswers(until) : undefined,
        occupancy: async (until) => countPeople(await unit.adapter.runningConferences(until), clock.now()),
      },
      before: believed.get(unit.settings.name),
      monitored: switches.get(unit.settings.name) ?? unit.settings.status.monitored,
    })),
    {
      clock,
      random,
      log,
      changed: (server, after, transition) => {
        if (transition) logTransition(log, server, transition);
        return alerts.serverChanged(server, after, transition, monitor.watch(server).view.occupancy);
      },
      stillDown: (server, availability) => alerts.stillDown(server, availability, reminderOf(units, server)),
    },
  );
  const watchOf = (unit: Unit): ServerWatch => monitor.watch(unit.settings.name);

  const bot = createBot({
    servers: units.map((unit) => botServer(unit, watchOf(unit), alerts, deps)),
    administrators: settings.telegram.administrators,
    words,
    formats,
    clock,
    log,
  });

  const parts = new AbortController();
  // Every watch and every recipient's lane listens to it.
  setMaxListeners(0, parts.signal);
  const stopParts = () => parts.abort();
  signal.addEventListener('abort', stopParts, { once: true });
  if (signal.aborted) stopParts();
  try {
    const ends = await Promise.allSettled(
      [
        channel.listen(bot, parts.signal, () => dispatcher.channelIsBack()),
        dispatcher.run(parts.signal),
        monitor.run(parts.signal),
      ].map(async (part) => {
        try {
          await part;
        } finally {
          // One part that ends for good ends the program: half of it would look alive and do nothing.
          stopParts();
        }
      }),
    );
    // Not before all have ended, because they still use the servers and the store. To end with the signal's own
    // reason is to end as told.
    const broken = ends.find((end) => end.status === 'rejected' && end.reason !== parts.signal.reason);
    if (broken?.status === 'rejected') throw broken.reason;
  } finally {
    await Promise.all(units.map(({ adapter }) => adapter.close()));
    await store.close();
  }
}

const nameOf = (unit: Unit): ServerName => unit.settings.name;

function logTransition(log: Log, server: ServerName, transition: Transition): void {
  const at = new Date(transition.at).toISOString();
  if (transition.kind === 'went-down') {
    const { trouble, webAnswers } = transition.failure;
    log.warn({ server, at, trouble, webAnswers }, 'a server went down');
  } else {
    log.info({ server, at, downtime: transition.at - transition.downSince }, 'a server came up');
  }
}

function recipientsOf(settings: Settings, channel: string): Recipient[] {
  const { administrators, alertChats } = settings.telegram;
  // An administrator's own chat may be among the alert chats too.
  const addresses = new Set([...administrators.map(String), ...alertChats]);
  return [...addresses].map((address) => ({ channel, address }));
}

function reminderOf(units: readonly Unit[], server: ServerName) {
  return units.find((unit) => nameOf(unit) === server)?.settings.status.reminder;
}

/** The address by which a renamed server is found again. */
function addressOf({ host, httpsPort, status }: ServerSettings): string {
  return `${host}:${httpsPort}:${status.statusPort}`;
}

function alertButtons(units: readonly Unit[]) {
  const keys = new Map(
    units.map(({ settings }) => [
      settings.name,
      serverKey({ name: settings.name, address: addressOf(settings) }),
    ]),
  );
  const keyOf = (server: ServerName) => keys.get(server) ?? '';
  return {
    open: (server: ServerName) => encodeKept({ kind: 'status', server: keyOf(server) }),
    mute: (server: ServerName, length: number) =>
      encodeKept({ kind: 'mute', server: keyOf(server), minutes: Math.round(length / MINUTE) }),
    acknowledge: (server: ServerName) => encodeKept({ kind: 'acknowledge', server: keyOf(server) }),
    servers: () => encodeKept({ kind: 'servers', page: 0 }),
  };
}

/** What would be cut off if the server went down now. */
function countPeople(conferences: readonly Conference[], at: EpochMs): Occupancy {
  const people = conferences.reduce((sum, { participantCount }) => sum + (participantCount ?? 0), 0);
  return { at, conferences: conferences.length, people };
}

function botServer(
  { settings, adapter }: Unit,
  watch: ServerWatch,
  alerts: Alerts,
  deps: AppDependencies,
): BotServer {
  const { name } = settings;
  const { clock, channel } = deps;
  const view = () => ({
    ...watch.view,
    acknowledgedBy: alerts.acknowledgedBy(name),
    mutedUntil: (chat: string) => alerts.mutedUntil({ channel: channel.name, address: chat }, name),
  });
  return {
    name,
    address: addressOf(settings),
    webRoot: adapter.webRoot,
    probeInterval: settings.status.probeInterval,
    forgottenRule: settings.forgotten,
    view,
    lookNow: async (signal) => {
      await watch.lookNow(signal);
      return view();
    },
    runningConferences: async (signal) => {
      const conferences = await adapter.runningConferences(signal);
      watch.noteOccupancy(countPeople(conferences, clock.now()));
      return conferences;
    },
    participants: (conference, signal) => adapter.participants(conference, signal),
    onlineUsers: (signal) => adapter.onlineUsers(signal),
    stopConference: (id, signal) => adapter.stopConference(id, signal),
    switchMonitoring: async (on, by) => {
      if (watch.view.monitored === on) return;
      const availability = watch.switchMonitoring(on);
      const event = { kind: 'monitoring-switched', server: name, at: clock.now(), by, on } as const;
      await alerts.monitoringSwitched(event, availability);
    },
    recordStop: (conference, by) =>
      alerts.conferenceStopped({ kind: 'conference-stopped', server: name, at: clock.now(), by, conference }),
    mute: (chat, until) => alerts.mute(name, { channel: channel.name, address: chat }, until),
    acknowledge: (by) => alerts.acknowledge(name, by),
  };
}
