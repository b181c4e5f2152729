/** Who is told what is written down together with its reason, and what people decided is kept. */
import { describe, expect, test } from 'vitest';
import { Alerts } from '../../src/alerts/alerts.ts';
import { Moves } from '../../src/alerts/moves.ts';
import { type Availability, unknownSince } from '../../src/domain/availability.ts';
import type { ServerName } from '../../src/domain/names.ts';
import type { OutboxRow, Recipient } from '../../src/domain/outbox.ts';
import { DAY, type EpochMs, HOUR, MINUTE } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Change, Store } from '../../src/storage/store.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';
import { ALPHA, ANNA, BETA, BORIS, failure } from './rows.ts';

const GROUP: Recipient = { channel: 'telegram', address: '-1001234567890:42' };

async function bench(store: Store = createMemoryStore(), maintenanceEnd?: EpochMs) {
  const clock = new VirtualClock();
  const changes: Change[] = [];
  const added: OutboxRow[] = [];
  let looks = 0;
  const alerts = new Alerts({
    store: {
      commit: (change) => {
        changes.push(change);
        return store.commit(change);
      },
      outbox: () => store.outbox(),
      settled: (limit) => store.settled(limit),
      availabilities: () => store.availabilities(),
      switches: () => store.switches(),
      outageNotes: () => store.outageNotes(),
      mutes: () => store.mutes(),
      stabilities: () => store.stabilities(),
      certificates: () => store.certificates(),
      periods: (server, since) => store.periods(server, since),
    },
    clock,
    moves: new Moves(store),
    recipients: () => [ANNA, BORIS, GROUP],
    administrators: () => [ANNA, BORIS],
    maintenanceEnd: () => maintenanceEnd,
    outbox: {
      add: (rows) => void added.push(...rows),
      lookAgain: () => {
        looks += 1;
      },
    },
  });
  await alerts.load();
  const UP: Availability = { status: 'up', since: START - HOUR };
  const wentDown = (server: ServerName, at: EpochMs = START) =>
    alerts.serverChanged({
      ...NOTHING_SEEN,
      server,
      before: UP,
      after: { status: 'down', since: at, failure: failure(at) },
      transition: { kind: 'went-down', at, failure: failure(at), firstSeen: false },
      foundAt: at,
    });
  const cameUp = (server: ServerName, at: EpochMs, downSince: EpochMs = START) =>
    alerts.serverChanged({
      ...NOTHING_SEEN,
      server,
      before: { status: 'down', since: downSince, failure: failure(downSince) },
      after: { status: 'up', since: at },
      transition: { kind: 'came-up', at, downSince },
      foundAt: at,
    });
  return { ...{ alerts, clock, store, changes, added, wentDown, cameUp }, looks: () => looks };
}

const NOTHING_SEEN = { unseen: false, wasHidden: false, occupancy: undefined, occupancyNow: undefined };

const toldTo = (rows: readonly OutboxRow[]) => rows.map(({ recipient }) => recipient.address);
const by = { id: 1001, name: 'Anna' };

describe('one transaction', () => {
  test('holds the new state, the notes about the outage and a row for each recipient', async () => {
    const { changes, wentDown } = await bench();
    await wentDown(ALPHA);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      availability: { server: 'alpha', value: { status: 'down' } },
      outage: { server: 'alpha', lastTold: START, acknowledgedBy: undefined },
      outbox: [{ recipient: ANNA }, { recipient: BORIS }, { recipient: GROUP }],
    });
  });

  test('a row counts from when the change was found, not from when the others had been asked (it has waited already)', async () => {
    const { clock, added, wentDown } = await bench();
    await clock.advance(4_000);
    await wentDown(ALPHA, START);
    expect(added.map(({ writtenAt }) => writtenAt)).toEqual([START, START, START]);
  });

  test('a change that is no news is written too (a restart must know it), but told to nobody', async () => {
    const { alerts, changes, added } = await bench();
    await alerts.serverChanged({
      ...NOTHING_SEEN,
      server: ALPHA,
      before: unknownSince(START),
      after: { status: 'up', since: START },
      transition: undefined,
      foundAt: START,
    });
    expect(changes[0]?.availability).toEqual({ server: 'alpha', value: { status: 'up', since: START } });
    expect(added).toEqual([]);
  });

  test('what somebody did is audited in it, and told to all but that person', async () => {
    const { alerts, store, added } = await bench();
    await alerts.monitoringSwitched(
      { server: ALPHA, by, on: false, override: false },
      { status: 'up', since: START - HOUR },
      { status: 'unknown', since: START },
    );
    expect(toldTo(added)).toEqual(['1002', '-1001234567890:42']);
    expect(await store.audit(5)).toMatchObject([{ kind: 'monitoring-switched', by }]);
    expect(await store.switches()).toEqual(new Map([['alpha', false]]));
    expect(await store.availabilities()).toEqual(new Map([['alpha', { status: 'unknown', since: START }]]));
  });

  test('when it fails nobody is told (what is not written down may be told twice or never)', async () => {
    const store = createMemoryStore();
    store.commit = () => Promise.reject(new Error('disk full'));
    const { added, wentDown } = await bench(store);
    await expect(wentDown(ALPHA)).rejects.toThrow('disk full');
    expect(added).toEqual([]);
  });
});

describe('acknowledge', () => {
  test('of a server that is not down is refused', async () => {
    const { alerts, added } = await bench();
    expect(await alerts.acknowledge(ALPHA, by, ANNA)).toBe(false);
    expect(added).toEqual([]);
  });

  test('is known until the outage ends', async () => {
    const { alerts, wentDown, cameUp } = await bench();
    await wentDown(ALPHA);
    expect(await alerts.acknowledge(ALPHA, by, ANNA)).toBe(true);
    expect(alerts.acknowledgedBy(ALPHA)).toBe('Anna');
    expect(alerts.acknowledgedBy(BETA)).toBeUndefined();
    await cameUp(ALPHA, START + 1);
    expect(alerts.acknowledgedBy(ALPHA)).toBeUndefined();
  });

  test('is told once however often it is pressed, and again when somebody else takes over', async () => {
    const { alerts, added, wentDown } = await bench();
    await wentDown(ALPHA);
    const told = () => added.filter(({ event }) => event.kind === 'outage-acknowledged').length;
    await alerts.acknowledge(ALPHA, by, ANNA);
    const once = told();
    expect(once).toBeGreaterThan(0);
    expect(await alerts.acknowledge(ALPHA, by, ANNA)).toBe(true);
    expect(told()).toBe(once);
    await alerts.acknowledge(ALPHA, { id: 1002, name: 'Boris' }, ANNA);
    expect(told()).toBeGreaterThan(once);
  });
});

describe('mute', () => {
  test('holds for one chat and one server until its moment, and is looked at anew', async () => {
    const { alerts, clock, looks } = await bench();
    const before = looks();
    await alerts.mute([ALPHA], ANNA, START + HOUR);
    expect(looks()).toBe(before + 1);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBe(START + HOUR);
    expect(alerts.mutedUntil(ANNA, BETA)).toBeUndefined();
    expect(alerts.mutedUntil(BORIS, ALPHA)).toBeUndefined();
    await clock.advance(HOUR - 1);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBe(START + HOUR);
    await clock.advance(1);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBeUndefined();
    expect(alerts.quietUntil(ANNA, ALPHA, START)).toBe(START + HOUR);
  });

  test('the newest one counts, even when it is shorter', async () => {
    const { alerts } = await bench();
    await alerts.mute([ALPHA], ANNA, START + 8 * HOUR);
    await alerts.mute([ALPHA], ANNA, START + HOUR);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBe(START + HOUR);
    await alerts.mute([ALPHA], ANNA, START);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBeUndefined();
  });

  test('is known to the next run', async () => {
    const { alerts, store } = await bench();
    await alerts.mute([ALPHA], ANNA, START + HOUR);
    const next = await bench(store);
    expect(next.alerts.mutedUntil(ANNA, ALPHA)).toBe(START + HOUR);
  });
});

describe('a recipient who cannot be told', () => {
  const refused = (recipient: Recipient) =>
    ({ kind: 'recipient-refused', at: START, recipient: recipient.address, refusal: 'blocked' }) as const;

  test('is reported once, to those who can be told', async () => {
    const { alerts, added } = await bench();
    await alerts.refused(refused(BORIS), BORIS);
    await alerts.refused(refused(BORIS), BORIS);
    expect(toldTo(added)).toEqual(['1001', '-1001234567890:42']);
    await alerts.refused(refused(GROUP), GROUP);
    expect(toldTo(added.slice(2))).toEqual(['1001']);
  });
});

describe('what a failed write leaves behind', () => {
  test('is nothing: the reminder is still due, and nobody takes care', async () => {
    const store = createMemoryStore();
    const { alerts, clock, added, wentDown } = await bench(store);
    await wentDown(ALPHA);
    await clock.advance(HOUR);
    const { commit } = store;
    store.commit = () => Promise.reject(new Error('disk full'));
    const down: Availability = { status: 'down', since: START, failure: failure(START) };
    await expect(alerts.unchanged(ALPHA, down, undefined, HOUR)).rejects.toThrow('disk full');
    await expect(alerts.acknowledge(ALPHA, by, ANNA)).rejects.toThrow('disk full');
    expect(alerts.acknowledgedBy(ALPHA)).toBeUndefined();
    store.commit = commit;
    await alerts.unchanged(ALPHA, down, undefined, HOUR);
    expect(added.slice(3).map(({ event }) => event.kind)).toEqual(Array(3).fill('server-still-down'));
  });

  test('a change is not counted twice when it is found again', async () => {
    const store = createMemoryStore();
    const { wentDown, cameUp, added } = await bench(store);
    const { commit } = store;
    for (let change = 0; change < 4; change++) {
      store.commit = () => Promise.reject(new Error('disk full'));
      await expect(wentDown(ALPHA, START + change)).rejects.toThrow('disk full');
    }
    store.commit = commit;
    await wentDown(ALPHA, START + 4);
    await cameUp(ALPHA, START + 5, START + 4);
    expect(added.map(({ event }) => event.kind)).not.toContain('server-unstable');
  });
});

describe('the bot is blind', () => {
  const hide = (server: ServerName, since: EpochMs) => [server, unknownSince(since)] as const;
  const seesAgain = (at: EpochMs) => ({ kind: 'bot-sees-again', at, since: START, silent: [] }) as const;

  test('what is hidden is unknown from its own first silent look on, until the bot sees again', async () => {
    const { alerts, store } = await bench();
    await alerts.hidden(...hide(ALPHA, START));
    await alerts.hidden(...hide(BETA, START + MINUTE));
    await alerts.hidden(...hide(ALPHA, START)); // each of its looks confirms it
    expect(await store.availabilities()).toEqual(
      new Map([
        ['alpha', unknownSince(START)],
        ['beta', unknownSince(START + MINUTE)],
      ]),
    );
    await alerts.seesAgain(seesAgain(START + HOUR));
    expect(await store.periods(ALPHA, 0)).toMatchObject([{ kind: 'blind', from: START, to: START + HOUR }]);
    expect(await store.periods(BETA, 0)).toMatchObject([
      { kind: 'blind', from: START + MINUTE, to: START + HOUR },
    ]);
  });

  test('what is hidden while the bot begins to see again does not stay hidden for ever', async () => {
    const { alerts, store } = await bench();
    const hiding = alerts.hidden(...hide(ALPHA, START));
    await alerts.seesAgain(seesAgain(START + HOUR));
    await hiding;
    expect(await store.periods(ALPHA, 0)).toMatchObject([{ kind: 'blind', from: START, to: START + HOUR }]);
  });

  test('what is hidden anew while it is written down that the bot sees again is unknown until the next time', async () => {
    const { alerts, store } = await bench();
    await alerts.hidden(...hide(ALPHA, START));
    const seeing = alerts.seesAgain(seesAgain(START + HOUR));
    await alerts.hidden(...hide(ALPHA, START + 2 * HOUR));
    await seeing;
    expect((await store.availabilities()).get(ALPHA)).toEqual(unknownSince(START + 2 * HOUR));
    await alerts.seesAgain(seesAgain(START + 3 * HOUR));
    expect(await store.periods(ALPHA, 0)).toMatchObject([
      { kind: 'blind', from: START + 2 * HOUR, to: START + 3 * HOUR },
      { kind: 'blind', from: START, to: START + HOUR },
    ]);
  });

  test('what could not be written down as seen again is so after the next try', async () => {
    const store = createMemoryStore();
    const { alerts } = await bench(store);
    const { commit } = store;
    await alerts.hidden(...hide(ALPHA, START));
    store.commit = () => Promise.reject(new Error('disk full'));
    await expect(alerts.seesAgain(seesAgain(START + HOUR))).rejects.toThrow('disk full');
    store.commit = commit;
    await alerts.seesAgain(seesAgain(START + HOUR));
    expect(await store.periods(ALPHA, 0)).toMatchObject([{ kind: 'blind', from: START, to: START + HOUR }]);
  });

  test('what could not be written down as hidden is tried again', async () => {
    const store = createMemoryStore();
    const { alerts } = await bench(store);
    const { commit } = store;
    store.commit = () => Promise.reject(new Error('disk full'));
    await expect(alerts.hidden(...hide(ALPHA, START))).rejects.toThrow('disk full');
    store.commit = commit;
    await alerts.hidden(...hide(ALPHA, START));
    expect(await store.periods(ALPHA, 0)).toMatchObject([{ kind: 'blind', from: START, to: undefined }]);
  });

  test('a server that is seen earlier is unknown only up to then, also when it is hidden once more', async () => {
    const { alerts, store } = await bench();
    const seen = (since: EpochMs) =>
      alerts.serverChanged({
        ...NOTHING_SEEN,
        server: ALPHA,
        before: unknownSince(START),
        after: { status: 'up', since },
        transition: undefined,
        foundAt: since,
      });
    await alerts.hidden(...hide(ALPHA, START));
    await seen(START + MINUTE);
    await alerts.hidden(...hide(ALPHA, START + 2 * MINUTE));
    await seen(START + 3 * MINUTE);
    await alerts.seesAgain(seesAgain(START + HOUR));
    expect(await store.periods(ALPHA, 0)).toMatchObject([
      { kind: 'blind', from: START + 2 * MINUTE, to: START + 3 * MINUTE },
      { kind: 'blind', from: START, to: START + MINUTE },
    ]);
  });

  test('ends for a server that is no longer watched', async () => {
    const { alerts, store, clock } = await bench();
    await alerts.hidden(...hide(ALPHA, START));
    await alerts.hidden(...hide(BETA, START));
    await clock.advance(MINUTE);
    await alerts.monitoringSwitched(
      { server: ALPHA, on: false, override: undefined, by: undefined },
      unknownSince(START),
      unknownSince(clock.now()),
    );
    await alerts.forget(BETA, unknownSince(START));
    for (const server of [ALPHA, BETA]) {
      expect(await store.periods(server, 0)).toMatchObject([
        { kind: 'blind', from: START, to: START + MINUTE },
      ]);
    }
  });

  test('is known to the next run, until it was told that it is over', async () => {
    const first = await bench();
    await first.alerts.hidden(...hide(ALPHA, START));
    const next = await bench(first.store);
    expect(await next.alerts.mend(ALPHA, unknownSince(START), true)).toBe(START);
    await next.alerts.seesAgain(seesAgain(START + HOUR));
    const last = await bench(first.store);
    expect(await last.alerts.mend(ALPHA, { status: 'up', since: START + HOUR }, true)).toBeUndefined();
    expect(await last.store.periods(ALPHA, 0)).toMatchObject([{ to: START + HOUR }]);
  });
});

describe('what an earlier run left open', () => {
  const down: Availability = { status: 'down', since: START, failure: failure(START) };

  test('lasts when it is still believed', async () => {
    const first = await bench();
    await first.wentDown(ALPHA);
    const next = await bench(first.store);
    await next.alerts.mend(ALPHA, down, true);
    expect(await next.store.periods(ALPHA, 0)).toMatchObject([{ kind: 'down', from: START, to: undefined }]);
  });

  test('ended when something else was believed since', async () => {
    const first = await bench();
    await first.wentDown(ALPHA);
    const next = await bench(first.store);
    await next.alerts.mend(ALPHA, { status: 'up', since: START + MINUTE }, true);
    expect(await next.store.periods(ALPHA, 0)).toMatchObject([{ to: START + MINUTE }]);
  });

  test('ends now when the server is not watched any more', async () => {
    const first = await bench();
    await first.wentDown(ALPHA);
    const next = await bench(first.store);
    await next.clock.advance(HOUR);
    await next.alerts.mend(ALPHA, down, false);
    expect(await next.store.periods(ALPHA, 0)).toMatchObject([{ to: START + HOUR }]);
  });
});

describe('servers that are in the settings no longer', () => {
  test('are forgotten, whatever is known of them; the others are not touched', async () => {
    const { alerts, store, wentDown, changes } = await bench();
    await wentDown(ALPHA);
    const noted: Change[] = [
      { availability: { server: 'watched once' as ServerName, value: unknownSince(START) } },
      { monitored: { server: 'switched' as ServerName, on: false } },
      { outage: { server: 'told' as ServerName, lastTold: START, acknowledgedBy: 'Anna' } },
      { stability: { server: 'shaky' as ServerName, value: { changes: [START], unstableSince: undefined } } },
      { certificate: { server: 'certified' as ServerName, endsAt: START, toldDays: 0 } },
    ];
    for (const change of noted) await store.commit(change);
    await alerts.load();
    changes.length = 0;
    await alerts.forgetOthers(new Set([ALPHA, BETA]));
    const forgotten = ['certified', 'shaky', 'switched', 'told', 'watched once'];
    expect(changes.map((change) => change.forgotten).sort()).toEqual(forgotten);
    await alerts.forgetOthers(new Set([ALPHA, BETA]));
    expect(changes.slice(forgotten.length)).toEqual([]);
    expect([...(await store.availabilities()).keys()]).toEqual([ALPHA]);
    expect(await alerts.acknowledge(ALPHA, by, ANNA)).toBe(true);
  });
});

describe('quiet', () => {
  test('is the later end of mute and maintenance', async () => {
    const { alerts } = await bench(undefined, START + HOUR);
    expect(alerts.quietUntil(ANNA, ALPHA, START)).toBe(START + HOUR);
    await alerts.mute([ALPHA], ANNA, START + 8 * HOUR);
    expect(alerts.quietUntil(ANNA, ALPHA, START)).toBe(START + 8 * HOUR);
    await alerts.mute([ALPHA], ANNA, START + MINUTE);
    expect(alerts.quietUntil(ANNA, ALPHA, START)).toBe(START + HOUR);
  });
});

describe('trouble of its own', () => {
  test('is told to the administrators only (others cannot do anything about it)', async () => {
    const { alerts, added } = await bench();
    await alerts.ownTrouble({ kind: 'settings-broken', at: START, problems: ['line 3: no'] });
    await alerts.ownTrouble({ kind: 'storage-trouble', at: START, trouble: 'full' });
    expect(toldTo(added)).toEqual(['1001', '1002', '1001', '1002']);
  });
});

describe('certificates', () => {
  test('a notice and what is noted about it are one transaction, and what is noted already is not written', async () => {
    const { alerts, changes } = await bench();
    await alerts.certificateSeen(ALPHA, START + 7 * DAY);
    await alerts.certificateSeen(ALPHA, START + 7 * DAY);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      certificate: { server: 'alpha', toldDays: 7 },
      outbox: [{ event: { kind: 'certificate-ending' } }, {}, {}],
    });
  });
});
