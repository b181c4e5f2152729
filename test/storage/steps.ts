/** Any history of a store, step by step, and all that a store answers: to hold one store against another. */
import fc from 'fast-check';
import type { Event } from '../../src/domain/events.ts';
import { BUCKET } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import type { Recipient } from '../../src/domain/outbox.ts';
import type { Change, Outcome, Store } from '../../src/storage/store.ts';

const SERVERS = ['alpha', 'beta', 'gamma'] as ServerName[];
const RECIPIENTS: Recipient[] = ['1001', '1002', '-100:42'].map((address) => ({
  channel: 'telegram',
  address,
}));
const BY = { id: 1001, name: 'Anna' };

const server = fc.constantFrom(...SERVERS);
const recipient = fc.constantFrom(...RECIPIENTS);
const at = fc.nat(20);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('server-up' as const), server, at, downSince: at }),
  fc.record({ kind: fc.constant('outage-acknowledged' as const), server, at, by: fc.constant(BY) }),
);

const latency = maybe(fc.record({ min: fc.nat(9), median: fc.nat(99), max: fc.nat(5_000) }));

const change: fc.Arbitrary<Change> = fc.record(
  {
    availability: fc.record({ server, value: fc.record({ status: fc.constant('up' as const), since: at }) }),
    stability: fc.record({
      server,
      value: fc.record({ changes: fc.array(at, { maxLength: 3 }), unstableSince: maybe(at) }),
    }),
    monitored: fc.record({ server, on: maybe(fc.boolean()) }),
    outage: fc.record({ server, lastTold: maybe(at), acknowledgedBy: maybe(fc.string({ maxLength: 3 })) }),
    mutes: fc.uniqueArray(fc.record({ server, recipient, until: at }), { selector: keyOf, maxLength: 3 }),
    moves: fc.uniqueArray(fc.record({ from: recipient, to: recipient }), {
      selector: ({ from }) => from.address,
      maxLength: 2,
    }),
    certificate: fc.record({ server, endsAt: at, toldDays: maybe(fc.constantFrom(21, 7, 1, 0)) }),
    outbox: fc.array(fc.record({ recipient, event, writtenAt: at }), { maxLength: 3 }),
    audit: fc.record({
      kind: fc.constant('monitoring-switched' as const),
      server,
      at,
      by: fc.constant(BY),
      on: fc.boolean(),
    }),
    periods: fc.array(
      fc.record({
        server,
        kind: fc.constantFrom('down' as const, 'blind' as const),
        from: at,
        to: maybe(at),
        trouble: maybe(fc.constant({ code: 'dns' as const })),
      }),
      { maxLength: 2 },
    ),
    buckets: fc.array(
      fc.record({
        server,
        start: fc.nat(20).map((slot) => slot * BUCKET),
        probes: fc.nat(20),
        failures: fc.nat(20),
        latency,
        users: maybe(fc.nat(500)),
      }),
      { maxLength: 4 },
    ),
    forgotten: server,
  },
  { requiredKeys: [] },
);

export type Step =
  | { readonly do: 'commit'; readonly change: Change }
  | {
      readonly do: 'settle';
      readonly ids: readonly number[];
      readonly outcome: Outcome;
      readonly at: number;
    };

export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('commit' as const), change }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      ids: fc.array(fc.nat(20), { maxLength: 4 }),
      outcome: fc.constantFrom('delivered' as const, 'refused' as const, 'obsolete' as const),
      at,
    }),
  },
);

/** @returns what the store answers */
export async function take(store: Store, step: Step): Promise<unknown> {
  if (step.do === 'commit') return store.commit(step.change);
  return store.settle(step.ids, step.outcome, step.at);
}

/** Where the order is not promised, in one of its own. */
export async function everythingIn(store: Store): Promise<unknown> {
  const sorted = (items: readonly object[]) => [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const ofEach = (read: (server: ServerName) => Promise<unknown>) => Promise.all(SERVERS.map(read));
  return {
    availabilities: await store.availabilities(),
    stabilities: await store.stabilities(),
    switches: await store.switches(),
    outageNotes: sorted(await store.outageNotes()),
    mutes: sorted(await store.mutes()),
    moves: sorted(await store.moves()),
    certificates: sorted(await store.certificates()),
    outbox: await store.outbox(),
    settled: await store.settled(1_000),
    audit: await store.audit(1_000),
    latestAudit: await ofEach((one) => store.audit(2, one)),
    periods: await ofEach((one) => store.periods(one, 0)),
    latePeriods: await ofEach((one) => store.periods(one, 10)),
    buckets: await ofEach((one) => store.buckets(one, 0, 1e15)),
    someBuckets: await ofEach((one) => store.buckets(one, 3 * BUCKET, 9 * BUCKET)),
    bucketsAtOnce: await store.bucketsAt(5 * BUCKET),
  };
}

function keyOf(item: object): string {
  const { server, recipient } = item as { readonly server: ServerName; readonly recipient?: Recipient };
  return JSON.stringify([server, recipient?.channel, recipient?.address]);
}
