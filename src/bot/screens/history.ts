/** What has happened to a server and who did what there, newest first. */
import type { Screen } from '../../channels/port.ts';
import type { Period } from '../../domain/history.ts';
import type { AuditEntry } from '../../domain/outbox.ts';
import { clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
import type { DurationMs, EpochMs } from '../../lib/time.ts';
import { DAY } from '../../lib/time.ts';
import { serverKey } from '../callback-data.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { chartChoice } from './chart.ts';
import {
  button,
  dot,
  footer,
  heading,
  NAME_LENGTH,
  pageButtons,
  refreshAndBack,
  toServer,
  type Ui,
} from './ui.ts';

const PAGE_SIZE = 12;
const SERVERS_ON_PAGE = 10;

/** How far back it goes. */
export const HISTORY_SPAN: DurationMs = 400 * DAY;
/** Entries of what people did. */
export const HISTORY_ENTRIES = 500;

interface Row {
  readonly at: EpochMs;
  /** Only of what is shown: a long past has hundreds of rows. */
  line(): Html;
}

export function historyScreen(
  ui: Ui,
  server: BotServer,
  past: { readonly periods: readonly Period[]; readonly audit: readonly AuditEntry[] },
  wanted: number,
): Screen {
  const { words } = ui;
  const key = serverKey(server);
  const rows: Row[] = [
    ...past.periods.map((period) => ({ at: period.from, line: () => periodLine(ui, period) })),
    ...past.audit.map((entry) => ({ at: entry.at, line: () => entryLine(ui, entry) })),
  ];
  rows.sort((a, b) => b.at - a.at);
  const page = cutPage(rows, wanted, PAGE_SIZE);
  const text = joinHtml([
    heading(words.plain('history.title'), server),
    rows.length === 0 ? words.html('history.none') : undefined,
    ...page.items.map(({ line }) => line()),
    footer(ui, page),
  ]);
  const keyboard = [
    ...pageButtons(page, (number) => ({ kind: 'history', server: key, page: number })),
    chartChoice(ui, server),
    refreshAndBack(ui, { kind: 'history', server: key, page: page.number }, toServer(server)),
  ];
  return { text, keyboard };
}

/** Of which server? */
export function historyChoiceScreen(ui: Ui, servers: readonly BotServer[], wanted: number): Screen {
  const { words } = ui;
  const page = cutPage(servers, wanted, SERVERS_ON_PAGE);
  const keyboard = [
    ...page.items.map((server) => [
      button(`${dot(server.view())} ${server.name}`, { kind: 'history', server: serverKey(server), page: 0 }),
    ]),
    ...pageButtons(page, (number) => ({ kind: 'all-history', page: number })),
    [
      button(words.plain('button.refresh'), { kind: 'all-history', page: page.number }),
      button(words.plain('button.servers'), { kind: 'servers', page: 0 }),
    ],
  ];
  return { text: joinHtml([words.html('history.choose'), footer(ui, page)]), keyboard };
}

/** `🔴 10:44 – 10:51 · 7 min · the connection was refused`; the day of its end is only said when it is another one. */
export function periodLine(ui: Ui, { kind, from, to, endUnseen, trouble }: Period): Html {
  const { words, formats, now } = ui;
  const span = (to ?? now) - from;
  const time = (at: EpochMs, today: EpochMs) => formats.edge(at, today, span);
  const mark = kind === 'blind' ? '⚪' : '🔴';
  const cause = kind === 'blind' ? words.plain('history.blind') : trouble && words.cause(trouble);
  if (to !== undefined && endUnseen) {
    const when = words.plain('history.end-unseen', { from: time(from, now), to: time(to, from) });
    return html`${mark} ${[when, cause].filter(Boolean).join(' · ')}`;
  }
  const when =
    to === undefined
      ? words.plain('history.since', { time: time(from, now) })
      : `${time(from, now)} – ${time(to, from)}`;
  return html`${mark} ${[when, formats.duration(span), cause].filter(Boolean).join(' · ')}`;
}

function entryLine(ui: Ui, entry: AuditEntry): Html {
  const { words, formats, now } = ui;
  const common = { time: formats.time(entry.at, now), name: clip(entry.by.name, NAME_LENGTH) };
  if (entry.kind === 'monitoring-switched') {
    return words.html(entry.on ? 'history.switched-on' : 'history.switched-off', common);
  }
  const { topic, id, reason } = entry.conference;
  const named = clip(topic ?? `${words.plain('no-name')} (${id})`, NAME_LENGTH);
  const stopped = words.html('history.stopped', { ...common, topic: named });
  return reason ? html`${[stopped]} (${words.plain(`forgotten.reason.${reason}`)})` : stopped;
}
