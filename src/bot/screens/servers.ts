/** The list of servers, each with its dot: where every conversation starts. */
import type { Screen } from '../../channels/port.ts';
import { andMore } from '../../i18n/lists.ts';
import { clip, html, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { availabilityLine } from './status.ts';
import { button, dot, footer, NAME_LENGTH, pageButtons, statusOf, type Ui, withNotice } from './ui.ts';

const PAGE_SIZE = 10;

/** Servers that are down and named above the list; beyond them only counted. */
const NAMES_SHOWN = 10;

export function serversScreen(ui: Ui, servers: readonly BotServer[], wanted: number): Screen {
  const { words } = ui;
  const page = cutPage(servers, wanted, PAGE_SIZE);
  const down = servers.filter((server) => statusOf(server.view()) === 'down');
  const up = servers.filter((server) => statusOf(server.view()) === 'up').length;
  const [only] = servers;
  const text = joinHtml([
    words.html('servers.title'),
    only && servers.length === 1
      ? html`${dot(only.view())} ${[availabilityLine(ui, only.view())]}`
      : words.html('servers.summary', {
          servers: words.plain('count.servers', { count: servers.length }),
          ...{ up, down: down.length, unknown: servers.length - up - down.length },
        }),
    // The one that matters may be on another page.
    ...(page.pages > 1 ? down.slice(0, NAMES_SHOWN) : []).map(
      (server) => html`🔴 ${clip(server.name, NAME_LENGTH)}`,
    ),
    page.pages > 1 ? andMore(words, down.length - NAMES_SHOWN, '/status') : undefined,
    footer(ui, page),
  ]);
  const keyboard = [
    ...page.items.map((server) => [
      button(`${dot(server.view())} ${server.name}`, { kind: 'server', server: serverKey(server) }),
    ]),
    ...pageButtons(page, (number) => ({ kind: 'servers', page: number })),
    [button(words.plain('button.refresh'), { kind: 'servers', page: page.number })],
  ];
  return { text, keyboard };
}

/** For a button that means nothing any more: says so and starts anew. */
export function outdatedScreen(ui: Ui, servers: readonly BotServer[]): Screen {
  return withNotice(ui.words.html('outdated'), serversScreen(ui, servers, 0));
}
