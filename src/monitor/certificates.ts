/** Looks now and then at the certificate of each server and passes on when it ends. Judges nothing. */
import type { ServerName } from '../domain/names.ts';
import { type ChildSignal, childOf } from '../lib/abort.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { type DurationMs, type EpochMs, HOUR, MINUTE } from '../lib/time.ts';
import { Turns } from '../lib/turns.ts';

const INTERVAL: DurationMs = 12 * HOUR;

/** First looks spread over this, so that a start with many servers makes no burst. */
const FIRST_WITHIN: DurationMs = 3 * MINUTE;

/** A server that showed nothing is looked at again after this: half a day is much of the last one. */
const AGAIN_AFTER: DurationMs = 1 * HOUR;

/** Servers that are looked at at once. */
const LOOKS = 4;

export interface CertifiedServer {
  readonly name: ServerName;
  /** `undefined`: it shows none at present. Throws only when the signal aborts. */
  certificateEnd(signal: AbortSignal): Promise<EpochMs | undefined>;
}

export interface CertificateDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** It shows a certificate that ends then. When this fails, the same is told again after the next look. */
  seen(server: ServerName, endsAt: EpochMs): Promise<void>;
}

interface Watched {
  readonly server: CertifiedServer;
  due: EpochMs;
  /** The look that is under way. */
  look?: ChildSignal;
}

export class CertificateWatch {
  readonly #deps: CertificateDependencies;
  readonly #watched = new Map<ServerName, Watched>();
  readonly #turns = new Turns(LOOKS);
  #pause: ChildSignal | undefined;

  constructor(servers: readonly CertifiedServer[], deps: CertificateDependencies) {
    this.#deps = deps;
    for (const server of servers) this.add(server);
  }

  /** Looks at it soon, whether or not it is running already. Takes the place of a server of the same name. */
  add(server: CertifiedServer): void {
    this.remove(server.name);
    const { clock, random } = this.#deps;
    this.#watched.set(server.name, { server, due: clock.now() + random() * FIRST_WITHIN });
    this.#pause?.abort();
  }

  /** Nothing is told about it any more, not even what a look that is under way will see. */
  remove(name: ServerName): void {
    this.#watched.get(name)?.look?.abort();
    this.#watched.delete(name);
  }

  /** Until the signal aborts; resolves when no look is under way any more. */
  async run(signal: AbortSignal): Promise<void> {
    const looks = new Set<Promise<void>>();
    const { clock } = this.#deps;
    try {
      for (;;) {
        await this.#turns.enter(signal);
        const next = await this.#nextDue(signal);
        next.due = clock.now() + INTERVAL;
        const look = this.#look(next, signal).finally(() => {
          looks.delete(look);
          this.#turns.leave();
        });
        looks.add(look);
      }
    } catch (reason) {
      if (!signal.aborted) throw reason;
    } finally {
      await Promise.all(looks);
    }
  }

  async #nextDue(signal: AbortSignal): Promise<Watched> {
    for (;;) {
      const now = this.#deps.clock.now();
      let next: Watched | undefined;
      for (const watched of this.#watched.values()) {
        // When the machine's clock was set back, what was due soon would be due in days.
        watched.due = Math.min(watched.due, now + INTERVAL);
        if (!next || watched.due < next.due) next = watched;
      }
      const wait = next ? next.due - now : Number.POSITIVE_INFINITY;
      if (next && wait <= 0) return next;
      const pause = childOf(signal);
      this.#pause = pause;
      try {
        await this.#deps.clock.sleep(wait, pause.signal);
      } catch (reason) {
        if (signal.aborted) throw reason;
      } finally {
        pause.release();
      }
    }
  }

  /** Never rejects. */
  async #look(watched: Watched, signal: AbortSignal): Promise<void> {
    const { clock, log, seen } = this.#deps;
    const { name } = watched.server;
    const look = childOf(signal);
    watched.look = look;
    try {
      const endsAt = await watched.server.certificateEnd(look.signal);
      if (look.signal.aborted) return;
      if (endsAt !== undefined) return await seen(name, endsAt);
      log.debug({ server: name }, 'no certificate to be seen');
    } catch (error) {
      if (look.signal.aborted) return;
      log.error({ server: name, error }, 'a look at a certificate broke');
    } finally {
      delete watched.look;
      look.release();
    }
    watched.due = clock.now() + AGAIN_AFTER;
    this.#pause?.abort();
  }
}
