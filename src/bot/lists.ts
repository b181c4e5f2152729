/** The lists of one server that several actions lead back to. */
import type { Screen } from '../channels/port.ts';
import type { Conference } from '../domain/conference.ts';
import { conferenceKey, type Origin } from './callback-data.ts';
import type { Context } from './context.ts';
import { searchForgotten } from './forgotten-search.ts';
import type { BotServer } from './ports.ts';
import { conferencesScreen } from './screens/conferences.ts';
import { forgottenScreen } from './screens/forgotten.ts';

/** Longest first, so that pages keep their order while conferences come and go. */
async function readConferences(server: BotServer, signal: AbortSignal): Promise<readonly Conference[]> {
  const running = await server.runningConferences(signal);
  return [...running].sort((a, b) => b.duration - a.duration || (a.session < b.session ? -1 : 1));
}

/** @param isGone conferences that have just been stopped: the server may still list them for a moment */
export async function listPage(
  { ui, signal }: Context,
  server: BotServer,
  from: Origin,
  isGone: (conference: Conference) => boolean = () => false,
): Promise<Screen> {
  if (from.list === 'conferences') {
    const conferences = await readConferences(server, signal);
    return conferencesScreen(
      ui(),
      server,
      conferences.filter((one) => !isGone(one)),
      from.page,
    );
  }
  const search = await searchForgotten(server, signal);
  const forgotten = search.forgotten.filter(({ conference }) => !isGone(conference));
  const gone = search.forgotten.length - forgotten.length;
  return forgottenScreen(ui(), server, { ...search, forgotten, running: search.running - gone }, from.page);
}

/** The run of a conference that a button means; `undefined`: it has ended. */
export async function findConference(
  server: BotServer,
  key: string,
  signal: AbortSignal,
): Promise<Conference | undefined> {
  const running = await server.runningConferences(signal);
  return running.find(({ session }) => conferenceKey(session) === key);
}
