/** Which rows make the next message, and when: the rule alone, and over any history that a recipient can have. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Batch,
  type BatchFacts,
  CERTIFICATE_QUIET,
  CERTIFICATE_WAIT,
  LONGEST_WAIT,
  nextBatch,
  QUIET,
} from '../../src/alerts/batch.ts';
import type { Event } from '../../src/domain/events.ts';
import type { ServerName } from '../../src/domain/names.ts';
import type { OutboxRow } from '../../src/domain/outbox.ts';
import { DAY, type EpochMs, HOUR, MINUTE } from '../../src/lib/time.ts';
import {
  ALPHA,
  acknowledged,
  BETA,
  began,
  certificate,
  down,
  ended,
  failure,
  row,
  rows,
  shaky,
  still,
  stillDown,
  stopped,
  up,
} from './rows.ts';

const OTHERS: BatchFacts = { quietUntil: () => undefined, watchesOthers: () => true };
const ALONE: BatchFacts = { ...OTHERS, watchesOthers: () => false };

function muted(until: EpochMs, ...servers: ServerName[]): BatchFacts {
  return { ...OTHERS, quietUntil: (server) => (servers.includes(server) ? until : undefined) };
}

/** Ids of the rows that go out. */
function sent(batch: Batch): number[] | string {
  return batch.kind === 'send' ? batch.rows.map(({ id }) => id) : batch.kind;
}

describe('waiting for company', () => {
  test('a change waits a second, to the millisecond', () => {
    const waiting = rows(down(ALPHA, 0));
    expect(nextBatch(waiting, OTHERS, 0)).toEqual({ kind: 'wait', until: QUIET });
    expect(nextBatch(waiting, OTHERS, QUIET - 1)).toEqual({ kind: 'wait', until: QUIET });
    expect(sent(nextBatch(waiting, OTHERS, QUIET))).toEqual([1]);
  });

  test('each newcomer starts the second anew, up to 3 s after the first', () => {
    expect(nextBatch(rows(down(ALPHA, 0), down(BETA, 900)), OTHERS, 900)).toEqual({
      kind: 'wait',
      until: 900 + QUIET,
    });
    expect(nextBatch(rows(down(ALPHA, 0), down(BETA, 2_900)), OTHERS, 2_900)).toEqual({
      kind: 'wait',
      until: LONGEST_WAIT,
    });
  });

  test('when nobody else can come it waits for nothing', () => {
    expect(sent(nextBatch(rows(down(ALPHA, 0)), ALONE, 0))).toEqual([1]);
  });

  test('whether somebody else can come is asked of the servers that are not in it yet', () => {
    const asked: string[][] = [];
    const facts: BatchFacts = {
      ...OTHERS,
      watchesOthers: (servers) => {
        asked.push([...servers]);
        return true;
      },
    };
    nextBatch(rows(down(ALPHA, 0), down(BETA, 0), up(ALPHA, 1)), facts, 1);
    expect(asked).toEqual([['alpha', 'beta']]);
  });

  test('nothing waits: idle', () => {
    expect(nextBatch([], OTHERS, 0)).toEqual({ kind: 'idle' });
  });
});

describe('what is told one by one', () => {
  test('waits for nothing', () => {
    expect(sent(nextBatch(rows(acknowledged(ALPHA, 0)), OTHERS, 0))).toEqual([1]);
  });

  test('does not overtake what happened before it (no answer before the question)', () => {
    const waiting = rows(down(ALPHA, 0), acknowledged(ALPHA, 10));
    expect(sent(nextBatch(waiting, OTHERS, 10))).toEqual([1]);
  });

  test('is not held up by what a mute holds', () => {
    const waiting = rows(down(ALPHA, 0), acknowledged(ALPHA, 10));
    expect(sent(nextBatch(waiting, muted(HOUR, ALPHA), 10))).toEqual([2]);
  });
});

describe('stops of conferences', () => {
  const carol = { id: 8, name: 'Carol' };

  test('by one person on one server wait a second for more, three at most, and go together in their order', () => {
    const waiting = rows(stopped(ALPHA, 0, 'A'), stopped(ALPHA, 1, 'B'), stopped(ALPHA, 2, 'C'));
    for (const facts of [OTHERS, ALONE]) {
      expect(nextBatch(waiting, facts, 2)).toEqual({ kind: 'wait', until: 2 + QUIET });
      expect(nextBatch(waiting, facts, 1 + QUIET)).toEqual({ kind: 'wait', until: 2 + QUIET });
      expect(nextBatch(waiting, facts, 2 + QUIET)).toEqual({
        kind: 'send',
        rows: waiting,
        dueSince: 0,
        wasHeld: false,
      });
    }
    const many = rows(stopped(ALPHA, 0, 'A'), stopped(ALPHA, 2_900, 'B'));
    expect(nextBatch(many, OTHERS, 2_900)).toEqual({ kind: 'wait', until: LONGEST_WAIT });
  });

  test('those by somebody else, or on another server, are a message of their own', () => {
    const waiting = rows(
      stopped(ALPHA, 0, 'A'),
      stopped(ALPHA, 0, 'B', carol),
      stopped(BETA, 0, 'C'),
      stopped(ALPHA, 0, 'D'),
    );
    expect(sent(nextBatch(waiting, OTHERS, QUIET))).toEqual([1, 4]);
    expect(sent(nextBatch(waiting.slice(1, 3), OTHERS, QUIET))).toEqual([2]);
    expect(sent(nextBatch(waiting.slice(2, 3), OTHERS, QUIET))).toEqual([3]);
  });

  test('a person is known by the id (two may have one name, and one may change it)', () => {
    const waiting = rows(
      stopped(ALPHA, 0, 'A', { id: 7, name: 'Boris' }),
      stopped(ALPHA, 0, 'B', { id: 8, name: 'Boris' }),
      stopped(ALPHA, 0, 'C', { id: 7, name: 'Bob' }),
    );
    expect(sent(nextBatch(waiting, OTHERS, QUIET))).toEqual([1, 3]);
  });

  test('they do not overtake what happened before the first of them, nor does anything overtake them', () => {
    const waiting = rows(
      down(BETA, 0),
      stopped(ALPHA, 10, 'A'),
      stopped(ALPHA, 10, 'B'),
      acknowledged(BETA, 20),
    );
    expect(sent(nextBatch(waiting, OTHERS, 20))).toEqual([1]);
    expect(sent(nextBatch(waiting.slice(1), OTHERS, 20))).toEqual([2, 3]);
    expect(sent(nextBatch(waiting.slice(3), OTHERS, 20))).toEqual([4]);
  });

  test('a mute of the server does not hold them: somebody has done something', () => {
    expect(sent(nextBatch(rows(stopped(ALPHA, 0, 'A')), muted(HOUR, ALPHA), QUIET))).toEqual([1]);
  });

  test('nothing else that is told one by one goes with them or with its like', () => {
    const waiting = rows(acknowledged(ALPHA, 0), acknowledged(ALPHA, 0), stopped(ALPHA, 0, 'A'));
    expect(sent(nextBatch(waiting, OTHERS, 0))).toEqual([1]);
    expect(sent(nextBatch(waiting.slice(1), OTHERS, 0))).toEqual([2]);
    expect(sent(nextBatch([...waiting].reverse(), OTHERS, 0))).toEqual([3]);
  });
});

describe('mute', () => {
  test('holds until it ends, to the millisecond', () => {
    const waiting = rows(down(ALPHA, 0));
    expect(nextBatch(waiting, muted(HOUR, ALPHA), QUIET)).toEqual({ kind: 'wait', until: HOUR });
    expect(nextBatch(waiting, muted(HOUR, ALPHA), HOUR - 1)).toEqual({ kind: 'wait', until: HOUR });
    expect(sent(nextBatch(waiting, muted(HOUR, ALPHA), HOUR))).toEqual([1]);
  });

  test('of one server does not hold another', () => {
    expect(sent(nextBatch(rows(down(ALPHA, 0), down(BETA, 0)), muted(HOUR, ALPHA), QUIET))).toEqual([2]);
  });

  test('lets the recovery of what was told through (what was announced has an end)', () => {
    expect(sent(nextBatch(rows(up(ALPHA, 0)), muted(HOUR, ALPHA), QUIET))).toEqual([1]);
  });

  test('holds the recovery of what was not told', () => {
    expect(sent(nextBatch(rows(down(ALPHA, 0), up(ALPHA, 5)), muted(HOUR, ALPHA), QUIET))).toBe('wait');
  });

  test('a reminder that is held goes with the recovery (it is over too)', () => {
    const waiting = rows(stillDown(ALPHA, 0), up(ALPHA, 5), down(ALPHA, 10));
    expect(sent(nextBatch(waiting, muted(HOUR, ALPHA), MINUTE))).toEqual([1, 2]);
  });

  test('a row could go out since its mute ended: that is not the delivery being late', () => {
    const waiting = rows(down(ALPHA, 0));
    const over = { ...muted(HOUR, ALPHA), watchesOthers: () => false };
    expect(nextBatch(waiting, over, HOUR + 5)).toMatchObject({ kind: 'send', dueSince: HOUR });
    expect(nextBatch(waiting, ALONE, HOUR + 5)).toMatchObject({ kind: 'send', dueSince: 0 });
    expect(nextBatch(rows(up(ALPHA, 0)), muted(2 * HOUR, ALPHA), HOUR)).toMatchObject({ dueSince: 0 });
  });
});

describe('what was held', () => {
  const over = (...servers: ServerName[]): BatchFacts => muted(HOUR, ...servers);

  test('is a message of its own (news about another server must not hide among old things)', () => {
    const waiting = rows(down(ALPHA, 0), down(BETA, HOUR));
    expect(nextBatch(waiting, over(ALPHA), HOUR + 5)).toMatchObject({
      rows: [{ id: 1 }],
      wasHeld: true,
      dueSince: HOUR,
    });
    expect(nextBatch(waiting.slice(1), over(ALPHA), HOUR + QUIET)).toMatchObject({
      rows: [{ id: 2 }],
      wasHeld: false,
    });
  });

  test('of several servers goes together, with what has happened to them since', () => {
    const waiting = rows(down(ALPHA, 0), down(BETA, 1), up(ALPHA, HOUR + 1));
    expect(sent(nextBatch(waiting, over(ALPHA, BETA), HOUR + 2))).toEqual([1, 2, 3]);
  });

  test('in maintenance is asked for the moment at which it was written (what came before is not planned)', () => {
    const facts: BatchFacts = {
      ...OTHERS,
      quietUntil: (_server, writtenAt) => (writtenAt >= 100 ? HOUR : undefined),
    };
    const waiting = rows(down(ALPHA, 99), down(BETA, 100));
    expect(sent(nextBatch(waiting, facts, 99 + QUIET))).toEqual([1]);
    expect(nextBatch(waiting.slice(1), facts, 200)).toEqual({ kind: 'wait', until: HOUR });
  });

  test('a server that is steady again was told as unstable: that comes in spite of a mute', () => {
    expect(sent(nextBatch(rows(still(ALPHA, 0, 'up')), muted(HOUR, ALPHA), QUIET))).toEqual([1]);
    expect(sent(nextBatch(rows(still(ALPHA, 0, 'down')), muted(HOUR, ALPHA), QUIET))).toBe('wait');
  });

  test('unless that was held itself: whoever was last told that it is up waits for the end of the mute', () => {
    const [calm, facts] = [still(ALPHA, 1, 'up'), muted(HOUR, ALPHA)];
    const fell = { ...shaky(ALPHA, 0), failure: failure(0) };
    expect(sent(nextBatch(rows(fell, calm), facts, QUIET + 1))).toBe('wait');
    // The change before was told, and was the fall.
    expect(sent(nextBatch(rows(shaky(ALPHA, 0), calm), facts, QUIET + 1))).toEqual([1, 2]);
  });
});

describe('since when a message could have gone out', () => {
  test('is counted from the oldest (one that has waited for long must not look fresh because a new one joins)', () => {
    expect(nextBatch(rows(down(ALPHA, 0), down(BETA, HOUR)), OTHERS, HOUR + QUIET)).toMatchObject({
      dueSince: 0,
    });
  });

  test('a reminder that goes along with a recovery in spite of a mute does not make it late', () => {
    const waiting = rows(stillDown(ALPHA, 0), up(ALPHA, HOUR));
    expect(nextBatch(waiting, muted(2 * HOUR, ALPHA), HOUR + QUIET)).toMatchObject({ dueSince: HOUR });
  });
});

describe('certificates', () => {
  test('wait three minutes for others, ten at most (one is often that of many servers, and nothing is urgent)', () => {
    expect([CERTIFICATE_QUIET, CERTIFICATE_WAIT]).toEqual([3 * MINUTE, 10 * MINUTE]);
    expect(nextBatch(rows(certificate(ALPHA, 0)), ALONE, 0)).toEqual({
      kind: 'wait',
      until: CERTIFICATE_QUIET,
    });
    const many = rows(certificate(ALPHA, 0), certificate(BETA, CERTIFICATE_WAIT - 5));
    expect(nextBatch(many, OTHERS, CERTIFICATE_WAIT - 5)).toEqual({ kind: 'wait', until: CERTIFICATE_WAIT });
    expect(nextBatch(many, OTHERS, CERTIFICATE_WAIT)).toMatchObject({
      rows: [{ id: 1 }, { id: 2 }],
      // That wait is not the delivery being late.
      dueSince: CERTIFICATE_WAIT,
    });
  });

  test('are told in spite of a mute (they do not end by themselves)', () => {
    expect(sent(nextBatch(rows(certificate(ALPHA, 0)), muted(DAY, ALPHA), CERTIFICATE_QUIET))).toEqual([1]);
  });
});

describe('what is told of the bot itself', () => {
  test('waits for nothing, and goes with its like only (the newer word makes the older one obsolete)', () => {
    const broken: Event = { kind: 'settings-broken', at: 0, problems: [] };
    const mended: Event = { kind: 'settings-mended', at: 3 };
    const full: Event = { kind: 'storage-trouble', at: 4, trouble: 'full' };
    const waiting = rows(began(0, ALPHA), broken, ended(2), mended, full);
    expect(sent(nextBatch(waiting, OTHERS, 5))).toEqual([1, 3]);
    expect(sent(nextBatch([...waiting.slice(1, 2), ...waiting.slice(3)], OTHERS, 5))).toEqual([2, 4]);
    expect(sent(nextBatch(waiting.slice(4), OTHERS, 5))).toEqual([5]);
  });

  test('is not held by mutes', () => {
    expect(sent(nextBatch(rows(began(0, ALPHA)), muted(HOUR, ALPHA), 0))).toEqual([1]);
  });
});

/** What can happen to one recipient: time passes, and then something. */
type Happening =
  | { readonly gap: number; readonly kind: 'change' | 'reminder' | 'acknowledge'; readonly server: number }
  | { readonly gap: number; readonly kind: 'stop'; readonly server: number; readonly person: number }
  | { readonly gap: number; readonly kind: 'mute'; readonly server: number; readonly length: number }
  | { readonly gap: number; readonly kind: 'busy'; readonly length: number };

const anyGap = fc.oneof(fc.nat(400), fc.nat(5_000), fc.nat(2 * HOUR));
const anyHistory: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ gap: anyGap, kind: fc.constant('change' as const), server: fc.nat(3) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        gap: anyGap,
        kind: fc.constantFrom('reminder' as const, 'acknowledge' as const),
        server: fc.nat(3),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        // Whoever stops several does it in a row.
        gap: fc.nat(400),
        kind: fc.constant('stop' as const),
        server: fc.nat(1),
        person: fc.nat(1),
      }),
    },
    // A message is under way, and others wait meanwhile.
    {
      weight: 2,
      arbitrary: fc.record({ gap: anyGap, kind: fc.constant('busy' as const), length: fc.nat(MINUTE) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        gap: anyGap,
        kind: fc.constant('mute' as const),
        server: fc.nat(3),
        length: fc.oneof(fc.constant(0), fc.nat(8 * HOUR)),
      }),
    },
  ),
  { maxLength: 40 },
);

interface Sent {
  readonly at: EpochMs;
  readonly rows: readonly OutboxRow[];
  readonly muted: readonly ServerName[];
  /** All that waited at that moment. */
  readonly before: readonly OutboxRow[];
}

interface Lived {
  readonly written: OutboxRow[];
  readonly sent: Sent[];
  readonly left: readonly OutboxRow[];
}

/** Lives a history through, sending whenever the rule says so, until a day after its end. */
function live(history: readonly Happening[]): Lived {
  const names = ['a', 'b', 'c', 'd'] as ServerName[];
  const isDown = new Set<ServerName>();
  const mutes = new Map<ServerName, EpochMs>();
  const written: OutboxRow[] = [];
  const outcome: Sent[] = [];
  let waiting: OutboxRow[] = [];
  let now: EpochMs = 0;
  let busyUntil: EpochMs = 0;
  const facts: BatchFacts = { quietUntil: (server) => mutes.get(server), watchesOthers: () => true };

  const passUntil = (end: EpochMs) => {
    for (;;) {
      if (busyUntil > end) break;
      now = Math.max(now, busyUntil);
      const batch = nextBatch(waiting, facts, now);
      if (batch.kind === 'send') {
        const active = names.filter((name) => (mutes.get(name) ?? 0) > now);
        outcome.push({ at: now, rows: batch.rows, muted: active, before: waiting });
        expect(batch.dueSince).toBeLessThanOrEqual(now);
        waiting = waiting.filter((one) => !batch.rows.includes(one));
        continue;
      }
      // A wait that is over already would make the dispatcher spin.
      if (batch.kind === 'wait') expect(batch.until).toBeGreaterThan(now);
      if (batch.kind === 'idle' || batch.until > end) break;
      now = batch.until;
    }
    now = end;
  };

  for (const happening of history) {
    passUntil(now + happening.gap);
    if (happening.kind === 'busy') {
      busyUntil = now + happening.length;
      continue;
    }
    const server = names[happening.server] as ServerName;
    if (happening.kind === 'mute') {
      mutes.set(server, now + happening.length);
      continue;
    }
    const event =
      happening.kind === 'stop'
        ? stopped(server, now, `T${written.length}`, { id: happening.person, name: 'Somebody' })
        : eventOf(happening.kind, server, isDown, now);
    if (!event) continue;
    const one = row(written.length + 1, event, now);
    written.push(one);
    waiting.push(one);
  }
  passUntil(now + 24 * HOUR);
  return { written, sent: outcome, left: waiting };
}

/** Down and up alternate, and only what is down is reminded of. */
function eventOf(
  kind: 'change' | 'reminder' | 'acknowledge',
  server: ServerName,
  isDown: Set<ServerName>,
  now: EpochMs,
): Event | undefined {
  if (kind === 'acknowledge') return acknowledged(server, now);
  if (kind === 'reminder') return isDown.has(server) ? stillDown(server, now) : undefined;
  if (isDown.delete(server)) return up(server, now);
  isDown.add(server);
  return down(server, now);
}

function given(claim: (lived: Lived) => void): void {
  fc.assert(
    fc.property(anyHistory, (history) => claim(live(history))),
    { numRuns: 300 },
  );
}

function serverIn({ event }: OutboxRow): ServerName | undefined {
  return 'server' in event ? event.server : undefined;
}

const isSingle = ({ event }: OutboxRow) =>
  event.kind === 'outage-acknowledged' || event.kind === 'conference-stopped';

/** Whose stops on which server; nothing for anything else. */
const stopsOf = ({ event }: OutboxRow) =>
  event.kind === 'conference-stopped' ? `${event.by.id} ${event.server}` : undefined;

describe('over any history', () => {
  test('every row goes out exactly once (nothing is lost, nothing is told twice)', () => {
    given(({ written, sent: all, left }) => {
      const ids = all.flatMap((one) => one.rows.map(({ id }) => id));
      expect(ids.sort((a, b) => a - b)).toEqual(written.map(({ id }) => id));
      expect(left).toEqual([]);
    });
  });

  test('the rows of one server go out in the order in which they were written', () => {
    given(({ sent: all }) => {
      const last = new Map<ServerName | undefined, number>();
      for (const one of all.flatMap(({ rows: group }) => group.filter((each) => !isSingle(each)))) {
        expect(one.id).toBeGreaterThan(last.get(serverIn(one)) ?? 0);
        last.set(serverIn(one), one.id);
      }
    });
  });

  test("a message holds changes together, or one person's stops on one server, or one other thing alone", () => {
    given(({ sent: all }) => {
      for (const { rows: group } of all) {
        if (!group.some(isSingle)) continue;
        const whose = new Set(group.map(stopsOf));
        expect(whose.size).toBe(1);
        if (whose.has(undefined)) expect(group).toHaveLength(1);
      }
    });
  });

  test("one person's stops on one server that wait at one moment are one message, in their order", () => {
    given(({ sent: all }) => {
      for (const { rows: group, before } of all) {
        const [first] = group;
        const whose = first && stopsOf(first);
        if (whose === undefined) continue;
        expect(group).toEqual(before.filter((one) => stopsOf(one) === whose));
        expect(group.map(({ id }) => id)).toEqual(group.map(({ id }) => id).sort((a, b) => a - b));
      }
    });
  });

  test('nothing overtakes what happened before it and is not muted', () => {
    given(({ sent: all }) => {
      for (const { rows: group, before, muted: active } of all) {
        const [first] = group;
        const overtaken = before.filter(
          (one) =>
            one.id < (first?.id ?? 0) && (isSingle(one) || !active.includes(serverIn(one) as ServerName)),
        );
        expect(overtaken).toEqual([]);
      }
    });
  });

  test('while a server is muted nothing about it goes out but the recovery of what was told', () => {
    given(({ sent: all }) => {
      const told = new Set<ServerName>();
      for (const { rows: group, muted: active } of all) {
        for (const server of active) {
          const kinds = group
            .filter((one) => serverIn(one) === server && !isSingle(one))
            .map((one) => one.event.kind);
          if (kinds.length === 0) continue;
          expect(kinds.at(-1)).toBe('server-up');
          expect(kinds).not.toContain('server-down');
          expect(told.has(server)).toBe(true);
        }
        for (const { event } of group) {
          if (event.kind === 'server-down') told.add(event.server);
          if (event.kind === 'server-up') told.delete(event.server);
        }
      }
    });
  });

  test('what nobody has muted waits 3 s at most', () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const { sent: all } = live(history.filter(({ kind }) => kind !== 'mute' && kind !== 'busy'));
        for (const { at, rows: group } of all) {
          for (const one of group) expect(at - one.writtenAt).toBeLessThanOrEqual(LONGEST_WAIT);
        }
      }),
    );
  });
});
