/** Stopping a conference: asked, shown, looked at again at the moment of acting, and told. */
import { expect, test } from 'vitest';
import type { SimulatedConference, SimulatedParticipant } from '../../src/simulator/trueconf.ts';
import {
  ANNA,
  ago,
  BORIS,
  type Chat,
  type Harness,
  type HarnessOptions,
  named,
  SERVER,
  startHarness,
} from '../support/bot-harness.ts';

const QUIET: HarnessOptions = { statusKeys: { state: false } };

const OWNER: SimulatedParticipant = { id: 'owner1@sim.example', displayName: 'Olga', role: 2 };
const GUEST: SimulatedParticipant = { id: '#guest2:7f3a@sim.example', displayName: 'Gus', role: 1 };

interface Question {
  readonly harness: Harness;
  readonly anna: Chat;
  readonly conference: SimulatedConference;
}

/** Anna has opened a conference and is asked whether to stop it. */
async function asked(
  given: Partial<SimulatedConference> = {},
  options: HarnessOptions = {},
): Promise<Question> {
  const harness = await startHarness({ ...QUIET, ...options });
  const conference = harness
    .server()
    .addConference({ topic: 'Daily', startedAt: ago(120), participants: [{ ...OWNER }], ...given });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', '1.', 'Stop the conference');
  return { harness, anna, conference };
}

const FACTS = [
  'Daily',
  '1000000001',
  'Owner: owner1@sim.example',
  'Running for 2 hr, since hh:mm',
  'Real-time management',
].join('\n');

test('it asks first: which conference, who is inside, and why it counts as forgotten', async () => {
  const { anna, conference } = await asked();
  expect(anna.text).toBe(
    [
      `Stop this conference? · ${SERVER}`,
      FACTS,
      '1 person inside\n👑 Olga · owner',
      'Forgotten: only a moderator is left, nobody else.',
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
  expect(anna.rows).toEqual([['Stop the conference'], ['Cancel']]);
  expect(anna.message.keyboard[0]?.[0]?.style).toBe('danger');
  expect(conference.endedAt).toBeNull();
});

test('one that is in use is marked so (one slip throws everybody out)', async () => {
  const { anna } = await asked({ startedAt: ago(5) });
  expect(anna.text).toContain('⚠️ It does not look forgotten. Everybody inside will be disconnected.');
});

test('of many people the first are named and the rest counted', async () => {
  const participants = Array.from({ length: 40 }, (_, index) => ({
    id: `p${index}@sim.example`,
    displayName: `Person ${index}`,
    role: 1,
  }));
  const { anna, conference } = await asked({ participants });
  expect(anna.text).toContain('40 people inside\n👤 Person 0\n');
  expect(anna.text).toContain('👤 Person 14\nand 25 more\n\nForgotten: no moderator is inside.');
  await anna.tap('Stop');
  expect(conference.endedAt).not.toBeNull();
});

test('Cancel stops nothing and shows the list again', async () => {
  const { anna, conference } = await asked();
  expect(await anna.tap('Cancel')).toContain(`Running conferences · ${SERVER}\n1 conference is running.`);
  expect(conference.endedAt).toBeNull();
});

test('Stop stops it, says so above the list, and the list is without it', async () => {
  const { anna, conference, harness } = await asked();
  harness.server().addConference({ topic: 'Other', startedAt: ago(90) });
  await anna.tap('Stop the conference');
  expect(conference.endedAt).not.toBeNull();
  expect(anna.text).toBe(
    [
      '✅ Stopped: Daily',
      `Running conferences · ${SERVER}\n1 conference is running.`,
      '1. Other\n1000000002 · owner2@sim.example\n1 person · 1 hr 30 min · Real-time management',
      'as of hh:mm:ss',
    ].join('\n\n'),
  );
});

test('a server that still lists what was just stopped does not show it again', async () => {
  const { anna, conference, harness } = await asked();
  harness.server().onAnswer = ({ path }) => {
    // It takes the server a moment to end it.
    if (path.endsWith('/stop')) conference.endedAt = null;
  };
  expect(await anna.tap('Stop')).toContain('No conference is running.');
});

test('the other administrators are told who stopped what and why, and alert chats too', async () => {
  const { anna, harness } = await asked({}, { keys: { 'tg-alert-chats': ['-1001234567890:42'] } });
  const [boris, group] = [harness.chat(BORIS), harness.chat(ANNA, { id: -1_001_234_567_890, threadId: 42 })];
  await anna.tap('Stop');
  const told = [
    `⏹ Anna stopped the conference Daily on ${SERVER}`,
    'It was forgotten: only a moderator is left, nobody else.',
    'Inside: 1 person',
  ].join('\n');
  expect(await boris.until((text) => text.includes('stopped'))).toBe(told);
  expect(boris.buttons).toEqual([`Open ${SERVER}`]);
  expect(await group.until((text) => text.includes('stopped'))).toBe(told);
  expect(anna.history.filter(({ message }) => message.text.includes('Anna stopped'))).toEqual([]);
});

test('one that ended between question and press is success, and nobody is told of a stop', async () => {
  const { anna, harness, conference } = await asked();
  harness.server().end(conference.sessionId);
  expect(await anna.tap('Stop')).toContain('That conference has already ended.');
  expect(harness.requests().filter(({ method, path }) => method === 'POST' && path.includes('stop'))).toEqual(
    [],
  );
});

test('one that ends under the very press is success too', async () => {
  const { anna, harness, conference } = await asked(
    {},
    { servers: { [SERVER]: { quirks: { stopEnded: 'not-found' } } } },
  );
  harness.server().onRequest = ({ path }) => {
    if (path.endsWith('/stop')) harness.server().end(conference.sessionId);
  };
  expect(await anna.tap('Stop')).toContain('✅ It had already ended: Daily');
});

const CHANGES: readonly {
  what: string;
  before: SimulatedParticipant[];
  change: (conference: SimulatedConference) => void;
  shown: readonly string[];
}[] = [
  {
    what: 'somebody joined',
    before: [OWNER],
    change: ({ participants }) => participants.push(GUEST),
    shown: [
      '⚠️ Not stopped yet: since you were asked, somebody has joined or become a moderator.\n🚪 Gus · guest',
      '2 people inside\n👑 Olga · owner\n🚪 Gus · guest',
      'It does not look forgotten.',
    ],
  },
  {
    what: 'somebody came for somebody else',
    before: [GUEST],
    change: ({ participants }) =>
      participants.splice(0, 1, { ...GUEST, id: '#guest3:1@sim.example', displayName: 'Eve' }),
    shown: ['somebody has joined or become a moderator.\n🚪 Eve · guest', '1 person inside\n🚪 Eve · guest'],
  },
  {
    what: 'a moderator came back',
    before: [GUEST],
    change: ({ participants }) => participants.push(OWNER),
    shown: ['somebody has joined or become a moderator.\n👑 Olga · owner', 'It does not look forgotten.'],
  },
  {
    what: 'somebody inside became moderator',
    before: [{ id: 'bob@sim.example', displayName: 'Bob', role: 1 }, GUEST],
    change: ({ participants }) => {
      if (participants[0]) participants[0].role = 2;
    },
    shown: ['somebody has joined or become a moderator.\n⭐ Bob · moderator'],
  },
  {
    what: 'more than a handful became even more',
    before: Array.from({ length: 12 }, (_, index) => ({ ...GUEST, id: `#guest${index}:1@s` })),
    change: ({ participants }) => participants.push(OWNER),
    shown: [
      '⚠️ Not stopped yet: there were 12 people inside, now there are 13.\nA moderator has come in.',
      '13 people inside\n👑 Olga · owner',
    ],
  },
];

test.each(named(CHANGES))(
  '%s between question and press: it shows who and asks anew',
  async (_what, { before, change, shown }) => {
    const { anna, conference } = await asked({ participants: before.map((one) => ({ ...one })) });
    change(conference);

    await anna.tap('Stop');

    expect(conference.endedAt).toBeNull();
    for (const part of shown) expect(anna.text).toContain(part);
    expect(anna.rows).toEqual([['Stop the conference'], ['Cancel']]);

    // What was shown anew and confirmed anew is done.
    await anna.tap('Stop');
    expect(conference.endedAt).not.toBeNull();
  },
);

test('somebody who left between question and press needs no new question', async () => {
  const { anna, conference } = await asked({ participants: [{ ...OWNER }, { ...GUEST }] });
  conference.participants.pop();
  await anna.tap('Stop');
  expect(conference.endedAt).not.toBeNull();
});

test('a question asked before a restart is still the question that is answered after it', async () => {
  const { anna, conference, harness } = await asked();
  conference.participants.push({ ...GUEST });
  await harness.restart();
  expect(await anna.tap('Stop')).toContain('🚪 Gus · guest');
  expect(conference.endedAt).toBeNull();
});

const UNREADABLE = { kind: 'status', status: 500 } as const;

test('who is inside cannot be read: the question says so, and pressed all the same it stops', async () => {
  const harness = await startHarness(QUIET);
  const conference = harness.server().addConference({ topic: 'Daily', startedAt: ago(120) });
  await harness.server().setFault(UNREADABLE, { path: /participants/ });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', '1.', 'Stop');
  expect(anna.text).toContain('Could not read who is inside.\nCause: it answered with HTTP status 500');
  expect(anna.text).not.toContain('Forgotten:');
  await anna.tap('Stop');
  expect(conference.endedAt).not.toBeNull();
});

test('who is inside becomes readable after the question: it shows who and asks anew', async () => {
  const harness = await startHarness(QUIET);
  const conference = harness.server().addConference({ topic: 'Daily', startedAt: ago(120) });
  await harness.server().setFault(UNREADABLE, { path: /participants/ });
  const anna = harness.chat(ANNA);
  await anna.open(SERVER, 'Running', '1.', 'Stop');
  await harness.server().setFault({ kind: 'none' });
  await anna.tap('Stop');
  expect(conference.endedAt).toBeNull();
  expect(anna.text).toContain(
    '⚠️ Not stopped yet: who is inside could not be compared with what you were shown. Please look again.',
  );
  expect(anna.text).toContain('1 person inside');
});

test('who is inside becomes unreadable after the question: it says so and asks anew', async () => {
  const { anna, conference, harness } = await asked();
  await harness.server().setFault(UNREADABLE, { path: /participants/ });
  expect(await anna.tap('Stop')).toContain('Could not read who is inside.');
  expect(conference.endedAt).toBeNull();
});

test('a missing scope is named, with what to do about it (the operator has to add it)', async () => {
  const { anna, conference, harness } = await asked(
    {},
    {
      servers: {
        [SERVER]: {
          scopes: [
            'conferences:read',
            'conferences.sessions.participants:read',
            'users:read',
            'logs.calls:read',
          ],
        },
      },
    },
  );
  const boris = harness.chat(BORIS);
  await anna.tap('Stop');
  expect(conference.endedAt).toBeNull();
  expect(anna.text).toContain(
    '❌ Not stopped: Daily – the OAuth application may not do this: the scope conferences is missing',
  );
  expect(anna.text).toContain(`Running conferences · ${SERVER}\n1 conference is running.`);
  expect(boris.history).toEqual([]);
});

test('a stop that the server breaks is said to have failed, above the list', async () => {
  const { anna, conference, harness } = await asked();
  await harness.server().setFault({ kind: 'status', status: 503 }, { path: /stop$/ });
  expect(await anna.tap('Stop')).toContain(
    [
      '❌ Not stopped: Daily – it answered with HTTP status 503',
      "What to do? Look at the server's log, and at the proxy in front of it if there is one.",
      '',
      `Running conferences · ${SERVER}\n`,
    ].join('\n'),
  );
  expect(conference.endedAt).toBeNull();
});

test('a stop whose answer is lost is looked at: what runs no more was stopped, and the others are told', async () => {
  const { anna, conference, harness } = await asked();
  const boris = harness.chat(BORIS);
  await harness.server().setFault({ kind: 'half' }, { path: /stop$/ });
  expect(await anna.tap('Stop')).toContain('✅ Stopped: Daily');
  expect(conference.endedAt).not.toBeNull();
  await boris.until((text) => text.includes('Anna stopped the conference Daily'));
});

test('a stop that is lost on its way is said to have failed', async () => {
  const { anna, conference, harness } = await asked();
  await harness.server().setFault({ kind: 'reset' }, { path: /stop$/ });
  expect(await anna.tap('Stop')).toContain('❌ Not stopped: Daily – the connection broke off in the middle');
  expect(conference.endedAt).toBeNull();
});

test('a stop that was done is reported although the list cannot be read afterwards', async () => {
  const { anna, conference, harness } = await asked();
  harness.server().onAnswer = ({ path }) => {
    if (path.endsWith('/stop')) void harness.server().setFault({ kind: 'status', status: 502 }, 'api');
  };
  await anna.tap('Stop');
  expect(conference.endedAt).not.toBeNull();
  expect(anna.text).toContain(
    `✅ Stopped: Daily\n\n⚠️ ${SERVER} could not be asked\n\nCause: it answered with HTTP status 502`,
  );
  await harness.server().setFault({ kind: 'none' });
  expect(await anna.tap('Back')).toContain(SERVER);
});

test('a newer tap takes the screen but not the news: the stop is seen through and reported by itself', async () => {
  const { anna, conference, harness } = await asked();
  await harness.server().setFault({ kind: 'slow', latencyMs: 300 }, { path: /stop$/ });
  const boris = harness.chat(BORIS);
  const stopping = new Promise<void>((resolve) => {
    harness.server().onRequest = ({ path }) => {
      if (path.endsWith('/stop')) resolve();
    };
  });
  anna.press('Stop');
  await stopping;

  await anna.tap('Cancel');
  expect(anna.text).toContain('1 conference is running.');

  const report = await anna.until((text) => text.includes('Stopped'));
  expect(report).toContain('✅ Stopped: Daily');
  expect(anna.history.at(-1)?.change).toBe('sent');
  expect(conference.endedAt).not.toBeNull();
  await boris.until((text) => text.includes('Anna stopped the conference Daily'));
});

test('pressed twice it stops once and tells the others once (two thumbs on one button)', async () => {
  const { anna, harness } = await asked();
  const boris = harness.chat(BORIS);
  anna.press('Stop');
  anna.press('Stop');
  await boris.until((text) => text.includes('Anna stopped'));
  await anna.until((text) => text.includes('ended') || text.includes('Stopped'));
  await harness.restart();
  const told = boris.history.filter(({ message }) => message.text.includes('Anna stopped'));
  expect(told).toHaveLength(1);
});
