/** Online users: how many, doing what, and who. */
import { expect, test } from 'vitest';
import { ANNA, type HarnessOptions, SERVER, startHarness } from '../support/bot-harness.ts';

const QUIET: HarnessOptions = { statusKeys: { state: false } };

test('nobody online is said', async () => {
  const harness = await startHarness(QUIET);
  harness.server().users.push({ id: 'off', displayName: 'Off', status: 0 });
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Online')).toBe(
    `Online users · ${SERVER}\nNobody is online.\n\nas of hh:mm:ss`,
  );
  expect(anna.rows).toEqual([['↻ Refresh', '‹ Back']]);
});

test('the breakdown counts online, busy and in a conference; those who are away are not counted', async () => {
  const harness = await startHarness(QUIET);
  const people = [
    ['zoe', 'Zoe', 1],
    ['bea', 'Béa <i>', 2],
    ['carl', 'Carl', 5],
    ['anna', 'Änna', 1],
    ['off', 'Off', 0],
    ['invalid', 'Invalid', -1],
    ['inactive', 'Inactive', -2],
  ] as const;
  for (const [id, displayName, status] of people) harness.server().users.push({ id, displayName, status });
  expect(await harness.chat(ANNA).open(SERVER, 'Online')).toBe(
    [
      `Online users · ${SERVER}\n4 online\n🟢 2 online · 🟠 1 busy · 🎥 1 in a conference`,
      '🟢 Änna · anna\n🟠 Béa <i> · bea\n🎥 Carl · carl\n🟢 Zoe · zoe',
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
});

test('60 are paged, and every one is on exactly one page', async () => {
  const harness = await startHarness(QUIET);
  const names = Array.from({ length: 60 }, (_, index) => `User ${String(index).padStart(2, '0')}`);
  names.forEach((displayName, index) => {
    harness.server().users.push({ id: `u${index}`, displayName, status: 1 });
  });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Online');
  const people = () => [...anna.text.matchAll(/^🟢 (User \d+) ·/gm)].map(([, name = '']) => name);
  const seen = people();
  for (const next of ['2 ›', '3 ›']) {
    await anna.tap(next);
    seen.push(...people());
  }
  expect(anna.text).toContain('page 3 of 3');
  expect(seen).toEqual(names);
});

test.each([0, 1] as const)(
  '5,000 on a server whose first page is %i are each counted once',
  async (usersFirstPage) => {
    const harness = await startHarness({ servers: { [SERVER]: { quirks: { usersFirstPage } } }, ...QUIET });
    for (let number = 0; number < 5_000; number++) {
      harness.server().users.push({
        id: `u${number}`,
        displayName: `User ${number}`,
        status: (number % 3) + (number % 3 === 2 ? 3 : 0),
      });
    }
    const anna = harness.chat(ANNA);
    await anna.open(SERVER, 'Online');
    expect(anna.text).toMatch(/^3333 online$/m);
    expect(anna.text).toContain('🟢 1667 online · 🟠 0 busy · 🎥 1666 in a conference');
    expect(anna.text).toContain('page 1 of 134');
    expect(await anna.tap('134 »')).toContain('page 134 of 134');
  },
);
