/**
 * A world for soaks: the whole program under the virtual clock with servers, a messenger, a disk and people that a
 * driver plays with. It witnesses what an oracle needs, in its own words: what each probe saw, what was done to the
 * program, what stood in the way of a message, and what everybody was told.
 */
import { type Running, runApp } from '../../src/app.ts';
import { encodeKept, serverKey } from '../../src/bot/callback-data.ts';
import type { Delivery } from '../../src/channels/port.ts';
import type { Probe } from '../../src/domain/availability.ts';
import type { StorageTroubleCode } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { MINUTE, SECOND } from '../../src/lib/time.ts';
import type { DurableStore } from '../../src/storage/contents.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { openSqlite } from '../../src/storage/sqlite.ts';
import { StorageTrouble } from '../../src/storage/storage-trouble.ts';
import type { Store } from '../../src/storage/store.ts';
import { createSurvivingStore } from '../../src/storage/surviving-store.ts';
import { MemoryChannel } from '../support/memory-channel.ts';
import { recordingLog } from '../support/recording-log.ts';
import { type BehaviourName, ScriptedServer } from '../support/scripted-server.ts';
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
  /** What was under way came to nothing. `believed`: what had been written down by then. */
  | { readonly kind: 'restart' | 'reconnect' | 'removal'; readonly at: number; readonly believed: string }
  | { readonly kind: 'switch'; readonly at: number; readonly on: boolean; readonly believed: string };

/** Why somebody could not be told something. */
export interface Obstacle {
  readonly kind: 'mute' | 'maintenance' | 'telegram' | 'stopped' | 'network' | 'away';
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
}

export type TelegramMode = 'fine' | 'away' | 'limiting' | 'hanging' | 'refusing';

export type Person = keyof typeof PEOPLE;

/** Those who are told everything all the time. */
export const FAITHFUL: readonly string[] = [String(PEOPLE.anna), String(PEOPLE.boris), CHATS['night shift']];

/** Whatever held a message back, it is tried again within this. */
const LONGEST_RETRY = 30 * SECOND;

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

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
  /** Who switched monitoring of which server, in order. */
  readonly switches: {
    readonly at: number;
    readonly server: string;
    readonly by: string;
    readonly on: boolean;
  }[] = [];
  readonly #options: WorldOptions;
  readonly #servers = new Map<string, WitnessedServer>();
  readonly #scripts = new Map<string, ServerScript>();
  readonly #present = new Set<string>();
  readonly #off = new Set<string>();
  #people: Person[] = ['anna', 'boris', 'carol'];
  #telegram: TelegramMode = 'fine';
  readonly #telegramFor = new Map<string, TelegramMode>();
  #isCutOff = false;
  readonly #behaviours = new Map<string, BehaviourName>();
  #diskFails: StorageTroubleCode | undefined;
  readonly #memory = createMemoryStore();
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
    return { servers, people: this.#people, chats: ['night shift'] };
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  get isWatched(): (name: string) => boolean {
    return (name) => this.#present.has(name) && !this.#off.has(name);
  }

  get present(): readonly string[] {
    return [...this.#present];
  }

  async start(): Promise<void> {
    this.#store = await this.#openStore();
    for (const name of this.#present) {
      if (this.histories.get(name)?.length) {
        this.#witness(name, { kind: 'restart', at: this.clock.now(), believed: await this.#believed(name) });
      }
    }
    const stopping = new AbortController();
    const run: Run = { stopping, ended: Promise.resolve(), program: undefined };
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

  /** As by an operator; no time passes. */
  async stop(): Promise<void> {
    this.obstacles.push({ kind: 'stopped', from: this.clock.now(), to: Number.POSITIVE_INFINITY });
    this.#run?.stopping.abort();
    await this.clock.settle();
    await this.#run?.ended;
    this.#run = undefined;
  }

  async #openStore(): Promise<Store> {
    const { folder } = this.#options;
    if (folder === undefined) return this.#memory;
    const durable = failing(openSqlite(`${folder}/soak.sqlite`, this.log), () => this.#diskFails);
    const tell = (kind: 'storage-trouble' | 'storage-mended', trouble: StorageTroubleCode = 'io-error') => {
      const at = this.clock.now();
      const event = kind === 'storage-trouble' ? ({ kind, at, trouble } as const) : ({ kind, at } as const);
      // As in `run`, where nobody passes it on any more once the program is told to stop.
      if (this.#run && !this.#run.stopping.signal.aborted) void this.#run.program?.tell(event);
    };
    const { store } = await createSurvivingStore(durable, {
      clock: this.clock,
      log: this.log,
      onTrouble: ({ code }) => code !== 'in-use' && tell('storage-trouble', code),
      onRecovered: () => tell('storage-mended'),
    });
    return store;
  }

  get store(): Store {
    return this.#store as Store;
  }

  async #believed(name: string): Promise<string> {
    return (await this.store.availabilities()).get(name as ServerName)?.status ?? 'unknown';
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

  behaviour(name: string): BehaviourName {
    return this.#behaviours.get(name) ?? 'answers';
  }

  /** @param address default: all of Telegram */
  telegram(mode: TelegramMode, address?: string): void {
    if (address === undefined) {
      this.#telegram = mode;
      if (mode === 'away') this.channel.disconnect();
      if (mode === 'fine') this.channel.reconnect();
    } else this.#telegramFor.set(address, mode);
    this.#clear('telegram', (obstacle) => obstacle.address === address, LONGEST_RETRY);
    if (mode !== 'fine') this.#hinder({ kind: 'telegram', ...(address !== undefined && { address }) });
  }

  /** The bot is cut off from everything. */
  cutOff(isCutOff: boolean): void {
    this.#isCutOff = isCutOff;
    for (const name of this.#servers.keys()) this.#beAsIs(name);
    if (isCutOff) this.#hinder({ kind: 'network' });
    else this.#clear('network', () => true, LONGEST_RETRY);
    this.telegram(isCutOff ? 'away' : 'fine');
  }

  disk(fails: StorageTroubleCode | undefined): void {
    this.#diskFails = fails;
  }

  /** Presses a button of an alert in a chat. @param minutes 0: ends the mute */
  async mute(server: string, address: string, minutes: number): Promise<void> {
    await this.#press(address, PEOPLE.anna, { kind: 'mute', server: this.#key(server), minutes });
    const now = this.clock.now();
    for (const obstacle of this.obstacles) {
      if (obstacle.kind !== 'mute' || obstacle.address !== address || obstacle.server !== server) continue;
      obstacle.to = Math.min(obstacle.to, now);
    }
    if (minutes > 0) {
      this.obstacles.push({ kind: 'mute', from: now, to: now + minutes * MINUTE, address, server });
    }
  }

  async acknowledge(server: string, who: Person): Promise<void> {
    await this.#press(String(PEOPLE[who]), PEOPLE[who], { kind: 'acknowledge', server: this.#key(server) });
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
    this.switches.push({ at, server, by: String(PEOPLE[who]), on });
  }

  async #press(address: string, id: number, action: Parameters<typeof encodeKept>[0]): Promise<void> {
    const { reception, reply } = this.channel.send({
      person: { id, name: `person ${id}` },
      place: address.startsWith('-') ? 'group' : 'private',
      address,
      request: { kind: 'tap', data: encodeKept(action) },
    });
    if (reception.kind !== 'work') throw new Error(`a press came to nothing: ${reception.kind}`);
    await this.clock.settle();
    await reply;
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

  /** Everything that anybody was told. */
  get messages(): Message[] {
    return this.channel.attempts
      .filter(({ delivery }) => delivery.kind === 'delivered')
      .map(({ at, address, screen }) => ({ at, address, text: screen.text }));
  }

  #answer(address: string): Delivery | Promise<Delivery> {
    const mode = this.#telegram === 'fine' ? (this.#telegramFor.get(address) ?? 'fine') : this.#telegram;
    switch (mode) {
      case 'fine':
        return { kind: 'delivered' };
      case 'away':
        return { kind: 'retry', reason: 'no connection' };
      case 'limiting':
        return { kind: 'retry', after: this.#wait(), reason: 'too many requests' };
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
    // Three minutes of every day, soon after the start.
    maintenance: index === 4 ? [{ days: [...DAYS], from: 603 * MINUTE, to: 606 * MINUTE }] : [],
    port: 443,
  };
}

/** A disk that fails when it is told to. */
function failing(store: DurableStore, fails: () => StorageTroubleCode | undefined): DurableStore {
  const writes = new Set<PropertyKey>(['write', 'settle', 'redirect', 'prune']);
  return new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        const trouble = fails();
        if (trouble && writes.has(name)) throw new StorageTrouble(trouble, 'disk');
        return method.apply(target, args);
      };
    },
  });
}
