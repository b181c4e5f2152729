/** What every screen is made with: words, formats, the time, and the parts that many screens share. */
import type { Button, Screen } from '../../channels/port.ts';
import type { AvailabilityStatus } from '../../domain/availability.ts';
import type { Conference } from '../../domain/conference.ts';
import type { Trouble } from '../../domain/trouble.ts';
import type { Formats } from '../../i18n/formats.ts';
import { clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
import type { Translator } from '../../i18n/translator.ts';
import type { EpochMs } from '../../lib/time.ts';
import { type Action, encode, serverKey } from '../callback-data.ts';
import type { Page } from '../paging.ts';
import type { BotServer, ServerView } from '../ports.ts';

export interface Ui {
  readonly words: Translator;
  readonly formats: Formats;
  /** When the screen is made. */
  readonly now: EpochMs;
}

/** Longest pieces of foreign text, so that a full page always fits into one message. */
export const NAME_LENGTH = 64;
const TOPIC_LENGTH = 100;
const LABEL_LENGTH = 48;

const DOTS: Record<AvailabilityStatus, string> = { up: '🟢', down: '🔴', unknown: '⚪' };

/** What is not watched is not known. */
export function statusOf(view: ServerView): AvailabilityStatus {
  return view.monitored ? view.availability.status : 'unknown';
}

export function dot(view: ServerView): string {
  return DOTS[statusOf(view)];
}

export function button(label: string, action: Action, options: { readonly danger?: boolean } = {}): Button {
  return { label: clip(label, LABEL_LENGTH), data: encode(action), ...(options.danger && { danger: true }) };
}

/** `Title · server` */
export function heading(title: string, server: BotServer): Html {
  return html`<b>${title}</b> · ${clip(server.name, NAME_LENGTH)}`;
}

export function topicOf(ui: Ui, conference: Conference): string {
  return clip(conference.topic ?? ui.words.plain('no-name'), TOPIC_LENGTH);
}

/** When the data were read, and which page this is. */
export function footer(ui: Ui, page?: Page<unknown>): Html {
  const time = ui.formats.moment(ui.now, ui.now);
  const read = ui.words.plain('read-at', { time });
  if (!page || page.pages === 1) return html`<i>${read}</i>`;
  const place = ui.words.plain('page', { page: page.number + 1, pages: page.pages });
  return html`<i>${place} · ${read}</i>`;
}

/** First, previous, next, last: only those that lead somewhere. */
export function pageButtons(page: Page<unknown>, action: (page: number) => Action): Button[][] {
  if (page.pages === 1) return [];
  const last = page.pages - 1;
  const row: Button[] = [];
  if (page.number > 1) row.push(button('« 1', action(0)));
  if (page.number > 0) row.push(button(`‹ ${page.number}`, action(page.number - 1)));
  if (page.number < last) row.push(button(`${page.number + 2} ›`, action(page.number + 1)));
  if (page.number < last - 1) row.push(button(`${page.pages} »`, action(last)));
  return [row];
}

/** The last row of every screen about a server. */
export function refreshAndBack(ui: Ui, refresh: Action, back: Action): Button[] {
  return [button(ui.words.plain('button.refresh'), refresh), button(ui.words.plain('button.back'), back)];
}

export function toServer(server: BotServer): Action {
  return { kind: 'server', server: serverKey(server) };
}

/** A line of good or bad news above the screen that follows it. */
export function withNotice(notice: Html, screen: Screen): Screen {
  return { ...screen, text: joinHtml([notice, screen.text], '\n\n') };
}

/** Why the server could not be asked, and what to do about it. */
export function troubleScreen(
  ui: Ui,
  server: BotServer,
  trouble: Trouble,
  retry: Action,
  back: Action,
): Screen {
  const text = joinHtml(
    [
      ui.words.html('trouble.title', { server: clip(server.name, NAME_LENGTH) }),
      troubleText(ui, trouble),
      footer(ui),
    ],
    '\n\n',
  );
  return { text, keyboard: [refreshAndBack(ui, retry, back)] };
}

export function troubleText(ui: Ui, trouble: Trouble): Html {
  return joinHtml([
    ui.words.html('status.cause', { cause: ui.words.cause(trouble) }),
    ui.words.html('status.advice', { advice: ui.words.advice(trouble) }),
  ]);
}
