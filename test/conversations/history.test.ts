/** What has happened to a server and who did what there: the History screen and /history. */
import { expect, test } from 'vitest';
import type { Period } from '../../src/domain/history.ts';
import type { ConferenceId, ServerName } from '../../src/domain/names.ts';
import type { AuditEntry } from '../../src/domain/outbox.ts';
import { DAY, HOUR, MINUTE } from '../../src/lib/time.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { ANNA, ago, BORIS, SERVER, startHarness } from '../support/bot-harness.ts';

const UNWATCHED = { statusKeys: { state: false } };
const server = SERVER as ServerName;
const at = (before: number) => Date.now() - before;

const down = (before: number, length: number): Period => ({
  server,
  kind: 'down',
  from: at(before),
  to: at(before - length),
  trouble: { code: 'refused' },
});

const stopped = (before: number, topic: string | undefined): AuditEntry => ({
  kind: 'conference-stopped',
  server,
  at: at(before),
  by: { id: BORIS.id, name: 'Boris' },
  conference: {
    id: '104729' as ConferenceId,
    topic,
    owner: 'o@s',
    people: 1,
    reason: topic === undefined ? undefined : 'no-moderator',
  },
});

test('nothing has happened yet: it says so, and leads to the charts and back', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'History')).toBe(
    `History · ${SERVER}\nNothing has happened here yet.\nas of hh:mm:ss`,
  );
  expect(anna.rows).toEqual([
    ['Chart 24 h', 'Chart 7 days'],
    ['↻ Refresh', '‹ Back'],
  ]);
  expect(harness.requests()).toEqual([]);
  expect(await anna.tap('Back')).toContain('Not monitored');
});

test('outages with cause and length, those of the bot itself apart, and who did what, newest first', async () => {
  const store = createMemoryStore();
  await store.commit({
    periods: [
      down(2 * HOUR, 90 * MINUTE),
      down(3 * DAY, 12_000),
      { server, kind: 'blind', from: at(2 * DAY), to: at(2 * DAY - 3 * HOUR), trouble: undefined },
    ],
  });
  await store.commit({ audit: stopped(5 * DAY, undefined) });
  await store.commit({ audit: stopped(4 * HOUR, 'Weekly <b>stand-up</b>') });
  const by = { id: ANNA.id, name: 'Anna' };
  await store.commit({ audit: { kind: 'monitoring-switched', server, at: at(6 * HOUR), by, on: false } });
  await store.commit({ audit: { kind: 'monitoring-switched', server, at: at(5 * HOUR), by, on: true } });
  // Of another server.
  await store.commit({ audit: { ...stopped(HOUR, 'theirs'), server: 'other' as ServerName } });
  const harness = await startHarness({ store, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  const text = await anna.open(SERVER, 'History');
  expect(text).toBe(
    [
      `History · ${SERVER}`,
      '🔴 hh:mm – hh:mm · 1 hr 30 min · the connection was refused',
      '⏹ hh:mm · Boris stopped “Weekly <b>stand-up</b>” (no moderator is inside)',
      '🔔 hh:mm · Anna switched monitoring on',
      '🔕 hh:mm · Anna switched monitoring off',
      '⚪ hh:mm – hh:mm · 3 hr · the bot was cut off itself',
      '🔴 hh:mm:ss – hh:mm:ss · 12 sec · the connection was refused',
      '⏹ hh:mm · Boris stopped “no name (104729)”',
      'as of hh:mm:ss',
    ].join('\n'),
  );
});

test('what happens now is there at once: an outage, its end, a stop and a switch', async () => {
  const harness = await startHarness({ statusKeys: { failures: 1 } });
  await harness.probed();
  harness.server().addConference({ topic: 'Alone', startedAt: ago(120) });
  const anna = harness.chat(ANNA);
  await harness.server().setFault({ kind: 'down' });
  await anna.open(SERVER, 'Status');
  expect(await anna.open(SERVER, 'History')).toMatch(
    /\n🔴 since hh:mm:ss · \d+ sec · the connection was refused\nas of /,
  );
  await harness.server().setFault({ kind: 'none' });
  await anna.open(SERVER, 'Status');
  await anna.open(SERVER, 'Forgotten', '⏹ 1. Alone', 'Stop');
  await anna.open(SERVER, 'Status', 'Switch monitoring off');
  expect(await anna.open(SERVER, 'History')).toMatch(
    new RegExp(
      [
        '\n🔕 hh:mm · Anna switched monitoring off',
        '⏹ hh:mm · Anna stopped “Alone” \\(.*\\)',
        '🔴 hh:mm:ss – hh:mm:ss · \\d+ sec · the connection was refused',
        'as of hh:mm:ss$',
      ].join('\n'),
    ),
  );
});

test('a long past is paged, and every entry is on exactly one page', async () => {
  const store = createMemoryStore();
  for (let number = 30; number > 0; number--) {
    if (number % 2 === 0) await store.commit({ periods: [down(number * HOUR, number * MINUTE)] });
    else await store.commit({ audit: stopped(number * HOUR, `topic ${number}`) });
  }
  const harness = await startHarness({ store, ...UNWATCHED });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'History');
  expect(anna.text).toContain('page 1 of 3');
  expect(anna.rows[0]).toEqual(['2 ›', '3 »']);
  const listed = () =>
    [...anna.text.matchAll(/(?:topic (\d+)|· (\d+) min ·)/g)].map(([, topic, minutes]) =>
      Number(topic ?? minutes),
    );
  const seen = listed();
  for (const next of ['2 ›', '3 ›']) {
    await anna.tap(next);
    await anna.tap('Refresh');
    seen.push(...listed());
  }
  expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
});

test('an end that nobody saw is not dated, and no length is claimed', async () => {
  const store = createMemoryStore();
  await store.commit({ periods: [{ ...down(3 * HOUR, 2 * HOUR), endUnseen: true }] });
  const harness = await startHarness({ ...UNWATCHED, store });
  const screen = await harness.chat(ANNA).send('/history');
  expect(screen).toMatch(/🔴 from .+, back some time before .+ · the connection was refused/);
  expect(screen).not.toContain('2 hr');
});

test('/history of the only server is its History', async () => {
  const harness = await startHarness(UNWATCHED);
  const anna = harness.chat(ANNA);
  expect(await anna.send('/history')).toContain(`History · ${SERVER}`);
  expect(await anna.tap('Back')).toContain(`⚪ ${SERVER}`);
});

test('/history of several asks which one, page by page', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `server ${String(index + 1).padStart(2, '0')}`);
  const harness = await startHarness({
    servers: Object.fromEntries(names.map((name) => [name, { tls: false as const }])),
    ...UNWATCHED,
  });
  const anna = harness.chat(ANNA);
  expect(await anna.send('/history')).toBe('History of which server?\npage 1 of 2 · as of hh:mm:ss');
  expect(anna.rows.at(0)).toEqual(['⚪ server 01']);
  await anna.tap('2 ›');
  expect(anna.rows).toEqual([['⚪ server 11'], ['⚪ server 12'], ['‹ 1'], ['↻ Refresh', 'All servers']]);
  expect(await anna.tap('server 12')).toContain('History · server 12');
  expect(harness.requests()).toEqual([]);
});
