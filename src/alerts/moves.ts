/** Where a chat is that has moved, and where it was before: the settings may name the one or the other. */
import { type Recipient, sameRecipient } from '../domain/outbox.ts';
import type { Move, Store } from '../storage/store.ts';

export class Moves {
  readonly #store: Pick<Store, 'commit' | 'moves'>;
  #moves: readonly Move[] = [];

  constructor(store: Pick<Store, 'commit' | 'moves'>) {
    this.#store = store;
  }

  /** Reads what an earlier run of the program heard of. */
  async load(): Promise<void> {
    this.#moves = await this.#store.moves();
  }

  placeOf(chat: Recipient): Recipient {
    return this.#moves.find(({ from }) => sameRecipient(from, chat))?.to ?? chat;
  }

  /** Where it is, then where it was. */
  namesOf(chat: Recipient): readonly Recipient[] {
    const place = this.placeOf(chat);
    const before = this.#moves.filter(({ to }) => sameRecipient(to, place)).map(({ from }) => from);
    return [place, ...before];
  }

  /** What was known to be at `from` is at `to` now. */
  async note(from: Recipient, to: Recipient): Promise<void> {
    const moved = [from, ...this.namesOf(from).filter((name) => !sameRecipient(name, from))];
    const moves = moved.map((name): Move => ({ from: name, to }));
    const others = this.#moves.filter((move) => !moved.some((name) => sameRecipient(name, move.from)));
    // At once: what is written meanwhile is for the new place.
    this.#moves = [...others, ...moves];
    await this.#store.commit({ moves });
  }
}
