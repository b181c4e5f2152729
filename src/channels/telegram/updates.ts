/** What an update from Telegram means to the bot. Pure; decides nothing about who may do what. */
import type { CallbackQuery, Message, Update, User } from 'node-telegram-bot-api/types';
import type { Incoming, Sender } from '../port.ts';
import { formatAddress, type Place } from './addresses.ts';

/** The kinds of updates that Telegram is asked for. */
export const ALLOWED_UPDATES = ['message', 'callback_query'];

export interface Received {
  readonly incoming: Incoming;
  readonly place: Place;
  /** Present when a button was pressed. */
  readonly tap?: { readonly id: string; readonly message: Message | undefined };
}

/** Messages that hold one of these were written by a person; others tell of pins, members, timers. */
const CONTENT = [
  'text',
  'caption',
  'sticker',
  'photo',
  'voice',
  'video',
  'video_note',
  'document',
  'audio',
  'animation',
  'location',
  'venue',
  'contact',
  'poll',
  'dice',
  'story',
] as const satisfies readonly (keyof Message)[];

/** @param botName as Telegram tells it, without `@`. `undefined`: nothing that the bot should react to. */
export function read(update: Update, botName: string): Received | undefined {
  if ('callback_query' in update) return readTap(update.callback_query);
  if ('message' in update) return readMessage(update.message, botName);
  return undefined;
}

function readMessage(message: Message, botName: string): Received | undefined {
  const { from, chat } = message;
  // `sender_chat`: an anonymous administrator or a channel; nobody knows which person that is.
  if (!from || from.is_bot || message.sender_chat) return undefined;
  if (chat.type !== 'private' && chat.type !== 'group' && chat.type !== 'supergroup') return undefined;
  const place = placeOf(message);
  const about = { person: toSender(from), address: formatAddress(place) };
  const command = readCommand(message.text);
  const isForUs = command?.bot === undefined || command.bot.toLowerCase() === botName.toLowerCase();
  const request =
    command && isForUs ? { kind: 'command' as const, name: command.name, ...command.rest } : undefined;
  if (chat.type !== 'private') {
    return request && { incoming: { ...about, place: 'group', request }, place };
  }
  if (!CONTENT.some((key) => message[key] !== undefined)) return undefined;
  return { incoming: { ...about, place: 'private', request: request ?? { kind: 'text' } }, place };
}

function readTap(query: CallbackQuery): Received | undefined {
  const { from, message, data } = query;
  // Without a message it came from an inline message, and the bot writes none.
  if (from.is_bot || !message || typeof data !== 'string') return undefined;
  const place = placeOf(message);
  // Telegram dates a message 0 when it no longer has it.
  const isAccessible = message.date !== 0;
  return {
    incoming: {
      person: toSender(from),
      place: message.chat.type === 'private' ? 'private' : 'group',
      address: formatAddress(place),
      request: { kind: 'tap', data },
    },
    place,
    tap: { id: query.id, message: isAccessible ? (message as Message) : undefined },
  };
}

interface Command {
  readonly name: string;
  readonly bot: string | undefined;
  readonly rest: { readonly argument?: string };
}

/** `/name@Bot argument`, all in the first line. */
function readCommand(text: string | undefined): Command | undefined {
  const match = /^\/(\w{1,32})(?:@(\w+))?(?!\S)(.*)/.exec(text ?? '');
  if (match?.[1] === undefined) return undefined;
  const argument = match[3]?.trim();
  return { name: match[1].toLowerCase(), bot: match[2], rest: argument ? { argument } : {} };
}

/** Replies outside forums carry a thread id too, but sending to that one fails. */
function placeOf(message: { chat: Message['chat'] } & Partial<Message>): Place {
  return {
    chat: message.chat.id,
    thread: message.is_topic_message ? message.message_thread_id : undefined,
  };
}

function toSender(user: User): Sender {
  const name = [user.first_name, user.last_name].filter(Boolean).join(' ').trim();
  return { id: user.id, name: name || user.username || String(user.id) };
}
