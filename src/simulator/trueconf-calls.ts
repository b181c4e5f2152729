/**
 * Answers "which rows of the call history, in which order?": sorting, filters and pages of logs/calls. Sorted orders
 * are kept and proved by comparing the sort keys, so that a page costs no sorting while nothing changed.
 */
import type { SimulatedConference } from './trueconf-conferences.ts';

type SortKey = number | string | null;

const SORT_KEYS: Record<string, (conference: SimulatedConference, now: number) => SortKey> = {
  conference_id: (conference) => conference.sessionId,
  named_conf_id: (conference) => conference.conferenceId,
  topic: (conference) => conference.topic,
  owner: (conference) => conference.owner,
  class: (conference) => conference.class,
  participant_count: (conference) => conference.participants.length,
  start_time: (conference) => conference.startedAt,
  end_time: (conference) => conference.endedAt,
  duration: (conference, now) => (conference.endedAt ?? now) - conference.startedAt,
};

export class CallHistory {
  readonly #all: readonly SimulatedConference[];
  readonly #orders = new Map<
    string,
    { seen: SortKey[]; order: SimulatedConference[]; source: SimulatedConference[] }
  >();

  constructor(all: readonly SimulatedConference[]) {
    this.#all = all;
  }

  /** Whether logs/calls sorts by this field. */
  static sortsBy(field: string): boolean {
    return Object.hasOwn(SORT_KEYS, field);
  }

  /** Every run in order. As in PostgreSQL, empty values come last when ascending and first when descending. */
  sorted(field: string, isDescending: boolean, now: number): readonly SimulatedConference[] {
    const keyOf = SORT_KEYS[field];
    if (keyOf === undefined) throw new Error(`logs/calls does not sort by ${field}`);
    const name = `${field} ${isDescending}`;
    const kept = this.#orders.get(name);
    if (kept !== undefined && this.#isCurrent(kept, keyOf, now)) return kept.order;
    const source = [...this.#all];
    const seen = source.map((conference) => keyOf(conference, now));
    const places = source.map((_, place) => place);
    places.sort((a, b) => compare(seen[a] ?? null, seen[b] ?? null) * (isDescending ? -1 : 1) || a - b);
    const order = places.map((place) => source[place] as SimulatedConference);
    this.#orders.set(name, { seen, order, source });
    return order;
  }

  #isCurrent(
    kept: { seen: SortKey[]; source: SimulatedConference[] },
    keyOf: (conference: SimulatedConference, now: number) => SortKey,
    now: number,
  ): boolean {
    if (kept.source.length !== this.#all.length) return false;
    for (let place = 0; place < this.#all.length; place++) {
      const conference = this.#all[place] as SimulatedConference;
      if (kept.source[place] !== conference || kept.seen[place] !== keyOf(conference, now)) return false;
    }
    return true;
  }
}

function compare(a: SortKey, b: SortKey): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}
