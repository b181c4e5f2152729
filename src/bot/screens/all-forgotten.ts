/** Forgotten conferences across all servers: how many where, and which servers could not be asked. */
import type { Screen } from '../../channels/port.ts';
import type { Trouble } from '../../domain/trouble.ts';
import { clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
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

/** What they may take together, markup included, so that all of it is one message. */
const FOUND_LENGTH = 2_600;
const FAILED_LENGTH = 1_000;

export function allForgottenScreen(ui: Ui, servers: readonly SearchedServer[]): Screen {
  const { words } = ui;
  const found = servers
    .filter((one) => one.kind === 'searched')
    .filter(({ search }) => search.forgotten.length + search.unknown.length > 0);
  const failed = servers.filter((one) => one.kind === 'trouble');
  const foundBlocks = fitting(
    found.slice(0, SERVERS_SHOWN).map((one) => foundBlock(ui, one)),
    FOUND_LENGTH,
  );
  const foundShown = found.slice(0, foundBlocks.length);
  const failedLines = fitting(
    failed
      .slice(0, SERVERS_SHOWN)
      .map(({ server, trouble }) => html`• ${clip(server.name, NAME_LENGTH)}: ${words.cause(trouble)}`),
    FAILED_LENGTH,
  );

  const text = joinHtml(
    [
      words.html('all-forgotten.title'),
      found.length === 0 ? words.html('all-forgotten.none') : undefined,
      ...foundBlocks,
      more(ui, found.length - foundBlocks.length),
      failed.length === 0
        ? undefined
        : joinHtml([
            words.html('all-forgotten.unasked'),
            ...failedLines,
            more(ui, failed.length - failedLines.length),
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

function foundBlock(ui: Ui, { server, search }: Extract<SearchedServer, { kind: 'searched' }>): Html {
  const { words, formats } = ui;
  return joinHtml([
    html`<b>${clip(server.name, NAME_LENGTH)}</b>: ${search.forgotten.length}`,
    ...search.forgotten.slice(0, TOPICS_SHOWN).map(({ conference, reason }) => {
      const topic = clip(topicOf(ui, conference), TOPIC_LENGTH);
      const why = words.plain(`forgotten.reason.${reason}`);
      return html`• ${topic} · ${formats.duration(conference.duration)} · ${why}`;
    }),
    more(ui, search.forgotten.length - TOPICS_SHOWN),
    search.unknown.length > 0 ? words.html('forgotten.unknown', { count: search.unknown.length }) : undefined,
  ]);
}

/** As many of the first blocks as fit. */
function fitting(blocks: readonly Html[], length: number): readonly Html[] {
  let rest = length;
  let shown = 0;
  for (const block of blocks) {
    rest -= block.length;
    if (rest < 0) break;
    shown += 1;
  }
  return blocks.slice(0, shown);
}

function more(ui: Ui, count: number) {
  return count > 0 ? html`${ui.words.plain('and-more', { count })}` : undefined;
}
