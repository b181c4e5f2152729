/** What every store must keep, as tests over a way to open one: each implementation calls this with its own. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Availability } from '../../src/domain/availability.ts';
import type { Event } from '../../src/domain/events.ts';
import { BUCKET, type Period, type ProbeBucket } from '../../src/domain/history.ts';
import type { ConferenceId, ServerName } from '../../src/domain/names.ts';
import type { AuditEntry, OutboxRow, Recipient } from '../../src/domain/outbox.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Change, NewOutboxRow, Store } from '../../src/storage/store.ts';
import { anyStep, everythingIn, take } from './steps.ts';

export interface StoreFactory {
  /** An empty store of its own. */
  open(): Promise<Store>;
  /** Opens again what such a store has written, after it was closed; leave it out when nothing outlives the process. */
  reopen?(store: Store): Promise<Store>;
}

const ALPHA = 'alpha' as ServerName;
const BETA = 'beta "quoted" & <b>, Ünïcödé \u{1f534}' as ServerName;
const ANNA: Recipient = { channel: 'telegram', address: '1001' };
const BORIS: Recipient = { channel: 'telegram', address: '1002' };
const TOPIC: Recipient = { channel: 'telegram', address: '-1001234567890:42' };

const UP: Availability = { status: 'up', since: 1_000 };
const DOWN: Availability = {
  status: 'down',
  since: 2_000,
  failure: {
    kind: 'failed',
    at: 3_000,
    latency: 12,
    trouble: { code: 'http-status', status: 503 },
    webAnswers: true,
  },
};

const by = { id: 1001, name: 'Anna' };

/** One of every kind, with every optional part. */
const EVENTS: readonly Event[] = [
  {
    kind: 'server-down',
    server: BETA,
    at: 1,
    failure: {
      kind: 'failed',
      at: 1,
      latency: 5_000,
      trouble: { code: 'answer-timeout' },
      webAnswers: false,
    },
    before: 'unknown',
    occupancy: { at: 0, conferences: 2, people: 12 },
  },
  { kind: 'server-up', server: ALPHA, at: 2, downSince: 1 },
  {
    kind: 'server-still-down',
    server: ALPHA,
    at: 3,
    downSince: 1,
    failure: { kind: 'failed', at: 3, latency: 1, trouble: { code: 'refused' } },
  },
  {
    kind: 'server-unstable',
    server: ALPHA,
    at: 3,
    changes: 6,
    since: 1,
    failure: { kind: 'failed', at: 3, latency: 1, trouble: { code: 'refused' } },
    occupancy: { at: 2, conferences: 1, people: 2 },
  },
  {
    kind: 'server-steady',
    server: ALPHA,
    at: 4,
    unstableSince: 1,
    status: 'down',
    since: 3,
    failure: { kind: 'failed', at: 3, latency: 1, trouble: { code: 'refused' } },
  },
  { kind: 'bot-blind', at: 4, servers: [ALPHA], total: 1, checkAnswers: false },
  { kind: 'bot-still-blind', at: 5, since: 4, servers: [ALPHA], total: 1, checkAnswers: undefined },
  { kind: 'bot-sees-again', at: 6, since: 4, silent: [ALPHA] },
  { kind: 'outage-acknowledged', server: ALPHA, at: 4, by },
  {
    kind: 'conference-stopped',
    server: ALPHA,
    at: 5,
    by,
    conference: {
      id: 'c1' as ConferenceId,
      topic: 'Board',
      owner: 'anna@alpha',
      people: 3,
      reason: 'no-moderator',
    },
  },
  { kind: 'monitoring-switched', server: ALPHA, at: 6, by, on: false },
  { kind: 'recipient-refused', at: 7, recipient: '1002', refusal: 'blocked' },
];

function row(event: Event, recipient: Recipient = ANNA): NewOutboxRow {
  return { recipient, event, writtenAt: event.at };
}

function stopped(at: number): AuditEntry {
  return { kind: 'monitoring-switched', server: ALPHA, at, by, on: true };
}

function down(from: number, to?: number): Period {
  return { server: ALPHA, kind: 'down', from, to, trouble: { code: 'http-status', status: 503 } };
}

/** @param slot how many spans after 1970 */
function bucket(slot: number, server = ALPHA): ProbeBucket {
  const latency = { min: 3, median: 12, max: 4_800 };
  return { server, start: slot * BUCKET, probes: 20, failures: 1, latency, users: 250 };
}

const [FIRST] = EVENTS as readonly [Event, ...Event[]];

export function storeContract(name: string, factory: StoreFactory): void {
  describe(`the contract of a store: ${name}`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await factory.open();
      return () => store.close();
    });

    test('an empty one knows nothing', async () => {
      expect(await store.availabilities()).toEqual(new Map());
      expect(await store.switches()).toEqual(new Map());
      expect(await store.outageNotes()).toEqual([]);
      expect(await store.mutes()).toEqual([]);
      expect(await store.stabilities()).toEqual(new Map());
      expect(await store.certificates()).toEqual([]);
      expect(await store.outbox()).toEqual([]);
      expect(await store.settled(10)).toEqual([]);
      expect(await store.audit(10)).toEqual([]);
      expect(await store.periods(ALPHA, 0)).toEqual([]);
      expect(await store.buckets(ALPHA, 0, 1e15)).toEqual([]);
      expect(await store.bucketsAt(0)).toEqual([]);
      await store.prune(1e15);
    });

    describe('what is believed', () => {
      test('of each server the newest, with all its parts', async () => {
        await store.commit({ availability: { server: ALPHA, value: UP } });
        await store.commit({ availability: { server: BETA, value: UP } });
        await store.commit({ availability: { server: BETA, value: DOWN } });
        expect(await store.availabilities()).toEqual(
          new Map([
            [ALPHA, UP],
            [BETA, DOWN],
          ]),
        );
      });

      test('with a doubt that is under way', async () => {
        const doubted: Availability = { ...UP, doubt: { seen: 'down', probes: 1, since: 5 } };
        await store.commit({ availability: { server: ALPHA, value: doubted } });
        expect((await store.availabilities()).get(ALPHA)).toEqual(doubted);
      });

      test('how often a server changed, and that it is stable again', async () => {
        await store.commit({ stability: { server: ALPHA, value: { changes: [1, 2], unstableSince: 2 } } });
        await store.commit({ stability: { server: BETA, value: { changes: [], unstableSince: undefined } } });
        await store.commit({
          stability: { server: ALPHA, value: { changes: [3], unstableSince: undefined } },
        });
        const stabilities = await store.stabilities();
        expect(stabilities.get(ALPHA)).toEqual({ changes: [3], unstableSince: undefined });
        expect(stabilities.get(BETA)).toEqual({ changes: [], unstableSince: undefined });
      });

      test('of each certificate what was told last, and of a renewed one that nothing was', async () => {
        await store.commit({ certificate: { server: ALPHA, endsAt: 100, toldDays: 7 } });
        await store.commit({ certificate: { server: BETA, endsAt: 200, toldDays: 0 } });
        await store.commit({ certificate: { server: ALPHA, endsAt: 300, toldDays: undefined } });
        const notes = new Map((await store.certificates()).map((one) => [one.server, one]));
        expect(notes.get(ALPHA)).toEqual({ server: ALPHA, endsAt: 300, toldDays: undefined });
        expect(notes.get(BETA)).toEqual({ server: BETA, endsAt: 200, toldDays: 0 });
      });

      test('what was switched in a chat, on as well as off (it wins over the settings)', async () => {
        await store.commit({ monitored: { server: ALPHA, on: false } });
        await store.commit({ monitored: { server: BETA, on: true } });
        await store.commit({ monitored: { server: ALPHA, on: true } });
        expect(await store.switches()).toEqual(
          new Map([
            [ALPHA, true],
            [BETA, true],
          ]),
        );
      });

      test('a switch that is taken back (what the settings say holds again)', async () => {
        await store.commit({ monitored: { server: ALPHA, on: false } });
        await store.commit({ monitored: { server: BETA, on: false } });
        await store.commit({ monitored: { server: ALPHA, on: undefined } });
        expect(await store.switches()).toEqual(new Map([[BETA, false]]));
      });
    });

    describe('a server that is forgotten', () => {
      const all: Change = {
        availability: { server: ALPHA, value: DOWN },
        stability: { server: ALPHA, value: { changes: [1], unstableSince: 1 } },
        monitored: { server: ALPHA, on: false },
        outage: { server: ALPHA, lastTold: 5, acknowledgedBy: 'Anna' },
        certificate: { server: ALPHA, endsAt: 100, toldDays: 7 },
      };
      const holdingNow = async () => ({
        availabilities: await store.availabilities(),
        stabilities: await store.stabilities(),
        switches: await store.switches(),
        outageNotes: await store.outageNotes(),
        certificates: await store.certificates(),
      });

      test('is as if it had never been, and the others stay as they are', async () => {
        await store.commit({ availability: { server: BETA, value: UP } });
        const before = await holdingNow();
        await store.commit(all);
        await store.commit({ forgotten: ALPHA });
        await store.commit({ forgotten: 'nobody' as ServerName });
        expect(await holdingNow()).toEqual(before);
      });

      test('keeps its past, its alerts and its mutes (it may come back: a name was mistyped)', async () => {
        await store.commit({
          mutes: [{ server: ALPHA, recipient: ANNA, until: 9 }],
          audit: stopped(1),
          periods: [down(1_000)],
          buckets: [bucket(0)],
          outbox: [row(FIRST)],
        });
        await store.commit({ periods: [down(1_000, 2_000)], forgotten: ALPHA });
        expect(await store.periods(ALPHA, 0)).toEqual([down(1_000, 2_000)]);
        expect(await store.mutes()).toHaveLength(1);
        expect(await store.audit(1, ALPHA)).toHaveLength(1);
        expect(await store.buckets(ALPHA, 0, 1)).toEqual([bucket(0)]);
        expect(await store.outbox()).toHaveLength(1);
      });

      test('is known again by what is said of it afterwards, also in the same change', async () => {
        await store.commit(all);
        await store.commit({ forgotten: ALPHA, availability: { server: ALPHA, value: UP } });
        await store.commit({ monitored: { server: ALPHA, on: true } });
        expect(await holdingNow()).toMatchObject({
          availabilities: new Map([[ALPHA, UP]]),
          stabilities: new Map(),
          switches: new Map([[ALPHA, true]]),
          outageNotes: [],
          certificates: [],
        });
      });
    });

    describe('what people did', () => {
      test('about an outage: the newest notes, and that there is none any more', async () => {
        await store.commit({ outage: { server: ALPHA, lastTold: 5, acknowledgedBy: undefined } });
        await store.commit({ outage: { server: BETA, lastTold: 6, acknowledgedBy: 'Anna' } });
        await store.commit({ outage: { server: ALPHA, lastTold: undefined, acknowledgedBy: undefined } });
        const notes = new Map((await store.outageNotes()).map((one) => [one.server, one]));
        // A server without an outage may be left out.
        expect(notes.get(ALPHA)?.lastTold).toBeUndefined();
        expect(notes.get(BETA)).toEqual({ server: BETA, lastTold: 6, acknowledgedBy: 'Anna' });
      });

      test('a mute is of one server and one recipient, and the newest counts', async () => {
        await store.commit({ mutes: [{ server: ALPHA, recipient: ANNA, until: 10 }] });
        await store.commit({ mutes: [{ server: ALPHA, recipient: BORIS, until: 20 }] });
        await store.commit({ mutes: [{ server: BETA, recipient: TOPIC, until: 30 }] });
        await store.commit({ mutes: [{ server: ALPHA, recipient: ANNA, until: 5 }] });
        const mutes = [...(await store.mutes())].sort((a, b) => a.until - b.until);
        expect(mutes).toEqual([
          { server: ALPHA, recipient: ANNA, until: 5 },
          { server: ALPHA, recipient: BORIS, until: 20 },
          { server: BETA, recipient: TOPIC, until: 30 },
        ]);
      });

      test('a chat that has moved is where it was heard of last', async () => {
        expect(await store.moves()).toEqual([]);
        await store.commit({ moves: [{ from: TOPIC, to: ANNA }] });
        await store.commit({
          moves: [
            { from: TOPIC, to: BORIS },
            { from: ANNA, to: BORIS },
          ],
        });
        const moves = new Map((await store.moves()).map(({ from, to }) => [from, to]));
        expect(moves).toEqual(
          new Map([
            [TOPIC, BORIS],
            [ANNA, BORIS],
          ]),
        );
      });

      test('all servers are muted at once, however many there are', async () => {
        const servers = Array.from({ length: 2_000 }, (_, index) => `server ${index}` as ServerName);
        const mutes = (until: number) => servers.map((server) => ({ server, recipient: ANNA, until }));
        await store.commit({ mutes: [{ server: ALPHA, recipient: ANNA, until: 1 }] });
        await store.commit({ mutes: mutes(10) });
        await store.commit({ mutes: mutes(20) });
        const ends = (await store.mutes()).map(({ until }) => until).sort((a, b) => a - b);
        expect(ends).toEqual([1, ...servers.map(() => 20)]);
      });

      test('names that look alike when they are glued together stay apart', async () => {
        const mute = (server: string, channel: string, address: string, until: number) =>
          store.commit({ mutes: [{ server: server as ServerName, recipient: { channel, address }, until }] });
        await mute('a', 'b:c', 'd', 1);
        await mute('a:b', 'c', 'd', 2);
        await mute('a', 'b', 'c:d', 3);
        expect(await store.mutes()).toHaveLength(3);
      });

      test('the audit log tells the newest first, as many as are asked for', async () => {
        for (const at of [1, 2, 3]) await store.commit({ audit: stopped(at) });
        expect((await store.audit(10)).map((entry) => entry.at)).toEqual([3, 2, 1]);
        expect((await store.audit(2)).map((entry) => entry.at)).toEqual([3, 2]);
        expect(await store.audit(0)).toEqual([]);
      });

      test('the audit log of one server', async () => {
        await store.commit({ audit: stopped(1) });
        await store.commit({ audit: { ...stopped(2), server: BETA } });
        await store.commit({ audit: stopped(3) });
        expect((await store.audit(10, ALPHA)).map((entry) => entry.at)).toEqual([3, 1]);
        expect((await store.audit(1, BETA)).map((entry) => entry.at)).toEqual([2]);
      });

      test('an entry of the audit log keeps all that is known', async () => {
        const entry = EVENTS.find(({ kind }) => kind === 'conference-stopped') as AuditEntry;
        await store.commit({ audit: entry });
        expect(await store.audit(1)).toEqual([entry]);
      });
    });

    describe('the outbox', () => {
      test('rows come back from the commit with ids, in the order in which they were given', async () => {
        const rows = await store.commit({ outbox: [row(FIRST), row(FIRST, BORIS)] });
        expect(rows.map(({ recipient }) => recipient)).toEqual([ANNA, BORIS]);
        expect(await store.outbox()).toEqual(rows);
      });

      test('ids grow, also past rows that are settled (the order of writing is the order of telling)', async () => {
        const [first] = await store.commit({ outbox: [row(FIRST)] });
        await store.settle([first?.id ?? 0], 'delivered', 9);
        const [second, third] = await store.commit({ outbox: [row(FIRST), row(FIRST)] });
        expect(second?.id).toBeGreaterThan(first?.id ?? 0);
        expect(third?.id).toBeGreaterThan(second?.id ?? 0);
      });

      test('every kind of event survives with all its parts', async () => {
        await store.commit({ outbox: EVENTS.map((event) => row(event)) });
        expect((await store.outbox()).map(({ event }) => event)).toEqual(EVENTS);
      });

      test('a change without rows gives none', async () => {
        expect(await store.commit({ availability: { server: ALPHA, value: UP } })).toEqual([]);
        expect(await store.commit({})).toEqual([]);
      });

      test('settled rows are gone, the others stay; settling twice or a row that is not there does no harm', async () => {
        const rows = await store.commit({ outbox: [row(FIRST), row(FIRST, BORIS), row(FIRST, TOPIC)] });
        const ids = rows.map(({ id }) => id);
        await store.settle([ids[1] ?? 0], 'delivered', 50);
        await store.settle([ids[1] ?? 0, 999_999], 'refused', 60);
        await store.settle([], 'delivered', 70);
        expect((await store.outbox()).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
        expect(await store.settled(10)).toEqual([{ ...rows[1], outcome: 'delivered', settledAt: 50 }]);
      });

      test('who was told what, the latest first, as many as are asked for', async () => {
        const [a, b, c] = await store.commit({ outbox: [row(FIRST), row(FIRST, BORIS), row(FIRST, TOPIC)] });
        await store.settle([c?.id ?? 0], 'refused', 50);
        await store.settle([a?.id ?? 0, b?.id ?? 0], 'delivered', 60);
        const told = (await store.settled(10)).map(({ recipient, outcome, settledAt }) => ({
          address: recipient.address,
          outcome,
          settledAt,
        }));
        expect(told).toEqual([
          { address: '1002', outcome: 'delivered', settledAt: 60 },
          { address: '1001', outcome: 'delivered', settledAt: 60 },
          { address: TOPIC.address, outcome: 'refused', settledAt: 50 },
        ]);
        expect(await store.settled(1)).toHaveLength(1);
        expect(await store.settled(0)).toEqual([]);
      });
    });

    describe('the past', () => {
      test('a period takes the place of the one with the same beginning: it has ended, or says why', async () => {
        await store.commit({ periods: [down(1_000), { ...down(1_000), server: BETA }] });
        await store.commit({ periods: [{ ...down(1_000), to: 5_000, trouble: { code: 'dns' } }] });
        expect(await store.periods(ALPHA, 0)).toEqual([
          { ...down(1_000), to: 5_000, trouble: { code: 'dns' } },
        ]);
        expect(await store.periods(BETA, 0)).toEqual([{ ...down(1_000), server: BETA }]);
      });

      test('a server may be down and the bot blind from the same moment on', async () => {
        const blind: Period = { server: ALPHA, kind: 'blind', from: 1_000, to: 2_000, trouble: undefined };
        await store.commit({ periods: [down(1_000), blind] });
        expect(await store.periods(ALPHA, 0)).toEqual([blind, down(1_000)]);
      });

      test('whether somebody saw a period end', async () => {
        const unseen: Period = { ...down(1_000, 2_000), endUnseen: true };
        await store.commit({ periods: [unseen, down(3_000, 4_000)] });
        expect(await store.periods(ALPHA, 0)).toEqual([down(3_000, 4_000), unseen]);
      });

      test('periods that lasted after a moment, the newest first, and those that last', async () => {
        await store.commit({ periods: [down(1_000, 2_000), down(3_000, 4_000), down(5_000)] });
        const since = async (at: number) => (await store.periods(ALPHA, at)).map(({ from }) => from);
        expect(await since(0)).toEqual([5_000, 3_000, 1_000]);
        expect(await since(1_999)).toEqual([5_000, 3_000, 1_000]);
        expect(await since(2_000)).toEqual([5_000, 3_000]);
        expect(await since(9_000)).toEqual([5_000]);
      });

      test('runs of buckets that hold probes, of those from a moment on and before another', async () => {
        const onlyUsers = { ...bucket(6), probes: 0, failures: 0, latency: undefined, users: 3 };
        const buckets = [1, 2, 3, 5, 7, 8].map((slot) => bucket(slot));
        await store.commit({ buckets: [...buckets, onlyUsers, bucket(4, BETA), bucket(9, BETA)] });
        const runs = async (from: number, to: number) =>
          (await store.watched(ALPHA, from, to)).map(({ first, last }) => [first / BUCKET, last / BUCKET]);
        expect(await runs(0, 1e15)).toEqual([
          [1, 3],
          [5, 5],
          [7, 8],
        ]);
        expect(await runs(BUCKET + 1, 8 * BUCKET)).toEqual([
          [2, 3],
          [5, 5],
          [7, 7],
        ]);
        expect(await runs(10 * BUCKET, 1e15)).toEqual([]);
        expect(await store.watched('nobody' as ServerName, 0, 1e15)).toEqual([]);
      });

      test('a run of three weeks is one run, however it was read', async () => {
        const slots = Array.from({ length: 21 * 288 }, (_, slot) => slot + 5);
        await store.commit({ buckets: slots.map((slot) => bucket(slot)) });
        expect(await store.watched(ALPHA, 0, 1e15)).toEqual([
          { first: 5 * BUCKET, last: (21 * 288 + 4) * BUCKET },
        ]);
      });

      test('buckets from a moment on and before another, the oldest first', async () => {
        await store.commit({ buckets: [bucket(3), bucket(1), bucket(2), bucket(4), bucket(2, BETA)] });
        const within = async (from: number, to: number) =>
          (await store.buckets(ALPHA, from, to)).map(({ start }) => start / BUCKET);
        expect(await within(BUCKET, 4 * BUCKET)).toEqual([1, 2, 3]);
        expect(await within(BUCKET + 1, 4 * BUCKET + 1)).toEqual([2, 3, 4]);
        expect(await within(0, 1e15)).toEqual([1, 2, 3, 4]);
        expect(await within(2 * BUCKET, 2 * BUCKET)).toEqual([]);
        expect(await store.bucketsAt(2 * BUCKET)).toEqual([bucket(2), bucket(2, BETA)]);
      });

      test('a bucket takes the place of the one with the same start, whatever it knows', async () => {
        const silent: ProbeBucket = { ...bucket(1), failures: 20, latency: undefined, users: undefined };
        await store.commit({ buckets: [bucket(1)] });
        await store.commit({ buckets: [silent] });
        expect(await store.buckets(ALPHA, 0, 1e15)).toEqual([silent]);
        await store.commit({ buckets: [{ ...bucket(1), users: 0 }] });
        expect(await store.buckets(ALPHA, 0, 1e15)).toEqual([{ ...bucket(1), users: 0 }]);
      });

      test('a year of one server is read as it was written (in pieces, so that others may go in between)', async () => {
        const days = 3;
        const all = Array.from({ length: days * 288 }, (_, index) => bucket(1_000 + index));
        await store.commit({ buckets: all });
        expect(await store.buckets(ALPHA, 0, 1e15)).toEqual(all);
      });

      test('what is older than that is forgotten; what lasts or waits is not', async () => {
        const [, waiting] = await store.commit({
          outbox: [row(FIRST), row(FIRST, BORIS), row(FIRST, TOPIC)],
        });
        await store.settle([(waiting?.id ?? 0) - 1], 'delivered', 5 * BUCKET - 1);
        await store.settle([(waiting?.id ?? 0) + 1], 'refused', 5 * BUCKET);
        await store.commit({
          buckets: [bucket(4), bucket(5)],
          periods: [down(1, 5 * BUCKET - 1), down(2, 5 * BUCKET), down(3)],
          mutes: [
            { server: ALPHA, recipient: ANNA, until: 5 * BUCKET - 1 },
            { server: BETA, recipient: ANNA, until: 5 * BUCKET },
          ],
        });
        for (const at of [5 * BUCKET - 1, 5 * BUCKET]) await store.commit({ audit: stopped(at) });
        await store.prune(5 * BUCKET);
        expect(await store.outbox()).toEqual([waiting]);
        expect((await store.settled(10)).map(({ outcome }) => outcome)).toEqual(['refused']);
        expect(await store.buckets(ALPHA, 0, 1e15)).toEqual([bucket(5)]);
        expect((await store.periods(ALPHA, 0)).map(({ from }) => from)).toEqual([3, 2]);
        expect((await store.audit(10)).map(({ at }) => at)).toEqual([5 * BUCKET]);
        expect((await store.mutes()).map(({ server }) => server)).toEqual([BETA]);
      });
    });

    test('everything of one commit is there afterwards (it is one transaction)', async () => {
      const rows = await store.commit({
        availability: { server: ALPHA, value: DOWN },
        monitored: { server: ALPHA, on: true },
        outage: { server: ALPHA, lastTold: 3_000, acknowledgedBy: undefined },
        mutes: [{ server: ALPHA, recipient: ANNA, until: 9 }],
        moves: [{ from: TOPIC, to: BORIS }],
        audit: stopped(1),
        outbox: [row(FIRST)],
        stability: { server: ALPHA, value: { changes: [1], unstableSince: undefined } },
        certificate: { server: ALPHA, endsAt: 5, toldDays: 1 },
        periods: [down(2_000)],
        buckets: [bucket(0)],
      });
      expect(rows).toHaveLength(1);
      expect(await store.stabilities()).toHaveProperty('size', 1);
      expect(await store.certificates()).toHaveLength(1);
      expect(await store.periods(ALPHA, 0)).toEqual([down(2_000)]);
      expect(await store.buckets(ALPHA, 0, 1)).toEqual([bucket(0)]);
      expect((await store.availabilities()).get(ALPHA)).toEqual(DOWN);
      expect((await store.switches()).get(ALPHA)).toBe(true);
      expect(await store.outageNotes()).toHaveLength(1);
      expect(await store.mutes()).toHaveLength(1);
      expect(await store.moves()).toHaveLength(1);
      expect(await store.audit(1)).toHaveLength(1);
      expect(await store.outbox()).toEqual(rows);
    });

    test('what was read is a copy: later changes do not reach into it', async () => {
      await store.commit({ availability: { server: ALPHA, value: UP }, outbox: [row(FIRST)] });
      const [believed, outbox] = await Promise.all([store.availabilities(), store.outbox()]);
      await store.commit({ availability: { server: ALPHA, value: DOWN }, outbox: [row(FIRST)] });
      await store.settle(
        outbox.map(({ id }) => id),
        'delivered',
        5,
      );
      expect(believed.get(ALPHA)).toEqual(UP);
      expect(outbox).toHaveLength(1);
    });

    test('over any history the outbox holds what was written and not settled', async () => {
      const recipients = [ANNA, BORIS, TOPIC];
      const anyStep = fc.oneof(
        fc.record({ do: fc.constant('write' as const), to: fc.array(fc.nat(2), { maxLength: 3 }) }),
        fc.record({ do: fc.constant('settle' as const), which: fc.array(fc.nat(20), { maxLength: 4 }) }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 20 }), async (steps) => {
          const fresh = await factory.open();
          let model: OutboxRow[] = [];
          for (const step of steps) {
            if (step.do === 'write') {
              const given = step.to.map((index) => row(FIRST, recipients[index]));
              model.push(...(await fresh.commit({ outbox: given })));
            } else {
              const ids = step.which.map((index) => model[index]?.id ?? -1);
              await fresh.settle(ids, 'delivered', 5);
              model = model.filter(({ id }) => !ids.includes(id));
            }
          }
          expect(await fresh.outbox()).toEqual(model);
          await fresh.close();
        }),
        { numRuns: 40 },
      );
    });

    test('over any history it answers as the store in memory does', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
          const [fresh, model] = [await factory.open(), createMemoryStore()];
          for (const step of steps) expect(await take(fresh, step)).toEqual(await take(model, step));
          expect(await everythingIn(fresh)).toEqual(await everythingIn(model));
          await fresh.close();
        }),
        { numRuns: 40 },
      );
    });

    if (!factory.reopen) return;
    test('what was written is there after it was closed and opened again', async () => {
      await store.commit({
        availability: { server: BETA, value: DOWN },
        outbox: EVENTS.map((event) => row(event)),
      });
      await store.commit({ monitored: { server: ALPHA, on: false }, audit: stopped(1) });
      const [last] = (await store.outbox()).slice(-1);
      await store.close();
      store = (await factory.reopen?.(store)) ?? store;
      expect((await store.availabilities()).get(BETA)).toEqual(DOWN);
      expect((await store.outbox()).map(({ event }) => event)).toEqual(EVENTS);
      expect(await store.switches()).toEqual(new Map([[ALPHA, false]]));
      expect(await store.audit(5)).toEqual([stopped(1)]);
      const [next] = await store.commit({ outbox: [row(FIRST)] });
      expect(next?.id).toBeGreaterThan(last?.id ?? 0);
    });

    test('over any history it knows the same after it was closed and opened again', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
          const fresh = await factory.open();
          for (const step of steps) await take(fresh, step);
          const before = await everythingIn(fresh);
          await fresh.close();
          const again = (await factory.reopen?.(fresh)) ?? fresh;
          expect(await everythingIn(again)).toEqual(before);
          await again.close();
        }),
        { numRuns: 20 },
      );
    });
  });
}
