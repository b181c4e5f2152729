/** Every screen in every language, over data that are as unpleasant as they may be: what Telegram takes, and whole. */
import { expect, test } from 'vitest';
import type { TrueConfSimulator } from '../../src/simulator/trueconf.ts';
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

function populate(server: TrueConfSimulator): void {
  const people = HOSTILE.map((topic, index) => ({
    id: `${index % 3 === 0 ? '#guest' : ''}p${index}:${'ы'.repeat(60)}@sim.example`,
    displayName: topic ?? '',
    role: 1,
  }));
  HOSTILE.forEach((topic, index) => {
    server.addConference({
      topic,
      conferenceId: index === 5 ? null : `${index}_`.padEnd(128, 'z'),
      owner: `${'o'.repeat(64)}${index}@sim.example`,
      startedAt: ago(60 * (index + 1)),
      participants: index % 2 === 0 ? people : [],
    });
    server.users.push({
      id: `u${index}${'<&>'.repeat(20)}`,
      displayName: topic ?? '',
      status: [1, 2, 5][index % 3] ?? 1,
    });
  });
  for (let number = 0; number < 60; number++) {
    server.users.push({
      id: `user${number}`,
      displayName: `${HOSTILE[number % 8]}`.slice(0, 200),
      status: 1,
    });
  }
}

/** Buttons by place, because their words differ from language to language. */
const press = (chat: Chat, row: number, column = 0) => {
  const label = chat.rows.at(row)?.at(column);
  if (label === undefined) throw new Error(`no button ${row}, ${column} among ${JSON.stringify(chat.rows)}`);
  return chat.tap(label);
};

test.each(['en', 'es', 'ru', 'de'])(
  '%s: each screen passes Telegram and leaves no placeholder',
  async (locale) => {
    const harness = await startHarness({
      servers: { [NAME]: {}, [OTHER]: {} },
      locale,
      statusKeys: { failures: 1, reminder: '1m' },
    });
    const server = harness.server(NAME);
    populate(server);
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
    // Forgotten: the question about one and about all, asked anew, done.
    await note(press(anna, 3));
    await note(press(anna, 0));
    for (const { participants, endedAt } of server.conferences) {
      if (endedAt === null) participants.push({ id: 'late@s', displayName: '<i>late</i>', role: 1 });
    }
    await note(press(anna, 0));
    await note(press(anna, 0));
    const all = anna.rows.length - 3;
    await note(press(anna, all));
    for (const { participants } of server.conferences)
      participants.push({ id: 'later@s', displayName: '', role: 1 });
    await note(press(anna, -2));
    await note(press(anna, -2));
    await note(
      boris.until((text) => text.includes('Anna')),
      boris,
    );
    // Everything across servers.
    await harness.server(OTHER).setFault({ kind: 'down' });
    await server.setFault({ kind: 'status', status: 500 }, { path: /participants/ });
    populate(server);
    await note(anna.send('/forgotten'));
    await note(anna.send('/status'));
    await note(anna.send('/help'));
    await note(anna.send('/id'));
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
        /(^|\s)(button|status|conference|forgotten|stop|users|alert|cause|advice)\.[a-z-]+/,
      );
    }
  },
);
