/**
 * What each action does: reads what it needs and makes the screen. One handler for each kind of action; stopping,
 * which changes something, is in `stopping.ts`.
 */
import type { Reply, Screen } from '../channels/port.ts';
import { ServerTrouble } from '../domain/trouble.ts';
import { childOf } from '../lib/abort.ts';
import { parallel } from '../lib/parallel.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';
import { type Action, type ActionKind, findServer } from './callback-data.ts';
import type { Context } from './context.ts';
import { readParticipants, searchForgotten } from './forgotten-search.ts';
import { findConference, listPage } from './lists.ts';
import type { BotServer } from './ports.ts';
import { allForgottenScreen, type SearchedServer } from './screens/all-forgotten.ts';
import { conferenceScreen, originAction } from './screens/conference.ts';
import { overviewScreen } from './screens/overview.ts';
import { serverScreen } from './screens/server.ts';
import { outdatedScreen, serversScreen } from './screens/servers.ts';
import { helpScreen, idScreen } from './screens/simple.ts';
import { statusScreen } from './screens/status.ts';
import { toServer, troubleScreen, withNotice } from './screens/ui.ts';
import { usersScreen } from './screens/users.ts';
import { askStop, askStopAll, endedScreen, stop, stopAll } from './stopping.ts';

type Handler<Kind extends ActionKind> = (
  action: Extract<Action, { kind: Kind }>,
  context: Context,
) => Promise<Reply | Screen> | Screen;

/** Servers asked at once by a search across all of them. */
const SERVERS_AT_ONCE = 16;

/** Longest time that one server may take in such a search. */
const SEARCH_LIMIT: DurationMs = 15 * SECOND;

/** Longest mute that a button may ask for. */
const LONGEST_MUTE_MINUTES = 24 * 60;

const HANDLERS: { readonly [Kind in ActionKind]: Handler<Kind> } = {
  servers: ({ page }, { ui, servers }) => serversScreen(ui(), servers, page),

  server: withServer(({ ui }, server) => serverScreen(ui(), server)),

  status: withServer(async ({ ui, signal, chat }, server) => {
    const view = await server.lookNow(signal);
    return statusScreen(ui(), server, view, chat);
  }),

  'switch-monitoring': withServer(async ({ ui, person, chat }, server, action) => {
    await server.switchMonitoring(action.on, person);
    return statusScreen(ui(), server, server.view(), chat);
  }),

  conferences: withServer((context, server, { page }) =>
    listPage(context, server, { list: 'conferences', page }),
  ),

  conference: withServer(async (context, server, action) => {
    const { ui, signal } = context;
    const conference = await findConference(server, action.conference, signal);
    if (!conference) return endedScreen(context, server, action.from);
    const read = await readParticipants(server, conference, signal);
    return conferenceScreen(ui(), server, conference, read, action.from, action.page);
  }),

  users: withServer(async ({ ui, signal }, server, { page }) => {
    const users = await server.onlineUsers(signal);
    return usersScreen(ui(), server, users, page);
  }),

  forgotten: withServer((context, server, { page }) =>
    listPage(context, server, { list: 'forgotten', page }),
  ),

  'ask-stop': withServer(askStop),
  stop: withServer(stop),
  'ask-stop-all': withServer(askStopAll),
  'stop-all': withServer(stopAll),

  overview: ({ page }, { ui, servers }) => overviewScreen(ui(), servers, page),

  'all-forgotten': async (_action, context) => {
    const { ui, servers } = context;
    const searched = await parallel(servers, SERVERS_AT_ONCE, (server) => searchOne(context, server));
    return allForgottenScreen(ui(), searched);
  },

  mute: withServer(async ({ ui, chat }, server, { minutes }) => {
    const { words, formats, now } = ui();
    const length = Math.min(Math.max(minutes, 0), LONGEST_MUTE_MINUTES) * MINUTE;
    const until: EpochMs = now + length;
    await server.mute(chat, until);
    const notice =
      length === 0
        ? words.html('mute.ended', { server: server.name })
        : words.html('mute.done', { server: server.name, time: formats.time(until, now) });
    return withNotice(notice, statusScreen(ui(), server, server.view(), chat));
  }),

  acknowledge: withServer(async ({ ui, person, chat }, server) => {
    const done = await server.acknowledge(person);
    const key = done ? 'acknowledge.done' : 'acknowledge.not-down';
    return withNotice(
      ui().words.html(key, { server: server.name }),
      statusScreen(ui(), server, server.view(), chat),
    );
  }),

  help: (_action, { ui }) => helpScreen(ui()),
  id: (_action, { ui, person, chat }) => idScreen(ui(), person.id, chat),
};

/** Never throws except when the signal aborts or on a bug: trouble with a server is a screen too. */
export async function perform(action: Action, context: Context): Promise<Reply> {
  const handler = HANDLERS[action.kind] as Handler<ActionKind>;
  const result = await handler(action, context);
  return 'screen' in result ? result : { screen: result };
}

type ServerAction = Extract<Action, { server: string }>;

/** Looks the server up, and turns its trouble into a screen that leads on. */
function withServer<Kind extends ServerAction['kind']>(
  handle: (
    context: Context,
    server: BotServer,
    action: Extract<ServerAction, { kind: Kind }>,
  ) => Promise<Reply | Screen> | Screen,
): Handler<Kind> {
  return async (action, context) => {
    const asked = action as Extract<ServerAction, { kind: Kind }>;
    const server = findServer(context.servers, asked.server);
    if (!server) return outdatedScreen(context.ui(), context.servers);
    try {
      return await handle(context, server, asked);
    } catch (error) {
      if (!(error instanceof ServerTrouble)) throw error;
      const back = 'from' in asked ? originAction(asked.server, asked.from) : toServer(server);
      // What changes something is not repeated by a button that says "refresh".
      const changes = asked.kind === 'stop' || asked.kind === 'stop-all';
      return troubleScreen(context.ui(), server, error.trouble, changes ? back : asked, back);
    }
  };
}

/** A server that takes too long is left out and said to be, so that the others' answer is not kept waiting. */
async function searchOne({ clock, signal }: Context, server: BotServer): Promise<SearchedServer> {
  const search = childOf(signal);
  const alarm = childOf(signal);
  clock.sleep(SEARCH_LIMIT, alarm.signal).then(
    () => search.abort(new ServerTrouble('search', { code: 'answer-timeout' })),
    () => {},
  );
  try {
    return { kind: 'searched', server, search: await searchForgotten(server, search.signal) };
  } catch (error) {
    if (!(error instanceof ServerTrouble)) throw error;
    return { kind: 'trouble', server, trouble: error.trouble };
  } finally {
    alarm.abort();
    alarm.release();
    search.release();
  }
}
