/** Answers "what does the page show?": what the simulators tell, as events for whoever looks, and all of it at once for who comes. */
import type { ChatMessage, DemoEvent, DemoPerson, RequestRow, Snapshot } from './demo-protocol.ts';
import type { DemoServer } from './demo-world.ts';
import { append } from './recent.ts';
import type { ApiCall, SimulatedMessage, TelegramSimulator } from './telegram.ts';
import type { RecordedRequest } from './trueconf.ts';

export interface FeedOptions {
  readonly locale: string;
  readonly bot: Snapshot['bot'];
  readonly people: readonly DemoPerson[];
  readonly telegram: TelegramSimulator;
  readonly servers: readonly DemoServer[];
}

type Watcher = (event: DemoEvent) => void;

const KEPT_REQUESTS = 200;
const KEPT_MESSAGES = 500;
/** What changes a server often changes it several times at once. */
const TOGETHER_MS = 50;
/** What a client asks all the time without anybody wanting something. */
const ROUTINE = ['/vsstatus', '/getUpdates'];

export class Feed {
  readonly #options: FeedOptions;
  readonly #watchers = new Set<Watcher>();
  readonly #requests: RequestRow[] = [];
  /** Their numbers in `#requests`, while they are unanswered. */
  readonly #open = new Map<RecordedRequest, number>();
  readonly #changed = new Map<DemoServer, NodeJS.Timeout>();
  #lastId = 0;
  #isTelegramCut = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    const { telegram, servers } = options;
    telegram.onMessage = (message, change) => {
      const { chatId, messageId } = message;
      if (change === 'deleted') this.#tell({ kind: 'message-deleted', chatId, messageId });
      else this.#tell({ kind: 'message', message: chatMessage(message) });
    };
    telegram.onTapAnswered = (tap, { text, showAlert }) =>
      this.#tell({
        kind: 'tap-answered',
        tap,
        ...(text === undefined ? {} : { text }),
        ...(showAlert === undefined ? {} : { isAlert: showAlert }),
      });
    telegram.onCall = (call) => this.#called(call);
    for (const server of servers) {
      server.simulator.onRequest = (request) => {
        this.#open.set(request, this.#row(requestRow(server.key, request)));
      };
      server.simulator.onAnswer = (request) => {
        const id = this.#open.get(request);
        this.#open.delete(request);
        if (id !== undefined) this.#row(requestRow(server.key, request), id);
        // A stop ends a conference without anybody at the page.
        if (request.method !== 'GET') this.serverChanged(server);
      };
    }
  }

  /** @returns what ends it */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  get watchers(): number {
    return this.#watchers.size;
  }

  snapshot(): Snapshot {
    const { locale, bot, people, telegram, servers } = this.#options;
    return {
      now: Date.now(),
      locale,
      bot,
      people,
      commands: this.#commands(),
      messages: telegram.messages.slice(-KEPT_MESSAGES).map(chatMessage),
      servers: servers.map((server) => server.view()),
      isTelegramCut: this.#isTelegramCut,
      requests: [...this.#requests],
    };
  }

  telegramCut(isCut: boolean): void {
    this.#isTelegramCut = isCut;
    this.#tell({ kind: 'telegram', isCut });
  }

  serverChanged(server: DemoServer): void {
    if (this.#changed.has(server)) return;
    const timer = setTimeout(() => {
      this.#changed.delete(server);
      this.#tell({ kind: 'server', server: server.view() });
    }, TOGETHER_MS);
    this.#changed.set(server, timer);
  }

  close(): void {
    for (const timer of this.#changed.values()) clearTimeout(timer);
    this.#watchers.clear();
  }

  #called(call: ApiCall): void {
    this.#row({
      at: call.at,
      to: 'telegram',
      method: 'POST',
      path: `/${call.method}`,
      status: call.ok ? 200 : (call.errorCode ?? 0),
      durationMs: call.durationMs,
      isRoutine: ROUTINE.includes(`/${call.method}`),
    });
    if (/^(set|delete)MyCommands$/i.test(call.method)) {
      this.#tell({ kind: 'commands', commands: this.#commands() });
    }
  }

  #commands() {
    const { commands } = this.#options.telegram;
    return commands[this.#options.locale] ?? commands[''] ?? [];
  }

  /** @param id of a row that is known already */
  #row(row: Omit<RequestRow, 'id'>, id = ++this.#lastId): number {
    const request = { id, ...row };
    const place = this.#requests.findIndex((known) => known.id === id);
    if (place >= 0) this.#requests[place] = request;
    else append(this.#requests, request, KEPT_REQUESTS);
    this.#tell({ kind: 'request', request });
    return id;
  }

  #tell(event: DemoEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }
}

function requestRow(to: string, request: RecordedRequest): Omit<RequestRow, 'id'> {
  const { at, method, path, status, durationMs } = request;
  const isOver = durationMs !== null;
  return {
    at,
    to,
    method,
    path,
    status: status ?? (isOver ? 0 : null),
    durationMs,
    isRoutine: ROUTINE.includes(path),
  };
}

function chatMessage(message: SimulatedMessage): ChatMessage {
  const { chatId, messageId, fromBot, text, parsed, keyboard, sentAt, editedAt, photo } = message;
  const path = `/pictures/${chatId}/${messageId}?${editedAt ?? sentAt}`;
  return {
    chatId,
    messageId,
    isFromBot: fromBot,
    text,
    entities: parsed,
    keyboard,
    picture: photo ? { path, width: photo.width, height: photo.height } : null,
    sentAt,
    editedAt,
  };
}
