/** Is a server up, since when, and how do we know: the Status screen and the switch on it. */
import { expect, test } from 'vitest';
import type { Fault } from '../../src/simulator/trueconf.ts';
import { ANNA, BORIS, named, SERVER, startHarness } from '../support/bot-harness.ts';

test('up: since when, last look, how long the answer took, version, monitoring', async () => {
  const harness = await startHarness();
  await harness.probed();
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status');
  expect(anna.text.replace(/\(\d+ sec\)/, '(N sec)')).toBe(
    [
      `Status · ${SERVER}`,
      '🟢 Up since hh:mm (N sec)',
      'Last look: hh:mm:ss, answered in N ms',
      'Version: 5.5.2.10018',
      'Monitoring: on, every 15 sec',
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
  expect(anna.text.replace(/\(\d+ sec\)/, '(N sec)')).toBe(
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

  expect(anna.text).toContain('Monitoring: on, every 15 sec');
  expect(await boris.until((text) => text.endsWith(' on'))).toBe(`Anna switched monitoring of ${SERVER} on`);
  expect(anna.history.filter(({ message }) => message.text.includes('Anna switched'))).toEqual([]);
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
    /^This button is outdated\. Nothing was done\.\n\nTrueConf servers\n1 server: /,
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
