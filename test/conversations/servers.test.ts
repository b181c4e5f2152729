/** The list of servers and the menu of one: where every conversation starts. */
import { expect, test } from 'vitest';
import type { ServerName } from '../../src/domain/names.ts';
import { ANNA, BORIS, SERVER, startHarness, unwatch } from '../support/bot-harness.ts';

const MENU = [
  ['📊 Status'],
  ['🎥 Running conferences'],
  ['👥 Online users'],
  ['⏰ Forgotten conferences'],
  ['📈 History'],
  ['↻ Refresh', '‹ Back'],
];

const NAMES = Array.from({ length: 25 }, (_, index) => `server ${String(index + 1).padStart(2, '0')}`);
const UNWATCHED = { statusKeys: { state: false } };

const ONE_UNWATCHED = 'TrueConf servers\n⚪ Not monitored\nas of hh:mm:ss';
const OUTDATED = `This button is outdated. Nothing was done.\n\n${ONE_UNWATCHED}`;

test('each server has a dot of its own: up, down, not monitored', async () => {
  const harness = await startHarness({
    servers: { alpha: {}, beta: {}, gamma: {} },
    statusKeys: { failures: 1 },
    adjust: unwatch('gamma'),
  });
  await harness.probed();
  await harness.server('beta').setFault({ kind: 'down' });
  const anna = harness.chat(ANNA);
  await anna.open('beta', 'Status');
  await anna.until((text) => text.includes('beta is down'));

  await anna.send('/start');

  expect(anna.text).toBe('TrueConf servers\n3 servers: 🟢 1 up · 🔴 1 down · ⚪ 1 unknown\nas of hh:mm:ss');
  expect(anna.rows).toEqual([['🟢 alpha'], ['🔴 beta'], ['⚪ gamma'], ['↻ Refresh']]);
});

test('Refresh shows the dots as they are now (the list is not a picture of the start)', async () => {
  const harness = await startHarness({ statusKeys: { failures: 1 } });
  await harness.probed();
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await boris.send('/start');
  expect(boris.buttons).toContain(`🟢 ${SERVER}`);
  await harness.server().setFault({ kind: 'down' });
  await anna.open(SERVER, 'Status');

  await boris.tap('Refresh');

  expect(boris.buttons).toContain(`🔴 ${SERVER}`);
});

test('25 servers are paged by ten, and every one is on exactly one page (a phone shows no more)', async () => {
  const harness = await startHarness({
    servers: Object.fromEntries(NAMES.map((name) => [name, { tls: false as const }])),
    ...UNWATCHED,
  });
  const anna = harness.chat(ANNA);
  await anna.send('/start');
  expect(anna.text).toBe(
    'TrueConf servers\n25 servers: 🟢 0 up · 🔴 0 down · ⚪ 25 unknown\npage 1 of 3 · as of hh:mm:ss',
  );
  expect(anna.rows.slice(-2)).toEqual([['2 ›', '3 »'], ['↻ Refresh']]);
  const seen = anna.buttons.filter((label) => label.startsWith('⚪'));
  await anna.tap('2 ›');
  expect(anna.rows.slice(-2)).toEqual([['‹ 1', '3 ›'], ['↻ Refresh']]);
  seen.push(...anna.buttons.filter((label) => label.startsWith('⚪')));
  await anna.tap('Refresh');
  expect(anna.text).toContain('page 2 of 3');
  await anna.tap('3 ›');
  expect(anna.rows.slice(-2)).toEqual([['« 1', '‹ 2'], ['↻ Refresh']]);
  seen.push(...anna.buttons.filter((label) => label.startsWith('⚪')));
  expect(seen).toEqual(NAMES.map((name) => `⚪ ${name}`));
});

test('the menu of a server says how it is and leads to everything, and Back to the list', async () => {
  const harness = await startHarness();
  await harness.probed();
  const anna = harness.chat(ANNA);
  await anna.open(SERVER);
  expect(anna.text).toMatch(new RegExp(`^🟢 ${SERVER}\\nUp since hh:mm \\(\\d+ sec\\)\\nas of hh:mm:ss$`));
  expect(anna.rows).toEqual(MENU);

  await anna.tap('Back');

  expect(anna.buttons).toEqual([`🟢 ${SERVER}`, '↻ Refresh']);
});

test('Refresh in the menu of a server shows how it is now, and stays there', async () => {
  const harness = await startHarness({ statusKeys: { failures: 1 } });
  await harness.probed();
  const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
  await boris.open(SERVER);
  await harness.server().setFault({ kind: 'down' });
  await anna.open(SERVER, 'Status');

  expect(await boris.tap('Refresh')).toMatch(new RegExp(`^🔴 ${SERVER}\\nDown since hh:mm `));
  expect(boris.rows).toEqual(MENU);
});

test('everything stays one message that is edited (a chat full of old screens misleads)', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Status', 'Back', 'Running', 'Back', 'Online', 'Back', 'Forgotten', 'Back', 'Back');
  expect(anna.history.filter(({ change }) => change === 'sent')).toHaveLength(1);
});

test('buttons work after a restart (they carry what they mean)', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  await anna.open(SERVER);

  await harness.restart();

  expect(await anna.tap('Running')).toContain(`Running conferences · ${SERVER}`);
});

test('a renamed server is found by its address (old buttons do not die of a better name)', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  await anna.open(SERVER);

  await harness.restart((settings) => ({
    ...settings,
    servers: settings.servers.map((server) => ({ ...server, name: 'Head office' as ServerName })),
  }));

  expect(await anna.tap('Running')).toContain('Running conferences · Head office');
});

test('a button of a server that is gone says that nothing was done and leads on', async () => {
  const harness = await startHarness({ servers: { one: {}, two: {} }, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.open('two');

  await harness.restart((settings) => ({ ...settings, servers: settings.servers.slice(0, 1) }));

  expect(await anna.tap('Running')).toBe(OUTDATED);
  expect(anna.rows).toEqual([['⚪ one'], ['↻ Refresh']]);
  expect(await anna.tap('Refresh')).toBe(ONE_UNWATCHED);
  expect(await anna.tap('one')).toContain('⚪ one');
});

test('a button that nobody understands says so and asks no server', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  await anna.send('/start');
  for (const data of ['servers', 'zz:1', 's:', 'S:x', 'S:-1', 'u:nobody:0', '\u0000', 'ы'.repeat(32)]) {
    const from = anna.history.length;
    anna.forge(data);
    expect(await anna.next(from), data).toBe(OUTDATED);
    expect(anna.rows, data).toEqual([[`⚪ ${SERVER}`], ['↻ Refresh']]);
  }
  expect(harness.requests()).toEqual([]);
});
