/** Answers "may this be sent, and what does the chat show then?": sendMessage and sendPhoto. */
import type { StoredMessage } from './telegram-chats.ts';
import { messageJson } from './telegram-json.ts';
import { readKeyboard } from './telegram-keyboard.ts';
import type { Params } from './telegram-params.ts';
import { readPhoto } from './telegram-photo.ts';
import { badRequest } from './telegram-refusal.ts';
import type { BotState } from './telegram-state.ts';
import { readCaption, readWords } from './telegram-text.ts';

export function sendMessage(state: BotState, params: Params): unknown {
  return post(state, params, { ...readWords(params, 'message is too long'), kind: 'text' });
}

export function sendPhoto(state: BotState, params: Params): unknown {
  const words = readCaption(params);
  return post(state, params, { ...words, kind: 'photo', photo: readPhoto(params, params.photo) });
}

function post(
  state: BotState,
  params: Params,
  words: Omit<
    StoredMessage,
    'chatId' | 'messageId' | 'keyboard' | 'sentAt' | 'editedAt' | 'fromBot' | 'isFrozen'
  >,
): unknown {
  const keyboard = readKeyboard(params.reply_markup);
  const { message_thread_id: threadId } = params;
  const chat = state.chats.open(params.chat_id, threadId);
  checkReply(state, chat.id, params.reply_parameters);
  state.rate.count(chat.id);
  const message = state.chats.add({
    ...words,
    chatId: chat.id,
    ...(typeof threadId === 'number' ? { threadId } : {}),
    keyboard,
    sentAt: state.now(),
    editedAt: null,
    fromBot: true,
  });
  state.changed(message, 'sent');
  return messageJson(state, message);
}

function checkReply(state: BotState, chatId: number, reply: unknown): void {
  if (reply === null || typeof reply !== 'object') return;
  const { message_id: id, allow_sending_without_reply: isOptional } = reply as Record<string, unknown>;
  if (isOptional !== true && state.chats.find(chatId, Number(id)) === undefined) {
    throw badRequest('message to be replied not found');
  }
}
