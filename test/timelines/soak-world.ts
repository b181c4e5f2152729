/**
 * A world for soaks: the whole program under the virtual clock with servers, a messenger, a disk and people that a
 * driver plays with. It witnesses what an oracle needs, in its own words: what each probe saw, what was done to the
 * program, what stood in the way of a message, and what everybody was told.
 */
import { type Running, runApp } from '../../src/app.ts';
import { encodeKept, serverKey } from '../../src/bot/callback-data.ts';
import type { Delivery, Screen } from '../../src/channels/port.ts';
import type { Probe } from '../../src/domain/availability.ts';
import type { Event, EventKind, StorageTroubleCode } from '../../src/domain/events.ts';
import type { MaintenanceWindow } from '../../src/domain/maintenance.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import { EVERY_DAY } from '../../src/settings/maintenance.ts';
import type { DurableStore } from '../../src/storage/contents.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { StorageTrouble } from '../../src/storage/storage-trouble.ts';
import type { Store } from '../../src/storage/store.ts';
import { createSurvivingStore } from '../../src/storage/surviving-store.ts';
import { MemoryChannel } from '../support/memory-channel.ts';
import { recordingLog } from '../support/recording-log.ts';
import { type BehaviourName, ScriptedServer } from '../support/scripted-server.ts';
import { statementsIn, type Word } from '../support/told.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';
import { CHATS, PEOPLE, type ServerScript, settings, type TimelineOptions, WORDS } from './timeline.ts';

/** What happened to one server, in the order in which it did. */
export type Witnessed =
  /** A probe, when it ended, and the thresholds in force then. */
  | {
      readonly kind: 'look';
      readonly from: number;
      readonly at: number;
      readonly answered: boolean;
      readonly failures: number;
      readonly successes: number;
    }
  /** What was under way came to nothing. `believed`: what had been written down by then, see `Belief`. */
  | { readonly kind: 'restart' | 'reconnect' | 'removal'; readonly at: number; readonly believed: string }
  | { readonly kind: 'switch'; readonly at: number; readonly on: boolean; readonly believed: string };

/** Why somebody could not be told something. */
export interface Obstacle {
  /** `perhaps`: it may be quiet, and nobody can say. */
  kind: 'mute' | 'maintenance' | 'perhaps' | 'telegram' | 'stopped' | 'network';
  readonly from: number;
  to: number;
  /** Default: everybody. */
  readonly address?: string;
  /** Default: everything. */
  readonly server?: string;
}

export interface Message {
  readonly at: number;
  readonly address: string;
  readonly text: string;
  /** The program may not know that it was delivered: it was killed in that moment, or the answer was lost. */
  readonly isUnmarked: boolean;
}

/** `losing`: messages are delivered, and the answer that says so does not arrive. */
export type TelegramMode = 'fine' | 'away' | 'limiting' | 'hanging' | 'losing' | 'refusing';

/** When the process is killed. What is written, and what Telegram has, is so; the process never learns of it. */
export type Death = 'at once' | 'before a write' | 'after a write' | 'after a message';

/** Something that one person did, of which all others are told. */
export interface Deed {
  readonly at: number;
  readonly server: string;
  readonly by: string;
  readonly word: 'watched' | 'unwatched' | 'acknowledged';
}

/** What the bot says of itself. */
export interface OwnNews {
  readonly at: number;
  readonly kind: 'storage-trouble' | 'storage-mended';
}

export type Person = keyof typeof PEOPLE;

/** Those who are told everything all the time. */
export const FAITHFUL: readonly string[] = [String(PEOPLE.anna), String(PEOPLE.boris), CHATS['night shift']];

/** Whatever held a message back, it is tried again within this. */
const LONGEST_RETRY = 30 * SECOND;

/** When all of Telegram is back, what waited only for that is tried as soon as the servers were looked at. */
const LOOKED_AGAIN = 5 * SECOND;

const LOST = 'the answer was lost';

const WRITES: ReadonlySet<PropertyKey> = new Set(['commit', 'write', 'settle', 'prune']);

/** A few minutes of every day, soon after the start, for some. */
const WINDOWS: Readonly<Record<number, readonly MaintenanceWindow[]>> = {
  1: [{ days: EVERY_DAY, from: 606 * MINUTE, to: 608 * MINUTE }],
  4: [{ days: EVERY_DAY, from: 603 * MINUTE, to: 606 * MINUTE }],
};

class WitnessedServer extends ScriptedServer {
  readonly #clock: VirtualClock;
  readonly #seen: (probe: Probe, endedAt: number) => void;

  constructor(name: string, clock: VirtualClock, seen: (probe: Probe, endedAt: number) => void) {
    super(name, clock);
    this.#clock = clock;
    this.#seen = seen;
  }

  /** The next probe fails, and that one alone. */
  hiccup: BehaviourName | undefined;
  usual: BehaviourName = 'answers';

  override async probe(signal: AbortSignal): Promise<Probe> {
    this.behave(this.hiccup ?? this.usual);
    this.hiccup = undefined;
    const probe = await super.probe(signal);
    this.#seen(probe, this.#clock.now());
    return probe;
  }
}

/** One run of the program. */
interface Run {
  readonly stopping: AbortController;
  ended: Promise<void>;
  program: Running | undefined;
  doom: Death | undefined;
  isDead: boolean;
  file: DurableStore | undefined;
  /** What the file is about to do. */
  busy: Promise<unknown>;
}

export interface WorldOptions {
  readonly servers: readonly string[];
  /** A folder: on disk, else in memory. */
  readonly folder: string | undefined;
  readonly random: () => number;
}

export class SoakWorld {
  readonly clock = new VirtualClock();
  readonly channel = new MemoryChannel(this.clock);
  readonly log = recordingLog();
  readonly histories = new Map<string, Witnessed[]>();
  readonly obstacles: Obstacle[] = [];
  /** When each server began to be as it is now, and whether it answers; one that is cut off is neither. */
  readonly truths = new Map<string, { readonly since: number; readonly isUp: boolean }>();
  readonly deeds: Deed[] = [];
  readonly ownNews: OwnNews[] = [];
  /** Those who were told anything when they were not in the settings. */
  readonly strangersTold: string[] = [];
  /** When the network was gone. */
  readonly cuts: number[] = [];
  /** When the program was started and killed. */
  readonly starts: number[] = [];
  readonly deaths: number[] = [];
  readonly #options: WorldOptions;
  readonly #servers = new Map<string, WitnessedServer>();
  readonly #scripts = new Map<string, ServerScript>();
  readonly #present = new Set<string>();
  readonly #off = new Set<string>();
  #people: Person[] = ['anna', 'boris', 'carol'];
  #telegram: TelegramMode = 'fine';
  readonly #telegramFor = new Map<string, TelegramMode>();
  #isCutOff = false;
  #hasMoved = false;
  #chat: keyof typeof CHATS = 'night shift';
  readonly #behaviours = new Map<string, BehaviourName>();
  #diskFails: StorageTroubleCode | undefined;
  readonly #memory = createMemoryStore();
  readonly #unmarked = new Set<Screen>();
  #isWrittenDown = true;
  /** The file of a process that was killed can be opened again. */
  #released: Promise<void> | undefined;
  #store: Store | undefined;
  #run: Run | undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
    for (const [index, name] of options.servers.entries()) {
      this.#scripts.set(name, scriptOf(index));
      this.#present.add(name);
      this.histories.set(name, []);
      this.#servers.set(
        name,
        new WitnessedServer(name, this.clock, (probe, at) => this.#look(name, probe, at)),
      );
      this.behave(name, 'answers');
      for (const { from, to } of this.#scripts.get(name)?.maintenance ?? []) {
        const midnight = START - (START % (24 * 60 * MINUTE));
        this.obstacles.push({ kind: 'maintenance', from: midnight + from, to: midnight + to, server: name });
      }
    }
    this.channel.answer = (address) => this.#answer(address);
  }

  #look(name: string, { kind, at: from }: Probe, at: number): void {
    const { failures, successes } = this.#script(name);
    this.#witness(name, { kind: 'look', from, at, answered: kind === 'answered', failures, successes });
  }

  #witness(name: string, what: Witnessed): void {
    this.histories.get(name)?.push(what);
  }

  #script(name: string): ServerScript {
    return this.#scripts.get(name) as ServerScript;
  }

  #timelineOptions(): TimelineOptions {
    const servers = Object.fromEntries([...this.#present].map((name) => [name, this.#script(name)]));
    return { servers, people: this.#people, chats: [this.#chat] };
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** It is going to be killed: what anybody does now may come to nothing. */
  get isDoomed(): boolean {
    return this.#run?.doom !== undefined;
  }

  /** Nothing would be lost with the process. */
  get isWrittenDown(): boolean {
    return this.#isWrittenDown;
  }

  /** `undefined`: it has no reminders. */
  remindsEvery(name: string): number | undefined {
    const { reminderHours } = this.#script(name);
    return reminderHours === undefined ? undefined : reminderHours * 60 * MINUTE;
  }

  get isWatched(): (name: string) => boolean {
    return (name) => this.#present.has(name) && !this.#off.has(name);
  }

  get present(): readonly string[] {
    return [...this.#present];
  }

  async start(): Promise<void> {
    const stopping = new AbortController();
    const run: Run = {
      stopping,
      ended: Promise.resolve(),
      program: undefined,
      doom: undefined,
      isDead: false,
      file: undefined,
      busy: Promise.resolve(),
    };
    await this.#released;
    this.#store = await this.#openStore(run);
    await this.#noteUnmarked();
    for (const name of this.#present) {
      if (this.histories.get(name)?.length) {
        this.#witness(name, { kind: 'restart', at: this.clock.now(), believed: await this.#believed(name) });
      }
    }
    this.starts.push(this.clock.now());
    this.#run = run;
    run.ended = runApp(
      settings(this.#timelineOptions()),
      {
        clock: this.clock,
        random: this.#options.random,
        log: this.log,
        charts: { draw: async () => Promise.reject(new Error('nobody draws here')) },
        loadWords: async () => WORDS.en,
        store: this.#store,
        channel: this.channel,
        openServer: ({ name }) => this.#servers.get(name) as WitnessedServer,
        isReachable: async () => this.#telegram !== 'away' && !this.#isCutOff,
        beside: async (program, signal) => {
          run.program = program;
          await this.clock.sleep(Number.POSITIVE_INFINITY, signal).catch(() => {});
        },
      },
      stopping.signal,
    );
    run.ended.catch(() => {});
    await this.clock.settle();
    this.#clear('stopped');
  }

  /** What was delivered in the moment in which the process was killed, and still waits. */
  async #noteUnmarked(): Promise<void> {
    const waiting = await this.store.outbox();
    for (const { at, address, screen } of this.channel.attempts) {
      const isWaiting = waiting.some(
        ({ recipient, event }) =>
          asInSettings(recipient.address) === asInSettings(address) && mayTell(screen.text, event),
      );
      if (at === this.deaths.at(-1) && isWaiting) this.#unmarked.add(screen);
    }
  }

  /** As by an operator; no time passes. */
  async stop(): Promise<void> {
    this.#hinder({ kind: 'stopped' });
    this.#run?.stopping.abort();
    await this.clock.settle();
    await this.#run?.ended;
    this.#run = undefined;
  }

  /** `kill -9`. */
  kill(when: Death): void {
    const run = this.#run as Run;
    if (when === 'at once') this.#die(run);
    else run.doom = when;
  }

  #die(run: Run): void {
    run.isDead = true;
    run.stopping.abort();
    this.#released = run.busy.then(() => run.file?.close());
    this.#run = undefined;
    this.deaths.push(this.clock.now());
    this.#hinder({ kind: 'stopped' });
  }

  async #openStore(run: Run): Promise<Store> {
    const { folder } = this.#options;
    if (folder === undefined) return this.#mortal(this.#memory, run);
    run.file = openSqlite(`${folder}/soak.sqlite`, this.log);
    const tell = (kind: OwnNews['kind'], trouble: StorageTroubleCode = 'io-error') => {
      const at = this.clock.now();
      const event = kind === 'storage-trouble' ? ({ kind, at, trouble } as const) : ({ kind, at } as const);
      this.#isWrittenDown = kind === 'storage-mended';
      // As in `run`, where nobody passes it on any more once the program is told to stop.
      if (this.#run !== run || run.stopping.signal.aborted) return;
      this.ownNews.push({ at, kind });
      void run.program?.tell(event);
    };
    const { store } = await createSurvivingStore(this.#mortal(run.file, run), {
      clock: this.clock,
      log: this.log,
      onTrouble: ({ code }) => code !== 'in-use' && tell('storage-trouble', code),
      onRecovered: () => tell('storage-mended'),
    });
    return store;
  }

  /** What is asked of it by a process that is killed is never answered; a disk fails when it is told to. */
  #mortal<Kind extends object>(store: Kind, run: Run): Kind {
    const never = new Promise<never>(() => {});
    return new Proxy(store, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return async (...args: unknown[]) => {
          const isWrite = WRITES.has(name);
          if (isWrite && run.doom === 'before a write') this.#die(run);
          if (run.isDead) return never;
          if (isWrite && this.#diskFails) throw new StorageTrouble(this.#diskFails, 'disk');
          const asked: Promise<unknown> = method.apply(target, args);
          run.busy = Promise.allSettled([run.busy, asked]);
          const answer = await asked;
          if (isWrite && run.doom === 'after a write') this.#die(run);
          return run.isDead ? never : answer;
        };
      },
    });
  }

  get store(): Store {
    return this.#store as Store;
  }

  async #believed(name: string): Promise<string> {
    const server = name as ServerName;
    const status = (await this.store.availabilities()).get(server)?.status ?? 'unknown';
    const isUnstable = (await this.store.stabilities()).get(server)?.unstableSince !== undefined;
    return isUnstable ? `${status}, unstable` : status;
  }

  // What can happen.

  behave(name: string, how: BehaviourName): void {
    this.#behaviours.set(name, how);
    this.#beAsIs(name);
    const isUp = how.startsWith('answers') && how !== 'answers 503';
    const before = this.truths.get(name);
    if (before?.isUp !== isUp) this.truths.set(name, { since: this.clock.now(), isUp });
  }

  #beAsIs(name: string): void {
    const server = this.#servers.get(name) as WitnessedServer;
    server.usual = this.#isCutOff ? 'drops every packet' : this.behaviour(name);
  }

  /** One probe is lost. */
  hiccup(name: string): void {
    (this.#servers.get(name) as WitnessedServer).hiccup = 'refuses';
  }

  /** Its next probe will be lost. */
  hasHiccup(name: string): boolean {
    return this.#servers.get(name)?.hiccup !== undefined;
  }

  behaviour(name: string): BehaviourName {
    return this.#behaviours.get(name) ?? 'answers';
  }

  /** @param address default: all of Telegram */
  telegram(mode: TelegramMode, address?: string): void {
    const before = address === undefined ? this.#telegram : this.#telegramFor.get(address);
    if (address === undefined) {
      this.#telegram = mode;
      if (mode === 'away') this.channel.disconnect();
      if (mode === 'fine') this.channel.reconnect();
    } else this.#telegramFor.set(address, mode);
    const isBack = before === 'away' && address === undefined;
    // A request that hangs does not learn that others get through.
    const later = isBack ? LOOKED_AGAIN : before === 'hanging' ? 2 * LONGEST_RETRY : LONGEST_RETRY;
    this.#clear('telegram', (obstacle) => obstacle.address === address, later);
    if (mode !== 'fine') this.#hinder({ kind: 'telegram', ...(address !== undefined && { address }) });
  }

  /** The group becomes a supergroup, which has another address. */
  moveChat(): void {
    this.#hasMoved = true;
    // Until the bot hears of it, a mute from before cannot be ended from there.
    for (const obstacle of this.obstacles) {
      const isHere = obstacle.kind === 'mute' && obstacle.address === CHATS['night shift'];
      if (isHere && obstacle.to > this.clock.now()) obstacle.kind = 'perhaps';
    }
  }

  /** The operator updates its address, once the bot has heard of the new one. */
  async nameNewChat(): Promise<void> {
    if (this.#chat === 'moved' || (await this.store.moves()).length === 0) return;
    this.#chat = 'moved';
    await this.#apply();
  }

  /** The bot is cut off from everything. */
  cutOff(isCutOff: boolean): void {
    this.#isCutOff = isCutOff;
    for (const name of this.#servers.keys()) this.#beAsIs(name);
    if (isCutOff) {
      this.#hinder({ kind: 'network' });
      this.cuts.push(this.clock.now());
    } else this.#clear('network', () => true, LONGEST_RETRY);
    this.telegram(isCutOff ? 'away' : 'fine');
  }

  disk(fails: StorageTroubleCode | undefined): void {
    if (this.#options.folder !== undefined) this.#diskFails = fails;
  }

  /** Presses a button of an alert in a chat. @param minutes 0: ends the mute */
  async mute(server: string, address: string, minutes: number): Promise<void> {
    await this.#press(address, PEOPLE.anna, { kind: 'mute', server: this.#key(server), minutes });
    const now = this.clock.now();
    for (const obstacle of this.obstacles) {
      if (obstacle.kind !== 'mute' || obstacle.address !== address || obstacle.server !== server) continue;
      obstacle.to = Math.min(obstacle.to, now);
    }
    this.obstacles.push({ kind: 'mute', from: now, to: now + minutes * MINUTE, address, server });
  }

  async acknowledge(server: string, who: Person): Promise<void> {
    const by = String(PEOPLE[who]);
    const notes = (await this.store.outageNotes()).find((one) => one.server === server);
    // Only an outage can be taken care of, and by the same person once.
    if (notes?.lastTold !== undefined && notes.acknowledgedBy !== nameOf(PEOPLE[who])) {
      this.deeds.push({ at: this.clock.now(), server, by, word: 'acknowledged' });
    }
    await this.#press(by, PEOPLE[who], { kind: 'acknowledge', server: this.#key(server) });
  }

  async switchMonitoring(server: string, on: boolean, who: Person): Promise<void> {
    if (this.#off.has(server) !== on) return;
    const at = this.clock.now();
    this.#witness(server, { kind: 'switch', at, on, believed: await this.#believed(server) });
    if (on) this.#off.delete(server);
    else this.#off.add(server);
    await this.#press(String(PEOPLE[who]), PEOPLE[who], {
      kind: 'switch-monitoring',
      server: this.#key(server),
      on,
    });
    this.deeds.push({ at, server, by: String(PEOPLE[who]), word: on ? 'watched' : 'unwatched' });
  }

  async #press(to: string, id: number, action: Parameters<typeof encodeKept>[0]): Promise<void> {
    const address = this.#hasMoved && to === CHATS['night shift'] ? CHATS.moved : to;
    const { reception, reply } = this.channel.send({
      person: { id, name: nameOf(id) },
      place: address.startsWith('-') ? 'group' : 'private',
      address,
      request: { kind: 'tap', data: encodeKept(action) },
    });
    if (reception.kind !== 'work') throw new Error(`a press came to nothing: ${reception.kind}`);
    await this.clock.settle();
    // Who switches on is answered after the first look, for which the clock must go on.
    if (action.kind !== 'switch-monitoring') await reply;
  }

  /** Other settings for a server, put in force by an edit. */
  async edit(name: string, changed: Partial<ServerScript>): Promise<void> {
    const before = this.#script(name);
    const after = { ...before, ...changed };
    this.#scripts.set(name, after);
    if (after.port !== before.port) {
      const at = this.clock.now();
      this.#witness(name, { kind: 'reconnect', at, believed: await this.#believed(name) });
    }
    await this.#apply();
  }

  async remove(name: string): Promise<void> {
    const at = this.clock.now();
    // Nobody knows of its maintenance any more until it is back.
    for (const obstacle of this.obstacles) {
      if (obstacle.kind === 'maintenance' && obstacle.server === name) obstacle.kind = 'perhaps';
    }
    this.#witness(name, { kind: 'removal', at, believed: await this.#believed(name) });
    this.#present.delete(name);
    this.#off.delete(name);
    await this.#apply();
  }

  async add(name: string): Promise<void> {
    this.#present.add(name);
    await this.#apply();
  }

  async invite(who: Person, isInvited: boolean): Promise<void> {
    this.#people = isInvited
      ? [...new Set([...this.#people, who])]
      : this.#people.filter((other) => other !== who);
    await this.#apply();
  }

  get people(): readonly Person[] {
    return this.#people;
  }

  async #apply(): Promise<void> {
    const applied = this.#run?.program?.apply(settings(this.#timelineOptions()));
    await this.clock.settle();
    await applied;
    await this.clock.settle();
  }

  #key(name: string): string {
    const { port } = this.#script(name);
    return serverKey({ name, address: `${name}.example.com:${port}:4307` });
  }

  /** Everything that anybody was told, by the addresses of the settings. */
  get messages(): Message[] {
    return this.channel.attempts.flatMap(({ at, address, screen, delivery }) => {
      const isLost = delivery.kind === 'retry' && delivery.reason === LOST;
      if (delivery.kind !== 'delivered' && !isLost) return [];
      const isUnmarked = isLost || this.#unmarked.has(screen);
      return [{ at, address: asInSettings(address), text: screen.text, isUnmarked }];
    });
  }

  #answer(to: string): Delivery | Promise<Delivery> {
    const address = asInSettings(to);
    const mode = this.#telegram === 'fine' ? (this.#telegramFor.get(address) ?? 'fine') : this.#telegram;
    if (this.#hasMoved && to === CHATS['night shift'] && (mode === 'fine' || mode === 'losing')) {
      return { kind: 'moved', address: CHATS.moved };
    }
    const isPerson = !address.startsWith('-');
    if (isPerson && !this.#people.some((who) => String(PEOPLE[who]) === address))
      this.strangersTold.push(address);
    const run = this.#run;
    if (mode === 'fine' && run?.doom === 'after a message') this.#die(run);
    switch (mode) {
      case 'fine':
        return { kind: 'delivered' };
      case 'away':
        return { kind: 'retry', reason: 'no connection' };
      case 'limiting':
        return { kind: 'retry', after: this.#wait(), reason: 'too many requests' };
      case 'losing':
        return { kind: 'retry', reason: LOST };
      case 'refusing':
        return { kind: 'refused', refusal: 'blocked', reason: 'bot was blocked by the user' };
      case 'hanging':
        return this.clock.sleep(this.#wait()).then(() => ({ kind: 'retry', reason: 'no answer in time' }));
    }
  }

  #wait(): number {
    return Math.round(this.#options.random() * LONGEST_RETRY);
  }

  #hinder(obstacle: Omit<Obstacle, 'from' | 'to'>): void {
    this.obstacles.push({ ...obstacle, from: this.clock.now(), to: Number.POSITIVE_INFINITY });
  }

  #clear(kind: Obstacle['kind'], which: (obstacle: Obstacle) => boolean = () => true, later = 0): void {
    for (const obstacle of this.obstacles) {
      const isOpen = obstacle.kind === kind && obstacle.to === Number.POSITIVE_INFINITY;
      if (isOpen && which(obstacle)) obstacle.to = this.clock.now() + later;
    }
  }
}

function scriptOf(index: number): ServerScript {
  return {
    interval: [15, 5, 10, 2, 15, 1, 7][index % 7] ?? 15,
    failures: index % 4 === 3 ? 3 : 2,
    successes: index % 3 === 2 ? 2 : 1,
    reminderHours: index % 2 === 0 ? 0.05 : undefined,
    monitored: true,
    check: index % 2 === 0 ? 'vsstatus' : 'https',
    maintenance: WINDOWS[index] ?? [],
    port: 443,
  };
}

/** What the event is called where it is told. */
const WORDS_FOR: Partial<Record<EventKind, readonly Word[]>> = {
  'server-down': ['down'],
  'server-up': ['up'],
  'server-still-down': ['still-down'],
  'server-unstable': ['unstable'],
  'server-steady': ['steady-up', 'steady-down'],
  'outage-acknowledged': ['acknowledged'],
  'monitoring-switched': ['watched', 'unwatched'],
};

function mayTell(text: string, event: Event): boolean {
  const said = statementsIn(text);
  if (!('server' in event)) return said.length === 0;
  return said.some(
    ({ server, word }) => server === event.server && WORDS_FOR[event.kind]?.includes(word) === true,
  );
}

function asInSettings(address: string): string {
  return address === CHATS.moved ? CHATS['night shift'] : address;
}

function nameOf(id: number): string {
  return `person ${id}`;
}
