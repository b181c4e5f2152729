/** Answers "how does the Bot API write that down?": users and messages as JSON. */
import type { StoredMessage } from './telegram-chats.ts';
import type { Photo } from './telegram-photo.ts';
import type { BotState } from './telegram-state.ts';

/** The bot as a User. */
export function botUser(state: BotState): Record<string, unknown> {
  return {
    id: state.id,
    is_bot: true,
    first_name: state.username,
    username: state.username,
    can_join_groups: true,
    can_read_all_group_messages: false,
    supports_inline_queries: false,
  };
}

/** The message as a Message. */
export function messageJson(state: BotState, message: StoredMessage): Record<string, unknown> {
  const { keyboard, parsed, threadId, editedAt } = message;
  const words = message.kind === 'photo' ? ['caption', 'caption_entities'] : ['text', 'entities'];
  return {
    message_id: message.messageId,
    ...(message.fromBot ? { from: botUser(state) } : {}),
    chat: state.chats.toJson(message.chatId),
    date: seconds(message.sentAt),
    ...(editedAt === null ? {} : { edit_date: seconds(editedAt) }),
    ...(threadId === undefined ? {} : { message_thread_id: threadId, is_topic_message: true }),
    ...(message.photo === undefined ? {} : { photo: [photoSize(message.photo)] }),
    ...(message.text === '' ? {} : { [words[0] as string]: message.text }),
    ...(parsed.length === 0 ? {} : { [words[1] as string]: parsed }),
    ...(keyboard.length === 0 ? {} : { reply_markup: { inline_keyboard: keyboard } }),
  };
}

function photoSize({ png, width, height }: Photo): Record<string, unknown> {
  return { file_id: 'photo', file_unique_id: 'photo', width, height, file_size: png.length };
}

export const seconds = (at: number) => Math.floor(at / 1000);
