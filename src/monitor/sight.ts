/**
 * Before a server is called down: do the others still answer? When most stop together it may be the bot that is cut
 * off; then that is told once, and for as long as it lasts nothing is known about those servers.
 */
import type { EventOf } from '../domain/events.ts';
import type { ServerName } from '../domain/names.ts';
import { isBlind, isSuspicious, SUSPICIOUS_FROM } from '../domain/sight.ts';
import { childOf } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { singleFlight } from '../lib/single-flight.ts';
import { type DurationMs, type EpochMs, SECOND } from '../lib/time.ts';
import type { Judgement, ServerWatch, Verdict } from './server-watch.ts';

/** What was seen this long before the question still answers it. */
const FRESH: DurationMs = 0.25 * SECOND;

/** Of many servers so many are asked first, and more only as long as one of them does not answer. */
const SAMPLES = [20, 100, Number.POSITIVE_INFINITY];
/** A sample has this long to answer. The alarm does not come later for it: it waits as long for company. */
const SAMPLE_LIMIT: DurationMs = 1 * SECOND;

/** A probe has 3 s to connect and 5 s for the answer. */
const LONGEST_LOOK: DurationMs = 9 * SECOND;
/** Whoever has failed once is looked at again by its own watch a second later. */
const LONGEST_DOUBT: DurationMs = 1 * SECOND + LONGEST_LOOK;
const STEP: DurationMs = 0.25 * SECOND;
/**
 * While others are in doubt the alarm of one or two waits no longer than this: as long as it would wait for company
 * anyway, and the second that the last of them needs to be confirmed.
 */
const LONGEST_GATHERING: DurationMs = 4 * SECOND;
const GATHERING_STEP: DurationMs = 0.5 * SECOND;
/** One failed look may be a lost packet. */
const SILENT_AFTER = 2;

/** While blind a few are asked this often, whatever their own schedules, and the second target is. */
const LOOK_AGAIN: DurationMs = 5 * SECOND;
const FEW = 3;
/** When some answer again, the others have this long to follow: as long as ever more of them do, and so many rounds. */
const FOLLOW_WITHIN: DurationMs = 1 * SECOND;
const FOLLOW_ROUNDS = 5;

export interface SightDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  watches(): readonly ServerWatch[];
  /** Its silence is planned, so it says nothing about the bot. */
  isExpected(server: ServerName): boolean;
  /** Whether something other than the servers answers; `undefined`: not known. Throws only when the signal aborts. */
  otherAnswers(signal: AbortSignal): Promise<boolean | undefined>;
  began(event: EventOf<'bot-blind'>): Promise<void>;
  /** Another look has found the same. */
  remains(event: EventOf<'bot-still-blind'>): Promise<void>;
  ended(event: EventOf<'bot-sees-again'>): Promise<void>;
}

export class Sight {
  readonly #deps: SightDependencies;
  /** Confirmed as silent and waiting for the verdict, with the time of the first look that failed. */
  readonly #waiting = new Map<ServerName, { readonly at: EpochMs }>();
  /** One verdict for all who ask while it is being found; it is given up when nobody waits for it any more. */
  readonly #verdict = singleFlight((signal) => this.#decide(signal));
  readonly #lookAgain = singleFlight((signal) => this.#seesAgain(signal));
  /** Another server has joined those who wait. */
  #onWaiting: (server: ServerName) => void = () => {};
  #blindSince: EpochMs | undefined;
  #blindness: Promise<void> = Promise.resolve();
  #life = AbortSignal.abort();

  constructor(deps: SightDependencies) {
    this.#deps = deps;
  }

  /** An earlier run of the program ended blind, and said so. Before `run`. */
  staysBlind(since: EpochMs): void {
    this.#blindSince = since;
  }

  /** Nobody can vouch for what does not answer. */
  get isBlind(): boolean {
    return this.#blindSince !== undefined;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#life = signal;
    if (this.#blindSince !== undefined) this.#blindness = this.#untilSeen(signal);
    await new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await this.#blindness;
  }

  /** The network may be back: resolves when it is known whether the bot sees again. */
  async lookAgain(signal: AbortSignal): Promise<void> {
    if (this.#blindSince !== undefined) await this.#lookAgain(signal);
  }

  /** The server is no longer watched. */
  forget(server: ServerName): void {
    this.#waiting.delete(server);
  }

  /** A server has stopped answering at `at`, and that is confirmed: what is to be believed? */
  async judge(server: ServerName, at: EpochMs, signal: AbortSignal): Promise<Judgement> {
    if (this.#blindSince !== undefined) return { verdict: 'blind', isShared: false };
    // Nobody would take it from those who wait.
    signal.throwIfAborted();
    const waiter = { at };
    this.#waiting.set(server, waiter);
    this.#onWaiting(server);
    try {
      return await this.#verdict(signal);
    } finally {
      // Not what a later look of the same server has confirmed meanwhile.
      if (this.#waiting.get(server) === waiter) this.#waiting.delete(server);
    }
  }

  async #decide(signal: AbortSignal): Promise<Judgement> {
    // By one that was given up too late.
    if (this.#blindSince !== undefined) return { verdict: 'blind', isShared: false };
    const verdict = await this.#inquire(signal);
    return { verdict, isShared: this.#waiting.size > 1 };
  }

  async #inquire(signal: AbortSignal): Promise<Verdict> {
    const unplanned = this.#unplanned(this.#watched());
    // Who was never seen, or was down before, has not stopped answering.
    const voters = unplanned.filter(({ view }) => view.availability.status === 'up');
    const alive = unplanned.filter(({ view }) => view.availability.status !== 'down');
    const { clock } = this.#deps;
    const start = clock.now();
    const silent = () => voters.filter((watch) => this.#isSilent(watch)).length;
    // Several are one event: whoever is in doubt by then belongs to it, and is waited for.
    const longest = () => (silent() >= SUSPICIOUS_FROM ? LONGEST_DOUBT : LONGEST_GATHERING);
    // None when the machine's clock was set back.
    const patience = () => (clock.now() < start ? 0 : start + longest() - clock.now());
    for (;;) {
      const asking = this.#waiting.size;
      if (await this.#mayBeBlind(voters, signal)) return this.#weigh(voters, signal);
      // Those in doubt may be part of it: then they are told together, or they make it most of all. Meanwhile others
      // may follow.
      await this.#untilSettled(alive, Math.min(patience(), GATHERING_STEP), signal);
      const isOver = !alive.some((watch) => this.#isOpen(watch)) && this.#waiting.size === asking;
      if (isOver || patience() <= 0) return 'down';
    }
  }

  /** Asks those who have not been seen a moment ago: few at first, more as long as some of them are silent too. */
  async #mayBeBlind(voters: readonly ServerWatch[], signal: AbortSignal): Promise<boolean> {
    const from = this.#deps.clock.now() - FRESH;
    const total = voters.length;
    const unknown = this.#shuffled(
      voters.filter((watch) => !this.#isSuspect(watch) && !isFresh(watch, from)),
    );
    const suspects = () => voters.filter((watch) => this.#isSuspect(watch)).length;
    const answering = () => voters.filter((watch) => answers(watch, from)).length;
    const mayBeMost = () => isSuspicious({ silent: total - answering(), total });

    let asked = 0;
    for (const size of SAMPLES) {
      const before = suspects();
      // Whom their own rounds have just seen are no sample: servers of one place may have their rounds together.
      const sample = unknown.splice(0, size - asked);
      asked += sample.length;
      await this.#look(sample, SAMPLE_LIMIT, signal);
      if (unknown.length === 0) break;
      const seen = answering();
      if (suspects() === before && seen * 4 >= (seen + before) * 3) return false;
    }
    if (!mayBeMost()) return false;
    // Of a few servers all may well be down at once; only when something else is silent too it may be the bot.
    if (total < SUSPICIOUS_FROM && (await this.#deps.otherAnswers(signal)) !== false) return false;
    const unseen = voters.filter((watch) => !this.#isSuspect(watch) && !isFresh(watch, from));
    await this.#look(unseen, LONGEST_LOOK, signal);
    return mayBeMost();
  }

  async #weigh(voters: readonly ServerWatch[], signal: AbortSignal): Promise<Verdict> {
    const total = voters.length;
    let from = 0;
    // Until no more of them fall silent: the message names them all.
    for (let before = -1, round = 0; round < FOLLOW_ROUNDS; round++) {
      await this.#untilSettled(voters, LONGEST_DOUBT, signal);
      const rest = voters.filter((watch) => !this.#isSuspect(watch));
      if (rest.length === 0 || rest.length === before) break;
      before = rest.length;
      from = this.#deps.clock.now() - FRESH;
      await this.#look(
        rest.filter((watch) => !isFresh(watch, from)),
        LONGEST_LOOK,
        signal,
      );
    }
    const silent = voters.filter((watch) => this.#isSilent(watch));
    const outlook = { silent: silent.length, total };
    if (!isSuspicious(outlook)) {
      const answering = voters.filter((watch) => answers(watch, from)).length;
      // They were silent a moment ago and answer now: so may those who wait here.
      return isSuspicious({ silent: total - answering, total }) ? 'down' : 'look-again';
    }
    const other = await this.#deps.otherAnswers(signal);
    if (!isBlind({ ...outlook, otherAnswers: other })) return 'down';
    // Whoever asks next finds it.
    signal.throwIfAborted();
    await this.#begin(silent, total, other);
    return 'blind';
  }

  async #untilSettled(
    watches: readonly ServerWatch[],
    longest: DurationMs,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock } = this.#deps;
    for (let waited = 0; waited < longest && watches.some((watch) => this.#isOpen(watch)); ) {
      const before = clock.now();
      // Ends early when another server is confirmed as silent.
      await this.#wait(STEP, (end) => end, signal);
      // The machine's clock may have been set meanwhile.
      waited += Math.min(Math.max(clock.now() - before, 0), STEP);
    }
  }

  async #begin(silent: readonly ServerWatch[], total: number, other: boolean | undefined): Promise<void> {
    const at = Math.min(...[...this.#waiting.values()].map((waiter) => waiter.at));
    const servers = silent.map(({ name }) => name);
    const checkAnswers = other === false ? false : undefined;
    await this.#deps.began({ kind: 'bot-blind', at, servers, total, checkAnswers });
    // Only now that it is written down: should that fail, the next look finds it again.
    this.#blindSince = at;
    this.#blindness = this.#untilSeen(this.#life);
  }

  /** Never rejects. */
  async #untilSeen(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    while (!signal.aborted && this.#blindSince !== undefined) {
      try {
        await clock.sleep(LOOK_AGAIN, signal);
        await this.#lookAgain(signal);
      } catch (error) {
        if (!signal.aborted) log.error({ error }, 'a look whether the bot sees again broke');
      }
    }
  }

  async #seesAgain(signal: AbortSignal): Promise<void> {
    const since = this.#blindSince;
    if (since === undefined) return;
    const { clock, otherAnswers, remains, ended } = this.#deps;
    const isDark = ({ view }: ServerWatch) => view.lastProbe?.kind !== 'answered';
    const seen = () => {
      const watches = this.#watched().filter(({ view }) => view.availability.status !== 'down');
      // A window that begins meanwhile does not make the bot see: before that, somebody must answer.
      return watches.every(isDark) ? watches : this.#unplanned(watches);
    };
    const dark = () => seen().filter(isDark);

    const isStillBlind = async () => {
      const servers = dark().map(({ name }) => name);
      const outlook = { silent: servers.length, total: seen().length };
      const other = isSuspicious(outlook) ? await otherAnswers(signal) : undefined;
      if (!isBlind({ ...outlook, otherAnswers: other })) return false;
      const checkAnswers = other === false ? false : undefined;
      const { total } = outlook;
      await remains({ kind: 'bot-still-blind', at: clock.now(), since, servers, total, checkAnswers });
      return true;
    };

    await this.#look(this.#shuffled(dark()).slice(0, FEW), LONGEST_LOOK, signal);
    if (dark().length === seen().length && (await isStillBlind())) return;
    // As soon as one answers all are asked, and twice, because a look that was under way may be older: what is told
    // about the others must be true.
    for (let round = 0, before = Number.NaN; round < FOLLOW_ROUNDS && dark().length > 0; round++) {
      if (round > 1 && dark().length === before) break;
      before = dark().length;
      if (round > 0) await clock.sleep(FOLLOW_WITHIN, signal);
      await this.#look(dark(), LONGEST_LOOK, signal);
    }
    if (await isStillBlind()) return;
    const silent = dark();

    const names = silent.map(({ name }) => name);
    // What was sent into the dark by those that were down before says nothing about them now.
    for (const watch of this.#watched()) watch.restartLook();
    // At once: who falls silent while it is written down is judged anew, and not hidden for good.
    this.#blindSince = undefined;
    try {
      await ended({ kind: 'bot-sees-again', at: clock.now(), since, silent: names });
    } catch (error) {
      this.#blindSince = since;
      throw error;
    }
    // What they showed so far was not believed, and they are told as one. Their own next look may be hours away.
    for (const watch of silent) {
      watch.forgetDoubt();
      watch.lookBeside(this.#life).catch(() => {});
    }
  }

  #watched(): readonly ServerWatch[] {
    return this.#deps.watches().filter(({ view }) => view.monitored);
  }

  /** Those whose silence would not be planned. */
  #unplanned(watches: readonly ServerWatch[]): readonly ServerWatch[] {
    return watches.filter(({ name }) => !this.#deps.isExpected(name));
  }

  /** Its last look failed. It is looked at again by its own watch, a second later and not sooner. */
  #isSuspect({ name, view: { monitored, availability } }: ServerWatch): boolean {
    return monitored && (this.#waiting.has(name) || availability.doubt?.seen === 'down');
  }

  /** It has failed once, and will be looked at again at once. */
  #isOpen(watch: ServerWatch): boolean {
    return this.#isSuspect(watch) && !this.#isSilent(watch);
  }

  #isSilent({ name, view: { monitored, availability } }: ServerWatch): boolean {
    const { doubt } = availability;
    const isRun = doubt?.seen === 'down' && doubt.probes >= SILENT_AFTER;
    return monitored && (this.#waiting.has(name) || isRun);
  }

  #shuffled(watches: readonly ServerWatch[]): ServerWatch[] {
    return watches
      .map((watch) => ({ watch, place: this.#deps.random() }))
      .sort((a, b) => a.place - b.place)
      .map(({ watch }) => watch);
  }

  /**
   * Looks at them side by side, until all have been seen or the time is up: who has not answered by then is left to
   * its own schedule.
   */
  async #look(watches: readonly ServerWatch[], limit: DurationMs, signal: AbortSignal): Promise<void> {
    if (watches.length === 0) return;
    const begin = (end: () => void) => {
      const open = new Set(watches.map(({ name }) => name));
      const note = (name: ServerName) => {
        if (open.delete(name) && open.size === 0) end();
      };
      for (const watch of watches) {
        const seen = () => note(watch.name);
        watch.lookBeside(this.#life).then(seen, seen);
      }
      // Whoever is confirmed as silent meanwhile waits for the verdict, and its look with it.
      return note;
    };
    await this.#wait(limit, begin, signal);
  }

  /** @param begin gets what ends the wait early. @returns what is done with each server that joins those who wait */
  async #wait(
    longest: DurationMs,
    begin: (end: () => void) => (server: ServerName) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const pause = childOf(signal);
    this.#onWaiting = begin(() => pause.abort());
    try {
      await this.#deps.clock.sleep(longest, pause.signal);
    } catch {
      signal.throwIfAborted();
    } finally {
      this.#onWaiting = () => {};
      pause.release();
    }
  }
}

/** Whether its last look ended then or later. */
function isFresh({ view: { lastProbe } }: ServerWatch, from: EpochMs): boolean {
  return lastProbe !== undefined && lastProbe.at + lastProbe.latency >= from;
}

function answers(watch: ServerWatch, from: EpochMs): boolean {
  return watch.view.lastProbe?.kind === 'answered' && isFresh(watch, from);
}
