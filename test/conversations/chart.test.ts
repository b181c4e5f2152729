/** The past as a picture: the two buttons of History, and what stands there when there is none. */
import { expect, test } from 'vitest';
import type { Paint } from '../../src/charts/charts.ts';
import type { Drawing } from '../../src/charts/drawing.ts';
import { ChartFailed } from '../../src/charts/failure.ts';
import { BUCKET, bucketStart, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { DAY, HOUR } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { ANNA, BORIS, SERVER, startHarness } from '../support/bot-harness.ts';
import { tinyPng } from '../support/tiny-png.ts';

const UNWATCHED = { statusKeys: { state: false } };
const SHOWN = 'Last 24 h · video.example.com\nas of hh:mm:ss';
const ROWS = [
  ['Chart 24 h', 'Chart 7 days'],
  ['↻ Refresh', '📈 History'],
];

/** Watched for that long up to now, and down for an hour of it. */
async function watchedFor(span: number, servers: readonly string[] = [SERVER]): Promise<Store> {
  const store = createMemoryStore();
  const now = Date.now();
  for (const name of servers) {
    const server = name as ServerName;
    const buckets: ProbeBucket[] = [];
    for (let start = bucketStart(now - span); start < now; start += BUCKET) {
      buckets.push({
        server,
        start,
        probes: 20,
        failures: 0,
        users: 7,
        latency: { min: 8, median: 20, max: 90 },
      });
    }
    const outage = { from: now - 3 * HOUR, to: now - 2 * HOUR, trouble: { code: 'refused' as const } };
    await store.commit({ buckets, periods: [{ server, kind: 'down', ...outage }] });
  }
  return store;
}

/** Paints a shade for each picture, and keeps what it was asked to paint. */
function painter() {
  const drawings: Drawing[] = [];
  const paint: Paint = async (drawing) => {
    drawings.push(drawing);
    return tinyPng(drawings.length);
  };
  return { drawings, paint };
}

test('a picture comes as a message of its own below the text (Telegram turns no text into a picture)', async () => {
  const { drawings, paint } = painter();
  const harness = await startHarness({ store: await watchedFor(8 * DAY), paint, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'History');
  const text = anna.message.messageId;
  const from = anna.history.length;
  anna.press('Chart 24 h');
  await anna.next(from);
  const photo = await anna.until((words) => words.startsWith('Last 24 h'));
  expect(photo).toBe(SHOWN);
  expect(anna.rows).toEqual(ROWS);
  expect(anna.message.messageId).not.toBe(text);
  expect(harness.telegram.calls.map(({ method }) => method)).toContain('sendPhoto');
  // What it was asked from stays above it.
  expect(anna.history.filter(({ message }) => message.messageId === text).at(-1)?.message.text).toContain(
    'History',
  );
  expect(drawings).toHaveLength(1);
  expect(drawings[0]?.availability.title).toContain('Availability: 95.');
  // A picture stays in the chat: it must say of which days it is.
  expect(drawings[0]?.subtitle).toMatch(/^\d+ \w+ \d\d:\d\d – \d+ \w+ \d\d:\d\d$/);
});

test('from picture to picture the message is edited, and back to text it is a new one', async () => {
  const { drawings, paint } = painter();
  const harness = await startHarness({ store: await watchedFor(8 * DAY), paint, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'History');
  const from = anna.history.length;
  anna.press('Chart 24 h');
  await anna.next(from);
  await anna.until((words) => words.startsWith('Last 24 h'));
  const photo = anna.message.messageId;
  expect(await anna.tap('Chart 7 days')).toBe('Last 7 days · video.example.com\nas of hh:mm:ss');
  expect(anna.message.messageId).toBe(photo);
  expect(harness.telegram.calls.filter(({ method }) => method === 'editMessageMedia')).toHaveLength(1);
  expect(drawings).toHaveLength(2);

  const before = anna.history.length;
  anna.press('History');
  expect(await anna.next(before)).toContain(`History · ${SERVER}`);
  expect(anna.message.messageId).not.toBe(photo);
});

test('who asks for the same within a minute gets the same picture; another server or span is another one', async () => {
  const { drawings, paint } = painter();
  const store = await watchedFor(8 * DAY, ['one', 'two']);
  const harness = await startHarness({ servers: { one: {}, two: {} }, store, paint, ...UNWATCHED });
  const look = async (person: typeof ANNA, name: string, label: string) => {
    const chat = harness.chat(person);
    await chat.open(name, 'History');
    const from = chat.history.length;
    chat.press(label);
    return chat.next(from);
  };
  await look(ANNA, 'one', 'Chart 24 h');
  await look(BORIS, 'one', 'Chart 24 h');
  expect(drawings).toHaveLength(1);
  await look(BORIS, 'one', 'Chart 7 days');
  await look(ANNA, 'two', 'Chart 24 h');
  expect(drawings).toHaveLength(3);
});

test('nothing to show: it says so in place of an empty picture', async () => {
  const { drawings, paint } = painter();
  const harness = await startHarness({ paint, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  const text = await anna.open(SERVER, 'History', 'Chart 7 days');
  expect(text).toBe(
    [
      'Last 7 days · video.example.com',
      'There is nothing to show yet: the bot has not watched this server in that time.',
      'as of hh:mm:ss',
    ].join('\n'),
  );
  expect(anna.rows).toEqual(ROWS);
  expect(drawings).toEqual([]);
  expect(await anna.tap('History')).toContain(`History · ${SERVER}`);
});

test.each([
  ['busy', 'Too many charts are being drawn. Try again in a moment.'],
  ['slow', 'It took too long: the machine that the bot runs on is busy. Try again later.'],
  ['broken', 'It is a fault of the bot. The operator finds the reason in its log.'],
] as const)('no picture because it is %s: says why, and the log says more', async (code, words) => {
  const harness = await startHarness({
    store: await watchedFor(DAY),
    paint: () => Promise.reject(new ChartFailed(code, 'the brush is gone')),
    expectedErrors: /a chart could not be drawn/,
    ...UNWATCHED,
  });
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'History', 'Chart 24 h')).toBe(
    `The chart of ${SERVER} could not be drawn.\n${words}`,
  );
  expect(anna.rows).toEqual(ROWS);
  const line = harness.log.find((one) => one.includes('a chart could not be drawn'));
  expect(JSON.parse(line ?? '{}')).toMatchObject({ server: SERVER, code, error: 'the brush is gone' });
});

test('a failed picture is not kept: Refresh tries again', async () => {
  let tries = 0;
  const paint: Paint = async () => {
    tries += 1;
    if (tries === 1) throw new ChartFailed('slow', 'late');
    return tinyPng(tries);
  };
  const store = await watchedFor(DAY);
  const harness = await startHarness({
    store,
    paint,
    expectedErrors: /a chart could not be drawn/,
    ...UNWATCHED,
  });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'History', 'Chart 24 h');
  const from = anna.history.length;
  anna.press('Refresh');
  await anna.next(from);
  expect(await anna.until((words) => words.startsWith('Last 24 h'))).toBe(SHOWN);
});

test('a picture that takes its time shows that it is waited for, and another tap ends it', async () => {
  let aborted = 0;
  const paint: Paint = (_drawing, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        aborted += 1;
        reject(signal.reason);
      });
    });
  const harness = await startHarness({ store: await watchedFor(DAY), paint, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'History');
  anna.press('Chart 24 h');
  expect(await anna.waiting()).toBe(`⏳ Drawing a chart of ${SERVER}…`);
  expect(await anna.tap('Back')).toContain(`History · ${SERVER}`);
  await expect.poll(() => aborted).toBe(1);
});
