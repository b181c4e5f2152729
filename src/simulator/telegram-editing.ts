/** Answers "may this message be changed or deleted, and what does it show then?": the edit and delete methods. */
import type { StoredMessage } from './telegram-chats.ts';
import { messageJson } from './telegram-json.ts';
import { readKeyboard } from './telegram-keyboard.ts';
import type { Params } from './telegram-params.ts';
import { readPhoto } from './telegram-photo.ts';
import { badRequest } from './telegram-refusal.ts';
import type { BotState } from './telegram-state.ts';
import { readCaption, readWords } from './telegram-text.ts';

const DELETE_WINDOW_MS = 48 * 3_600_000;

/** The message that an edit means; refuses what cannot be edited. */
function editable(state: BotState, params: Params): StoredMessage {
  const { message_id: messageId } = params;
  if (messageId === undefined || messageId === '') throw badRequest('message identifier is not specified');
  const chat = state.chats.open(params.chat_id);
  const message = state.chats.find(chat.id, Number(messageId));
  if (message === undefined) throw badRequest('message to edit not found');
  if (!message.fromBot || message.isFrozen) throw badRequest("message can't be edited");
  return message;
}

function apply(state: BotState, message: StoredMessage, changes: Partial<StoredMessage>): unknown {
  const look = (shown: StoredMessage) =>
    JSON.stringify([shown.text, shown.parsed, shown.keyboard, shown.photo?.png.toString('base64')]);
  const edited = { ...message, ...changes };
  if (look(edited) === look(message)) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  }
  state.rate.count(message.chatId);
  Object.assign(message, changes, { editedAt: state.now() });
  state.changed(message, 'edited');
  return messageJson(state, message);
}

export function editMessageText(state: BotState, params: Params): unknown {
  const words = readWords(params, 'MESSAGE_TOO_LONG');
  const keyboard = readKeyboard(params.reply_markup);
  const message = editable(state, params);
  if (message.kind !== 'text') throw badRequest('there is no text in the message to edit');
  return apply(state, message, { ...words, keyboard });
}

export function editMessageCaption(state: BotState, params: Params): unknown {
  const words = readCaption(params);
  const keyboard = readKeyboard(params.reply_markup);
  const message = editable(state, params);
  if (message.kind !== 'photo') throw badRequest('there is no caption in the message to edit');
  return apply(state, message, { ...words, keyboard });
}

/** Photos only, for the bot sends nothing else. A text message becomes a photo, as newer Bot APIs allow. */
export function editMessageMedia(state: BotState, params: Params): unknown {
  const media = params.media as Params | undefined;
  if (media === null || typeof media !== 'object')
    throw badRequest("can't parse InputMedia: Expected an Object");
  if (media.type !== 'photo') throw badRequest('wrong type of the media');
  const words = readCaption(media);
  const keyboard = readKeyboard(params.reply_markup);
  const photo = readPhoto(params, media.media);
  return apply(state, editable(state, params), { ...words, keyboard, kind: 'photo', photo });
}

export function editMessageReplyMarkup(state: BotState, params: Params): unknown {
  const keyboard = readKeyboard(params.reply_markup);
  return apply(state, editable(state, params), { keyboard });
}

export function deleteMessage(state: BotState, params: Params): unknown {
  const chat = state.chats.open(params.chat_id);
  const message = state.chats.find(chat.id, Number(params.message_id));
  if (message === undefined) throw badRequest('message to delete not found');
  if (message.isFrozen) throw badRequest("message can't be deleted");
  if (state.now() - message.sentAt > DELETE_WINDOW_MS)
    throw badRequest("message can't be deleted for everyone");
  state.chats.delete(message);
  state.changed(message, 'deleted');
  return true;
}
