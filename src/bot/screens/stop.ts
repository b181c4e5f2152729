/** Asking before stopping: which conference, who is inside, and why it counts as forgotten. */
import type { Screen } from '../../channels/port.ts';
import type { Conference, Participant } from '../../domain/conference.ts';
import type { ForgottenVerdict } from '../../domain/forgotten.ts';
import { andMore } from '../../i18n/lists.ts';
import { clip, type Html, html, joinHtml } from '../../i18n/markup.ts';
import { conferenceKey, digest, type Origin, serverKey } from '../callback-data.ts';
import { type CrowdChange, encodeCrowd } from '../crowd.ts';
import type { ForgottenConference, ReadParticipants } from '../forgotten-search.ts';
import { cutPage } from '../paging.ts';
import type { BotServer } from '../ports.ts';
import { conferenceFacts, moderatorsFirst, originAction, participantLine, peopleLine } from './conference.ts';
import { button, footer, heading, NAME_LENGTH, pageButtons, topicOf, troubleText, type Ui } from './ui.ts';

/** People named in the question; beyond them only counted. */
const NAMES_SHOWN = 15;
const PAGE_SIZE = 15;

export interface StopQuestion {
  readonly conference: Conference;
  readonly read: ReadParticipants;
  readonly verdict: ForgottenVerdict;
  /** What has changed since it was asked before; `undefined`: it is asked for the first time. */
  readonly change?: CrowdChange | undefined;
}

export function askStopScreen(ui: Ui, server: BotServer, question: StopQuestion, from: Origin): Screen {
  const { words } = ui;
  const { conference, read, verdict, change } = question;
  const participants = read.kind === 'read' ? moderatorsFirst(read.participants) : [];
  const text = joinHtml(
    [
      change ? changeText(ui, change) : undefined,
      heading(words.plain('stop.question'), server),
      conferenceFacts(ui, server, conference),
      read.kind === 'read'
        ? joinHtml([
            peopleLine(ui, participants),
            ...participants.slice(0, NAMES_SHOWN).map((one) => participantLine(ui, one)),
            andMore(words, participants.length - NAMES_SHOWN),
          ])
        : joinHtml([words.html('conference.unread'), troubleText(ui, read.trouble)]),
      reasonText(ui, verdict),
      footer(ui),
    ],
    '\n\n',
  );
  const key = serverKey(server);
  const crowd = encodeCrowd(read.kind === 'read' ? read.participants : undefined);
  const stop = {
    kind: 'stop',
    server: key,
    conference: conferenceKey(conference.session),
    from,
    crowd,
  } as const;
  return {
    text,
    keyboard: [
      [button(words.plain('button.stop'), stop, { danger: true })],
      [button(words.plain('button.cancel'), originAction(key, from))],
    ],
  };
}

function reasonText(ui: Ui, verdict: ForgottenVerdict): Html | undefined {
  if (verdict.kind === 'unknown') return undefined;
  if (verdict.kind === 'in-use') return ui.words.html('stop.not-forgotten');
  return ui.words.html('stop.because', { reason: ui.words.plain(`forgotten.reason.${verdict.reason}`) });
}

function changeText(ui: Ui, change: CrowdChange): Html {
  const { words } = ui;
  if (change.kind === 'joined') {
    return joinHtml([
      words.html('stop.changed'),
      ...change.who.slice(0, NAMES_SHOWN).map((one: Participant) => participantLine(ui, one)),
      andMore(words, change.who.length - NAMES_SHOWN),
    ]);
  }
  if (change.kind === 'more') {
    return joinHtml([
      words.html('stop.more-people', { before: change.before, now: change.now }),
      change.moderatorCame ? words.html('stop.moderator-back') : undefined,
    ]);
  }
  return words.html('stop.look-again');
}

/** @param changed the list is not the one that was shown before */
export function askStopAllScreen(
  ui: Ui,
  server: BotServer,
  forgotten: readonly ForgottenConference[],
  wanted: number,
  changed: boolean,
): Screen {
  const { words, formats } = ui;
  const key = serverKey(server);
  const page = cutPage(forgotten, wanted, PAGE_SIZE);
  const text = joinHtml(
    [
      changed ? words.html('stop.list-changed') : undefined,
      html`<b>${words.plain('stop.question-all', { count: forgotten.length })}</b> · ${clip(server.name, NAME_LENGTH)}`,
      joinHtml(
        page.items.map(({ conference, participants, reason }, index) => {
          const people = words.plain('count.people', { count: participants.length });
          const why = words.plain(`forgotten.reason.${reason}`);
          const place = page.first + index + 1;
          return html`${place}. <b>${topicOf(ui, conference)}</b> · ${people} · ${formats.duration(conference.duration)} · ${why}`;
        }),
      ),
      footer(ui, page),
    ],
    '\n\n',
  );
  const label = words.plain('button.stop-all', { count: forgotten.length });
  const stopAll = { kind: 'stop-all', server: key, listed: listDigest(forgotten) } as const;
  return {
    text,
    keyboard: [
      ...pageButtons(page, (number) => ({ kind: 'ask-stop-all', server: key, page: number })),
      [button(label, stopAll, { danger: true })],
      [button(words.plain('button.cancel'), { kind: 'forgotten', server: key, page: 0 })],
    ],
  };
}

/** Same digest: the same conferences with the same people inside. */
export function listDigest(forgotten: readonly ForgottenConference[]): string {
  const list = forgotten
    .map(({ conference, participants }) => [conference.session, participants.map(({ id }) => id).sort()])
    .sort();
  return digest(JSON.stringify(list), 12);
}
