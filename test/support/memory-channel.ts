/** A messenger in memory: notes what it is given and when, answers as a test says, and brings what people send. */
import type { ConversationChannel } from '../../src/app.ts';
import type { Conversation, Delivery, Incoming, Reception, Reply, Screen } from '../../src/channels/port.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { EpochMs } from '../../src/lib/time.ts';

/** One attempt to deliver. */
export interface Attempt {
  readonly at: EpochMs;
  readonly address: string;
  readonly screen: Screen;
  readonly delivery: Delivery;
}

export class MemoryChannel implements ConversationChannel {
  readonly name = 'telegram';
  readonly attempts: Attempt[] = [];
  /** What each chat shows last: its buttons can be pressed. */
  readonly lastScreen = new Map<string, Screen>();
  /** How deliveries go from now on, by address. */
  answer: (address: string) => Delivery | Promise<Delivery> = () => ({ kind: 'delivered' });
  readonly #clock: Clock;
  #conversation: Conversation | undefined;
  #onState: (state: 'connected' | 'away') => void = () => {};
  #giveUp: (reason: Error) => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async deliver(address: string, screen: Screen, signal: AbortSignal): Promise<Delivery> {
    signal.throwIfAborted();
    const at = this.#clock.now();
    const delivery = await unlessAborted(this.answer(address), signal);
    this.attempts.push({ at, address, screen, delivery });
    if (delivery.kind === 'delivered') this.lastScreen.set(address, screen);
    return delivery;
  }

  listen(
    conversation: Conversation,
    signal: AbortSignal,
    onState: (state: 'connected' | 'away') => void,
  ): Promise<void> {
    this.#conversation = conversation;
    this.#onState = onState;
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** The messenger answers again. */
  reconnect(): void {
    this.#onState('connected');
  }

  /** The messenger does not answer any more, and the line to it says so. */
  disconnect(): void {
    this.#onState('away');
  }

  /** It is of no use to go on, e.g. because the token is refused. */
  giveUp(reason: Error): void {
    this.#giveUp(reason);
  }

  /** @returns what the bot does about it, and the screen once it is there */
  send(incoming: Incoming): { readonly reception: Reception; readonly reply: Promise<Reply | undefined> } {
    if (!this.#conversation) throw new Error('nobody listens');
    const reception = this.#conversation.receive(incoming);
    const work = reception.kind === 'work' ? reception.work : undefined;
    const reply = work
      ? work.run(new AbortController().signal).then((made) => {
          this.lastScreen.set(incoming.address, made.screen);
          return made;
        })
      : Promise.resolve(undefined);
    reply.catch(() => {});
    return { reception, reply };
  }
}

/** A messenger that does not answer is left at once when the program ends. */
function unlessAborted<T>(outcome: T | Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    Promise.resolve(outcome)
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(resolve, reject);
  });
}
