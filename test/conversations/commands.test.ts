/** Commands and everything else that people write, in private and in groups. */
import { describe, expect, test } from 'vitest';
import {
  ANNA,
  ago,
  BORIS,
  GROUP,
  SERVER,
  type Shown,
  startHarness,
  unwatch,
} from '../support/bot-harness.ts';

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

test('/status says who is on it, what is muted here and what is in maintenance', async () => {
  const harness = await startHarness({ servers: { alpha: {}, beta: {} }, statusKeys: { failures: 1 } });
  await harness.probed();
  await harness.server('beta').setFault({ kind: 'down' });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.open('beta', 'Status');
  await anna.until((text) => text.includes('beta is down'));
  await anna.tap('I am on it');
  await anna.send('/mute alpha');
  const state = (text: string) =>
    text
      .replace(/\d+ sec/g, 'N sec')
      .split('\n')
      .slice(1, 3);
  expect(state(await anna.send('/status'))).toEqual([
    '🔴 beta · N sec · the connection was refused · Anna is on it',
    '🟢 alpha · N sec · 🔕 until hh:mm',
  ]);
  // Muted is one chat, and not the others.
  expect(state(await boris.send('/status'))[1]).toBe('🟢 alpha · N sec');
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
  expect(anna.text).toContain('page 1 of 4');
  for (const next of ['2 ›', '3 ›', '4 ›']) {
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
  expect(anna.rows).toEqual([['alive (1)'], ['slow (1)'], ['↻ Refresh', 'All servers']]);
  expect(await anna.tap('alive (1)')).toContain('Forgotten conferences · alive');
  expect(anna.history.filter(({ change }) => change === 'sent')).toHaveLength(1);
});

test('/forgotten: one that hangs does not keep from the person what the others have answered', async () => {
  const harness = await startHarness({ servers: { alive: {}, hang: {}, tidy: {} }, ...UNWATCHED });
  harness.server('alive').addConference({ topic: 'Alone', startedAt: ago(120) });
  await harness.server('hang').setFault({ kind: 'hanging' });
  const anna = harness.chat(ANNA);
  const found = 'alive: 1\n• Alone · 2 hr · only a moderator is left, nobody else';
  const title = 'Forgotten conferences on all servers';
  anna.write('/forgotten');
  const isSoFar = ({ message: { text } }: Shown) => text.startsWith('⏳ Still asking: hang');
  await expect.poll(() => anna.history.some(isSoFar), { timeout: 20_000 }).toBe(true);
  expect(anna.history.at(-1)?.message.text).toBe(['⏳ Still asking: hang', title, found].join('\n\n'));

  const text = await anna.until((shown) => shown.startsWith('Forgotten'));

  expect(text).toBe(
    [
      title,
      found,
      'Could not be asked\n• hang: it accepted the connection but did not answer in time',
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
  // Nothing new came in between, so nothing was edited.
  expect(anna.history.map(({ change }) => change)).toEqual(['sent', 'edited']);

  // Refresh does the same, and what it shows leads on at once.
  anna.press('Refresh');
  const sofar = await harness.telegram.waitForMessage((one) => one.text.startsWith('⏳ Still asking: hang'));
  expect(sofar.keyboard.flat().map(({ text: label }) => label)).toEqual(['alive (1)', 'All servers']);
  const from = anna.history.length;
  anna.forge(sofar.keyboard[0]?.[0]?.callback_data ?? '');
  expect(await anna.next(from)).toContain('Forgotten conferences · alive');
  expect(new Set(anna.history.map(({ message }) => message.messageId)).size).toBe(1);
  await expect.poll(() => harness.requests().filter(({ durationMs }) => durationMs === null)).toEqual([]);
  expect(anna.history.at(-1)?.message.text).toContain('Forgotten conferences · alive');
});

test('/forgotten when all answer at once is one message, never edited (Telegram counts edits)', async () => {
  const harness = await startHarness({ servers: { alpha: {}, beta: {} }, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  expect(await anna.send('/forgotten')).toBe(
    'Forgotten conferences on all servers\n\nNone found.\n\nas of hh:mm:ss',
  );
  expect(anna.rows).toEqual([['↻ Refresh', 'All servers']]);
  expect(anna.history).toHaveLength(1);
});

test('/forgotten of a single server is its list', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  expect(await anna.send('/forgotten')).toContain(
    `Forgotten conferences · ${SERVER}\nNone. Running now: 0 conferences.`,
  );
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

  test.each([
    ['/unmute nobody', 'No server is named nobody or has that in its name.'],
    ['/unmute <b>', 'No server is named <b> or has that in its name.'],
    ['/unmute alpha', 'alpha matches several servers: alpha one, alpha two. Write more of the name.'],
  ])('%s means none of them for sure: says why and unmutes nothing', async (command, why) => {
    const harness = await startHarness(NAMES);
    const anna = harness.chat(ANNA);
    await anna.send('/mute');
    await anna.tap('Mute all 1 h');
    expect(await anna.send(command)).toContain(`${why}\n\nMuted in this chat\n🔕 alpha one until hh:mm`);
    expect(anna.buttons).toContain('Unmute alpha one');
  });

  test('that does not exist leaves the command as it is without a name', async () => {
    const harness = await startHarness(NAMES);
    const anna = harness.chat(ANNA);
    expect(await anna.send(`/status ${'x'.repeat(4_000)}`)).toMatch(
      /^No server is named x{63}… or has that in its name\.\n\nStatus of all servers\n/,
    );
    expect(await anna.send('/mute 8h')).toContain(
      'is named 8h or has that in its name.\n\nMuted in this chat\nNothing is muted here.',
    );
    expect(await anna.send('/id beta')).toBe('Your Telegram ID: 1001');
  });

  test('that many names hold names five of them and counts the others', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `video ${index + 1}`);
    const servers = Object.fromEntries(names.map((name) => [name, { tls: false as const }]));
    const harness = await startHarness({ servers, ...UNWATCHED });
    expect(await harness.chat(ANNA).send('/mute video')).toContain(
      'video matches several servers: video 1, video 2, video 3, video 4, video 5 and 3 more. Write more of the name.',
    );
  });
});
