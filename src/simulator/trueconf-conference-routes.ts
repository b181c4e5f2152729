/** Answers "what does the server say about conferences, and how is one stopped?": the /conferences part of API v3.x. */
import { type Answer, json } from './answer.ts';
import type { SimulatedConference } from './trueconf-conferences.ts';
import { badParameter, cut, type Query, Refused, readPage } from './trueconf-query.ts';
import type { ServerState } from './trueconf-state.ts';
import { conferenceObject, refusal } from './trueconf-wire.ts';

const SIZE_LIMIT = 1000;

/** GET conferences. */
export function listConferences(state: ServerState, _id: string, query: Query): Answer {
  const page = readPage(query, state.pageSizeLimit ?? SIZE_LIMIT);
  const { state: wanted } = query;
  if (wanted !== undefined && wanted !== 'running' && wanted !== 'stopped') throw badParameter('state');
  const rows = newestRuns(state).filter(
    (conference) => wanted === undefined || (wanted === 'running') === (conference.endedAt === null),
  );
  const conferences = cut(rows, page).map((conference) => conferenceObject(conference, state.host));
  return json(200, { cnt: rows.length, conferences });
}

/** GET conferences/{id}. */
export function oneConference(state: ServerState, conferenceId: string): Answer {
  const runs = runsOf(state, conferenceId);
  const newest = runs.find((run) => run.endedAt === null) ?? (runs.at(-1) as SimulatedConference);
  return json(200, { conference: conferenceObject(newest, state.host) });
}

/** POST conferences/{id}/stop: ends the running session. */
export function stopConference(state: ServerState, conferenceId: string): Answer {
  const running = runsOf(state, conferenceId).find((run) => run.endedAt === null);
  if (running === undefined && state.stopEnded === 'not-found') throw notFound();
  if (running !== undefined) running.endedAt = state.now();
  return json(200, { state: 'stopped' });
}

const notFound = () => new Refused(refusal(404, 'conferenceNotFound', 'Conference not found'));

function runsOf(state: ServerState, conferenceId: string): SimulatedConference[] {
  const runs = state.conferences.byConference(conferenceId);
  if (runs.length === 0) throw notFound();
  return runs;
}

/** The running or last run of every conference that has an id. */
function newestRuns(state: ServerState): SimulatedConference[] {
  const newest = new Map<string, SimulatedConference>();
  for (const conference of state.conferences.all) {
    const id = conference.conferenceId;
    if (id !== null && (conference.endedAt === null || newest.get(id)?.endedAt !== null))
      newest.set(id, conference);
  }
  return [...newest.values()];
}
