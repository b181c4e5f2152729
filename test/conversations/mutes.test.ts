/** What is quiet in a chat: /mute and /unmute. What a mute holds back is tested in test/timelines. */
import { expect, test, vi } from 'vitest';
import { ANNA, BORIS, GROUP, SERVER, startHarness } from '../support/bot-harness.ts';

const UNWATCHED = { statusKeys: { state: false } };
const HELP =
  'What is held back arrives when the mute ends. You are always told at once that a reported outage is over.';
const NOTHING = `Muted in this chat\nNothing is muted here.\n${HELP}\nas of hh:mm:ss`;
const THREE = { alpha: {}, beta: {}, gamma: {} };

test('/mute when nothing is muted: says so and offers an hour and eight', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  expect(await anna.send('/mute')).toBe(NOTHING);
  expect(anna.rows).toEqual([
    ['Mute 1 h', 'Mute 8 h'],
    ['↻ Refresh', 'All servers'],
  ]);
  expect(harness.requests()).toEqual([]);
});

test('all servers, for this chat alone, each with an end', async () => {
  const harness = await startHarness({ servers: THREE, ...UNWATCHED });
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await anna.send('/mute');
  const pressedAt = Date.now();
  await anna.tap('Mute all 8 h');
  expect(anna.text).toBe(
    [
      '🔕 Alerts to this chat are muted until hh:mm. Then you are told what you missed.\n',
      'Muted in this chat',
      ...['alpha', 'beta', 'gamma'].map((name) => `🔕 ${name} until hh:mm`),
      HELP,
      'as of hh:mm:ss',
    ].join('\n'),
  );
  expect(anna.rows).toEqual([
    ['Mute all 1 h', 'Mute all 8 h'],
    ['Unmute alpha'],
    ['Unmute beta'],
    ['Unmute gamma'],
    ['Unmute all'],
    ['↻ Refresh', 'All servers'],
  ]);
  const mutes = await harness.store.mutes();
  expect(mutes.map(({ server, recipient }) => `${server} ${recipient.address}`)).toEqual(
    Object.keys(THREE).map((name) => `${name} ${ANNA.id}`),
  );
  for (const { until } of mutes) expect(Math.abs(until - pressedAt - 8 * 3_600_000)).toBeLessThan(60_000);
  expect(await boris.send('/mute')).toBe(NOTHING);
  expect(await anna.open('alpha', 'Status')).toContain('Alerts to this chat are muted until hh:mm');
});

test('one of several is unmuted, the others stay so', async () => {
  const harness = await startHarness({ servers: THREE, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.send('/mute');
  await anna.tap('Mute all 1 h');
  expect(await anna.tap('Unmute beta')).toMatch(
    /^🔔 Alerts about beta to this chat are on again\.\n\nStatus · beta\n/,
  );
  await anna.send('/mute');
  expect(anna.text).toMatch(/alpha until hh:mm\n🔕 gamma until/);
  expect(anna.buttons).not.toContain('Unmute beta');
});

test('/unmute ends all of them, and says how many', async () => {
  const harness = await startHarness({ servers: THREE, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.send('/mute');
  await anna.tap('Mute all 1 h');
  expect(await anna.send('/unmute')).toBe(
    `🔔 Alerts about 3 servers are on again in this chat.\n\n${NOTHING}`,
  );
  const now = Date.now();
  expect((await harness.store.mutes()).filter(({ until }) => until > now)).toEqual([]);
  await anna.send('/mute');
  await anna.tap('Mute all 1 h');
  expect(await anna.tap('Unmute all')).toContain('3 servers are on again');
});

test('all are muted, and unmuted, in one transaction (one for each of 2,000 servers took seconds)', async () => {
  const harness = await startHarness({ servers: THREE, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  const commit = vi.spyOn(harness.store, 'commit');
  await anna.send('/mute');
  await anna.tap('Mute all 1 h');
  await anna.send('/unmute');
  const muted = commit.mock.calls.flatMap(([{ mutes }]) =>
    mutes ? [mutes.map(({ server }) => server)] : [],
  );
  expect(muted).toEqual([Object.keys(THREE), Object.keys(THREE)]);
});

test('/unmute when nothing is muted does nothing and says so', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  expect(await anna.send('/unmute')).toBe(NOTHING);
  expect(await harness.store.mutes()).toEqual([]);
});

test('a single server is named, and nothing speaks of all', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  await anna.send('/mute');
  expect(await anna.tap('Mute 1 h')).toContain(
    `🔕 Alerts about ${SERVER} to this chat are muted until hh:mm.`,
  );
  expect(anna.rows).toEqual([['Mute 1 h', 'Mute 8 h'], [`Unmute ${SERVER}`], ['↻ Refresh', 'All servers']]);
  expect(await anna.send('/unmute')).toBe(
    `🔔 Alerts about ${SERVER} to this chat are on again.\n\n${NOTHING}`,
  );
  expect(await anna.send('/status')).toMatch(/^Status\n⚪/);
});

test('of several the only one that was muted is named when that ends', async () => {
  const harness = await startHarness({ servers: THREE, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.send('/mute beta');
  expect(await anna.send('/unmute')).toBe(`🔔 Alerts about beta to this chat are on again.\n\n${NOTHING}`);
});

test('in a topic of a group the topic is muted, not the person', async () => {
  const harness = await startHarness({ ...UNWATCHED, keys: { 'tg-alert-chats': [`${GROUP}:42`] } });
  const topic = harness.chat(ANNA, { id: GROUP, threadId: 42 });
  await topic.send('/mute');
  expect(await topic.tap('Mute 1 h')).toContain(`🔕 ${SERVER} until hh:mm`);
  expect((await harness.store.mutes()).map(({ recipient }) => recipient.address)).toEqual([`${GROUP}:42`]);
  expect(await harness.chat(ANNA).send('/mute')).toBe(NOTHING);
});

test('a mute outlives a restart', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  await anna.send('/mute');
  await anna.tap('Mute 8 h');
  await harness.restart();
  expect(await anna.send('/mute')).toContain(`🔕 ${SERVER} until hh:mm`);
});

test('an hour pressed twice is an hour from the second press on, and a forged year is a day', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  await anna.send('/mute');
  const from = anna.history.length;
  anna.forge('M:525600');
  await anna.next(from);
  const [mute] = await harness.store.mutes();
  expect((mute?.until ?? 0) - Date.now()).toBeLessThanOrEqual(86_400_000);
  await anna.tap('Mute 1 h');
  const mutes = await harness.store.mutes();
  expect(mutes).toHaveLength(1);
  expect((mutes[0]?.until ?? 0) - Date.now()).toBeLessThanOrEqual(3_600_000);
});
