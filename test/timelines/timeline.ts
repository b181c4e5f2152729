/**
 * Timelines: the whole program runs under a virtual clock while a script says what happens when, in seconds and in
 * sentences; what people are told, when and in which words is then compared.
 */
import { expect, onTestFinished } from 'vitest';
import { type Running, runApp } from '../../src/app.ts';
import type { Delivery } from '../../src/channels/port.ts';
import type { Chart } from '../../src/charts/chart.ts';
import type { Conference } from '../../src/domain/conference.ts';
import type { MaintenanceWindow } from '../../src/domain/maintenance.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { Secret } from '../../src/lib/secret.ts';
import { HOUR, SECOND } from '../../src/lib/time.ts';
import type { ServerSettings, Settings } from '../../src/settings/settings.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { MemoryChannel } from '../support/memory-channel.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';
import { BEHAVIOURS, type BehaviourName, ScriptedServer } from '../support/scripted-server.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';

/** Seconds since the start of the timeline. */
type Seconds = number;

export interface ServerScript {
  /** Between two probes. */
  readonly interval: Seconds;
  readonly failures: number;
  readonly successes: number;
  readonly reminderHours: number | undefined;
  readonly monitored: boolean;
  /** `https` keeps alerts short: no word about the web server. */
  readonly check: 'vsstatus' | 'https';
  readonly maintenance: readonly MaintenanceWindow[];
  /** Another one is another place to reach it. */
  readonly port: number;
}

const USUAL: ServerScript = {
  interval: 15,
  failures: 2,
  successes: 1,
  reminderHours: undefined,
  monitored: true,
  check: 'https',
  maintenance: [],
  port: 443,
};

export interface TimelineOptions {
  /** Names, or names with what is unusual about them. Default: one server, alpha. */
  readonly servers?: readonly string[] | Readonly<Record<string, Partial<ServerScript>>>;
  /** Of `PEOPLE`. Default: anna. */
  readonly people?: readonly (keyof typeof PEOPLE)[];
  /** Of `CHATS`. Default: none. */
  readonly chats?: readonly (keyof typeof CHATS)[];
  /** What an earlier run left behind. */
  readonly store?: Store;
  /** When this run starts. */
  readonly from?: Seconds;
  readonly random?: () => number;
  /** A second target is configured. Default: none is. */
  readonly networkCheck?: boolean;
  /** Telegram is reached through one. Default: directly. */
  readonly proxy?: boolean;
  readonly locale?: keyof typeof WORDS;
}

export const PEOPLE = { anna: 1001, boris: 1002, carol: 1003 } as const;
/** Seven people in a conference. */
export const BOARD: Conference = {
  session: 's1' as never,
  id: 'c1' as never,
  topic: 'Board',
  owner: 'anna@alpha',
  participantCount: 7,
  startedAt: undefined,
  duration: 0,
};

export const CHATS = {
  'night shift': '-1001234567890:42',
  moved: '-1009876543210',
  'anna herself': '1001',
} as const;

/** Read before the time begins to stand still. */
export const WORDS = { en: await loadTranslator('en'), de: await loadTranslator('de') };

const CHECK = 'https://check.example.net/';
const API_ROOT = 'https://api.telegram.org';

const NAMES = new Map<string, string>([
  ...Object.entries(CHATS).map(([name, address]) => [address, name] as const),
  ...Object.entries(PEOPLE).map(([name, id]) => [String(id), name] as const),
]);

/** Rounds of different servers drift apart, as in life; the same in every run. */
export function drifting(seed = 4242): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

export type Step = { readonly at: Seconds; readonly does: Deed | undefined };
type Deed = string | (() => unknown);

/** It happens before anything else that is due at that moment. */
export function at(seconds: Seconds, does: Deed): Step {
  return { at: seconds, does };
}

/** Time passes, and what is due at that very moment has happened. */
export function until(seconds: Seconds): Step {
  return { at: seconds, does: undefined };
}

/** What somebody was told. */
export interface Told {
  readonly at: Seconds;
  /** In the order in which they were told. */
  readonly to: string;
  readonly text: string;
}

export function told(seconds: Seconds, to: string, ...lines: readonly string[]): Told {
  return { at: seconds, to, text: lines.join('\n') };
}

export class Timeline {
  readonly clock: VirtualClock;
  readonly channel: MemoryChannel;
  readonly store: Store;
  readonly log: RecordingLog = recordingLog();
  readonly servers = new Map<string, ScriptedServer>();
  /** Whether something answers there. */
  readonly reachable = { check: true, telegram: true };
  /** When each was asked. */
  readonly asked: { readonly check: Seconds[]; readonly telegram: Seconds[] } = { check: [], telegram: [] };
  /** Asked for; nobody draws them. */
  readonly charts: Chart[] = [];
  /** Set by a test in which something breaks. */
  errorsExpected = false;
  readonly #options: TimelineOptions;
  readonly #stopping = new AbortController();
  #hasStarted = false;
  #program: Running | undefined;
  #running: Promise<void> = Promise.resolve();
  #outcome: 'running' | 'ended' | { readonly error: unknown } = 'running';

  constructor(options: TimelineOptions) {
    this.#options = options;
    this.clock = new VirtualClock(START + (options.from ?? 0) * SECOND);
    this.channel = new MemoryChannel(this.clock);
    this.store = options.store ?? createMemoryStore();
    for (const name of Object.keys(scripts(options))) this.#script(name);
  }

  #script(name: string): ScriptedServer {
    const server = this.servers.get(name) ?? new ScriptedServer(name, this.clock);
    this.servers.set(name, server);
    return server;
  }

  #start(): void {
    this.#hasStarted = true;
    this.#running = runApp(
      settings(this.#options),
      {
        clock: this.clock,
        random: this.#options.random ?? (() => 0),
        log: this.log,
        charts: { draw: async (_key, read) => void this.charts.push(await read()) },
        loadWords: async (locale) => WORDS[locale as keyof typeof WORDS],
        store: this.store,
        channel: this.channel,
        openServer: ({ name }) => {
          const server = this.#script(name);
          server.closed = false;
          return server;
        },
        isReachable: async (url) => {
          const which = url === CHECK ? 'check' : 'telegram';
          this.asked[which].push(this.#seconds(this.clock.now()));
          return this.reachable[which];
        },
        beside: async (program, signal) => {
          this.#program = program;
          await this.clock.sleep(Number.POSITIVE_INFINITY, signal).catch(() => {});
        },
      },
      this.#stopping.signal,
    );
    this.#running.then(
      () => {
        this.#outcome = 'ended';
      },
      (error) => {
        this.#outcome = { error };
      },
    );
  }

  /** The program, for news about itself. */
  get program(): Running {
    if (!this.#program) throw new Error('the program has not started');
    return this.#program;
  }

  /** The settings were edited: what is not named is as it was at the start. */
  async edit(changed: TimelineOptions): Promise<void> {
    await this.program.apply(settings({ ...this.#options, ...changed }));
  }

  server(name: string): ScriptedServer {
    const server = this.servers.get(name);
    if (!server) throw new Error(`no server is named ${name}`);
    return server;
  }

  /** Plays the steps in order of time; may be called again to go on. What is there at the start is there before it. */
  async play(...steps: readonly Step[]): Promise<void> {
    for (const step of [...steps].sort((a, b) => a.at - b.at)) {
      const moment = START + step.at * SECOND;
      if (!this.#hasStarted && moment > this.clock.now()) this.#start();
      if (step.does === undefined) {
        if (!this.#hasStarted) this.#start();
        await this.clock.advanceTo(moment);
        continue;
      }
      if (this.#hasStarted) await this.clock.advanceJustBefore(moment);
      if (typeof step.does === 'string') this.#perform(step.does);
      else await step.does();
      if (this.#hasStarted) await this.clock.settle();
    }
  }

  /** Everything that was delivered; those who were told the same at the same time in one entry. */
  get told(): Told[] {
    const all = new Map<string, { at: Seconds; to: string[]; text: string }>();
    for (const { at: moment, address, screen, delivery } of this.channel.attempts) {
      if (delivery.kind !== 'delivered') continue;
      const key = JSON.stringify([moment, screen.text]);
      const entry = all.get(key) ?? { at: this.#seconds(moment), to: [], text: screen.text };
      entry.to.push(NAMES.get(address) ?? address);
      all.set(key, entry);
    }
    return [...all.values()].map((entry) => ({ ...entry, to: entry.to.join(', ') }));
  }

  /** When each attempt to tell somebody was made, failed ones included. */
  attempts(to: string): Seconds[] {
    const address = addressOf(to);
    return this.channel.attempts.filter((one) => one.address === address).map((one) => this.#seconds(one.at));
  }

  /** When each probe of a server started. */
  probes(name: string): Seconds[] {
    return this.server(name).probes.map((moment) => this.#seconds(moment));
  }

  webLooks(name: string): Seconds[] {
    return this.server(name).webLooks.map((moment) => this.#seconds(moment));
  }

  /** The text that a chat shows last. */
  shown(to: string): string {
    return this.channel.lastScreen.get(addressOf(to))?.text ?? '';
  }

  labels(to: string): string[] {
    return (this.channel.lastScreen.get(addressOf(to))?.keyboard ?? []).flat().map(({ label }) => label);
  }

  /** `running`, `ended`, or the error that ended it. */
  get outcome(): unknown {
    return typeof this.#outcome === 'string' ? this.#outcome : this.#outcome.error;
  }

  /** Stops the program; no time passes. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.clock.settle();
  }

  #perform(sentence: string): void {
    for (const [pattern, act] of SENTENCES) {
      const match = pattern.exec(sentence);
      if (match) {
        act(this, ...match.slice(1));
        return;
      }
    }
    const server = [...this.servers.keys()].find((name) => sentence.startsWith(`${name} `));
    const behaviour = sentence.slice((server ?? '').length + 1);
    if (server === undefined || !Object.hasOwn(BEHAVIOURS, behaviour)) {
      throw new Error(`a timeline does not know what this means: ${sentence}`);
    }
    this.server(server).behave(behaviour as BehaviourName);
  }

  #seconds(moment: number): Seconds {
    return (moment - START) / SECOND;
  }
}

/** What can happen beside a server's behaviour. */
const SENTENCES: readonly (readonly [RegExp, (story: Timeline, ...words: string[]) => void])[] = [
  [/^telegram is away$/, ({ channel }) => answer(channel, () => AWAY)],
  [/^telegram hangs$/, ({ channel }) => answer(channel, () => new Promise(() => {}))],
  [/^telegram delivers again$/, ({ channel }) => answer(channel, () => DELIVERED)],
  [/^telegram does not reach (.+)$/, ({ channel }, who) => answer(channel, () => AWAY, who)],
  [/^(.+) blocks the bot$/, ({ channel }, who) => answer(channel, () => BLOCKED, who)],
  [
    /^telegram is back$/,
    ({ channel }) => {
      answer(channel, () => DELIVERED);
      channel.reconnect();
    },
  ],
  // What the whole bot is cut off from, and not only Telegram's messages.
  [/^the network is gone$/, (story) => network(story, false)],
  [/^the network is back$/, (story) => network(story, true)],
  [/^the network check answers$/, ({ reachable }) => Object.assign(reachable, { check: true })],
  [/^the network check does not answer$/, ({ reachable }) => Object.assign(reachable, { check: false })],
  [
    /^all (refuse|answer)$/,
    ({ servers }, what) => {
      for (const server of servers.values()) server.behave(what === 'refuse' ? 'refuses' : 'answers');
    },
  ],
  [/^(.+) presses (.+)$/, press],
  [
    /^(.+) sends \/(\w+)$/,
    ({ channel }, who, name) => {
      const request = { kind: 'command', name: name ?? '' } as const;
      channel.send({ person: person(who), place: 'private', address: addressOf(who), request });
    },
  ],
];

const DELIVERED: Delivery = { kind: 'delivered' };
const AWAY: Delivery = { kind: 'retry', reason: 'no connection' };
const BLOCKED: Delivery = { kind: 'refused', refusal: 'blocked', reason: 'bot was blocked by the user' };

/** The line to Telegram is not known to be gone: a poll that hangs says so much later. */
function network({ servers, reachable, channel }: Timeline, works: boolean): void {
  for (const server of servers.values()) server.behave(works ? 'answers' : 'drops every packet');
  reachable.check = works;
  reachable.telegram = works;
  answer(channel, () => (works ? DELIVERED : AWAY));
  if (works) channel.reconnect();
}

/** @param to whose deliveries go like that from now on; default: everybody's */
function answer(channel: MemoryChannel, how: () => Delivery | Promise<Delivery>, to?: string): void {
  const before = channel.answer;
  const address = to === undefined ? undefined : addressOf(to);
  channel.answer = (one) => (address === undefined || one === address ? how() : before(one));
}

/** A button of what the chat shows last, by its label or a part of it. */
function press({ channel }: Timeline, who = '', label = ''): void {
  const address = addressOf(who);
  const buttons = (channel.lastScreen.get(address)?.keyboard ?? []).flat();
  const button =
    buttons.find((one) => one.label === label) ?? buttons.find((one) => one.label.includes(label));
  if (!button) throw new Error(`${who} sees ${buttons.map((one) => one.label).join(' | ')} and no ${label}`);
  const place = address.startsWith('-') ? 'group' : 'private';
  channel.send({ person: person(who), place, address, request: { kind: 'tap', data: button.data } });
}

function person(who = '') {
  const name = who.slice(0, 1).toUpperCase() + who.slice(1);
  return { id: PEOPLE[who as keyof typeof PEOPLE] ?? PEOPLE.anna, name };
}

function addressOf(who = ''): string {
  return String(PEOPLE[who as keyof typeof PEOPLE] ?? CHATS[who as keyof typeof CHATS] ?? who);
}

/**
 * Starts the program. At the end of the test it is stopped, which must leave nothing behind: it ends without any
 * time passing, nobody waits for anything, every adapter is closed, and nothing broke unless that was expected.
 */
/** When something was told, and its first line. */
export function headlines(story: Timeline): [Seconds, string][] {
  return story.told.map(({ at: moment, text }) => [moment, text.split('\n')[0] ?? '']);
}

/** The same, and who was told. */
export function headlinesTo(story: Timeline): [Seconds, string, string][] {
  return story.told.map(({ at: moment, to, text }) => [moment, to, text.split('\n')[0] ?? '']);
}

export function timeline(options: TimelineOptions = {}): Timeline {
  const story = new Timeline(options);
  const warnings: string[] = [];
  const onWarning = (warning: Error) => warnings.push(warning.message);
  process.on('warning', onWarning);
  onTestFinished(async () => {
    await story.stop();
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
    expect(story.outcome).not.toBe('running');
    expect(story.clock.pending).toEqual([]);
    expect([...story.servers.values()].every(({ closed }) => closed)).toBe(true);
    if (!story.errorsExpected) expect(story.log.messages('error')).toEqual([]);
  });
  return story;
}

function scripts({ servers = ['alpha'] }: TimelineOptions): Readonly<Record<string, Partial<ServerScript>>> {
  return Array.isArray(servers)
    ? Object.fromEntries(servers.map((name) => [name, {}]))
    : (servers as Record<string, Partial<ServerScript>>);
}

export function settings(options: TimelineOptions): Settings {
  return {
    telegram: {
      token: new Secret('4242424:AAtimelinetokentimelinetokentimeline'),
      administrators: (options.people ?? ['anna']).map((name) => PEOPLE[name]),
      alertChats: (options.chats ?? []).map((name) => CHATS[name]),
      apiRoot: API_ROOT,
      proxy: options.proxy ? new Secret('http://proxy.example.net:3128') : undefined,
    },
    locale: options.locale ?? 'en',
    timeZone: 'UTC',
    dataDir: '/nowhere',
    logLevel: 'info',
    network: { check: options.networkCheck ? CHECK : undefined },
    servers: Object.entries(scripts(options)).map(([name, unusual]) => serverSettings(name, unusual)),
  };
}

function serverSettings(name: string, unusual: Partial<ServerScript>): ServerSettings {
  const script = { ...USUAL, ...unusual };
  return {
    name: name as ServerName,
    host: `${name}.example.com`,
    clientId: 'id',
    clientSecret: new Secret('a client secret'),
    accessToken: undefined,
    tls: { kind: 'system' },
    httpsPort: script.port,
    status: {
      monitored: script.monitored,
      probeInterval: script.interval * SECOND,
      check: script.check,
      statusPort: 4307,
      thresholds: { failures: script.failures, successes: script.successes },
      reminder: script.reminderHours === undefined ? undefined : script.reminderHours * HOUR,
    },
    forgotten: { minDuration: HOUR },
    maintenance: script.maintenance,
  };
}
