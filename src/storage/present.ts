/** What holds now, in memory: what is believed about each server, what people decided, who is yet to be told. Small. */
import type { Availability } from '../domain/availability.ts';
import type { CertificateNotes } from '../domain/certificate.ts';
import type { ServerName } from '../domain/names.ts';
import type { OutboxRow, Recipient } from '../domain/outbox.ts';
import type { Stability } from '../domain/stability.ts';
import type { EpochMs } from '../lib/time.ts';
import type { Contents, DurableStore } from './contents.ts';
import type { Change, Move, Mute, NewOutboxRow, OutageNotes } from './store.ts';

export class Present {
  readonly #availabilities = new Map<ServerName, Availability>();
  readonly #stabilities = new Map<ServerName, Stability>();
  /** For a disk that still knows them. */
  readonly #forgotten = new Set<ServerName>();
  /** Also those that are no more, for a disk that still has them. */
  readonly #switches = new Map<ServerName, boolean | undefined>();
  readonly #outageNotes = new Map<ServerName, OutageNotes>();
  readonly #mutes = new Map<string, Mute>();
  readonly #moves = new Map<string, Move>();
  readonly #certificates = new Map<ServerName, CertificateNotes>();
  /** Not settled, by id and in the order of ids. */
  readonly #outbox = new Map<number, OutboxRow>();
  #lastRowId = 0;

  /** As a store has it. */
  static async load(store: DurableStore): Promise<Present> {
    const present = new Present();
    for (const [server, value] of await store.availabilities()) present.#availabilities.set(server, value);
    for (const [server, value] of await store.stabilities()) present.#stabilities.set(server, value);
    for (const [server, on] of await store.switches()) present.#switches.set(server, on);
    for (const notes of await store.outageNotes()) present.#outageNotes.set(notes.server, notes);
    for (const mute of await store.mutes()) present.#mutes.set(keyOf(mute), mute);
    for (const move of await store.moves()) present.#moves.set(addressOf(move.from), move);
    for (const notes of await store.certificates()) present.#certificates.set(notes.server, notes);
    for (const row of await store.outbox()) present.#outbox.set(row.id, row);
    present.#lastRowId = await store.lastRowId();
    return present;
  }

  get lastRowId(): number {
    return this.#lastRowId;
  }

  /** Gives each row its id. The rows are kept by `apply`. */
  number(rows: readonly NewOutboxRow[] = []): OutboxRow[] {
    return rows.map(({ recipient, event, writtenAt }) => ({
      id: ++this.#lastRowId,
      recipient,
      event,
      writtenAt,
    }));
  }

  /** @param rows the change's outbox rows with their ids */
  apply(change: Change, rows: readonly OutboxRow[]): void {
    const { availability, stability, monitored, outage, certificate, forgotten } = change;
    const { mutes = [], moves = [] } = change;
    if (forgotten !== undefined) this.#forget(forgotten);
    if (availability) this.#availabilities.set(availability.server, availability.value);
    if (stability) this.#stabilities.set(stability.server, stability.value);
    if (monitored) this.#switches.set(monitored.server, monitored.on);
    if (outage) this.#outageNotes.set(outage.server, outage);
    for (const mute of mutes) this.#mutes.set(keyOf(mute), mute);
    for (const move of moves) this.#moves.set(addressOf(move.from), move);
    if (certificate) this.#certificates.set(certificate.server, certificate);
    for (const row of rows) this.#outbox.set(row.id, row);
  }

  #forget(server: ServerName): void {
    this.#forgotten.add(server);
    const kept = [
      this.#availabilities,
      this.#stabilities,
      this.#switches,
      this.#outageNotes,
      this.#certificates,
    ];
    for (const notes of kept) notes.delete(server);
  }

  /** @returns the rows that were not settled before */
  settle(rowIds: readonly number[]): OutboxRow[] {
    return rowIds.flatMap((id) => {
      const row = this.#outbox.get(id);
      this.#outbox.delete(id);
      return row ?? [];
    });
  }

  prune(before: EpochMs): void {
    for (const [key, { until }] of this.#mutes) if (until < before) this.#mutes.delete(key);
  }

  /** A copy of those that hold. */
  switches(): ReadonlyMap<ServerName, boolean> {
    return new Map([...this.#switches].flatMap(([server, on]) => (on === undefined ? [] : [[server, on]])));
  }

  /** A copy. */
  contents(): Required<Omit<Contents, 'settled' | 'audit' | 'periods' | 'buckets'>> {
    return {
      forgotten: [...this.#forgotten],
      availabilities: new Map(this.#availabilities),
      stabilities: new Map(this.#stabilities),
      switches: new Map(this.#switches),
      outageNotes: [...this.#outageNotes.values()],
      mutes: [...this.#mutes.values()],
      moves: [...this.#moves.values()],
      certificates: [...this.#certificates.values()],
      outbox: [...this.#outbox.values()],
    };
  }
}

function keyOf({ server, recipient }: Mute): string {
  return JSON.stringify([server, recipient.channel, recipient.address]);
}

function addressOf({ channel, address }: Recipient): string {
  return JSON.stringify([channel, address]);
}
