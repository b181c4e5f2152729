/** Forgotten conferences across all servers: how many where, and which servers could not be asked. */
import type { Screen } from '../../channels/port.ts';
import type { Trouble } from '../../domain/trouble.ts';
import { clip, html, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import type { ForgottenSearch } from '../forgotten-search.ts';
import type { BotServer } from '../ports.ts';
import { button, footer, NAME_LENGTH, topicOf, type Ui } from './ui.ts';

export type SearchedServer =
  | { readonly kind: 'searched'; readonly server: BotServer; readonly search: ForgottenSearch }
  | { readonly kind: 'trouble'; readonly server: BotServer; readonly trouble: Trouble };

/** Servers and conferences named in one message; beyond them only counted. */
const SERVERS_SHOWN = 12;
const TOPICS_SHOWN = 3;
const TOPIC_LENGTH = 40;

export function allForgottenScreen(ui: Ui, servers: readonly SearchedServer[]): Screen {
  const { words, formats } = ui;
  const found = servers
    .filter((one) => one.kind === 'searched')
    .filter(({ search }) => search.forgotten.length + search.unknown.length > 0);
  const failed = servers.filter((one) => one.kind === 'trouble');
  const foundShown = found.slice(0, SERVERS_SHOWN);
  const failedShown = failed.slice(0, SERVERS_SHOWN);

  const text = joinHtml(
    [
      words.html('all-forgotten.title'),
      found.length === 0 ? words.html('all-forgotten.none') : undefined,
      ...foundShown.map(({ server, search }) =>
        joinHtml([
          html`<b>${clip(server.name, NAME_LENGTH)}</b>: ${formats.number(search.forgotten.length)}`,
          ...search.forgotten.slice(0, TOPICS_SHOWN).map(({ conference, reason }) => {
            const topic = clip(topicOf(ui, conference), TOPIC_LENGTH);
            const why = words.plain(`forgotten.reason.${reason}`);
            return html`• ${topic} · ${formats.duration(conference.duration)} · ${why}`;
          }),
          more(ui, search.forgotten.length - TOPICS_SHOWN),
          search.unknown.length > 0
            ? words.html('forgotten.unknown', { count: search.unknown.length })
            : undefined,
        ]),
      ),
      more(ui, found.length - SERVERS_SHOWN),
      failed.length === 0
        ? undefined
        : joinHtml([
            words.html('all-forgotten.unasked'),
            ...failedShown.map(
              ({ server, trouble }) => html`• ${clip(server.name, NAME_LENGTH)}: ${words.cause(trouble)}`,
            ),
            more(ui, failed.length - SERVERS_SHOWN),
          ]),
      footer(ui),
    ],
    '\n\n',
  );
  const keyboard = [
    ...foundShown.map(({ server, search }) => [
      button(`${server.name} (${search.forgotten.length})`, {
        kind: 'forgotten',
        server: serverKey(server),
        page: 0,
      }),
    ]),
    [
      button(words.plain('button.refresh'), { kind: 'all-forgotten' }),
      button(words.plain('button.servers'), { kind: 'servers', page: 0 }),
    ],
  ];
  return { text, keyboard };
}

function more(ui: Ui, count: number) {
  return count > 0 ? html`${ui.words.plain('and-more', { count })}` : undefined;
}
