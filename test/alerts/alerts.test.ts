/** Who is told what is written down together with its reason, and what people decided is kept. */
import { describe, expect, test } from 'vitest';
import { Alerts } from '../../src/alerts/alerts.ts';
import type { ServerName } from '../../src/domain/names.ts';
import type { OutboxRow, Recipient } from '../../src/domain/outbox.ts';
import { HOUR } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Change, Store } from '../../src/storage/store.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';
import { ALPHA, ANNA, BETA, BORIS, failure } from './rows.ts';

const GROUP: Recipient = { channel: 'telegram', address: '-1001234567890:42' };

async function bench(store: Store = createMemoryStore()) {
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
      outageNotes: () => store.outageNotes(),
      mutes: () => store.mutes(),
    },
    clock,
    recipients: [ANNA, BORIS, GROUP],
    outbox: {
      add: (rows) => void added.push(...rows),
      lookAgain: () => {
        looks += 1;
      },
    },
  });
  await alerts.load();
  const wentDown = (server: ServerName) =>
    alerts.serverChanged(
      server,
      { status: 'down', since: START, failure: failure(START) },
      { kind: 'went-down', at: START, failure: failure(START), firstSeen: false },
      undefined,
    );
  return { ...{ alerts, clock, store, changes, added, wentDown }, looks: () => looks };
}

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

  test('a change that is no news is written too (a restart must know it), but told to nobody', async () => {
    const { alerts, changes, added } = await bench();
    await alerts.serverChanged(ALPHA, { status: 'up', since: START }, undefined, undefined);
    expect(changes[0]?.availability).toEqual({ server: 'alpha', value: { status: 'up', since: START } });
    expect(added).toEqual([]);
  });

  test('what somebody did is audited in it, and told to all but that person', async () => {
    const { alerts, store, added } = await bench();
    await alerts.monitoringSwitched(
      { kind: 'monitoring-switched', server: ALPHA, at: START, by, on: false },
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
    expect(await alerts.acknowledge(ALPHA, by)).toBe(false);
    expect(added).toEqual([]);
  });

  test('is known until the outage ends', async () => {
    const { alerts, wentDown } = await bench();
    await wentDown(ALPHA);
    expect(await alerts.acknowledge(ALPHA, by)).toBe(true);
    expect(alerts.acknowledgedBy(ALPHA)).toBe('Anna');
    expect(alerts.acknowledgedBy(BETA)).toBeUndefined();
    await alerts.serverChanged(
      ALPHA,
      { status: 'up', since: START },
      { kind: 'came-up', at: START, downSince: START },
      undefined,
    );
    expect(alerts.acknowledgedBy(ALPHA)).toBeUndefined();
  });
});

describe('mute', () => {
  test('holds for one chat and one server until its moment, and is looked at anew', async () => {
    const { alerts, clock, looks } = await bench();
    const before = looks();
    await alerts.mute(ALPHA, ANNA, START + HOUR);
    expect(looks()).toBe(before + 1);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBe(START + HOUR);
    expect(alerts.mutedUntil(ANNA, BETA)).toBeUndefined();
    expect(alerts.mutedUntil(BORIS, ALPHA)).toBeUndefined();
    await clock.advance(HOUR - 1);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBe(START + HOUR);
    await clock.advance(1);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBeUndefined();
    expect(alerts.muteEnd(ANNA, ALPHA)).toBe(START + HOUR);
  });

  test('the newest one counts, even when it is shorter', async () => {
    const { alerts } = await bench();
    await alerts.mute(ALPHA, ANNA, START + 8 * HOUR);
    await alerts.mute(ALPHA, ANNA, START + HOUR);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBe(START + HOUR);
    await alerts.mute(ALPHA, ANNA, START);
    expect(alerts.mutedUntil(ANNA, ALPHA)).toBeUndefined();
  });

  test('is known to the next run', async () => {
    const { alerts, store } = await bench();
    await alerts.mute(ALPHA, ANNA, START + HOUR);
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
