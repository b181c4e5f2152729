/** Is a server up, since when, and how do we know: the Status screen and the switch on it. */
import { describe, expect, test } from 'vitest';
import { BUCKET, bucketStart, type Period, type ProbeBucket } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import type { Fault } from '../../src/simulator/trueconf.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { ANNA, BORIS, named, SERVER, startHarness } from '../support/bot-harness.ts';

/** Without the lines about the past, which have tests of their own below. */
function presentOf(text: string): string {
  const isPast = /^(Uptime|Not watched|Answers in|Last outages)|^🔴 (since )?hh:mm/;
  return text
    .split('\n')
    .filter((line) => !isPast.test(line))
    .join('\n');
}

test('up: since when, last look, how long the answer took, version, monitoring', async () => {
  const harness = await startHarness();
  await harness.probed();
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status');
  expect(anna.text.replace(/\(\d+ sec\)/, '(N sec)').replace(/for \d min/, 'for N min')).toBe(
    [
      `Status · ${SERVER}`,
      '🟢 Up since hh:mm (N sec)',
      'Last look: hh:mm:ss, answered in N ms',
      'Version: 5.5.2.10018',
      'Monitoring: on, every 15 sec',
      'Uptime: 100% (watched for N min)',
      'Answers in 24 h: typically N ms, at most N ms',
      'as of hh:mm:ss',
    ].join('\n'),
  );
  expect(anna.rows).toEqual([['Switch monitoring off'], ['↻ Refresh', '‹ Back']]);
});

test('a server that does not tell its version has no line for it', async () => {
  const harness = await startHarness({ statusKeys: { state: false } });
  await harness.server().setFault({ kind: 'body', body: 'ok', contentType: 'text/plain' }, 'status');
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Status')).not.toContain('Version');
});

test.each(
  named<{ what: string; fault: Fault; cause: string; advice: string; web: string }>([
    {
      what: 'nothing listens on its ports',
      fault: { kind: 'down' },
      cause: 'the connection was refused',
      advice: 'Check that TrueConf Server is running and that the port in the settings is right.',
      web: 'Its web server does not answer either: the whole server seems to be down or cut off.',
    },
    {
      what: 'a proxy answers for it',
      fault: { kind: 'status', status: 502 },
      cause: 'it answered with HTTP status 502',
      advice: "Look at the server's log, and at the proxy in front of it if there is one.",
      web: 'Its web server answers, so the machine is reachable: the conference engine does not answer.',
    },
  ]),
)('down because %s: the cause in words and what to do', async (_what, { fault, cause, advice, web }) => {
  const harness = await startHarness({ statusKeys: { failures: 1 } });
  await harness.probed();
  await harness.server().setFault(fault);
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status');
  expect(presentOf(anna.text).replace(/\(\d+ sec\)/, '(N sec)')).toBe(
    [
      `Status · ${SERVER}`,
      '🔴 Down since hh:mm (N sec)',
      'Last look: hh:mm:ss, failed',
      `Cause: ${cause}`,
      `What to do? ${advice}`,
      web,
      'Version: 5.5.2.10018',
      'Monitoring: on, every 15 sec',
      'as of hh:mm:ss',
    ].join('\n'),
  );
});

test('one failed look is not yet down: it says that it looks again (a lost packet is no outage)', async () => {
  const harness = await startHarness({ statusKeys: { failures: 5 } });
  await harness.probed();
  await harness.server().setFault({ kind: 'down' }, 'status');
  const anna = harness.chat(ANNA);
  const text = await anna.open(SERVER, 'Status');
  expect(text).toContain('🟢 Up since');
  expect(text).toContain('Looking again to make sure.');
});

test('Refresh looks now, and what it sees is shown (the next look by itself may be far away)', async () => {
  const harness = await startHarness({ statusKeys: { timeout: 86_400, failures: 1 } });
  await harness.probed();
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status');
  const looks = () => harness.requests().filter(({ port }) => port === 'status').length;
  const before = looks();
  await anna.tap('Refresh');
  expect(looks()).toBe(before + 1);
  await harness.server().setFault({ kind: 'down' });
  expect(await anna.tap('Refresh')).toContain('🔴 Down since');
  await harness.server().setFault({ kind: 'none' });
  expect(await anna.tap('Refresh')).toContain('🟢 Up since');
});

test('a server that is not monitored can be looked at all the same', async () => {
  const harness = await startHarness({ statusKeys: { state: 0 } });
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Status')).toBe(
    [
      `Status · ${SERVER}`,
      '⚪ Not monitored',
      'Last look: hh:mm:ss, answered in N ms',
      'Version: 5.5.2.10018',
      'Monitoring: off, nobody is told when it goes down',
      'as of hh:mm:ss',
    ].join('\n'),
  );
  expect(anna.buttons).toContain('Switch monitoring on');
});

test('switching monitoring shows it at once and tells the others, not oneself', async () => {
  const harness = await startHarness();
  await harness.probed();
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.open(SERVER, 'Status');

  await anna.tap('Switch monitoring off');

  expect(anna.text).toContain('⚪ Not monitored');
  expect(anna.text).toContain('Monitoring: off, nobody is told when it goes down');
  expect(await boris.until((text) => text.includes('switched monitoring'))).toBe(
    `⚠️ Anna switched monitoring of ${SERVER} off. Nobody will be told when it goes down.`,
  );
  expect(boris.buttons).toEqual([`Open ${SERVER}`]);

  await anna.tap('Switch monitoring on');

  expect(anna.text).toContain('🟢 Up since hh:mm');
  expect(anna.text).toContain('Monitoring: on, every 15 sec');
  expect(await boris.until((text) => text.endsWith(' on'))).toBe(`Anna switched monitoring of ${SERVER} on`);
  expect(anna.history.filter(({ message }) => message.text.includes('Anna switched'))).toEqual([]);
});

test('switching on waits for the first look, under the waiting screen, and Back leads away from it', async () => {
  const harness = await startHarness({ statusKeys: { state: false } });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status');
  await harness.server().setFault({ kind: 'hanging' }, 'status');
  anna.press('Switch monitoring on');
  expect(await anna.waiting()).toBe(`⏳ Asking ${SERVER}…`);
  expect(await anna.tap('Back')).toBe(`⚪ ${SERVER}\nNot known yet whether it is up\nas of hh:mm:ss`);
  await harness.server().setFault({ kind: 'none' }, 'status');
  expect(await anna.tap('Status')).toContain('Monitoring: on');
});

test('a server whose monitoring is off is not probed', async () => {
  const harness = await startHarness({ statusKeys: { timeout: 1 } });
  await harness.probed();
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status', 'Switch monitoring off');
  const before = harness.requests().length;
  await new Promise((resolve) => setTimeout(resolve, 1_300));
  expect(harness.requests().slice(before)).toEqual([]);
});

test('a switch pressed twice tells the others once (two phones, one thumb)', async () => {
  const harness = await startHarness();
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.open(SERVER, 'Status');
  const off = anna.data('Switch monitoring off');
  await anna.tap('Switch monitoring off');
  const from = anna.history.length;
  anna.forge(off);
  await anna.next(from);
  await boris.until((text) => text.includes('switched monitoring'));
  await anna.tap('Switch monitoring on');
  await boris.until((text) => text.endsWith(' on'));
  expect(boris.history.filter(({ message }) => message.text.includes('off.'))).toHaveLength(1);
});

test('what was switched in the chat is kept over a restart (the file is not rewritten, the store remembers)', async () => {
  const harness = await startHarness();
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status', 'Switch monitoring off');

  await harness.restart();

  expect(await anna.open(SERVER)).toBe(`⚪ ${SERVER}\nNot monitored\nas of hh:mm:ss`);
});

test('an alert leads to the status and can be muted and acknowledged from its buttons', async () => {
  const harness = await startHarness({ statusKeys: { failures: 1 } });
  await harness.probed();
  await harness.server().setFault({ kind: 'down' });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.open(SERVER, 'Status');
  await anna.until((text) => text.includes('is down'));
  await boris.until((text) => text.includes('is down'));
  expect(anna.rows).toEqual([[`Open ${SERVER}`], ['Mute 1 h', 'Mute 8 h'], ['I am on it']]);

  await anna.tap('I am on it');

  expect(anna.text).toContain(`👀 The others are told that you are on it: ${SERVER}\n\nStatus · ${SERVER}\n`);
  // Below the line that says it is down, above the details.
  expect(anna.text).toMatch(/^🔴 Down since hh:mm \(\d+ sec\)\nAnna is on it\nLast look: /m);
  expect(await boris.until((text) => text.includes('on it'))).toBe(`👀 Anna is on it: ${SERVER}`);
  expect(await boris.tap('Open')).toContain('Anna is on it');

  await boris.until((text) => text.includes('is down'));
  await boris.tap('Mute 8 h');

  expect(boris.text).toContain(
    `🔕 Alerts about ${SERVER} to this chat are muted until hh:mm. Then you are told what you missed.`,
  );
  expect(boris.text).toContain('Alerts to this chat are muted until hh:mm');
  await boris.tap('Unmute alerts');
  expect(boris.text).toContain(`🔔 Alerts about ${SERVER} to this chat are on again.`);
  expect(boris.buttons).not.toContain('Unmute alerts');
});

test('an alert stays as it was whatever is pressed below it, and each reply is a message of its own', async () => {
  const harness = await startHarness({ statusKeys: { failures: 1 } });
  await harness.probed();
  await harness.server().setFault({ kind: 'down' });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await boris.open(SERVER, 'Status');
  await anna.until((text) => text.includes('is down'));
  const told = { ...anna.message };
  const replies: number[] = [];

  for (const label of ['Open', 'Mute 1 h', 'I am on it', 'Open']) {
    await anna.until((text) => text.includes('is down'));
    expect(anna.message.messageId).toBe(told.messageId);
    expect(await anna.tap(label)).toContain(`Status · ${SERVER}`);
    replies.push(anna.message.messageId);
  }

  expect(new Set([told.messageId, ...replies]).size).toBe(5);
  const { chatId, messageId } = told;
  const kept = harness.telegram.messages.find((one) => one.chatId === chatId && one.messageId === messageId);
  expect(kept).toMatchObject({ text: told.text, html: told.html, keyboard: told.keyboard });
  expect(anna.history.filter(({ message }) => message.messageId === messageId)).toHaveLength(1);

  // The reply is a screen like any other.
  const reply = anna.message.messageId;
  await anna.tap('Refresh');
  await anna.tap('Back');
  expect(anna.message.messageId).toBe(reply);
});

test('a button below an alert about a server that is gone says so in a message of its own', async () => {
  const harness = await startHarness({ servers: { one: {}, two: {} }, statusKeys: { failures: 1 } });
  await harness.probed();
  await harness.server('two').setFault({ kind: 'down' });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await boris.open('two', 'Status');
  await anna.until((text) => text.includes('two is down'));
  const alert = anna.message.messageId;
  // A program that ends while Telegram answers tells it once more.
  await expect.poll(() => harness.store.outbox()).toEqual([]);

  await harness.restart((settings) => ({ ...settings, servers: settings.servers.slice(0, 1) }));

  expect(await anna.tap('Mute 8 h')).toMatch(
    /^This button is outdated\. Nothing was done\.\n\nTrueConf servers\n(🟢|🔴|⚪) /,
  );
  expect(anna.message.messageId).not.toBe(alert);
});

test('an alert whose button nobody understands any more stays as well', async () => {
  const harness = await startHarness({ statusKeys: { failures: 1 } });
  await harness.probed();
  await harness.server().setFault({ kind: 'down' });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await boris.open(SERVER, 'Status');
  await anna.until((text) => text.includes('is down'));
  const alert = anna.message.messageId;
  const from = anna.history.length;
  anna.forge('!zz:1');
  expect(await anna.next(from)).toMatch(
    /^This button is outdated\. Nothing was done\.\n\nTrueConf servers\n/,
  );
  expect(anna.message.messageId).not.toBe(alert);
});

describe('the past on the Status screen', () => {
  const server = SERVER as ServerName;
  const refused = { code: 'refused' } as const;

  /** Watched at these times, counted back from now, and down or blind at these; a probe every 15 s in 20 ms. */
  async function withPast(
    watched: readonly (readonly [from: number, to: number])[],
    periods: readonly Omit<Period, 'server'>[] = [],
  ): Promise<Store> {
    const store = createMemoryStore();
    const now = Date.now();
    const buckets: ProbeBucket[] = [];
    for (const [from, to] of watched) {
      for (let start = bucketStart(now - from); start < now - to; start += BUCKET) {
        buckets.push({
          server,
          start,
          probes: 20,
          failures: 0,
          users: 3,
          latency: { min: 8, median: 20, max: 90 },
        });
      }
    }
    await store.commit({ buckets, periods: periods.map((period) => ({ ...period, server })) });
    return store;
  }

  const ended = (kind: Period['kind'], from: number, length: number): Omit<Period, 'server'> => ({
    kind,
    from: Date.now() - from,
    to: Date.now() - from + length,
    trouble: kind === 'down' ? refused : undefined,
  });

  const status = async (store: Store) => {
    const harness = await startHarness({ store, statusKeys: { state: false } });
    const anna = harness.chat(ANNA);
    await anna.open(SERVER, 'Status');
    return anna;
  };

  test('uptime of a day, a week and a month, the last three outages, newest first, and how fast it answered', async () => {
    const store = await withPast(
      [[31 * DAY, 0]],
      [
        ended('down', 20 * DAY, 36 * HOUR),
        ended('down', 6 * DAY, 12 * HOUR),
        ended('down', 3 * DAY, 4 * HOUR),
        ended('down', 5 * HOUR, 35 * MINUTE),
      ],
    );
    const { text, rows } = await status(store);
    // 35 min of a day, 16 h 35 min of a week, 52 h 35 min of a month.
    expect(text).toContain('\nUptime: 24 h 97.56% · 7 days 90.12% · 30 days 92.69%\n');
    expect(text).not.toContain('Not watched');
    expect(text).toContain(
      [
        'Answers in 24 h: typically N ms, at most N ms',
        'Last outages:',
        '🔴 hh:mm – hh:mm · 35 min · the connection was refused',
        '🔴 hh:mm – hh:mm · 4 hr · the connection was refused',
        '🔴 hh:mm – hh:mm · 12 hr · the connection was refused',
        'as of hh:mm:ss',
      ].join('\n'),
    );
    expect(rows.at(-1)).toEqual(['↻ Refresh', '‹ Back']);
  });

  test('time in which nobody looked counts neither way, and is said (a bot that was off is no outage)', async () => {
    const store = await withPast([
      [20 * DAY, 2 * DAY],
      [6 * HOUR, 0],
    ]);
    const { text } = await status(store);
    expect(text).toContain('Uptime: 24 h 100% · 7 days 100% · 30 days 100%');
    expect(text).toMatch(
      /\nNot watched: 1[78] hr( \d+ min)? of 24 h · 1 day 1[78] hr of 7 days · 11 days 1[78] hr of 30 days\n/,
    );
  });

  test('so does time in which the bot itself was cut off', async () => {
    const store = await withPast([[10 * DAY, 0]], [ended('blind', 3 * HOUR, HOUR)]);
    const { text } = await status(store);
    expect(text).toMatch(/\nNot watched: 1 hr of 24 h · 1 hr of 7 days · 20 days( 1 hr)? of 30 days\n/);
    expect(text).not.toContain('Last outages');
  });

  test('a bot that is two days old does not say three times what it has seen in two days', async () => {
    const { text } = await status(await withPast([[2 * DAY, 0]], [ended('down', 5 * HOUR, HOUR)]));
    expect(text).toMatch(/\nUptime: 24 h 95\.8\d% · 7 days 97\.9\d% \(watched for 2 days( \d min)?\)\n/);
    expect(text).not.toMatch(/Not watched|30 days/);
  });

  test('a day without a look, but a month with some', async () => {
    const store = await withPast([[20 * DAY, 3 * DAY]], [ended('down', 10 * DAY, 17 * HOUR)]);
    const { text } = await status(store);
    expect(text).toMatch(/\nUptime: 24 h – · 7 days 100% · 30 days 95\.8\d%\n/);
    expect(text).not.toContain('Answers in 24 h');
  });

  test('a short outage is told to the second, a full day is never rounded up to', async () => {
    const store = await withPast([[31 * DAY, 0]], [ended('down', 2 * HOUR, 4_000)]);
    const { text } = await status(store);
    expect(text).toContain('Uptime: 24 h 99.99% · 7 days 99.99% · 30 days 99.99%');
    expect(text).toContain('🔴 hh:mm:ss – hh:mm:ss · 4 sec · the connection was refused');
  });

  test('Refresh, a switch and a mute show it as well (half a screen looks like news)', async () => {
    const store = await withPast([[2 * DAY, 0]], [ended('down', 5 * HOUR, HOUR)]);
    const anna = await status(store);
    for (const label of ['Refresh', 'Switch monitoring on', 'Switch monitoring off']) {
      expect(await anna.tap(label), label).toMatch(/Uptime: 24 h 95\.\d+%[\s\S]*Last outages:/);
    }
  });

  test('after hours the same screen counts the new buckets as well (what was read is kept)', async () => {
    const store = await withPast([[31 * DAY, 0]]);
    const anna = await status(store);
    expect(anna.text).toContain('Uptime: 24 h 100%');
    await store.commit({ periods: [{ ...ended('down', 12 * HOUR, 5 * HOUR), server }] });
    expect(await anna.tap('Refresh')).toContain('Uptime: 24 h 79.16% · 7 days 97.02% · 30 days 99.3%');
  });
});
