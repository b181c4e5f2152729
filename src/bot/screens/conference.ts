/** One conference and who is in it. */
import type { Button, Screen } from '../../channels/port.ts';
import {
  type Conference,
  isModerator,
  type Participant,
  type ParticipantRole,
} from '../../domain/conference.ts';
import { clip, type Html, html, joinHtml, link } from '../../i18n/markup.ts';
import { type Action, conferenceKey, type Origin, serverKey } from '../callback-data.ts';
import type { ReadParticipants } from '../forgotten-search.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { idLink, manageUrl } from './conferences.ts';
import {
  button,
  footer,
  heading,
  NAME_LENGTH,
  pageButtons,
  refreshAndBack,
  topicOf,
  troubleText,
  type Ui,
} from './ui.ts';

const PAGE_SIZE = 25;

const MARKS: Record<ParticipantRole, string> = {
  owner: '👑',
  moderator: '⭐',
  participant: '👤',
  guest: '🚪',
  device: '📟',
};

export function conferenceScreen(
  ui: Ui,
  server: BotServer,
  conference: Conference,
  read: ReadParticipants,
  from: Origin,
  wanted: number,
): Screen {
  const { words } = ui;
  const participants = read.kind === 'read' ? moderatorsFirst(read.participants) : [];
  const page = cutPage(participants, wanted, PAGE_SIZE);
  const text = joinHtml(
    [
      heading(words.plain('conference.title'), server),
      conferenceFacts(ui, server, conference),
      read.kind === 'read'
        ? joinHtml([peopleLine(ui, participants), ...page.items.map((one) => participantLine(ui, one))])
        : joinHtml([words.html('conference.unread'), troubleText(ui, read.trouble)]),
      conference.id === undefined ? words.html('conference.cannot-stop') : undefined,
      footer(ui, page),
    ],
    '\n\n',
  );
  const base = { server: serverKey(server), conference: conferenceKey(conference.session), from };
  const keyboard: Button[][] = [
    ...(conference.id === undefined
      ? []
      : [[button(words.plain('button.stop'), { kind: 'ask-stop', ...base }, { danger: true })]]),
    ...pageButtons(page, (number) => ({ kind: 'conference', ...base, page: number })),
    refreshAndBack(ui, { kind: 'conference', ...base, page: page.number }, originAction(base.server, from)),
  ];
  return { text, keyboard };
}

export function originAction(server: string, from: Origin): Action {
  return { kind: from.list, server, page: from.page };
}

/** Topic, link, owner, duration, real-time management. */
export function conferenceFacts(ui: Ui, server: BotServer, conference: Conference): Html {
  const { words, formats, now } = ui;
  const duration = formats.duration(conference.duration);
  const { startedAt } = conference;
  return joinHtml([
    html`<b>${topicOf(ui, conference)}</b>`,
    idLink(ui, server, conference),
    conference.owner === ''
      ? undefined
      : words.html('conference.owner', { owner: clip(conference.owner, NAME_LENGTH) }),
    startedAt === undefined
      ? words.html('conference.running-for', { duration })
      : words.html('conference.running-since', { duration, time: formats.time(startedAt, now) }),
    link(manageUrl(server, conference), words.plain('conference.manage')),
  ]);
}

export function peopleLine(ui: Ui, participants: readonly Participant[]): Html {
  if (participants.length === 0) return ui.words.html('conference.empty');
  return ui.words.html('conference.inside', { count: participants.length });
}

/** `👑 Anna Müller · owner` */
export function participantLine(ui: Ui, participant: Participant): Html {
  const name = html`${MARKS[participant.role]} ${clip(participant.name, NAME_LENGTH)}`;
  if (participant.role === 'participant') return name;
  return html`${[name]} · ${ui.words.plain(`role.${participant.role}`)}`;
}

export function moderatorsFirst(participants: readonly Participant[]): readonly Participant[] {
  return [...participants.filter(isModerator), ...participants.filter((one) => !isModerator(one))];
}
