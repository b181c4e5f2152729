/** Running conferences: the list, and one of them with who is in it. */
import { expect, test } from 'vitest';
import {
  ANNA,
  ago,
  type Chat,
  type HarnessOptions,
  named,
  SERVER,
  startHarness,
} from '../support/bot-harness.ts';

const QUIET: HarnessOptions = { statusKeys: { state: false } };

/** 60 characters, 111 bytes. */
const LONG_NAME = 'Головной офис, Екатеринбург, ул. Малышева 51, 12 этаж, зал А';

const LONG_ID = 'conference_'.padEnd(128, '0123456789');

test('none: it says so, and Refresh and Back are there', async () => {
  const harness = await startHarness(QUIET);
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Running')).toBe(
    `Running conferences · ${SERVER}\nNo conference is running.\n\nas of hh:mm:ss`,
  );
  expect(anna.rows).toEqual([['↻ Refresh', '‹ Back']]);
});

test('one: topic, linked id, owner, people, duration, real-time management; a button opens it', async () => {
  const harness = await startHarness(QUIET);
  const server = harness.server();
  const { sessionId } = server.addConference({ topic: 'Daily', conferenceId: 'daily', startedAt: ago(125) });
  server.join(sessionId, { id: 'bob@sim.example' });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running');
  expect(anna.text).toBe(
    [
      `Running conferences · ${SERVER}\n1 conference is running.`,
      '1. Daily\ndaily · owner1@sim.example\n2 people · 2 hr 5 min · Real-time management',
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
  expect(anna.rows).toEqual([['1. Daily'], ['↻ Refresh', '‹ Back']]);
  const root = `https://127.0.0.1:${server.apiPort}`;
  expect(anna.message.html).toContain(`<a href="${root}/c/daily">daily</a>`);
  expect(anna.message.html).toContain(
    `<a href="${root}/tools/real-time/00000001%40sim.example%23vcs?a=cookies">Real-time management</a>`,
  );
});

test('300 are paged, longest first, and every one is on exactly one page', async () => {
  const harness = await startHarness(QUIET);
  for (let number = 1; number <= 300; number++) {
    harness.server().addConference({ topic: `Topic ${number}`, startedAt: ago(1000 - number) });
  }
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running');
  expect(anna.text).toContain('300 conferences are running.');
  expect(anna.text).toContain('page 1 of 50 · as of');
  expect(anna.rows.at(-2)).toEqual(['2 ›', '50 »']);
  const topics: string[] = [];
  for (let page = 1; ; page++) {
    topics.push(...[...anna.text.matchAll(/^\d+\. (Topic \d+)$/gm)].map(([, topic = '']) => topic));
    if (page === 50) break;
    await anna.tap(`${page + 1} ›`);
  }
  expect(topics).toEqual(Array.from({ length: 300 }, (_, index) => `Topic ${index + 1}`));
  await anna.tap('« 1');
  expect(await anna.tap('50 »')).toContain('300. Topic 300');
});

test('a page that has gone gives the last one there is (conferences end while one reads)', async () => {
  const harness = await startHarness(QUIET);
  const made = Array.from({ length: 13 }, () => harness.server().addConference({}));
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', '3 »');
  for (const { sessionId } of made.slice(0, 10)) harness.server().end(sessionId);
  const text = await anna.tap('Refresh');
  expect(text).toContain('3 conferences are running.');
  expect(text).not.toContain('page');
});

test.each(
  named<{ what: string; given: object; line: string; label: string; html?: string }>([
    {
      what: 'a topic of markup is shown as it is (it must not break the message)',
      given: { topic: '<b>&"</b> &amp; <a href="tg://x">' },
      line: '1. <b>&"</b> &amp; <a href="tg://x">',
      label: '1. <b>&"</b> &amp; <a href="tg://x">',
      html: '&lt;b&gt;&amp;&quot;&lt;/b&gt; &amp;amp;',
    },
    { what: 'no topic is "no name"', given: { topic: null }, line: '1. no name', label: '1. no name' },
    {
      what: 'a blank topic is "no name"',
      given: { topic: ' \t\n ' },
      line: '1. no name',
      label: '1. no name',
    },
    {
      what: 'a topic of the longest allowed length is clipped',
      given: { topic: 'т'.repeat(240) },
      line: `1. ${'т'.repeat(99)}…`,
      label: `1. ${'т'.repeat(44)}…`,
    },
    {
      what: 'a topic of several lines stays on one (a topic must not look like a line of the bot)',
      given: { topic: 'Weekly\n\n✅ Stopped: everything\r\n\u2028end' },
      line: '1. Weekly ✅ Stopped: everything end',
      label: '1. Weekly ✅ Stopped: everything end',
    },
  ]),
)('%s', async (_what, { given, line, label, html }) => {
  const harness = await startHarness(QUIET);
  harness.server().addConference(given);
  const anna = harness.chat(ANNA);
  expect((await anna.open(SERVER, 'Running')).split('\n')).toContain(line);
  expect(anna.rows[0]).toEqual([label]);
  if (html) expect(anna.message.html).toContain(html);
  expect((await anna.tap('1.')).split('\n')).toContain(line.replace('1. ', ''));
});

test('one without an owner has neither a line nor a dot for it', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({ conferenceId: 'room', topic: 'Daily', owner: '', startedAt: ago(125) });
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Running')).toContain('\n\n1. Daily\nroom\n');
  expect(await anna.tap('1.')).toContain('\n\nDaily\nroom\nRunning for 2 hr 5 min');
});

test('a call without an id has no link and cannot be stopped from here, and says where it can', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({ conferenceId: null, topic: 'Ad hoc', startedAt: ago(90) });
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Running')).toContain(
    'direct call without a conference page · owner1@sim.example',
  );
  await anna.tap('1. Ad hoc');
  expect(anna.rows).toEqual([['↻ Refresh', '‹ Back']]);
  expect(anna.text).toContain(
    'This call has no conference ID, so it cannot be stopped from here. End it in real-time management.',
  );
  // Nor among the forgotten.
  await anna.open(SERVER, 'Forgotten');
  expect(anna.text).toContain('1. Ad hoc');
  expect(anna.rows).toEqual([['1. Ad hoc'], ['↻ Refresh', '‹ Back']]);
});

test('an id of 128 characters on a server with a name of 60 Cyrillic letters goes all the way to the stop', async () => {
  const harness = await startHarness({ servers: { [LONG_NAME]: {} }, ...QUIET });
  const server = harness.server();
  const conference = server.addConference({ conferenceId: LONG_ID, startedAt: ago(70) });
  const anna = harness.chat(ANNA);
  await anna.open(LONG_NAME.slice(0, 30), 'Running', '1.', 'Stop');
  expect(anna.text).toContain(LONG_NAME);
  expect(anna.message.html).toContain(`/c/${LONG_ID}"`);
  await anna.tap('Stop');
  expect(conference.endedAt).not.toBeNull();
  expect(server.requests.at(-2)?.path).toBe(`/api/v3.3/conferences/${LONG_ID}/stop`);
});

test('an id with signs of its own is encoded in links and requests', async () => {
  const harness = await startHarness(QUIET);
  const server = harness.server();
  const conference = server.addConference({ conferenceId: 'a b/../c?d#e&"<ы>%2F', startedAt: ago(70) });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running');
  expect(anna.message.html).toContain('/c/a%20b%2F..%2Fc%3Fd%23e%26%22%3C%D1%8B%3E%252F"');
  await anna.tap('1.');
  await anna.tap('Stop');
  await anna.tap('Stop');
  expect(conference.endedAt).not.toBeNull();
});

test('point-to-point calls are not listed (they are no conferences)', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({ class: 1 });
  expect(await harness.chat(ANNA).open(SERVER, 'Running')).toContain('No conference is running.');
});

const NAMES = [
  { id: 'visitor@sim.example', displayName: 'Vic', role: 1 },
  { id: '#guest2:7f3a@sim.example', displayName: 'Gus', role: 1 },
  { id: '#sip:100@pbx', displayName: 'Room 100', role: 1 },
  { id: 'mod@sim.example', displayName: 'Mo <b>', role: 2 },
  { id: 'owner1@sim.example', displayName: 'Olga', role: 2 },
];

test('one conference: everybody in it, those who may end it first, each with what they are', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({ topic: 'Daily', startedAt: ago(61), participants: NAMES });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', 'Daily');
  expect(anna.text).toBe(
    [
      `Conference · ${SERVER}`,
      [
        'Daily',
        '1000000001',
        'Owner: owner1@sim.example',
        'Running for 1 hr 1 min, since hh:mm',
        'Real-time management',
      ].join('\n'),
      [
        '5 people inside',
        '⭐ Mo <b> · moderator',
        '👑 Olga · owner',
        '👤 Vic',
        '🚪 Gus · guest',
        '📟 Room 100 · device',
      ].join('\n'),
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
  expect(anna.rows).toEqual([['Stop the conference'], ['↻ Refresh', '‹ Back']]);
  expect(anna.message.keyboard[0]?.[0]?.style).toBe('danger');
});

test('nobody inside is said', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({ participants: [] });
  expect(await harness.chat(ANNA).open(SERVER, 'Running', '1.')).toContain('Nobody is inside');
});

test('60 participants are paged by 25, and every one is on exactly one page', async () => {
  const harness = await startHarness(QUIET);
  const participants = Array.from({ length: 60 }, (_, index) => ({
    id: `p${index}@sim.example`,
    displayName: `Person ${index}`,
    role: index === 40 ? 2 : 1,
  }));
  harness.server().addConference({ participants });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', '1.');
  expect(anna.text).toContain('60 people inside\n⭐ Person 40 · moderator');
  const people = () => [...anna.text.matchAll(/^(?:👤|⭐) (Person \d+)/gm)].map(([, name = '']) => name);
  const seen = people();
  await anna.tap('2 ›');
  expect(anna.text).toContain('page 2 of 3');
  seen.push(...people());
  await anna.tap('3 ›');
  seen.push(...people());
  expect(seen.toSorted()).toEqual(participants.map(({ displayName }) => displayName).toSorted());
});

test('a server that cuts participants into pages hides nobody (a hidden moderator would look forgotten)', async () => {
  const harness = await startHarness({
    servers: { [SERVER]: { quirks: { participantsPageSize: 2 } } },
    ...QUIET,
  });
  harness.server().addConference({ topic: 'Daily', startedAt: ago(90), participants: NAMES });
  const anna = harness.chat(ANNA);
  expect(await anna.open(SERVER, 'Running', 'Daily')).toContain('5 people inside');
});

test('Back leads to the page of the list it was opened from', async () => {
  const harness = await startHarness(QUIET);
  for (let number = 0; number < 20; number++) harness.server().addConference({});
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', '2 ›', '8.', 'Refresh');
  expect(await anna.tap('Back')).toContain('page 2 of 4');
});

const ENDINGS: readonly [string, (anna: Chat) => Promise<string>][] = [
  ['Refresh of an open conference', (anna) => anna.tap('Refresh')],
  ['the question whether to stop it', (anna) => anna.tap('Stop the conference')],
];

test.each(ENDINGS)('%s that has ended meanwhile shows the list again', async (_what, tap) => {
  const harness = await startHarness(QUIET);
  const { sessionId } = harness.server().addConference({ topic: 'Daily' });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', 'Daily');
  harness.server().end(sessionId);
  expect(await tap(anna)).toBe(
    [
      'That conference has already ended.',
      `Running conferences · ${SERVER}\nNo conference is running.`,
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
});

test('the next run of the same conference is another one (an old button must not stop it)', async () => {
  const harness = await startHarness(QUIET);
  const server = harness.server();
  const first = server.addConference({ conferenceId: 'daily', topic: 'Daily', startedAt: ago(90) });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', 'Daily', 'Stop');
  server.end(first.sessionId);
  const next = server.addConference({ conferenceId: 'daily', topic: 'Daily' });
  expect(await anna.tap('Stop')).toContain('That conference has already ended.');
  expect(next.endedAt).toBeNull();
});

test('a conference whose participants cannot be read says so and why, and can still be opened and stopped', async () => {
  const harness = await startHarness(QUIET);
  harness.server().addConference({ topic: 'Daily' });
  await harness.server().setFault({ kind: 'status', status: 500 }, { path: /participants/ });
  expect(await harness.chat(ANNA).open(SERVER, 'Running', 'Daily')).toContain(
    [
      'Could not read who is inside.',
      'Cause: it answered with HTTP status 500',
      "What to do? Look at the server's log, and at the proxy in front of it if there is one.",
    ].join('\n'),
  );
});
