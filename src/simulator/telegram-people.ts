/** Answers "what do people do in Telegram?": they write and tap, which becomes updates for the bot. */
import { messageJson } from './telegram-json.ts';
import type { BotState } from './telegram-state.ts';

export interface Person {
  id: number;
  name?: string;
  language?: string;
}

/** A person writes; returns the update id. */
export function write(
  state: BotState,
  from: Person,
  words: string,
  chat?: { id: number; threadId?: number },
): number {
  const chatId = chat?.id ?? from.id;
  state.chats.know(chatId, chat === undefined ? nameOf(from) : undefined);
  const command = /^\/[a-z0-9_]+(@\w+)?/i.exec(words)?.[0];
  const parsed = command === undefined ? [] : [{ type: 'bot_command', offset: 0, length: command.length }];
  const message = state.chats.add({
    chatId,
    ...(chat?.threadId === undefined ? {} : { threadId: chat.threadId }),
    html: words,
    text: words,
    parsed,
    entities: parsed.length,
    droppedEntities: 0,
    lostLinks: [],
    keyboard: [],
    sentAt: state.now(),
    editedAt: null,
    fromBot: false,
    kind: 'text',
  });
  state.changed(message, 'sent');
  return state.updates.push({ message: { ...messageJson(state, message), from: user(from) } });
}

/** A person taps a button, named by its data or its label; returns the callback query id. */
export function press(
  state: BotState,
  from: Person,
  place: { chatId: number; messageId: number },
  data: string,
): string {
  const { chatId, messageId } = place;
  const id = state.callbacks.open();
  const message = state.chats.find(chatId, messageId);
  const buttons = message?.keyboard.flat() ?? [];
  const button =
    buttons.find(({ callback_data }) => callback_data === data) ?? buttons.find(({ text }) => text === data);
  state.updates.push({
    callback_query: {
      id,
      from: user(from),
      // Telegram sends date 0 for a message that it no longer has.
      message: message
        ? messageJson(state, message)
        : { chat: state.chats.toJson(chatId), message_id: messageId, date: 0 },
      chat_instance: String(chatId),
      data: button?.callback_data ?? data,
    },
  });
  return id;
}

const nameOf = (from: Person) => from.name ?? `Person ${from.id}`;

function user(from: Person): Record<string, unknown> {
  const { id, language } = from;
  const languageCode = language === undefined ? {} : { language_code: language };
  return { id, is_bot: false, first_name: nameOf(from), ...languageCode };
}
