/**
 * What each action does: reads what it needs and makes the screen. One handler for each kind of action; stopping,
 * which changes something, is in `stopping.ts`.
 */
import type { Reply, Screen } from '../channels/port.ts';
import { ChartFailed } from '../charts/failure.ts';
import { ServerTrouble } from '../domain/trouble.ts';
import type { Html } from '../i18n/markup.ts';
import { childOf } from '../lib/abort.ts';
import { parallel } from '../lib/parallel.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';
import { type Action, type ActionKind, findServer } from './callback-data.ts';
import type { Context } from './context.ts';
import { readParticipants, searchForgotten } from './forgotten-search.ts';
import { findConference, listPage } from './lists.ts';
import type { BotServer } from './ports.ts';
import { allForgottenScreen, type SearchedServer } from './screens/all-forgotten.ts';
import { chartFailedScreen, chartOf, chartScreen, chartSpan } from './screens/chart.ts';
import { conferenceScreen, originAction } from './screens/conference.ts';
import { HISTORY_ENTRIES, HISTORY_SPAN, historyChoiceScreen, historyScreen } from './screens/history.ts';
import { mutesScreen } from './screens/mutes.ts';
import { overviewScreen } from './screens/overview.ts';
import { serverScreen } from './screens/server.ts';
import { outdatedScreen, serversScreen } from './screens/servers.ts';
import { helpScreen, idScreen } from './screens/simple.ts';
import { statusScreen } from './screens/status.ts';
import { toServer, troubleScreen, type Ui, withNotice } from './screens/ui.ts';
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

  status: withServer(async (context, server) => {
    await server.lookNow(context.signal);
    return showStatus(context, server);
  }),

  'switch-monitoring': withServer(async (context, server, action) => {
    await server.switchMonitoring(action.on, context.person);
    // Else the first thing said about it would be that nothing is known.
    if (action.on) await server.lookNow(context.signal);
    return showStatus(context, server);
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

  overview: ({ page }, { ui, servers, chat }) => overviewScreen(ui(), servers, chat, page),

  'all-forgotten': async (_action, context) => {
    const { ui, servers, showMeanwhile } = context;
    const searched: SearchedServer[] = servers.map((server) => ({ kind: 'asked', server }));
    const screen = () => allForgottenScreen(ui(), searched);
    await parallel(servers, SERVERS_AT_ONCE, async (server, index) => {
      searched[index] = await searchOne(context, server);
      showMeanwhile(screen);
    });
    return screen();
  },

  mute: withServer(async (context, server, { minutes }) => {
    const until: EpochMs = context.ui().now + muteLength(minutes);
    await context.mute([server.name], context.chat, until);
    return withNotice(muteNotice(context.ui(), server.name, until), await showStatus(context, server));
  }),

  'mute-all': async ({ minutes }, { ui, servers, chat, mute }) => {
    const { words, formats, now } = ui();
    const length = muteLength(minutes);
    const concerned = length > 0 ? servers : servers.filter((server) => server.view().mutedUntil(chat));
    if (concerned.length === 0) return mutesScreen(ui(), servers, chat);
    const until = now + length;
    const names = concerned.map(({ name }) => name);
    await mute(names, chat, until);
    const [first, second] = names;
    const notice =
      first && !second
        ? muteNotice(ui(), first, until)
        : length > 0
          ? words.html('mutes.done', { time: formats.time(until, now) })
          : words.html('mutes.ended', { count: names.length });
    return withNotice(notice, mutesScreen(ui(), servers, chat));
  },

  mutes: (_action, { ui, servers, chat }) => mutesScreen(ui(), servers, chat),

  history: withServer(({ ui }, server, { page }) => showHistory(ui(), server, page)),

  'all-history': ({ page }, { ui, servers }) => historyChoiceScreen(ui(), servers, page),

  chart: withServer(async ({ ui, signal, charts, zone, log }, server, { days }) => {
    const span = chartSpan(days);
    const key = `${server.name} ${span} ${ui().words.locale}`;
    try {
      const picture = await charts.draw(
        key,
        async () => {
          const now = ui();
          return chartOf(now, server, span, await server.history(now.now - span), zone);
        },
        signal,
      );
      return chartScreen(ui(), server, span, picture);
    } catch (error) {
      if (!(error instanceof ChartFailed)) throw error;
      const { code, message } = error;
      log.error({ server: server.name, code, error: message }, 'a chart could not be drawn');
      return chartFailedScreen(ui(), server, span, code);
    }
  }),

  acknowledge: withServer(async (context, server) => {
    const { person, chat } = context;
    const done = await server.acknowledge(person, chat);
    const { words } = context.ui();
    const key = done ? 'acknowledge.done' : 'acknowledge.not-down';
    // In a group the answer is for all who read there.
    const notice =
      done && chat !== String(person.id)
        ? words.html('alert.acknowledged', { server: server.name, name: person.name })
        : words.html(key, { server: server.name });
    return withNotice(notice, await showStatus(context, server));
  }),

  help: (_action, { ui }) => helpScreen(ui()),
  id: (_action, { ui, person, chat }) => idScreen(ui(), person.id, chat),
};

function muteNotice({ words, formats, now }: Ui, server: string, until: EpochMs): Html {
  return until > now
    ? words.html('mute.done', { server, time: formats.time(until, now) })
    : words.html('mute.ended', { server });
}

/** @param minutes as a button says; 0 ends the mute */
function muteLength(minutes: number): DurationMs {
  return Math.min(minutes, LONGEST_MUTE_MINUTES) * MINUTE;
}

/** As it is known, without looking. */
async function showStatus({ ui, chat }: Context, server: BotServer): Promise<Screen> {
  const summary = await server.summary();
  return statusScreen(ui(), server, server.view(), chat, summary);
}

async function showHistory(ui: Ui, server: BotServer, page: number): Promise<Screen> {
  const [periods, audit] = await Promise.all([
    server.periods(ui.now - HISTORY_SPAN),
    server.audit(HISTORY_ENTRIES),
  ]);
  return historyScreen(ui, server, { periods, audit }, page);
}

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

/**
 * A server that takes too long is given up, so that the others' answer is not kept waiting: what was not read by then
 * counts as not answered in time.
 */
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
