/** A TrueConf Server as the program sees it through its adapter, doing what a test says. */
import type { Probe } from '../../src/domain/availability.ts';
import type { Conference, OnlineUser, Participant } from '../../src/domain/conference.ts';
import type { ConferenceId } from '../../src/domain/names.ts';
import { ServerTrouble, type Trouble } from '../../src/domain/trouble.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { type DurationMs, type EpochMs, SECOND } from '../../src/lib/time.ts';
import type { TrueConfServer } from '../../src/trueconf/client.ts';

export interface Behaviour {
  /** From the start of a probe to its outcome. */
  readonly after: DurationMs;
  readonly outcome: { readonly kind: 'answers' } | { readonly kind: 'throws' } | Trouble;
  /** Whether the web server answers a look at it. */
  readonly web: boolean;
}

const failing = (trouble: Trouble, after: DurationMs = 0, web = false): Behaviour => ({
  after,
  outcome: trouble,
  web,
});

/** The design's limits: 3 s to connect, 5 s to answer. */
export const BEHAVIOURS = {
  answers: { after: 0, outcome: { kind: 'answers' }, web: true },
  'answers after 4 s': { after: 4 * SECOND, outcome: { kind: 'answers' }, web: true },
  refuses: failing({ code: 'refused' }),
  'refuses, but its web server answers': failing({ code: 'refused' }, 0, true),
  'drops every packet': failing({ code: 'connect-timeout' }, 3 * SECOND),
  hangs: failing({ code: 'answer-timeout' }, 5 * SECOND),
  'answers 503': failing({ code: 'http-status', status: 503 }),
  'shows a self-signed certificate': failing({ code: 'tls-untrusted' }),
  'has no address': failing({ code: 'dns' }),
  /** A bug in the adapter. */
  'breaks the probe': { after: 0, outcome: { kind: 'throws' }, web: true },
} as const satisfies Record<string, Behaviour>;

export type BehaviourName = keyof typeof BEHAVIOURS;

export class ScriptedServer implements TrueConfServer {
  readonly webRoot: string;
  /** When each probe started. */
  readonly probes: EpochMs[] = [];
  /** When each look at the web server started. */
  readonly webLooks: EpochMs[] = [];
  readonly stopped: ConferenceId[] = [];
  closed = false;
  /** When its certificate ends; `undefined`: it shows none. */
  certificateEndsAt: EpochMs | undefined;
  /** When each look at its certificate started. */
  readonly certificateLooks: EpochMs[] = [];
  conferences: Conference[] = [];
  inside: Participant[] = [];
  /** From asking the web server to its answer or its silence. */
  webAfter: DurationMs = 0;
  /** When each count of online users started. */
  readonly userCounts: EpochMs[] = [];
  /** From asking for them to the answer. */
  usersAfter: DurationMs = 0;
  /** In place of an answer. */
  usersTrouble: Trouble | undefined;
  /** A bug in the adapter. */
  webThrows = false;
  #behaviour: Behaviour = BEHAVIOURS.answers;
  readonly #clock: Clock;

  constructor(name: string, clock: Clock) {
    this.webRoot = `https://${name}`;
    this.#clock = clock;
  }

  behave(name: BehaviourName): void {
    this.#behaviour = BEHAVIOURS[name];
  }

  async probe(signal: AbortSignal): Promise<Probe> {
    const at = this.#clock.now();
    this.probes.push(at);
    const { after, outcome } = this.#behaviour;
    if (after > 0) await this.#clock.sleep(after, signal);
    signal.throwIfAborted();
    if ('code' in outcome) return { kind: 'failed', at, latency: after, trouble: outcome };
    if (outcome.kind === 'throws') throw new TypeError('a bug in the adapter');
    return { kind: 'answered', at, latency: after };
  }

  async webAnswers(signal: AbortSignal): Promise<boolean> {
    this.webLooks.push(this.#clock.now());
    const { web } = this.#behaviour;
    if (this.webAfter > 0) await this.#clock.sleep(this.webAfter, signal);
    if (this.webThrows) throw new TypeError('a bug in the adapter');
    return web;
  }

  async certificateEnd(): Promise<EpochMs | undefined> {
    this.certificateLooks.push(this.#clock.now());
    return this.certificateEndsAt;
  }

  async runningConferences(): Promise<Conference[]> {
    return this.conferences;
  }

  async participants(): Promise<Participant[]> {
    return this.inside;
  }

  async onlineUsers(signal: AbortSignal): Promise<OnlineUser[]> {
    this.userCounts.push(this.#clock.now());
    if (this.usersAfter > 0) await this.#clock.sleep(this.usersAfter, signal);
    if (this.usersTrouble) throw new ServerTrouble('list users', this.usersTrouble);
    return [];
  }

  async stopConference(id: ConferenceId): Promise<'stopped' | 'already-ended'> {
    this.stopped.push(id);
    this.conferences = this.conferences.filter((conference) => conference.id !== id);
    return 'stopped';
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}
