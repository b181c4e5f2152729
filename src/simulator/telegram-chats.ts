/**
 * Answers "which chats are there, and what do they show?": the chats that the bot may write to, what keeps it out, and
 * the messages as people see them now, edits included.
 */
import { append } from './recent.ts';
import type { Entity } from './telegram-html.ts';
import type { Button } from './telegram-keyboard.ts';
import type { Photo } from './telegram-photo.ts';
import { badRequest, forbidden, type Refusal } from './telegram-refusal.ts';

export interface SimulatedMessage {
  chatId: number;
  messageId: number;
  threadId?: number;
  /** As sent. */
  html: string;
  /** After entity parsing. */
  text: string;
  /** How the text is formatted. */
  parsed: Entity[];
  /** Entities that were sent. */
  entities: number;
  /** Those beyond the first hundred: their formatting is lost. */
  droppedEntities: number;
  /** Targets of <a> that Telegram takes for no link: the words stay, the link is lost. */
  lostLinks: string[];
  keyboard: Button[][];
  sentAt: number;
  editedAt: number | null;
  fromBot: boolean;
  /** Kind of message; a photo's text is its caption. */
  kind: 'text' | 'photo';
  photo?: Photo;
}

/** A message with what only the server knows of it. */
export interface StoredMessage extends SimulatedMessage {
  isFrozen: boolean;
}

export type MessageChange = 'sent' | 'edited' | 'deleted';

interface Chat {
  id: number;
  state: 'open' | 'blocked' | 'kicked' | 'deactivated' | 'gone';
  migratedTo?: number;
  name: string;
  lastMessageId: number;
  missingThreads: Set<number>;
}

const MESSAGE_LIMIT = 20_000;

export class Chats {
  readonly messages: StoredMessage[] = [];
  readonly #chats = new Map<number, Chat>();
  readonly #index = new Map<string, StoredMessage>();

  /** Makes the chat one that the bot may write to. */
  know(id: number, name?: string): Chat {
    let chat = this.#chats.get(id);
    if (chat === undefined) {
      chat = { id, state: 'open', name: name ?? `Chat ${id}`, lastMessageId: 0, missingThreads: new Set() };
      this.#chats.set(id, chat);
    }
    if (name !== undefined) chat.name = name;
    return chat;
  }

  setState(id: number, state: Chat['state']): void {
    this.know(id).state = state;
  }

  migrate(id: number, toId: number): void {
    this.know(id).migratedTo = toId;
    this.know(toId);
  }

  /** The chat, if the bot may write there; otherwise throws the real refusal. */
  open(id: unknown, threadId?: unknown): Chat {
    if (id === undefined || id === '') throw badRequest('chat_id is empty');
    const chat = typeof id === 'number' ? this.#chats.get(id) : undefined;
    if (chat === undefined) throw badRequest('chat not found');
    if (chat.migratedTo !== undefined) {
      throw badRequest('group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: chat.migratedTo,
      });
    }
    const refusal = KEPT_OUT[chat.state]?.(chat.id);
    if (refusal !== undefined) throw refusal;
    if (typeof threadId === 'number' && (chat.id > 0 || chat.missingThreads.has(threadId))) {
      throw badRequest('message thread not found');
    }
    return chat;
  }

  add(message: Omit<StoredMessage, 'messageId' | 'isFrozen'>): StoredMessage {
    const chat = this.know(message.chatId);
    const stored: StoredMessage = { ...message, messageId: ++chat.lastMessageId, isFrozen: false };
    append(this.messages, stored, MESSAGE_LIMIT);
    this.#index.set(`${stored.chatId}:${stored.messageId}`, stored);
    if (this.#index.size > 2 * MESSAGE_LIMIT) this.#rebuildIndex();
    return stored;
  }

  find(chatId: number, messageId: number): StoredMessage | undefined {
    return this.#index.get(`${chatId}:${messageId}`);
  }

  delete(message: StoredMessage): void {
    this.#index.delete(`${message.chatId}:${message.messageId}`);
    const place = this.messages.lastIndexOf(message);
    if (place >= 0) this.messages.splice(place, 1);
  }

  /** The chat object of the Bot API. */
  toJson(id: number): Record<string, unknown> {
    const { name } = this.know(id);
    return id > 0 ? { id, type: 'private', first_name: name } : { id, type: kindOf(id), title: name };
  }

  #rebuildIndex(): void {
    this.#index.clear();
    for (const message of this.messages) this.#index.set(`${message.chatId}:${message.messageId}`, message);
  }
}

const kindOf = (id: number) => (id < -1_000_000_000_000 ? 'supergroup' : 'group');

const KEPT_OUT: Record<Chat['state'], ((id: number) => Refusal) | undefined> = {
  open: undefined,
  gone: () => badRequest('chat not found'),
  deactivated: () => forbidden('user is deactivated'),
  blocked: () => forbidden('bot was blocked by the user'),
  kicked: (id) => forbidden(`bot was kicked from the ${kindOf(id)} chat`),
};
