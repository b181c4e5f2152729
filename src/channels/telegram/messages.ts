/** Sends, edits and takes back single messages; tries a plainer form when Telegram refuses one as malformed. Never waits. */
import type { Message } from 'node-telegram-bot-api/types';
import type { Html } from '../../i18n/markup.ts';
import type { Log } from '../../lib/log.ts';
import type { Keyboard } from '../port.ts';
import type { Place } from './addresses.ts';
import type { Call } from './calls.ts';
import type { Answer } from './failures.ts';
import { plainText } from './html.ts';
import { hasDanger, toInlineKeyboard } from './keyboards.ts';
import { judge } from './verdicts.ts';

/** The id of a message; `undefined` when the answer did not say. */
export type MessageId = number | undefined;

export interface Messages {
  send(place: Place, text: Html, keyboard: Keyboard, signal: AbortSignal): Promise<Answer<MessageId>>;
  /** `unchanged` counts as answered. */
  edit(
    chat: number,
    message: number,
    text: Html,
    keyboard: Keyboard,
    signal: AbortSignal,
  ): Promise<Answer<MessageId>>;
  /** Puts back what a message showed when its button was pressed. */
  restore(message: Message, signal: AbortSignal): Promise<void>;
  remove(chat: number, message: number, signal: AbortSignal): Promise<void>;
}

/** From the form we want to the one that always passes. */
type Form = 'full' | 'without-colours' | 'without-formatting' | 'without-buttons';

const NO_PREVIEW = { is_disabled: true };

export function openMessages(call: Call, log: Log): Messages {
  let knowsColours = true;

  const render = (form: Form, text: Html, keyboard: Keyboard) => {
    const isPlain = form === 'without-formatting' || form === 'without-buttons';
    const markup =
      form === 'without-buttons'
        ? undefined
        : toInlineKeyboard(keyboard, form === 'full' && knowsColours, log);
    return {
      text: isPlain ? plainText(text) : text,
      ...(isPlain ? {} : { parse_mode: 'HTML' }),
      link_preview_options: NO_PREVIEW,
      ...(markup ? { reply_markup: markup } : {}),
    };
  };

  const tryForms = async (
    text: Html,
    keyboard: Keyboard,
    attempt: (rendering: ReturnType<typeof render>) => Promise<Answer<MessageId>>,
  ): Promise<Answer<MessageId>> => {
    let answer = await attempt(render('full', text, keyboard));
    for (const form of plainerForms(knowsColours && hasDanger(keyboard), keyboard.length > 0)) {
      if (answer.kind !== 'rejected' || judge(answer).kind !== 'malformed') break;
      const { method, status, description } = answer;
      log.error({ method, status, description, next: form }, 'Telegram finds a message malformed');
      answer = await attempt(render(form, text, keyboard));
      if (form === 'without-colours' && answer.kind === 'answered') knowsColours = false;
    }
    return answer;
  };

  return {
    send: ({ chat, thread }, text, keyboard, signal) =>
      tryForms(text, keyboard, (rendering) =>
        call('sendMessage', signal, async (api, own) => {
          const topic = thread === undefined ? {} : { message_thread_id: thread };
          const sent = await api.sendMessage({ chat_id: chat, ...topic, ...rendering }, own);
          return sent?.message_id;
        }),
      ),

    edit: (chat, message, text, keyboard, signal) =>
      tryForms(text, keyboard, async (rendering) => {
        const answer = await call('editMessageText', signal, (api, own) =>
          api.editMessageText({ chat_id: chat, message_id: message, ...rendering }, own),
        );
        const isDone = answer.kind === 'answered' || judge(answer).kind === 'unchanged';
        return isDone ? { kind: 'answered', value: message } : answer;
      }),

    restore: async ({ chat, message_id, text, entities, reply_markup }, signal) => {
      if (text === undefined) return;
      await call('editMessageText', signal, (api, own) =>
        api.editMessageText(
          {
            chat_id: chat.id,
            message_id,
            text,
            ...(entities ? { entities } : {}),
            ...(reply_markup ? { reply_markup } : {}),
            link_preview_options: NO_PREVIEW,
          },
          own,
        ),
      );
    },

    remove: async (chat, message, signal) => {
      await call('deleteMessage', signal, (api, own) =>
        api.deleteMessage({ chat_id: chat, message_id: message }, own),
      );
    },
  };
}

function plainerForms(hasColours: boolean, hasButtons: boolean): Form[] {
  return [
    ...(hasColours ? (['without-colours'] as const) : []),
    'without-formatting',
    ...(hasButtons ? (['without-buttons'] as const) : []),
  ];
}
