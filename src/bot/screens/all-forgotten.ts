/** Forgotten conferences across all servers: how many where, which could not be asked, and which are still awaited. */
import type { Screen } from '../../channels/port.ts';
import type { Trouble } from '../../domain/trouble.ts';
import { andMore, fitting, listed } from '../../i18n/lists.ts';
import { bold, clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import type { ForgottenSearch } from '../forgotten-search.ts';
import type { BotServer } from '../ports.ts';
import { button, footer, NAME_LENGTH, topicOf, type Ui } from './ui.ts';

export type SearchedServer =
  /** It has not answered yet. */
  | { readonly kind: 'asked'; readonly server: BotServer }
  | { readonly kind: 'searched'; readonly server: BotServer; readonly search: ForgottenSearch }
  | { readonly kind: 'trouble'; readonly server: BotServer; readonly trouble: Trouble };

/** Servers and conferences named in one message; beyond them only counted. */
const SERVERS_SHOWN = 12;
const TOPICS_SHOWN = 3;
const TOPIC_LENGTH = 40;
const CAUSES_LENGTH = 200;
const AWAITED_SHOWN = 5;
const AWAITED_LENGTH = 32;

/** What they may take together, markup included, so that all of it is one message. */
const FOUND_LENGTH = 2_600;
const FAILED_LENGTH = 1_000;

export function allForgottenScreen(ui: Ui, servers: readonly SearchedServer[]): Screen {
  const { words } = ui;
  const found = servers
    .filter((one) => one.kind === 'searched')
    .filter(({ search }) => search.forgotten.length + search.unknown.length > 0);
  const failed = servers.filter((one) => one.kind === 'trouble');
  const awaited = servers.filter((one) => one.kind === 'asked');
  const foundBlocks = fitting(found.slice(0, SERVERS_SHOWN), (one) => foundBlock(ui, one), FOUND_LENGTH);
  const foundShown = found.slice(0, foundBlocks.length);
  const failedLines = fitting(
    failed.slice(0, SERVERS_SHOWN),
    ({ server, trouble }) => html`• ${clip(server.name, NAME_LENGTH)}: ${words.cause(trouble)}`,
    FAILED_LENGTH,
  );

  const text = joinHtml(
    [
      awaited.length > 0 ? awaitedLine(ui, awaited) : undefined,
      words.html('all-forgotten.title'),
      found.length + awaited.length === 0 ? words.html('all-forgotten.none') : undefined,
      ...foundBlocks,
      andMore(words, found.length - foundBlocks.length),
      failed.length === 0
        ? undefined
        : joinHtml([
            words.html('all-forgotten.unasked'),
            ...failedLines,
            andMore(words, failed.length - failedLines.length),
          ]),
      // A time that goes on would be a change of its own.
      awaited.length > 0 ? undefined : footer(ui),
    ],
    '\n\n',
  );
  const keyboard = [
    ...foundShown.map(({ server, search }) => [
      button(search.forgotten.length > 0 ? `${server.name} (${search.forgotten.length})` : server.name, {
        kind: 'forgotten',
        server: serverKey(server),
        page: 0,
      }),
    ]),
    [
      ...(awaited.length > 0 ? [] : [button(words.plain('button.refresh'), { kind: 'all-forgotten' })]),
      button(words.plain('button.servers'), { kind: 'servers', page: 0 }),
    ],
  ];
  return { text, keyboard };
}

function awaitedLine({ words }: Ui, awaited: readonly { readonly server: BotServer }[]): Html {
  const names = awaited.map(({ server }) => clip(server.name, AWAITED_LENGTH));
  return words.html('all-forgotten.awaited', { names: listed(words, names, AWAITED_SHOWN) });
}

function foundBlock(ui: Ui, { server, search }: Extract<SearchedServer, { kind: 'searched' }>): Html {
  const { words, formats } = ui;
  const name = bold(clip(server.name, NAME_LENGTH));
  return joinHtml([
    search.forgotten.length > 0 ? html`${[name]}: ${search.forgotten.length}` : name,
    ...search.forgotten.slice(0, TOPICS_SHOWN).map(({ conference, reason }) => {
      const topic = clip(topicOf(ui, conference), TOPIC_LENGTH);
      const why = words.plain(`forgotten.reason.${reason}`);
      return html`• ${topic} · ${formats.duration(conference.duration)} · ${why}`;
    }),
    andMore(words, search.forgotten.length - TOPICS_SHOWN),
    uncheckedLine(ui, search.unknown),
  ]);
}

/** How many could not be checked, and why; most often it is the same for all. */
function uncheckedLine({ words }: Ui, unknown: ForgottenSearch['unknown']): Html | undefined {
  if (unknown.length === 0) return undefined;
  const causes = new Set(unknown.map(({ trouble }) => words.cause(trouble)));
  const cause = clip([...causes].join('; '), CAUSES_LENGTH);
  return words.html('all-forgotten.unchecked', { count: unknown.length, cause });
}
