/** The list of servers, each with its dot: where every conversation starts. */
import type { Screen } from '../../channels/port.ts';
import { joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { button, dot, pageButtons, type Ui } from './ui.ts';

const PAGE_SIZE = 10;

export function serversScreen(ui: Ui, servers: readonly BotServer[], wanted: number): Screen {
  const page = cutPage(servers, wanted, PAGE_SIZE);
  const counts = { up: 0, down: 0, unknown: 0 };
  for (const server of servers) {
    const view = server.view();
    counts[view.monitored ? view.availability.status : 'unknown'] += 1;
  }
  const { words } = ui;
  const text = joinHtml([
    words.html('servers.title'),
    words.html('servers.summary', {
      servers: words.plain('count.servers', { count: servers.length }),
      ...counts,
    }),
    page.pages > 1 ? words.html('page', { page: page.number + 1, pages: page.pages }) : undefined,
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
