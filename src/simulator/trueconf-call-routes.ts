/** Answers "what does the server say about calls?": logs/calls with its parts, and who is in a session now. */
import { type Answer, json } from './answer.ts';
import { CallHistory } from './trueconf-calls.ts';
import { badParameter, cut, type Query, Refused, readDate, readPage, readZone } from './trueconf-query.ts';
import type { ServerState } from './trueconf-state.ts';
import { callRow, participantRow, phpDate, refusal } from './trueconf-wire.ts';

const SIZE_LIMIT = 1000;

/** GET logs/calls. */
export function listCalls(state: ServerState, _id: string, query: Query): Answer {
  const page = readPage(query, state.pageSizeLimit ?? SIZE_LIMIT);
  const zone = readZone(query, state.timeZone);
  const field = query.sort_field ?? 'start_time';
  if (!CallHistory.sortsBy(field)) throw badParameter('sort_field');
  const order = query.sort_order ?? '0';
  if (order !== '0' && order !== '1') throw badParameter('sort_order');
  const from = readDate(query, 'date_from', zone);
  const to = readDate(query, 'date_to', zone);

  const now = state.now();
  let rows = state.calls.sorted(field, order === '1', now);
  if (from !== undefined) rows = rows.filter((conference) => conference.startedAt >= from);
  if (to !== undefined) rows = rows.filter((conference) => conference.startedAt <= to);
  if (query.named_conf_id !== undefined) {
    rows = rows.filter((conference) => conference.conferenceId === query.named_conf_id);
  }
  return json(200, {
    cnt: rows.length,
    list: cut(rows, page).map((conference) => callRow(conference, now, zone)),
  });
}

/** GET logs/calls/{session}. */
export function oneCall(state: ServerState, sessionId: string, query: Query): Answer {
  return json(200, callRow(recorded(state, sessionId), state.now(), readZone(query, state.timeZone)));
}

/** GET logs/calls/{session}/participants. */
export function callParticipants(state: ServerState, sessionId: string, query: Query): Answer {
  const page = readPage(query, state.pageSizeLimit ?? SIZE_LIMIT);
  const zone = readZone(query, state.timeZone);
  const { startedAt, endedAt, participants } = recorded(state, sessionId);
  const list = cut(participants, page).map((participant) => ({
    call_id: participant.id,
    display_name: participant.displayName,
    app_id: '',
    join_time: phpDate(startedAt, zone),
    leave_time: endedAt === null ? null : phpDate(endedAt, zone),
    leave_reason: endedAt === null ? null : 4,
    duration: Math.floor(((endedAt ?? state.now()) - startedAt) / 1000),
    video_h: 720,
    video_w: 1280,
  }));
  return json(200, { cnt: participants.length, list });
}

/** GET conference-sessions/{session}/participants: running sessions only. */
export function sessionParticipants(state: ServerState, sessionId: string, query: Query): Answer {
  const conference = state.conferences.bySession(sessionId);
  if (conference === undefined || conference.endedAt !== null) {
    throw new Refused(refusal(404, 'conferenceNotFound', 'Conference not found'));
  }
  const { participants } = conference;
  const size = state.participantsPageSize;
  const rows = size === undefined ? participants : cut(participants, readPage(query, size, size));
  return json(200, { count: participants.length, participants: rows.map(participantRow) });
}

function recorded(state: ServerState, sessionId: string) {
  const conference = state.conferences.bySession(sessionId);
  if (conference === undefined) throw new Refused(refusal(404, 'recordNotFound', 'Record not found'));
  return conference;
}
