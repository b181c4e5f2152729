// @ts-check
/** Answers "what does the page know?": the demo as told by its events, who is looking, and what is unread. Draws nothing. */

/** @import {ChatMessage, DemoEvent, RequestRow, ServerView, Snapshot} from '../demo-protocol.ts' */

/**
 * What views are told, after it has become so.
 * @typedef {{ kind: 'snapshot' }
 *   | { kind: 'message', message: ChatMessage, before: ChatMessage | undefined }
 *   | { kind: 'message-deleted', chatId: number, messageId: number }
 *   | { kind: 'tap-answered', tap: string, text?: string, isAlert?: boolean }
 *   | { kind: 'commands' }
 *   | { kind: 'server', server: ServerView, before: ServerView | undefined }
 *   | { kind: 'telegram' }
 *   | { kind: 'request', request: RequestRow, isNew: boolean }
 *   | { kind: 'selected' }
 *   | { kind: 'unread' }} Change
 */

/** Kept of the routine requests and of the others, each. */
const REQUEST_LIMIT = 300;

export class State {
  /** @type {Snapshot['bot']} */
  bot = { name: '', username: '' };
  /** @type {Snapshot['people']} */
  people = [];
  /** @type {Snapshot['commands']} */
  commands = [];
  /** @type {Map<string, ServerView>} */
  servers = new Map();
  isTelegramCut = false;
  /** Whose chat is shown; 0 before the first snapshot. */
  selected = 0;
  /** The first unread message by chat. @type {Map<number, number>} */
  firstUnread = new Map();

  /** @type {Map<number, Map<number, ChatMessage>>} */
  #chats = new Map();
  /** @type {{ routine: Map<number, RequestRow>, telling: Map<number, RequestRow> }} */
  #requests = { routine: new Map(), telling: new Map() };
  #clockOffsetMs = 0;
  /** @type {Set<(change: Change) => void>} */
  #listeners = new Set();

  /** @param {(change: Change) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
  }

  /** The clock of the demo, epoch milliseconds. */
  now() {
    return Date.now() + this.#clockOffsetMs;
  }

  /** Of one chat, oldest first. @param {number} chatId @returns {ChatMessage[]} */
  messages(chatId) {
    return [...(this.#chats.get(chatId)?.values() ?? [])].sort((a, b) => a.messageId - b.messageId);
  }

  /** @param {number} chatId @param {number} messageId */
  message(chatId, messageId) {
    return this.#chats.get(chatId)?.get(messageId);
  }

  /** Oldest first. @param {boolean} withRoutine @returns {RequestRow[]} */
  requests(withRoutine) {
    const rows = [...this.#requests.telling.values()];
    if (withRoutine) rows.push(...this.#requests.routine.values());
    return rows.sort((a, b) => a.id - b.id);
  }

  /** @param {number} person */
  select(person) {
    if (person === this.selected) return;
    this.selected = person;
    this.#tell({ kind: 'selected' });
  }

  /** @param {number} chatId */
  unread(chatId) {
    const first = this.firstUnread.get(chatId);
    if (first === undefined) return 0;
    return this.messages(chatId).filter((message) => message.isFromBot && message.messageId >= first).length;
  }

  /** @param {number} chatId */
  markRead(chatId) {
    if (this.firstUnread.delete(chatId)) this.#tell({ kind: 'unread' });
  }

  /** @param {DemoEvent} event */
  apply(event) {
    switch (event.kind) {
      case 'snapshot':
        return this.#begin(event.snapshot);
      case 'message':
        return this.#receive(event.message);
      case 'message-deleted':
        this.#chats.get(event.chatId)?.delete(event.messageId);
        this.#tell(event);
        return this.#tell({ kind: 'unread' });
      case 'tap-answered':
        return this.#tell(event);
      case 'commands':
        this.commands = event.commands;
        return this.#tell({ kind: 'commands' });
      case 'server': {
        const before = this.servers.get(event.server.key);
        this.servers.set(event.server.key, event.server);
        return this.#tell({ kind: 'server', server: event.server, before });
      }
      case 'telegram':
        this.isTelegramCut = event.isCut;
        return this.#tell({ kind: 'telegram' });
      case 'request':
        return this.#tell({ kind: 'request', request: event.request, isNew: this.#keep(event.request) });
    }
  }

  /** @param {Snapshot} snapshot */
  #begin(snapshot) {
    const known = this.#chats;
    this.#clockOffsetMs = snapshot.now - Date.now();
    this.bot = snapshot.bot;
    this.people = snapshot.people;
    this.commands = snapshot.commands;
    this.servers = new Map(snapshot.servers.map((server) => [server.key, server]));
    this.isTelegramCut = snapshot.isTelegramCut;
    if (!this.people.some((person) => person.id === this.selected)) this.selected = this.people[0]?.id ?? 0;
    this.#requests = { routine: new Map(), telling: new Map() };
    for (const request of snapshot.requests) this.#keep(request);
    this.#chats = new Map();
    this.firstUnread = new Map();
    for (const message of snapshot.messages) this.#put(message);
    // After a gap in the same demo: what came in the meantime. Of one started anew, nothing is news.
    const isKnown = (/** @type {ChatMessage} */ message) =>
      known.get(message.chatId)?.get(message.messageId)?.sentAt === message.sentAt;
    if (snapshot.messages.some(isKnown)) {
      for (const message of snapshot.messages) if (!isKnown(message)) this.#countUnread(message);
    }
    this.#tell({ kind: 'snapshot' });
  }

  /** @param {ChatMessage} message */
  #receive(message) {
    const before = this.message(message.chatId, message.messageId);
    this.#put(message);
    const isCounted = !before && this.#countUnread(message);
    this.#tell({ kind: 'message', message, before });
    if (isCounted) this.#tell({ kind: 'unread' });
  }

  /** @param {ChatMessage} message */
  #put(message) {
    const chat = this.#chats.get(message.chatId) ?? new Map();
    chat.set(message.messageId, message);
    this.#chats.set(message.chatId, chat);
  }

  /** @param {ChatMessage} message */
  #countUnread(message) {
    if (!message.isFromBot) return false;
    const first = this.firstUnread.get(message.chatId) ?? message.messageId;
    this.firstUnread.set(message.chatId, Math.min(first, message.messageId));
    return true;
  }

  /** @param {RequestRow} request @returns {boolean} whether it is new */
  #keep(request) {
    const rows = request.isRoutine ? this.#requests.routine : this.#requests.telling;
    const isNew = !rows.has(request.id);
    rows.set(request.id, request);
    const oldest = rows.keys().next();
    if (rows.size > REQUEST_LIMIT && !oldest.done) rows.delete(oldest.value);
    return isNew;
  }

  /** @param {Change} change */
  #tell(change) {
    for (const listener of this.#listeners) listener(change);
  }
}
