/** The running conferences of one server. */
import type { Button, Screen } from '../../channels/port.ts';
import type { Conference } from '../../domain/conference.ts';
import { clip, type Html, html, joinHtml, link } from '../../i18n/markup.ts';
import { conferenceKey, serverKey } from '../callback-data.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { button, footer, heading, pageButtons, refreshAndBack, topicOf, toServer, type Ui } from './ui.ts';

/** Telegram drops formatting beyond 100 entities in a message; a row has up to 5. */
const PAGE_SIZE = 6;

const OWNER_LENGTH = 64;

export function conferencesScreen(
  ui: Ui,
  server: BotServer,
  conferences: readonly Conference[],
  wanted: number,
): Screen {
  const { words } = ui;
  const key = serverKey(server);
  const page = cutPage(conferences, wanted, PAGE_SIZE);
  const text = joinHtml(
    [
      joinHtml([
        heading(words.plain('conferences.title'), server),
        conferences.length === 0
          ? words.html('conferences.none')
          : words.html('conferences.count', { count: conferences.length }),
      ]),
      ...page.items.map((conference, index) =>
        conferenceRow(ui, server, conference, page.first + index + 1, headcount(ui, conference)),
      ),
      footer(ui, page),
    ],
    '\n\n',
  );
  const from = { list: 'conferences', page: page.number } as const;
  const keyboard: Button[][] = [
    ...page.items.map((conference, index) => [
      button(`${page.first + index + 1}. ${topicOf(ui, conference)}`, {
        kind: 'conference',
        server: key,
        conference: conferenceKey(conference.session),
        from,
        page: 0,
      }),
    ]),
    ...pageButtons(page, (number) => ({ kind: 'conferences', server: key, page: number })),
    refreshAndBack(ui, { kind: 'conferences', server: key, page: page.number }, toServer(server)),
  ];
  return { text, keyboard };
}

/** Three lines: topic; link and owner; people, duration and real-time management. */
export function conferenceRow(
  ui: Ui,
  server: BotServer,
  conference: Conference,
  place: number,
  people: string | undefined,
): Html {
  const { words, formats } = ui;
  const about = [
    idLink(ui, server, conference),
    conference.owner === '' ? undefined : html`${clip(conference.owner, OWNER_LENGTH)}`,
  ];
  const facts = [
    people === undefined ? undefined : html`${people}`,
    html`${formats.duration(conference.duration)}`,
    link(manageUrl(server, conference), words.plain('conference.manage')),
  ];
  return joinHtml([
    html`${place}. <b>${topicOf(ui, conference)}</b>`,
    joinHtml(about, ' · '),
    joinHtml(facts, ' · '),
  ]);
}

/** The id as a link to the conference's page; ad-hoc calls have none. */
export function idLink(ui: Ui, server: BotServer, conference: Conference): Html {
  if (conference.id === undefined) return ui.words.html('conference.no-link');
  return link(`${server.webRoot}/c/${encodeURIComponent(conference.id)}`, clip(conference.id, OWNER_LENGTH));
}

/** Real-time management, open to owner, moderators and operators (path as in TrueConf's own example bot). */
export function manageUrl(server: BotServer, conference: Conference): string {
  return `${server.webRoot}/tools/real-time/${encodeURIComponent(conference.session)}?a=cookies`;
}

function headcount(ui: Ui, { participantCount }: Conference): string | undefined {
  return participantCount === undefined
    ? undefined
    : ui.words.plain('count.people', { count: participantCount });
}
