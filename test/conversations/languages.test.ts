/** Every screen in every language, over data that are as unpleasant as they may be: what Telegram takes, and whole. */
import { expect, test } from 'vitest';
import type { Period } from '../../src/domain/history.ts';
import type { ServerName } from '../../src/domain/names.ts';
import type { AuditEntry } from '../../src/domain/outbox.ts';
import type { TrueConfSimulator } from '../../src/simulator/trueconf.ts';
import { createMemoryStore } from '../../src/storage/memory-store.ts';
import { ANNA, ago, BORIS, type Chat, startHarness } from '../support/bot-harness.ts';

const NAME = 'Больница № 3 <b>&"</b> 🏥 — Новосибирск, ул. Ленина, 12 этаж';
/** What a translator might take for a placeholder; it must come out as it went in. */
const PLACEHOLDERS = '⟪{{server}} {{count}} $t(help.text)⟫';

const OTHER = `Zweite Stelle & Co. ${PLACEHOLDERS}`;

const HOSTILE = [
  '<b>&"',
  '</b></i><a href="https://evil.example">x</a>',
  '&amp;lt;',
  PLACEHOLDERS,
  '🧑‍🧑‍🧒‍🧒'.repeat(30),
  'ж'.repeat(240),
  '"'.repeat(240),
  '&'.repeat(240),
  null,
];

function populate(simulator: TrueConfSimulator): void {
  const people = HOSTILE.map((topic, index) => ({
    id: `${index % 3 === 0 ? '#guest' : ''}p${index}:${'ы'.repeat(60)}@sim.example`,
    displayName: topic ?? '',
    role: 1,
  }));
  HOSTILE.forEach((topic, index) => {
    simulator.addConference({
      topic,
      conferenceId: index === 5 ? null : `${index}_`.padEnd(128, 'z'),
      owner: `${'o'.repeat(64)}${index}@sim.example`,
      startedAt: ago(60 * (index + 1)),
      participants: index % 2 === 0 ? people : [],
    });
    simulator.users.push({
      id: `u${index}${'<&>'.repeat(20)}`,
      displayName: topic ?? '',
      status: [1, 2, 5][index % 3] ?? 1,
    });
  });
  for (let number = 0; number < 60; number++) {
    simulator.users.push({
      id: `user${number}`,
      displayName: `${HOSTILE[number % 8]}`.slice(0, 200),
      status: 1,
    });
  }
}

const server = NAME as ServerName;
const SWITCHED: AuditEntry = {
  kind: 'monitoring-switched',
  server,
  at: ago(30),
  by: { id: 1, name: HOSTILE[1] ?? '' },
  on: false,
};
const PAST: readonly Period[] = [
  { server, kind: 'down', from: ago(90), to: ago(80), trouble: { code: 'http-status', status: 502 } },
  { server, kind: 'blind', from: ago(60 * 24 * 40), to: ago(60 * 24 * 39), trouble: undefined },
];

/** Buttons by place, because their words differ from language to language. */
const press = (chat: Chat, row: number, column = 0) => {
  const label = chat.rows.at(row)?.at(column);
  if (label === undefined) throw new Error(`no button ${row}, ${column} among ${JSON.stringify(chat.rows)}`);
  return chat.tap(label);
};

test.each(['en', 'es', 'ru', 'de'])(
  '%s: each screen passes Telegram and leaves no placeholder',
  async (locale) => {
    const store = createMemoryStore();
    const harness = await startHarness({
      store,
      servers: { [NAME]: {}, [OTHER]: {} },
      locale,
      statusKeys: { failures: 1, reminder: '1m' },
    });
    const simulator = harness.server(NAME);
    populate(simulator);
    await harness.probed();
    const [anna, boris] = [harness.chat(ANNA), harness.chat(BORIS)];
    const seen: string[] = [];
    const note = async (shown: Promise<string>, chat = anna) => {
      await shown;
      // What comes from outside may look like a placeholder.
      seen.push(
        HOSTILE.concat(OTHER).reduce<string>(
          (text, foreign) => text.replaceAll(foreign ?? '{{', ''),
          chat.message.html,
        ),
      );
      return chat.text;
    };

    await note(anna.send('/start'));
    await note(press(anna, 0));
    await note(press(anna, 0));
    await note(press(anna, 0));
    await note(press(anna, 0));
    await note(press(anna, -1, 1));
    // Conferences, the second page, one of them, the question, cancelled.
    await note(press(anna, 1));
    await note(press(anna, -2));
    await note(press(anna, 0));
    await note(press(anna, 0));
    await note(press(anna, -1));
    await note(press(anna, -1, 1));
    // Users.
    await note(press(anna, 2));
    await note(press(anna, -2));
    await note(press(anna, -1, 1));
    // The first bucket of a day that was not watched, an outage that has ended and one that lasts.
    await store.commit({ periods: PAST, audit: SWITCHED });
    await note(press(anna, 0));
    await note(press(anna, -1, 1));
    // Forgotten: the question about one and about all, asked anew, done.
    await note(press(anna, 3));
    await note(press(anna, 0));
    for (const { participants, endedAt } of simulator.conferences) {
      if (endedAt === null) participants.push({ id: 'late@s', displayName: '<i>late</i>', role: 1 });
    }
    await note(press(anna, 0));
    await note(press(anna, 0));
    const all = anna.rows.length - 3;
    await note(press(anna, all));
    for (const { participants } of simulator.conferences)
      participants.push({ id: 'later@s', displayName: '', role: 1 });
    await note(press(anna, -2));
    await note(press(anna, -2));
    await note(
      boris.until((text) => text.includes('Anna')),
      boris,
    );
    // Everything across servers.
    await harness.server(OTHER).setFault({ kind: 'down' });
    await simulator.setFault({ kind: 'status', status: 500 }, { path: /participants/ });
    populate(simulator);
    await note(anna.send('/forgotten'));
    await note(anna.send('/status'));
    await note(anna.send('/help'));
    await note(anna.send('/id'));
    // What has happened, as text and as a picture, and what is quiet.
    await note(anna.send('/history'));
    await note(press(anna, 0));
    const history = { ...anna.message };
    const from = anna.history.length;
    anna.press(anna.rows.at(-2)?.at(0) ?? '');
    await note(anna.next(from));
    expect(anna.message.messageId).not.toBe(history.messageId);
    await note(press(anna, 0, 1));
    await note(anna.send('/mute'));
    await note(press(anna, 0, 1));
    await note(press(anna, 1));
    await note(anna.send('/unmute'));
    await note(anna.send('/unmute'));
    // Trouble and an alert.
    await note(anna.send('/start'));
    await note(press(anna, 1));
    await note(press(anna, 0));
    await anna.until((text) => text.startsWith('🔴'));
    await note(press(anna, 1, 1));
    await note(press(anna, 0));

    for (const html of seen) {
      expect(html).not.toMatch(/\{\{|\}\}|undefined|NaN|\[object/);
      expect(html).not.toMatch(
        /(^|\s)(button|status|conference|forgotten|stop|users|alert|cause|advice|history|chart|mutes?)\.[a-z-]+/,
      );
    }
  },
);
