/** The conversation: every update passes the access gate, becomes an action, and is answered with a screen. */
import type { Conversation, Incoming, Reception, Screen } from '../channels/port.ts';
import type { Charts } from '../charts/charts.ts';
import type { Formats } from '../i18n/formats.ts';
import { clip } from '../i18n/markup.ts';
import type { Translator } from '../i18n/translator.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { Zone } from '../lib/zone.ts';
import { admit } from './access.ts';
import { perform } from './actions.ts';
import { type Action, decodeButton, findServer, serverKey } from './callback-data.ts';
import type { Context } from './context.ts';
import type { BotServer, Mute } from './ports.ts';
import { chartWaitingScreen } from './screens/chart.ts';
import { outdatedScreen } from './screens/servers.ts';
import { deniedScreen, internalErrorScreen, noServerNotice, waitingScreen } from './screens/simple.ts';
import { NAME_LENGTH, type Ui, withNotice } from './screens/ui.ts';

/** What each command asks for. Telegram's menu lists them in this order. */
export const COMMANDS = {
  start: { kind: 'servers', page: 0 },
  status: { kind: 'overview', page: 0 },
  forgotten: { kind: 'all-forgotten' },
  history: { kind: 'all-history', page: 0 },
  mute: { kind: 'mutes' },
  unmute: { kind: 'mute-all', minutes: 0 },
  help: { kind: 'help' },
  id: { kind: 'id' },
} as const satisfies Record<string, Action>;

export type CommandName = keyof typeof COMMANDS;

/** What a command asks for when a server's name follows it. */
const OF_ONE_SERVER: Partial<Record<CommandName, (server: string) => Action>> = {
  status: (server) => ({ kind: 'status', server }),
  forgotten: (server) => ({ kind: 'forgotten', server, page: 0 }),
  history: (server) => ({ kind: 'history', server, page: 0 }),
  mute: (server) => ({ kind: 'mute', server, minutes: 60 }),
  unmute: (server) => ({ kind: 'mute', server, minutes: 0 }),
};

/** Read anew for each update, because settings may change while the bot runs. */
export interface BotDependencies {
  /** In the order of the settings. */
  readonly servers: readonly BotServer[];
  /** Ids of those who may use the bot. */
  readonly administrators: ReadonlySet<number>;
  readonly words: Translator;
  readonly formats: Formats;
  readonly zone: Zone;
  readonly mute: Mute;
  readonly charts: Charts;
  readonly clock: Clock;
  readonly log: Log;
}

export function createBot(deps: BotDependencies): Conversation {
  const ui = (): Ui => ({ words: deps.words, formats: deps.formats, now: deps.clock.now() });

  return {
    receive: (incoming) => {
      switch (admit(incoming, deps.administrators)) {
        case 'silence':
          return { kind: 'ignore' };
        case 'denied-press':
          return { kind: 'notice', text: deps.words.plain('denied.tap') };
        case 'denied-with-id':
          return showing(deniedScreen(ui(), incoming.person.id));
        case 'allowed':
          return answer(incoming);
      }
    },
  };

  function answer(incoming: Incoming): Reception {
    const asked = actionOf(incoming, deps.servers);
    if (asked === 'nothing') return { kind: 'ignore' };
    const { keepsMessage, noServer } = asked;
    if (asked.action === 'outdated') return showing(outdatedScreen(ui(), deps.servers), keepsMessage);
    const action = ofOnlyServer(asked.action, deps.servers);

    const { person, address } = incoming;
    const waiting = waitingFor(action);
    let meanwhile: (() => Screen) | undefined;
    const context = (signal: AbortSignal): Context => ({
      servers: deps.servers,
      ui,
      clock: deps.clock,
      mute: deps.mute,
      charts: deps.charts,
      zone: deps.zone,
      log: deps.log,
      person: { id: person.id, name: clip(person.name, NAME_LENGTH) },
      chat: address,
      showMeanwhile: (screen) => {
        meanwhile = screen;
      },
      signal,
    });
    return {
      kind: 'work',
      work: {
        get waiting() {
          return meanwhile?.() ?? waiting;
        },
        keepsMessage,
        run: async (signal) => {
          try {
            const reply = await perform(action, context(signal));
            if (!noServer) return reply;
            return {
              ...reply,
              screen: withNotice(noServerNotice(ui(), noServer.written, noServer.alike), reply.screen),
            };
          } catch (error) {
            if (signal.aborted) throw error;
            deps.log.error({ action: action.kind, error }, 'an action broke');
            return { screen: internalErrorScreen(ui()) };
          }
        },
      },
    };
  }

  /** Shown when the servers take their time; Back leads to what needs no server. */
  function waitingFor(action: Action): Screen | undefined {
    if (action.kind === 'all-forgotten') return waitingScreen(ui(), undefined, { kind: 'servers', page: 0 });
    if (!('server' in action)) return undefined;
    const server = findServer(deps.servers, action.server);
    if (!server) return undefined;
    if (action.kind === 'chart') return chartWaitingScreen(ui(), server);
    return waitingScreen(ui(), clip(server.name, NAME_LENGTH), { kind: 'server', server: action.server });
  }
}

interface Asked {
  readonly action: Action | 'outdated';
  readonly keepsMessage: boolean;
  readonly noServer?: NoServer;
}

/** Words that were to name a server and do not name one. */
interface NoServer {
  readonly written: string;
  /** Those whose names hold it: none, or several. */
  readonly alike: readonly BotServer[];
}

/** In a group only commands and presses are for the bot; in a private chat any text brings the list of servers. */
function actionOf({ request, place }: Incoming, servers: readonly BotServer[]): Asked | 'nothing' {
  if (request.kind === 'tap') {
    const { action = 'outdated', keepsMessage } = decodeButton(request.data);
    return { action, keepsMessage };
  }
  if (request.kind === 'command' && isCommand(request.name)) {
    return { ...commandOf(request.name, request.argument, servers), keepsMessage: false };
  }
  return place === 'private' ? { action: COMMANDS.start, keepsMessage: false } : 'nothing';
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function commandOf(
  name: CommandName,
  argument: string | undefined,
  servers: readonly BotServer[],
): Omit<Asked, 'keepsMessage'> {
  const ofOne = OF_ONE_SERVER[name];
  if (argument === undefined || !ofOne) return { action: COMMANDS[name] };
  const alike = findByName(servers, argument);
  const [server] = alike;
  if (server && alike.length === 1) return { action: ofOne(serverKey(server)) };
  // Whoever names one server does not mean all of them.
  const action = name === 'unmute' ? COMMANDS.mute : COMMANDS[name];
  return { action, noServer: { written: argument, alike } };
}

/** The one of that name, else all whose names hold it. */
function findByName(servers: readonly BotServer[], written: string): readonly BotServer[] {
  const name = written.toLowerCase();
  const exact = servers.find((server) => server.name.toLowerCase() === name);
  return exact ? [exact] : servers.filter((server) => server.name.toLowerCase().includes(name));
}

/** Whoever has a single server means that one. */
function ofOnlyServer(action: Action, servers: readonly BotServer[]): Action {
  const [only] = servers;
  if (!only || servers.length > 1) return action;
  if (action.kind === 'all-forgotten') return { kind: 'forgotten', server: serverKey(only), page: 0 };
  if (action.kind === 'all-history') return { kind: 'history', server: serverKey(only), page: action.page };
  return action;
}

function showing(screen: Screen, keepsMessage = false): Reception {
  return { kind: 'work', work: { waiting: undefined, keepsMessage, run: async () => ({ screen }) } };
}
