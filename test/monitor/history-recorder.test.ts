/** No probe is lost or counted twice on its way to the store, whatever stops, breaks or sets the clock. */
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { Probe } from '../../src/domain/availability.ts';
import { BUCKET, bucketStart, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { createHistoryRecorder, type HistoryRecorder } from '../../src/monitor/history-recorder.ts';
import { recordingLog } from '../support/recording-log.ts';
import { START, VirtualClock } from '../support/virtual-clock.ts';

const [ALPHA, BETA] = ['alpha' as ServerName, 'beta' as ServerName];

/** Keeps what is written as a table with one row for each server and start would. */
class Table {
  readonly rows = new Map<string, ProbeBucket>();
  /** Rows of each write that went well. */
  readonly batches: number[] = [];
  readonly loads: EpochMs[] = [];
  isBroken = false;

  async write(buckets: readonly ProbeBucket[]): Promise<void> {
    await Promise.resolve();
    if (this.isBroken) throw new Error('disk full');
    for (const bucket of buckets) this.rows.set(`${bucket.server} ${bucket.start}`, bucket);
    this.batches.push(buckets.length);
  }

  async load(start: EpochMs): Promise<ProbeBucket[]> {
    this.loads.push(start);
    if (this.isBroken) throw new Error('disk full');
    return [...this.rows.values()].filter((bucket) => bucket.start === start);
  }

  /** As `[minute, probes]`. */
  of(server: ServerName): [number, number][] {
    return [...this.rows.values()]
      .filter((bucket) => bucket.server === server)
      .map(({ start, probes }): [number, number] => [(start - START) / MINUTE, probes])
      .sort(([a], [b]) => a - b);
  }
}

class World {
  readonly clock = new VirtualClock();
  readonly table = new Table();
  readonly log = recordingLog();
  recorder: HistoryRecorder;
  #stopping = new AbortController();
  #running: Promise<void>;

  constructor() {
    this.recorder = this.#create();
    this.#running = this.recorder.run(this.#stopping.signal);
  }

  #create(): HistoryRecorder {
    return createHistoryRecorder({
      clock: this.clock,
      log: this.log,
      write: (buckets) => this.table.write(buckets),
      load: (start) => this.table.load(start),
    });
  }

  probe(server: ServerName, given: Partial<Extract<Probe, { kind: 'answered' }>> = {}): void {
    this.recorder.probed(server, { kind: 'answered', at: this.clock.now(), latency: 10, ...given });
  }

  fail(server: ServerName): void {
    const probe = { kind: 'failed', at: this.clock.now(), latency: 5, trouble: { code: 'refused' } } as const;
    this.recorder.probed(server, probe);
  }

  /** Each server once each 15 s, for so long. */
  async probes(span: number, ...servers: readonly ServerName[]): Promise<void> {
    for (const end = this.clock.now() + span; this.clock.now() < end; await this.clock.advance(15 * SECOND)) {
      for (const server of servers) this.probe(server);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    expect(this.clock.pending).toEqual([]);
  }

  async restart(): Promise<void> {
    await this.stop();
    this.#stopping = new AbortController();
    this.recorder = this.#create();
    this.#running = this.recorder.run(this.#stopping.signal);
  }
}

function world(): World {
  const made = new World();
  onTestFinished(() => made.stop());
  return made;
}

test('all servers of a span are written in one batch, shortly after its end', async () => {
  const it = world();
  await it.probes(5 * MINUTE, ALPHA, BETA);
  await it.clock.advance(19 * SECOND);
  expect(it.table.batches).toEqual([]);
  await it.clock.advance(SECOND);
  expect(it.table.batches).toEqual([2]);
  await it.probes(10 * MINUTE, ALPHA, BETA);
  expect(it.table.batches).toEqual([2, 2, 2]);
});

test('a bucket holds what was seen in it', async () => {
  const it = world();
  for (const latency of [30, 10.4, 11]) it.probe(ALPHA, { latency });
  it.fail(ALPHA);
  it.recorder.users(ALPHA, 7);
  await it.clock.advance(MINUTE);
  it.recorder.users(ALPHA, 5);
  await it.clock.advance(5 * MINUTE);
  expect([...it.table.rows.values()]).toEqual([
    {
      ...{ server: ALPHA, start: START, probes: 4, failures: 1, users: 5 },
      latency: { min: 10, median: 11, max: 30 },
    },
  ]);
});

test('a probe belongs to the span in which it began (a slow answer comes after the end)', async () => {
  const it = world();
  await it.clock.advance(5 * MINUTE - SECOND);
  const at = it.clock.now();
  await it.clock.advance(9 * SECOND);
  it.probe(BETA);
  it.probe(ALPHA, { at, latency: 8_000 });
  await it.stop();
  expect([it.table.of(ALPHA), it.table.of(BETA)]).toEqual([[[0, 1]], [[5, 1]]]);
});

test('one that comes back after its span was written, or could not be, is counted there all the same', async () => {
  const it = world();
  it.probe(ALPHA);
  await it.clock.advance(6 * MINUTE);
  it.probe(ALPHA, { at: START });
  await it.clock.advance(5 * MINUTE);
  expect(it.table.of(ALPHA)).toEqual([[0, 2]]);
  it.table.isBroken = true;
  it.probe(ALPHA, { at: START });
  await it.clock.advance(5 * MINUTE);
  it.probe(ALPHA, { at: START });
  await it.clock.advance(5 * MINUTE);
  it.table.isBroken = false;
  await it.clock.advance(5 * MINUTE);
  expect(it.table.of(ALPHA)).toEqual([[0, 4]]);
});

test('what is unfinished is written when it ends, and after a restart the rest of the span comes to it', async () => {
  const it = world();
  await it.probes(2 * MINUTE, ALPHA, BETA);
  await it.restart();
  expect(it.table.of(ALPHA)).toEqual([[0, 8]]);
  await it.probes(MINUTE, ALPHA);
  await it.restart();
  await it.probes(4 * MINUTE, ALPHA);
  await it.clock.advance(5 * MINUTE);
  expect(it.table.of(ALPHA)).toEqual([
    [0, 20],
    [5, 8],
  ]);
  expect(it.table.of(BETA)).toEqual([[0, 8]]);
});

test('only the span of the start is read before it is written (thousands of rows each five minutes)', async () => {
  const it = world();
  await it.probes(HOUR, ALPHA);
  expect(it.table.loads).toEqual([START]);
});

test('a write that breaks is logged and made up for with the next, span by span', async () => {
  const it = world();
  it.table.isBroken = true;
  await it.probes(11 * MINUTE, ALPHA, BETA);
  expect(it.table.batches).toEqual([]);
  expect(it.log.messages('error')).toEqual(Array(2).fill('the history could not be written'));
  it.table.isBroken = false;
  await it.clock.advance(5 * MINUTE);
  expect(it.table.batches).toEqual([2, 2, 2]);
  expect(it.table.of(ALPHA)).toEqual([
    [0, 20],
    [5, 20],
    [10, 4],
  ]);
});

test('of what cannot be written the newest day is kept (a full disk must not fill the memory)', async () => {
  const it = world();
  it.table.isBroken = true;
  for (let span = 0; span < 400; span++) {
    it.probe(ALPHA);
    await it.clock.advance(5 * MINUTE);
  }
  await it.clock.advance(MINUTE);
  const kept = it.recorder.unwritten(ALPHA);
  expect([kept.length, kept.at(-1)?.start]).toEqual([DAY / BUCKET, START + 399 * BUCKET]);
  it.table.isBroken = false;
  await it.clock.advance(5 * MINUTE);
  expect(it.table.rows.size).toBe(DAY / BUCKET);
  expect(it.recorder.unwritten(ALPHA)).toEqual([]);
});

test('what is not written yet can be seen, the running bucket included', async () => {
  const it = world();
  await it.probes(2 * MINUTE, ALPHA);
  expect(it.recorder.unwritten(ALPHA)).toMatchObject([{ start: START, probes: 8 }]);
  expect(it.recorder.unwritten(BETA)).toEqual([]);
  it.table.isBroken = true;
  await it.probes(4 * MINUTE, ALPHA);
  expect(it.recorder.unwritten(ALPHA)).toMatchObject([
    { start: START, probes: 20 },
    { start: START + BUCKET, probes: 4 },
  ]);
});

test('a server that is removed is written once more and leaves nothing behind', async () => {
  const it = world();
  await it.probes(2 * MINUTE, ALPHA, BETA);
  await it.probes(20 * MINUTE, BETA);
  expect(it.table.of(ALPHA)).toEqual([[0, 8]]);
  expect(it.recorder.unwritten(ALPHA)).toEqual([]);
  expect(it.table.batches).toEqual([2, 1, 1, 1]);
});

test('a clock that is set back overwrites nothing that was written before', async () => {
  const it = world();
  await it.probes(12 * MINUTE, ALPHA);
  it.clock.setDate(START + 2 * MINUTE);
  await it.probes(12 * MINUTE, ALPHA);
  await it.stop();
  expect(it.table.of(ALPHA)).toEqual([
    [0, 20 + 12],
    [5, 20 + 20],
    [10, 8 + 16],
  ]);
});

test('what lies ahead of a clock that is set back is written soon, not in a year', async () => {
  const it = world();
  it.probe(ALPHA);
  it.clock.setDate(START - 365 * DAY);
  await it.clock.advance(10 * MINUTE);
  expect(it.table.of(ALPHA)).toEqual([[0, 1]]);
});

test('for any probes, restarts, broken writes and steps of the clock each probe is counted once, where it began', async () => {
  const anyStep = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('probe' as const), late: fc.nat(400), to: fc.nat(1) }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(200) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('disk' as const), isBroken: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('set' as const), back: fc.nat(900) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
      const it = new World();
      const expected = new Map<string, number>();
      await it.clock.advance(HOUR);
      for (const step of steps) {
        if (step.kind === 'wait') await it.clock.advance(step.seconds * SECOND);
        else if (step.kind === 'disk') it.table.isBroken = step.isBroken;
        else if (step.kind === 'set') it.clock.setDate(it.clock.now() - step.back * SECOND);
        else if (step.kind === 'restart') {
          it.table.isBroken = false;
          await it.restart();
        } else {
          const [server, at] = [step.to === 0 ? ALPHA : BETA, it.clock.now() - step.late * SECOND];
          it.probe(server, { at });
          const key = `${server} ${bucketStart(at)}`;
          expected.set(key, (expected.get(key) ?? 0) + 1);
        }
      }
      it.table.isBroken = false;
      await it.stop();
      expect(new Map([...it.table.rows].map(([key, { probes }]) => [key, probes]))).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});
