/** Who is online on one server, and what they are doing. */
import type { Screen } from '../../channels/port.ts';
import type { OnlineStatus, OnlineUser } from '../../domain/conference.ts';
import { clip, html, joinHtml } from '../../i18n/markup.ts';
import { serverKey } from '../callback-data.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { footer, heading, pageButtons, refreshAndBack, toServer, type Ui } from './ui.ts';

const PAGE_SIZE = 25;
const NAME_LENGTH = 48;
const ID_LENGTH = 64;

const MARKS: Record<OnlineStatus, string> = { online: '🟢', busy: '🟠', 'in-conference': '🎥' };

export function usersScreen(ui: Ui, server: BotServer, users: readonly OnlineUser[], wanted: number): Screen {
  const { words } = ui;
  const key = serverKey(server);
  const sorted = byName(users, words.locale);
  const page = cutPage(sorted, wanted, PAGE_SIZE);
  const count = (status: OnlineStatus) => users.filter((user) => user.status === status).length;
  const summary =
    users.length === 0
      ? words.html('users.none')
      : joinHtml([
          words.html('users.count', { count: users.length }),
          words.html('users.breakdown', {
            online: count('online'),
            busy: count('busy'),
            inConference: count('in-conference'),
          }),
        ]);
  const text = joinHtml(
    [
      joinHtml([heading(words.plain('users.title'), server), summary]),
      page.items.length === 0
        ? undefined
        : joinHtml(
            page.items.map(
              (user) =>
                html`${MARKS[user.status]} ${clip(user.name, NAME_LENGTH)} · ${clip(user.id, ID_LENGTH)}`,
            ),
          ),
      footer(ui, page),
    ],
    '\n\n',
  );
  const keyboard = [
    ...pageButtons(page, (number) => ({ kind: 'users', server: key, page: number })),
    refreshAndBack(ui, { kind: 'users', server: key, page: page.number }, toServer(server)),
  ];
  return { text, keyboard };
}

function byName(users: readonly OnlineUser[], locale: string): OnlineUser[] {
  const order = collator(locale);
  return [...users].sort((a, b) => order.compare(a.name, b.name) || (a.id < b.id ? -1 : 1));
}

function collator(locale: string): Intl.Collator {
  try {
    return new Intl.Collator(locale);
  } catch {
    return new Intl.Collator();
  }
}
