/**
 * Watches one server: probes it on its schedule, folds what the probes saw through the rule and publishes changes.
 * Knows nothing of HTTP, of chats and of other servers.
 */
import { channel } from 'node:diagnostics_channel';
import {
  type Availability,
  type FailedProbe,
  isInDoubt,
  observe,
  type Probe,
  type Thresholds,
  type Transition,
  unknownSince,
} from '../domain/availability.ts';
import type { Occupancy, ServerChange } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import { ServerTrouble } from '../domain/trouble.ts';
import { type ChildSignal, childOf } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { singleFlight } from '../lib/single-flight.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';

/** A probe that contradicts what is believed is repeated after this, whatever the interval. */
const CONFIRM_AFTER: DurationMs = 1 * SECOND;

/** A server that has just come up is asked who is on it; its alert waits no longer for that. */
const LONGEST_GREETING: DurationMs = 2 * SECOND;

/** How often a server that answers is asked who is on it. A look at its history costs it more than a probe. */
export const SCAN_INTERVAL: DurationMs = 2 * MINUTE;

/** A round starts up to this share of the interval early, so that servers spread over its ticks. */
const JITTER = 0.05;

/** What the monitor needs of a server. */
export interface ProbedServer {
  readonly name: ServerName;
  readonly probeInterval: DurationMs;
  readonly thresholds: Thresholds;
  /** Throws only when the signal aborts. */
  probe(signal: AbortSignal): Promise<Probe>;
  /** Whether its web server answers; `undefined`: the probe itself asks the web server. */
  readonly webAnswers: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  /** Who is on it now. */
  occupancy(signal: AbortSignal): Promise<Occupancy>;
}

/** What is known about a server at this moment. */
export interface WatchView {
  readonly monitored: boolean;
  readonly availability: Availability;
  readonly lastProbe: Probe | undefined;
  /** Product version, from the newest answer that told it. */
  readonly version: string | undefined;
  readonly occupancy: Occupancy | undefined;
}

/**
 * What to make of a server that has stopped answering: it is down; nothing is known, because the bot is blind; or it
 * was too early to tell.
 */
export type Verdict = 'down' | 'blind' | 'look-again';

export interface Judgement {
  readonly verdict: Verdict;
  /** It holds for several, which are to be told as one. */
  readonly isShared: boolean;
}

export interface WatchDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** A server that was up has failed, and not yet often enough to be called down. */
  doubted(): void;
  /** A server has stopped answering at that time, and its own looks have confirmed it. */
  judge(server: ServerName, at: EpochMs, signal: AbortSignal): Promise<Judgement>;
  /** The status is another one; with a transition there is something to tell. Awaited before the next probe. */
  changed(change: ServerChange): Promise<void>;
  /** Nothing is known about it, or still nothing; `value` is what will be believed. */
  hidden(server: ServerName, value: Availability): Promise<void>;
  /** A probe has confirmed what was believed. @param occupancy who was on it at the last good look */
  unchanged(
    server: ServerName,
    availability: Availability,
    occupancy: Occupancy | undefined,
  ): Promise<void> | undefined;
  /** Every probe of a server that is monitored, before it is judged. */
  probed(server: ServerName, probe: Probe): void;
}

/**
 * Rounds start on ticks that all servers share: what costs most in a probe is waking up for it, and a dozen at once
 * cost each a third of that.
 */
const TICK: DurationMs = 500;

function onTick(at: EpochMs): EpochMs {
  return Math.round(at / TICK) * TICK;
}

/** Each probe's start, for measurements: `{ server, due, at }`. Costs nothing while nobody subscribes. */
const probeStarts = channel('trueconf-admin-bot:probe-start');

export class ServerWatch {
  readonly #server: ProbedServer;
  readonly #deps: WatchDependencies;
  readonly #lookOnce: (signal?: AbortSignal) => Promise<void>;
  #monitored: boolean;
  #availability: Availability;
  /** What is believed has not been seen in this run of the program. */
  #isFromBefore: boolean;
  /** It does not answer, and that was put down to the bot. */
  #isHidden = false;
  /** The last probe found a change that is not written down yet. */
  #isUnsettled = false;
  /** What is being written down, or was last. */
  #writing: Promise<void> = Promise.resolve();
  #lastProbe: Probe | undefined;
  #version: string | undefined;
  #occupancy: Occupancy | undefined;
  #nextScan: EpochMs = 0;
  /** When the next probe starts. */
  #due: EpochMs = 0;
  #pause: ChildSignal | undefined;
  /** Ends what runs beside the probes. */
  #lifetime = AbortSignal.abort();
  /** The probe of a server that is down, while it is under way. */
  #attempt: ChildSignal | undefined;
  /** The look that is under way, or was the last. */
  #look: { readonly life: ChildSignal; readonly ended: Promise<void> } | undefined;

  constructor(
    server: ProbedServer,
    earlier: { readonly before: Availability | undefined; readonly isFromBefore: boolean },
    monitored: boolean,
    deps: WatchDependencies,
  ) {
    this.#server = server;
    this.#deps = deps;
    this.#monitored = monitored;
    // What is no longer watched is not known, whatever was believed when the program last ran.
    const before = monitored ? earlier.before : undefined;
    this.#availability = before ?? unknownSince(deps.clock.now());
    this.#isFromBefore = before !== undefined && earlier.isFromBefore;
    this.#lookOnce = singleFlight((signal) => this.#begin(signal));
  }

  get name(): ServerName {
    return this.#server.name;
  }

  get probeInterval(): DurationMs {
    return this.#server.probeInterval;
  }

  get view(): WatchView {
    return {
      monitored: this.#monitored,
      availability: this.#availability,
      lastProbe: this.#lastProbe,
      version: this.#version,
      occupancy: this.#occupancy,
    };
  }

  /** Probes until the signal aborts, then resolves. @param offset wait before the first probe */
  async run(offset: DurationMs, signal: AbortSignal): Promise<void> {
    // Of its own, because a signal with thousands of listeners takes long to add one.
    const lifetime = childOf(signal);
    this.#lifetime = lifetime.signal;
    this.#due = this.#deps.clock.now() + offset;
    await this.#rounds(lifetime.signal);
    lifetime.release();
    // Others may wait for it too; what it has begun to write down is written to its end.
    this.#look?.life.abort(signal.reason);
    await this.#look?.ended;
  }

  async #rounds(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted) {
      let round = this.#due;
      try {
        await this.#untilDue(signal);
        round = this.#due;
        probeStarts.publish({ server: this.#server.name, due: this.#due, at: clock.now() });
        await this.#lookOnce(signal);
      } catch (error) {
        if (!signal.aborted) log.error({ server: this.#server.name, error }, 'a probe broke');
      } finally {
        // Not from `#due`: a look out of turn that this round has joined may have moved that already.
        this.#schedule(round);
      }
    }
  }

  /**
   * Looks now, out of turn; joins a probe that is under way. What it sees counts like any other probe. Throws
   * `ServerTrouble` when the server is no longer watched, or only over a new connection, before that has ended.
   */
  async lookNow(signal: AbortSignal): Promise<WatchView> {
    try {
      await this.#lookOnce(signal);
      this.#schedule(this.#deps.clock.now());
      this.#pause?.abort();
    } catch (error) {
      if (signal.aborted || !this.#lifetime.aborted) throw error;
      throw new ServerTrouble('look', { code: 'closed' }, error);
    } finally {
      this.#settleSoon();
    }
    return this.view;
  }

  /** What it showed so far was put down to the bot: whether it is down is found out anew, by the usual number of looks. */
  forgetDoubt(): void {
    const { doubt, ...rest } = this.#availability;
    if (doubt && rest.status === 'unknown') this.#availability = rest;
  }

  /** For a server that is down: a look that is under way begins anew, because it may be lost though the server is back. */
  restartLook(): void {
    this.#attempt?.abort();
  }

  /** As `lookNow`, and the schedule stays as it is: else a look at all servers would put all of them in step. */
  async lookBeside(signal: AbortSignal): Promise<void> {
    try {
      await this.#lookOnce(signal);
    } finally {
      this.#settleSoon();
    }
  }

  /** Whoever asked for the look may be gone before the change that it found was written down. */
  #settleSoon(): void {
    if (!this.#isOpen) return;
    this.#schedule(this.#deps.clock.now());
    this.#pause?.abort();
  }

  /** Resolves when what was found is written down and believed. Before a switch, which else would know only half of it. */
  settled(): Promise<void> {
    return this.#writing;
  }

  /**
   * What was believed so far is no longer watched over, so it becomes unknown.
   * @returns what is believed now, for the caller to write down together with the switch
   */
  switchMonitoring(on: boolean): Availability {
    if (this.#monitored === on) return this.#availability;
    this.#monitored = on;
    this.#availability = unknownSince(this.#deps.clock.now());
    this.#isFromBefore = false;
    this.#isHidden = false;
    this.#isUnsettled = false;
    this.#due = this.#deps.clock.now();
    this.#pause?.abort();
    return this.#availability;
  }

  /** The interval is another one now: the present wait may be much too long. */
  reschedule(): void {
    this.#pause?.abort();
  }

  /** Anybody who has just read the conferences may say what was seen. */
  noteOccupancy(occupancy: Occupancy): void {
    this.#occupancy = occupancy;
    this.#nextScan = occupancy.at + SCAN_INTERVAL;
  }

  #begin(signal: AbortSignal): Promise<void> {
    // Somebody still holds it after its end. Nothing may be written about the server by two watches.
    if (this.#lifetime.aborted) return Promise.reject(this.#lifetime.reason);
    const life = childOf(signal);
    const looked = this.#observe(life.signal).finally(() => life.release());
    this.#look = { life, ended: looked.catch(() => {}) };
    return looked;
  }

  async #observe(signal: AbortSignal): Promise<void> {
    const probe = await this.#probe(signal);
    this.#lastProbe = probe;
    if (probe.kind === 'answered') this.#version = probe.version ?? this.#version;
    if (this.#monitored) await this.#fold(probe, signal);
    if (probe.kind === 'answered') this.#scanWhenDue();
  }

  async #fold(probe: Probe, signal: AbortSignal): Promise<void> {
    this.#deps.probed(this.name, probe);
    const before = this.#availability;
    const { after, transition } = observe(before, probe, this.#server.thresholds);
    this.#isUnsettled = after.status !== before.status;
    if (this.#isUnsettled) return this.#change(before, after, transition, signal);
    this.#availability = after;
    if (after.doubt) {
      if (after.status === 'up') this.#deps.doubted();
      return;
    }
    this.#isFromBefore = false;
    await this.#deps.unchanged(this.name, after, this.#occupancy);
  }

  async #change(
    before: Availability,
    after: Availability,
    transition: Transition | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    let foundAt = this.#deps.clock.now();
    const isDown = transition?.kind === 'went-down';
    const judgement = isDown ? await this.#deps.judge(this.name, transition.at, signal) : undefined;
    const verdict = judgement?.verdict;
    // Else the first to be written down would have waited long enough, and go out before the others are.
    if (judgement?.isShared) foundAt = this.#deps.clock.now();
    const occupancy = this.#occupancy;
    const occupancyNow = transition?.kind === 'came-up' ? await this.#greet(signal) : undefined;
    // Monitoring may have been switched off meanwhile.
    if (this.#availability !== before || verdict === 'look-again') return;

    // Believed only once it is written down: should that fail, the next probe finds the same change again.
    let believed = after;
    let writing: Promise<void>;
    if (verdict === 'blind') {
      believed = unknownSince(before.status === 'unknown' ? before.since : after.since);
      writing = this.#deps.hidden(this.name, believed);
    } else {
      const [unseen, wasHidden] = [this.#isFromBefore, this.#isHidden];
      writing = this.#deps.changed({
        server: this.name,
        ...{ before, after, transition, foundAt, unseen, wasHidden, occupancy, occupancyNow },
      });
    }
    this.#writing = writing.catch(() => {});
    await writing;
    if (this.#availability !== before) return;
    this.#availability = believed;
    this.#isFromBefore = false;
    this.#isHidden = verdict === 'blind';
    this.#isUnsettled = false;
  }

  /** Who is on a server that has just come up. */
  async #greet(signal: AbortSignal): Promise<Occupancy | undefined> {
    const greeting = childOf(signal);
    try {
      const limit = this.#deps.clock.sleep(LONGEST_GREETING, greeting.signal);
      const occupancy = await Promise.race([
        this.#server.occupancy(greeting.signal),
        limit.then(() => undefined),
      ]);
      if (occupancy) this.noteOccupancy(occupancy);
      return occupancy;
    } catch {
      signal.throwIfAborted();
      return undefined;
    } finally {
      greeting.abort();
      greeting.release();
    }
  }

  /** A probe that may confirm an outage looks at the web server too, at the same time when that is foreseeable. */
  async #probe(signal: AbortSignal): Promise<Probe> {
    const { status, doubt, failure } = this.#availability;
    const failuresSoFar = doubt?.seen === 'down' ? doubt.probes : 0;
    const mayConfirm = status !== 'down' && failuresSoFar + 1 >= this.#server.thresholds.failures;
    if (mayConfirm && failuresSoFar > 0) return this.#probeBesideLook(signal);

    const probe = await (failure ? this.#restartableProbe(signal) : this.#server.probe(signal));
    if (probe.kind === 'answered') return probe;
    return withWeb(probe, mayConfirm ? await this.#webAnswers(signal) : failure?.webAnswers);
  }

  async #restartableProbe(signal: AbortSignal): Promise<Probe> {
    for (;;) {
      const attempt = childOf(signal);
      this.#attempt = attempt;
      try {
        return await this.#server.probe(attempt.signal);
      } catch (error) {
        if (signal.aborted || !attempt.signal.aborted) throw error;
      } finally {
        attempt.release();
        this.#attempt = undefined;
      }
    }
  }

  async #probeBesideLook(signal: AbortSignal): Promise<Probe> {
    const besides = childOf(signal);
    const look = this.#webAnswers(besides.signal);
    look.catch(() => {});
    try {
      const probe = await this.#server.probe(signal);
      return probe.kind === 'answered' ? probe : withWeb(probe, await look);
    } finally {
      besides.abort();
      besides.release();
    }
  }

  /** `undefined` also when the look breaks: the outage is told all the same. */
  async #webAnswers(signal: AbortSignal): Promise<boolean | undefined> {
    try {
      return await this.#server.webAnswers?.(signal);
    } catch (error) {
      if (signal.aborted) throw error;
      this.#deps.log.error(
        { server: this.#server.name, error: String(error) },
        'a look at the web server broke',
      );
      return undefined;
    }
  }

  /** Runs beside the probes: a slow history must not make the server look down. */
  #scanWhenDue(): void {
    const { clock, log } = this.#deps;
    const wait = this.#nextScan - clock.now();
    // Longer than it ever is: the machine's clock was set back.
    if (this.#lifetime.aborted || (wait > 0 && wait <= SCAN_INTERVAL)) return;
    this.#nextScan = clock.now() + SCAN_INTERVAL;
    this.#server.occupancy(this.#lifetime).then(
      (occupancy) => this.noteOccupancy(occupancy),
      (error) => {
        if (this.#lifetime.aborted) return;
        log.debug({ server: this.#server.name, error: String(error) }, 'could not see who is on it');
      },
    );
  }

  /** The last look has left something open that the next one should settle soon. */
  get #isOpen(): boolean {
    return isInDoubt(this.#availability) || this.#isUnsettled;
  }

  #schedule(last: EpochMs): void {
    const now = this.#deps.clock.now();
    if (this.#isOpen) {
      this.#due = now + CONFIRM_AFTER;
      return;
    }
    const interval = this.#server.probeInterval * (1 - JITTER * this.#deps.random());
    // Half an interval at least, so that no interval is rounded down to none.
    this.#due = Math.max(onTick(last + interval), last + interval / 2, now);
  }

  async #untilDue(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.#deps.clock.now();
      // When the machine's clock was set back, what was due soon would be due in hours.
      if (this.#due > now + this.#server.probeInterval + TICK) this.#due = now + this.#server.probeInterval;
      const wait = this.#monitored ? this.#due - now : Number.POSITIVE_INFINITY;
      if (wait <= 0) return;
      // Kept from round to round until somebody ends a wait early: thousands of watches wait all the time.
      this.#pause ??= childOf(signal);
      try {
        await this.#deps.clock.sleep(wait, this.#pause.signal);
      } catch (reason) {
        if (signal.aborted) throw reason;
        this.#pause.release();
        this.#pause = undefined;
      }
    }
  }
}

function withWeb(probe: FailedProbe, webAnswers: boolean | undefined): FailedProbe {
  return webAnswers === undefined ? probe : { ...probe, webAnswers };
}
