/** All servers in one message, those that need attention first. */
import type { Screen } from '../../channels/port.ts';
import { clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import { cutPage } from '../paging.ts';
import type { BotServer, ServerView } from '../ports.ts';
import { button, dot, footer, NAME_LENGTH, pageButtons, statusOf, type Ui } from './ui.ts';

const PAGE_SIZE = 20;

/** Servers that are down and have a button of their own. */
const BUTTONS = 8;

const ORDER = { down: 0, unknown: 1, up: 2 } as const;

export function overviewScreen(ui: Ui, servers: readonly BotServer[], wanted: number): Screen {
  const rows = servers
    .map((server) => ({ server, view: server.view() }))
    .sort((a, b) => ORDER[statusOf(a.view)] - ORDER[statusOf(b.view)]);
  const page = cutPage(rows, wanted, PAGE_SIZE);
  const { words } = ui;
  const text = joinHtml([
    words.html('overview.title'),
    ...page.items.map(({ server, view }) => line(ui, server, view)),
    footer(ui, page),
  ]);
  const down = page.items.filter(({ view }) => statusOf(view) === 'down').slice(0, BUTTONS);
  const keyboard = [
    ...down.map(({ server, view }) => [
      button(`${dot(view)} ${server.name}`, { kind: 'server', server: serverKey(server) }),
    ]),
    ...pageButtons(page, (number) => ({ kind: 'overview', page: number })),
    [
      button(words.plain('button.refresh'), { kind: 'overview', page: page.number }),
      button(words.plain('button.servers'), { kind: 'servers', page: 0 }),
    ],
  ];
  return { text, keyboard };
}

function line(ui: Ui, server: BotServer, view: ServerView): Html {
  const { words, formats, now } = ui;
  const name = html`${dot(view)} <b>${clip(server.name, NAME_LENGTH)}</b>`;
  if (!view.monitored) return html`${[name]} · ${words.plain('overview.off')}`;
  const { status, since, failure } = view.availability;
  if (status === 'unknown') return html`${[name]} · ${words.plain('overview.unknown')}`;
  const duration = formats.duration(now - since);
  if (!failure) return html`${[name]} · ${duration}`;
  return html`${[name]} · ${duration} · ${words.cause(failure.trouble)}`;
}
