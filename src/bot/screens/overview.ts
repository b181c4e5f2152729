/** All servers in one message, those that need attention first. */
import type { Screen } from '../../channels/port.ts';
import { clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import { cutPage } from '../paging.ts';
import type { BotServer, ServerView } from '../ports.ts';
import { button, dot, footer, NAME_LENGTH, pageButtons, statusOf, type Ui } from './ui.ts';

const PAGE_SIZE = 15;

const PERSON_LENGTH = 16;

/** Servers that are down and have a button of their own. */
const BUTTONS = 8;

const ORDER = { down: 0, unknown: 1, up: 2 } as const;

/** @param chat whose mutes are shown */
export function overviewScreen(ui: Ui, servers: readonly BotServer[], chat: string, wanted: number): Screen {
  const rows = servers
    .map((server) => ({ server, view: server.view() }))
    .sort((a, b) => ORDER[statusOf(a.view)] - ORDER[statusOf(b.view)]);
  const page = cutPage(rows, wanted, PAGE_SIZE);
  const { words } = ui;
  const text = joinHtml([
    servers.length === 1 ? html`<b>${words.plain('status.title')}</b>` : words.html('overview.title'),
    ...page.items.map(({ server, view }) => line(ui, server, view, chat)),
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

/** `🔴 video · 5 min · the connection was refused · Anna is on it · 🔕 until 14:00` */
function line(ui: Ui, server: BotServer, view: ServerView, chat: string): Html {
  const name = html`${dot(view)} <b>${clip(server.name, NAME_LENGTH)}</b>`;
  const facts = [...known(ui, view), ...arranged(ui, view, chat)];
  return joinHtml([name, ...facts.map((fact) => html`${fact}`)], ' · ');
}

function known({ words, formats, now }: Ui, view: ServerView): string[] {
  if (!view.monitored) return [words.plain('overview.off')];
  const { status, since, failure } = view.availability;
  if (status === 'unknown') return [words.plain('overview.unknown')];
  const duration = formats.duration(now - since);
  return failure ? [duration, words.cause(failure.trouble)] : [duration];
}

/** What people have done or planned about it. */
function arranged({ words, formats, now }: Ui, view: ServerView, chat: string): string[] {
  const { acknowledgedBy, maintenanceUntil } = view;
  const mutedUntil = view.mutedUntil(chat);
  return [
    ...(acknowledgedBy === undefined
      ? []
      : [words.plain('status.acknowledged', { name: clip(acknowledgedBy, PERSON_LENGTH) })]),
    ...(maintenanceUntil === undefined
      ? []
      : [words.plain('overview.maintenance', { time: formats.time(maintenanceUntil, now) })]),
    ...(mutedUntil === undefined
      ? []
      : [words.plain('overview.muted', { time: formats.time(mutedUntil, now) })]),
  ];
}
