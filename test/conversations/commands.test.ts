/** Commands and everything else that people write, in private and in groups. */
import { describe, expect, test } from 'vitest';
import { ANNA, ago, BORIS, GROUP, SERVER, startHarness, unwatch } from '../support/bot-harness.ts';

const UNWATCHED = { statusKeys: { state: false } };

test('/status: all servers in one message, those that need attention first, with the cause', async () => {
  const harness = await startHarness({
    servers: { alpha: {}, beta: {}, gamma: {} },
    statusKeys: { failures: 1 },
    adjust: unwatch('beta'),
  });
  await harness.probed();
  await harness.server('gamma').setFault({ kind: 'down' });
  const anna = harness.chat(ANNA);
  await anna.open('gamma', 'Status');
  await anna.until((text) => text.includes('gamma is down'));

  await anna.send('/status');

  expect(anna.text.replace(/\d+ sec/g, 'N sec')).toBe(
    [
      'Status of all servers',
      '🔴 gamma · N sec · the connection was refused',
      '⚪ beta · not monitored',
      '🟢 alpha · N sec',
      'as of hh:mm:ss',
    ].join('\n'),
  );
  expect(anna.rows).toEqual([['🔴 gamma'], ['↻ Refresh', 'All servers']]);
  expect(await anna.tap('🔴 gamma')).toMatch(/^🔴 gamma\nDown since /);
});

test('/status of 50 servers is paged, and every one is on exactly one page', async () => {
  const names = Array.from({ length: 50 }, (_, index) => `server ${String(index + 1).padStart(2, '0')}`);
  const harness = await startHarness({
    servers: Object.fromEntries(names.map((name) => [name, { tls: false as const }])),
    ...UNWATCHED,
  });
  const anna = harness.chat(ANNA);
  await anna.send('/status');
  const listed = () => [...anna.text.matchAll(/^⚪ (server \d+) · not monitored$/gm)].map(([, name]) => name);
  const seen = listed();
  expect(anna.text).toContain('page 1 of 3');
  for (const next of ['2 ›', '3 ›']) {
    await anna.tap(next);
    seen.push(...listed());
  }
  expect(seen).toEqual(names);
});

test('/forgotten: across all servers; a dead one is said to be, a slow one is waited for', async () => {
  const harness = await startHarness({ servers: { alive: {}, dead: {}, slow: {}, tidy: {} }, ...UNWATCHED });
  harness.server('alive').addConference({ topic: 'Alone', startedAt: ago(120) });
  harness.server('slow').addConference({ topic: 'Empty', startedAt: ago(180), participants: [] });
  await harness.server('dead').setFault({ kind: 'down' });
  harness.server('slow').setLatency(450);
  const anna = harness.chat(ANNA);
  anna.write('/forgotten');

  await anna.until((text) => text.startsWith('Forgotten'));

  expect(anna.text).toBe(
    [
      'Forgotten conferences on all servers',
      'alive: 1\n• Alone · 2 hr · only a moderator is left, nobody else',
      'slow: 1\n• Empty · 3 hr · nobody is inside',
      'Could not be asked\n• dead: the connection was refused',
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
  expect(anna.history[0]?.message.text).toBe('⏳ Asking all servers…');
  expect(anna.rows).toEqual([['alive (1)'], ['slow (1)'], ['↻ Refresh', 'All servers']]);
  expect(await anna.tap('alive (1)')).toContain('Forgotten conferences · alive');
  expect(anna.history.filter(({ change }) => change === 'sent')).toHaveLength(1);
});

test('/forgotten when nothing is', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  expect(await anna.send('/forgotten')).toBe(
    'Forgotten conferences on all servers\n\nNone found.\n\nas of hh:mm:ss',
  );
  expect(anna.rows).toEqual([['↻ Refresh', 'All servers']]);
});

test('/help names every command and what the dots mean', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  const text = await anna.send('/help');
  for (const command of ['/start', '/status', '/forgotten', '/id', '/help', '🟢', '🔴', '⚪']) {
    expect(text).toContain(command);
  }
  expect(anna.rows).toEqual([['All servers']]);
});

test("/id in private is one's own", async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  expect(await anna.send('/id')).toBe('Your Telegram ID: 1001');
  expect(anna.message.html).toContain('<code>1001</code>');
});

test('/id in a topic of a group is what tg-alert-chats takes', async () => {
  const harness = await startHarness(UNWATCHED);
  const topic = harness.chat(ANNA, { id: GROUP, threadId: 42 });
  expect(await topic.send('/id@simulated_bot')).toBe(
    'Your Telegram ID: 1001\nThis chat, for tg-alert-chats: -1001234567890:42',
  );
});

test('in a group commands and buttons work as in private, and stay in their topic', async () => {
  const harness = await startHarness(UNWATCHED);
  const topic = harness.chat(ANNA, { id: GROUP, threadId: 7 });
  await topic.open(SERVER, 'Running');
  expect(topic.text).toContain('No conference is running.');
  expect(topic.message.threadId).toBe(7);
});

test('in a group a colleague may go on with the message of another', async () => {
  const harness = await startHarness(UNWATCHED);
  const [anna, boris] = [harness.chat(ANNA, { id: GROUP }), harness.chat(BORIS, { id: GROUP })];
  await anna.send('/start');
  await boris.until((text) => text.startsWith('TrueConf servers'));
  expect(await boris.tap(SERVER)).toContain(SERVER);
});

test.each([
  '/unknown',
  '/START',
  '/start deep-link',
  '/start@simulated_bot',
  '/start@another_bot',
  'hello',
  '😀',
])('in private %s brings the list of servers (nobody should stand before a mute bot)', async (words) => {
  const harness = await startHarness(UNWATCHED);
  expect(await harness.chat(ANNA).send(words)).toContain('TrueConf servers');
});

test('in a group the bot is silent unless it is meant', async () => {
  const harness = await startHarness(UNWATCHED);
  const group = harness.chat(ANNA, { id: GROUP });
  for (const words of ['hello', '/unknown', '/start@another_bot', 'what about /start']) group.write(words);
  // What is meant comes after them, and is all there is.
  await group.send('/help@simulated_bot');
  expect(group.history).toHaveLength(1);
});

test('the screen of a deleted message comes as a new one (the tap must not be lost)', async () => {
  const harness = await startHarness({ ...UNWATCHED, expectedRefusals: /message to edit not found/ });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER);
  const data = anna.data('Running');
  const { chatId, messageId } = anna.message;
  harness.telegram.deleteMessage(chatId, messageId);
  const from = anna.history.length;
  anna.forge(data);
  expect(await anna.next(from)).toContain('No conference is running.');
  expect(anna.message.messageId).not.toBe(messageId);
});

describe('a server named behind a command', () => {
  const NAMES = { servers: { 'alpha one': {}, 'alpha two': {}, beta: {} }, ...UNWATCHED };

  test('is the one that is meant, also by a part of its name that no other has', async () => {
    const harness = await startHarness(NAMES);
    const anna = harness.chat(ANNA);
    expect(await anna.send('/status BETA')).toContain('Status · beta');
    expect(await anna.send('/history two')).toContain('History · alpha two');
    expect(await anna.send('/forgotten  alpha one ')).toContain('Forgotten conferences · alpha one');
  });

  test('is muted for an hour and unmuted, and the others stay as they are', async () => {
    const harness = await startHarness(NAMES);
    const anna = harness.chat(ANNA);
    await anna.send('/mute beta');
    expect(anna.text).toMatch(/^🔕 Alerts about beta to this chat are muted until hh:mm\./);
    await anna.send('/mute alpha one');
    expect(await anna.send('/unmute beta')).toMatch(/^🔔 Alerts about beta to this chat are on again\./);
    const now = Date.now();
    const muted = (await harness.store.mutes()).filter(({ until }) => until > now);
    expect(muted.map(({ server }) => server)).toEqual(['alpha one']);
    expect((muted[0]?.until ?? 0) - now).toBeLessThanOrEqual(3_600_000);
  });

  test.each(['/unmute nobody', '/unmute alpha', '/unmute <b>'])(
    '%s means none of them for sure: says so and unmutes nothing',
    async (command) => {
      const harness = await startHarness(NAMES);
      const anna = harness.chat(ANNA);
      await anna.send('/mute');
      await anna.tap('Mute all 1 h');
      const name = command.replace('/unmute ', '');
      expect(await anna.send(command)).toContain(
        `No server, or more than one, matches ${name}.\n\nMuted in this chat\n🔕 alpha one until hh:mm`,
      );
      expect(anna.buttons).toContain('Unmute alpha one');
    },
  );

  test('that does not exist leaves the command as it is without a name', async () => {
    const harness = await startHarness(NAMES);
    const anna = harness.chat(ANNA);
    expect(await anna.send(`/status ${'x'.repeat(4_000)}`)).toMatch(
      /^No server, or more than one, matches x{63}…\.\n\nStatus of all servers\n/,
    );
    expect(await anna.send('/mute 8h')).toContain(
      'matches 8h.\n\nMuted in this chat\nNothing is muted here.',
    );
    expect(await anna.send('/id beta')).toBe('Your Telegram ID: 1001');
  });
});
