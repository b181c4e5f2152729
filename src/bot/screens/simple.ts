/** Screens of a few fixed words: help, ids, access denied, waiting, an error of the bot's own. */
import type { Screen } from '../../channels/port.ts';
import { listed } from '../../i18n/lists.ts';
import { clip, type Html, joinHtml } from '../../i18n/markup.ts';
import type { Action } from '../callback-data.ts';
import type { BotServer } from '../ports.ts';
import { button, NAME_LENGTH, type Ui } from './ui.ts';

/** Servers that may have been meant and are named. */
const ALIKE_SHOWN = 5;

export function helpScreen(ui: Ui): Screen {
  const { words } = ui;
  return { text: words.html('help.text'), keyboard: [[toServers(ui)]] };
}

export function idScreen(ui: Ui, personId: number, chat: string): Screen {
  const { words } = ui;
  const own = words.html('id.person', { id: String(personId) });
  const here = words.html('id.chat', { id: chat });
  return { text: chat === String(personId) ? own : joinHtml([own, here]), keyboard: [] };
}

export function deniedScreen(ui: Ui, personId: number): Screen {
  return { text: ui.words.html('denied.start', { id: String(personId) }), keyboard: [] };
}

/** @param server `undefined`: several are asked */
export function waitingScreen(ui: Ui, server: string | undefined, back: Action): Screen {
  const { words } = ui;
  const text = server === undefined ? words.html('waiting-all') : words.html('waiting', { server });
  return { text, keyboard: [[button(words.plain('button.back'), back)]] };
}

/** Words behind a command do not name one server. @param alike those whose names hold them: none, or several */
export function noServerNotice({ words }: Ui, written: string, alike: readonly BotServer[]): Html {
  const name = clip(written, NAME_LENGTH);
  if (alike.length === 0) return words.html('no-server', { name });
  const names = alike.map((server) => clip(server.name, NAME_LENGTH));
  return words.html('several-servers', { name, names: listed(words, names, ALIKE_SHOWN) });
}

export function internalErrorScreen(ui: Ui): Screen {
  return { text: ui.words.html('internal-error'), keyboard: [[toServers(ui)]] };
}

function toServers(ui: Ui) {
  return button(ui.words.plain('button.servers'), { kind: 'servers', page: 0 });
}
