/** What is kept of the past while it happens, and what becomes of it on the screens that show it. */
import { describe, expect, test } from 'vitest';
import { toDrawing } from '../../src/charts/drawing.ts';
import { toRuns } from '../../src/charts/series.ts';
import { BUCKET, bucketStart, type Period } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { START } from '../support/virtual-clock.ts';
import { at, drifting, type Step, type Timeline, timeline, until } from './timeline.ts';

const HOURS = 3_600;

/** Anna asks for the chart of the last day. @param seconds at that time */
function chartAt(seconds: number): Step[] {
  return [
    at(seconds, 'anna sends /start'),
    at(seconds + 1, 'anna presses alpha'),
    at(seconds + 2, 'anna presses History'),
    at(seconds + 3, 'anna presses Chart 24 h'),
    until(seconds + 4),
  ];
}

/** The pieces of the line of online users: from which minute to which. */
function usersLine({ charts }: Timeline): [number, number][] {
  const chart = charts.at(-1);
  const panel = chart && toDrawing(chart)?.panels.find(({ kind }) => kind === 'users');
  const minute = (moment = 0) => Math.floor((moment - START) / MINUTE);
  return toRuns(panel?.columns ?? []).map((run) => [minute(run[0]?.from), minute(run.at(-1)?.to)]);
}

/** When online users were counted. */
const countsOf = (story: Timeline) =>
  story.server('alpha').userCounts.map((moment) => (moment - START) / SECOND);

describe('online users', () => {
  test.each([15, 60, 170, 400, 1_200])(
    'are one line while the server is up, with a probe every %i s (a count waits for a scan, and that for a probe)',
    async (interval) => {
      const story = timeline({ servers: { alpha: { interval } }, random: drifting() });
      story.server('alpha').usersAfter = 2 * SECOND;
      await story.play(until(12 * HOURS), ...chartAt(12 * HOURS));
      expect(usersLine(story)).toEqual([[0, 12 * 60]]);
    },
  );

  test('are one line though somebody looks at the conferences all the time', async () => {
    const story = timeline();
    const looks = Array.from({ length: 3 * 60 }, (_, minute) => at(minute * 60 + 30, 'anna presses Refresh'));
    await story.play(
      at(1, 'anna sends /start'),
      at(2, 'anna presses alpha'),
      at(3, 'anna presses Running conferences'),
      ...looks,
      ...chartAt(3 * HOURS),
    );
    expect(usersLine(story)).toEqual([[0, 3 * 60]]);
  });

  test('are no line while the server is down, and again at once when it is back', async () => {
    const story = timeline();
    await story.play(at(HOURS, 'alpha refuses'), at(2 * HOURS, 'alpha answers'), ...chartAt(3 * HOURS));
    const [[, end = 0] = [], [again] = [], ...more] = usersLine(story);
    expect(end).toBeGreaterThan(55);
    expect(end).toBeLessThan(75);
    expect([again, more]).toEqual([120, []]);
  });

  test('are no line while the bot does not run', async () => {
    const first = timeline();
    await first.play(until(HOURS));
    await first.stop();
    const second = timeline({ store: first.store, from: 1.5 * HOURS });
    await second.play(until(2 * HOURS), ...chartAt(2 * HOURS));
    expect(usersLine(second)).toHaveLength(2);
  });

  test('of a server that is back are counted to the end, though its alert does not wait for that', async () => {
    const story = timeline();
    await story.play(
      at(HOURS, 'alpha refuses'),
      at(HOURS + 100, () => (story.server('alpha').usersAfter = 5 * SECOND)),
    );
    await story.play(at(1.5 * HOURS, 'alpha answers'), until(2 * HOURS));
    const back = START + 1.5 * HOURS * SECOND;
    const [bucket] = await story.store.buckets('alpha' as ServerName, bucketStart(back), back + BUCKET);
    expect(bucket?.users).toBe(0);
    expect(
      countsOf(story).filter((moment) => moment >= 1.5 * HOURS && moment < 1.5 * HOURS + 600),
    ).toHaveLength(1);
  });

  test('that cannot be counted are asked for every six minutes and not with each scan (it costs a big server much)', async () => {
    const story = timeline();
    story.server('alpha').usersTrouble = { code: 'forbidden' };
    await story.play(until(HOURS));
    expect(countsOf(story)).toEqual(Array.from({ length: 11 }, (_, index) => index * 360));
  });

  test('of many servers are counted at the same time (and Node warns of no leak)', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `server-${index}`);
    const story = timeline({ servers: names });
    for (const name of names) story.server(name).usersAfter = 30 * SECOND;
    await story.play(until(60));
    for (const name of names) expect(story.server(name).userCounts).toHaveLength(1);
  });

  test("are counted on when the machine's clock is set back", async () => {
    const story = timeline();
    await story.play(until(60));
    story.clock.setDate(START - HOUR);
    await story.clock.advance(5 * MINUTE);
    expect(countsOf(story)).toHaveLength(2);
  });
});

test('a disk that could not be read for a moment leaves no hole in the uptime of the month', async () => {
  const story = timeline();
  const name = 'alpha' as ServerName;
  const first = START - 40 * 24 * HOUR;
  const buckets = Array.from({ length: (START - first) / BUCKET }, (_, index) => ({
    ...{ server: name, start: first + index * BUCKET, probes: 20, failures: 0, users: undefined },
    latency: { min: 1, median: 2, max: 3 },
  }));
  for (let index = 0; index < buckets.length; index += 2_000) {
    await story.store.commit({ buckets: buckets.slice(index, index + 2_000) });
  }
  const { watched } = story.store;
  Object.assign(story.store, { watched: async () => [] });
  await story.play(
    at(1, 'anna sends /start'),
    at(2, 'anna presses alpha'),
    at(3, 'anna presses Status'),
    until(4),
  );
  expect(story.shown('anna')).toContain('(watched for 1 day)');

  Object.assign(story.store, { watched });
  await story.program.tell({ kind: 'storage-mended', at: story.clock.now() });
  await story.play(until(10));
  await story.play(
    at(20, 'anna sends /start'),
    at(21, 'anna presses alpha'),
    at(22, 'anna presses Status'),
    until(23),
  );
  expect(story.shown('anna')).toContain('30 days 100%');
  expect(story.shown('anna')).not.toContain('Not watched');
});

test('what is older than 400 days goes, soon after the start and then every six hours', async () => {
  const first = timeline();
  const ALPHA = 'alpha' as ServerName;
  const outage = (from: number): Period => ({
    ...{ kind: 'down', server: ALPHA, from, to: from + MINUTE },
    trouble: { code: 'refused' },
  });
  const [gone, goesLater, stays] = [400 * DAY + HOUR, 400 * DAY - 3 * HOUR, 400 * DAY - 12 * HOUR];
  const periods = [gone, goesLater, stays].map((age) => outage(START - age));
  await first.store.commit({ periods });
  const kept = async () => (await first.store.periods(ALPHA, 0)).map(({ from }) => START - from);
  await first.play(until(5 * 60));
  expect(await kept()).toEqual([stays, goesLater, gone]);
  await first.play(until(11 * 60));
  expect(await kept()).toEqual([stays, goesLater]);
  await first.play(until(7 * HOURS));
  expect(await kept()).toEqual([stays]);
});
