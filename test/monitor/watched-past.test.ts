/** When was a server watched? The answer is the same as that of all its buckets, and each of them is read once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUCKET, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { toBands, uptime, type WatchedRun, watchedRuns } from '../../src/domain/uptime.ts';
import { WatchedPast } from '../../src/monitor/watched-past.ts';

const server = 'alpha' as ServerName;
const SLOTS = 200;

function pastOf(watched: ReadonlySet<number>) {
  const reads: number[] = [];
  const bucket = (slot: number): ProbeBucket => ({
    server,
    start: slot * BUCKET,
    probes: slot % 7 === 0 ? 0 : 20,
    failures: 0,
    latency: undefined,
    users: undefined,
  });
  const within = (from: number, to: number) =>
    Array.from({ length: SLOTS }, (_, slot) => slot)
      .filter((slot) => watched.has(slot) && slot * BUCKET >= from && slot * BUCKET < to)
      .map(bucket);
  const past = new WatchedPast(async (_server, from, to) => {
    const found = within(from, to);
    reads.push(...found.map(({ start }) => start / BUCKET));
    return watchedRuns(found);
  });
  return { past, within, reads };
}

const slots = fc.uniqueArray(fc.nat(SLOTS - 1), { maxLength: SLOTS });
const looks = fc.array(fc.record({ step: fc.nat(30), length: fc.integer({ min: 1, max: 120 }) }), {
  minLength: 1,
  maxLength: 8,
});

test('as time goes on, what is kept gives the same uptime as all buckets of the span', async () => {
  await fc.assert(
    fc.asyncProperty(slots, looks, fc.constantFrom(15_000, 20 * 60_000), async (watched, asked, interval) => {
      const { past, within } = pastOf(new Set(watched));
      let to = 40;
      for (const { step, length } of asked) {
        to = Math.min(to + step, SLOTS);
        const [from, end] = [Math.max(to - length, 0) * BUCKET, to * BUCKET];
        const runs = await past.runs(server, from, end);
        const up = (of: readonly WatchedRun[]) => uptime(toBands(of, [], from, end, interval)).up;
        expect(up(runs)).toBeGreaterThanOrEqual(up(watchedRuns(within(from, end))));
        // Before the span there may be more of it that is known already.
        expect(up(runs)).toBeLessThanOrEqual(up(watchedRuns(within(0, end))));
      }
    }),
  );
});

test('each bucket is read once while the span moves on (a month of them takes 13 ms)', async () => {
  const all = new Set(Array.from({ length: SLOTS }, (_, slot) => slot));
  const { past, reads } = pastOf(all);
  for (let to = 100; to <= SLOTS; to += 10) await past.runs(server, (to - 100) * BUCKET, to * BUCKET);
  expect(reads).toEqual([...all]);
});

test('runs that go on are one, and what is older than the span is let go', async () => {
  const all = new Set(Array.from({ length: SLOTS }, (_, slot) => slot).filter((slot) => slot % 7 !== 0));
  const { past } = pastOf(all);
  for (let to = 50; to <= SLOTS; to += 1) {
    expect((await past.runs(server, (to - 50) * BUCKET, to * BUCKET)).length).toBeLessThan(10);
  }
});

test('when the clock was set back, or more is asked for, it reads anew; so it does once it was forgotten', async () => {
  const all = new Set(Array.from({ length: SLOTS }, (_, slot) => slot));
  const { past, reads } = pastOf(all);
  await past.runs(server, 50 * BUCKET, 150 * BUCKET);
  await past.runs(server, 40 * BUCKET, 140 * BUCKET);
  expect(reads.filter((slot) => slot === 100)).toHaveLength(2);
  await past.runs(server, 10 * BUCKET, 140 * BUCKET);
  expect(reads.filter((slot) => slot === 100)).toHaveLength(3);
  past.forget(server);
  await past.runs(server, 10 * BUCKET, 140 * BUCKET);
  expect(reads.filter((slot) => slot === 100)).toHaveLength(4);
});

test('what is being read when all is forgotten is not kept (it may come from a disk that could not be read)', async () => {
  let answer: (runs: readonly WatchedRun[]) => void = () => {};
  const past = new WatchedPast(() => new Promise((resolve) => (answer = resolve)));
  const first = past.runs(server, 0, 100 * BUCKET);
  past.forgetAll();
  answer([]);
  expect(await first).toEqual([]);
  const second = past.runs(server, 0, 100 * BUCKET);
  answer([{ first: 0, last: 99 * BUCKET }]);
  expect(await second).toEqual([{ first: 0, last: 99 * BUCKET }]);
});
