/** What is quiet in this chat, and making it so. */
import type { Screen } from '../../channels/port.ts';
import { andMore } from '../../i18n/lists.ts';
import { clip, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import type { BotServer } from '../ports.ts';
import { button, footer, NAME_LENGTH, type Ui } from './ui.ts';

/** Muted servers that are named. */
const NAMED = 20;

/** Muted servers that have a button of their own. */
const BUTTONS = 8;

/** @param chat whose mutes are shown */
export function mutesScreen(ui: Ui, servers: readonly BotServer[], chat: string): Screen {
  const { words, formats, now } = ui;
  const muted = servers.flatMap((server) => {
    const until = server.view().mutedUntil(chat);
    return until === undefined ? [] : [{ server, until }];
  });
  const lines = muted
    .slice(0, NAMED)
    .map(({ server, until }) =>
      words.html('mutes.line', { server: clip(server.name, NAME_LENGTH), time: formats.time(until, now) }),
    );
  const text = joinHtml([
    words.html('mutes.title'),
    ...(muted.length === 0 ? [words.html('mutes.none')] : lines),
    andMore(words, muted.length - NAMED),
    words.html('mutes.help'),
    footer(ui),
  ]);
  const isOne = servers.length === 1;
  const keyboard = [
    [
      button(words.plain(isOne ? 'button.mute-1h' : 'button.mute-all-1h'), { kind: 'mute-all', minutes: 60 }),
      button(words.plain(isOne ? 'button.mute-8h' : 'button.mute-all-8h'), {
        kind: 'mute-all',
        minutes: 480,
      }),
    ],
    ...muted.slice(0, BUTTONS).map(({ server }) => [
      button(words.plain('button.unmute-one', { server: server.name }), {
        kind: 'mute',
        server: serverKey(server),
        minutes: 0,
      }),
    ]),
    ...(muted.length > 1
      ? [[button(words.plain('button.unmute-all'), { kind: 'mute-all', minutes: 0 })]]
      : []),
    [
      button(words.plain('button.refresh'), { kind: 'mutes' }),
      button(words.plain('button.servers'), { kind: 'servers', page: 0 }),
    ],
  ];
  return { text, keyboard };
}
