/** The menu of one server. */
import type { Screen } from '../../channels/port.ts';
import { clip, html, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import type { BotServer } from '../ports.ts';
import { availabilityLine } from './status.ts';
import { button, dot, footer, NAME_LENGTH, refreshAndBack, type Ui } from './ui.ts';

export function serverScreen(ui: Ui, server: BotServer): Screen {
  const key = serverKey(server);
  const view = server.view();
  const { words } = ui;
  return {
    text: joinHtml([
      html`${dot(view)} <b>${clip(server.name, NAME_LENGTH)}</b>`,
      availabilityLine(ui, view),
      footer(ui),
    ]),
    keyboard: [
      [button(words.plain('button.status'), { kind: 'status', server: key })],
      [button(words.plain('button.conferences'), { kind: 'conferences', server: key, page: 0 })],
      [button(words.plain('button.users'), { kind: 'users', server: key, page: 0 })],
      [button(words.plain('button.forgotten'), { kind: 'forgotten', server: key, page: 0 })],
      [button(words.plain('button.history'), { kind: 'history', server: key, page: 0 })],
      refreshAndBack(ui, { kind: 'server', server: key }, { kind: 'servers', page: 0 }),
    ],
  };
}
