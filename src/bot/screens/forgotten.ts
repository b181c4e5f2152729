/** The forgotten conferences of one server, with the reason in words, and apart from them those that are unknown. */
import type { Button, Screen } from '../../channels/port.ts';
import { html, joinHtml } from '../../i18n/markup.ts';
import { conferenceKey, serverKey } from '../callback-data.ts';
import type { ForgottenConference, ForgottenSearch, UnknownConference } from '../forgotten-search.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { conferenceRow } from './conferences.ts';
import { button, footer, heading, pageButtons, refreshAndBack, topicOf, toServer, type Ui } from './ui.ts';

const PAGE_SIZE = 6;

/** The forgotten first, then the unknown: one list, so that both can be paged. */
type Row = ForgottenConference | UnknownConference;

export function forgottenScreen(ui: Ui, server: BotServer, search: ForgottenSearch, wanted: number): Screen {
  const { words, formats } = ui;
  const key = serverKey(server);
  const { forgotten, unknown, running } = search;
  const page = cutPage<Row>([...forgotten, ...unknown], wanted, PAGE_SIZE);
  const stoppable = forgotten.filter(({ conference }) => conference.id !== undefined);
  const from = { list: 'forgotten', page: page.number } as const;
  const text = joinHtml(
    [
      joinHtml([
        heading(words.plain('forgotten.title'), server),
        forgotten.length === 0
          ? words.html('forgotten.none', { running: words.plain('count.conferences', { count: running }) })
          : words.html('forgotten.count', { count: forgotten.length, running }),
        unknown.length === 0 ? undefined : words.html('forgotten.unknown', { count: unknown.length }),
        forgotten.length === 0
          ? words.html('forgotten.rule', { duration: formats.duration(server.forgottenRule.minDuration) })
          : undefined,
      ]),
      ...page.items.map((row, index) => rowText(ui, server, row, page.first + index + 1)),
      footer(ui, page),
    ],
    '\n\n',
  );
  const keyboard: Button[][] = [
    ...page.items.map((row, index) => [rowButton(ui, key, row, page.first + index + 1, from)]),
    ...(stoppable.length > 1 ? [[stopAllButton(ui, key, stoppable.length)]] : []),
    ...pageButtons(page, (number) => ({ kind: 'forgotten', server: key, page: number })),
    refreshAndBack(ui, { kind: 'forgotten', server: key, page: page.number }, toServer(server)),
  ];
  return { text, keyboard };
}

function stopAllButton(ui: Ui, server: string, count: number): Button {
  const label = ui.words.plain('button.stop-all', { count });
  return button(label, { kind: 'ask-stop-all', server, page: 0 }, { danger: true });
}

function rowText(ui: Ui, server: BotServer, row: Row, place: number) {
  const { words } = ui;
  if ('reason' in row) {
    const count = row.participants.length;
    const people = count === 0 ? undefined : words.plain('count.people', { count });
    return joinHtml([
      conferenceRow(ui, server, row.conference, place, people),
      html`➜ ${words.plain(`forgotten.reason.${row.reason}`)}`,
      row.conference.id === undefined ? words.html('conference.cannot-stop') : undefined,
    ]);
  }
  return joinHtml([
    conferenceRow(ui, server, row.conference, place, undefined),
    html`❔ ${words.plain('forgotten.unread', { cause: words.cause(row.trouble) })}`,
  ]);
}

/** The forgotten are stopped from here; the unknown are opened, so that a person may look and decide. */
function rowButton(
  ui: Ui,
  server: string,
  row: Row,
  place: number,
  from: { list: 'forgotten'; page: number },
): Button {
  const topic = `${place}. ${topicOf(ui, row.conference)}`;
  const base = { server, conference: conferenceKey(row.conference.session), from };
  if (!('reason' in row) || row.conference.id === undefined) {
    return button(topic, { kind: 'conference', ...base, page: 0 });
  }
  return button(
    ui.words.plain('button.stop-one', { topic }),
    { kind: 'ask-stop', ...base },
    { danger: true },
  );
}
