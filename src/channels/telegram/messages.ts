/** Sends, edits and takes back single messages; tries a plainer form when Telegram refuses one as malformed. Never waits. */
import { InputFile } from 'node-telegram-bot-api';
import type { Message } from 'node-telegram-bot-api/types';
import type { Log } from '../../lib/log.ts';
import type { Screen } from '../port.ts';
import type { Place } from './addresses.ts';
import type { Call } from './calls.ts';
import type { Answer } from './failures.ts';
import { openForms, type Rendering } from './forms.ts';
import { judge } from './verdicts.ts';

/** What a message shows now. */
export interface Shown {
  /** `undefined` when the answer did not say. */
  readonly message: number | undefined;
  /** Telegram turns no picture into text, and text into a picture only in its newer versions. */
  readonly isPicture: boolean;
}

export interface Messages {
  /** A picture that Telegram refuses is left out. */
  send(place: Place, screen: Screen, signal: AbortSignal): Promise<Answer<Shown>>;
  /** `unchanged` counts as answered. The message must show a picture if the screen does, and text if not. */
  edit(chat: number, message: number, screen: Screen, signal: AbortSignal): Promise<Answer<Shown>>;
  /** Changes the words and buttons below a picture, which stays. */
  editCaption(chat: number, message: number, screen: Screen, signal: AbortSignal): Promise<Answer<Shown>>;
  /** Puts back what a message showed when its button was pressed; of a picture its words and buttons. */
  restore(message: Message, signal: AbortSignal): Promise<void>;
  remove(chat: number, message: number, signal: AbortSignal): Promise<void>;
}

const NO_PREVIEW = { link_preview_options: { is_disabled: true } };
const PNG = { filename: 'picture.png', contentType: 'image/png' };

export function openMessages(call: Call, log: Log): Messages {
  const tryForms = openForms(log);

  const sendText = ({ chat, thread }: Place, screen: Screen, signal: AbortSignal) =>
    tryForms<Shown>(screen, (rendering) =>
      call('sendMessage', signal, async (api, own) => {
        const params = { chat_id: chat, ...topic(thread), ...asText(rendering) };
        return { message: (await api.sendMessage(params, own))?.message_id, isPicture: false };
      }),
    );

  const sendPicture = ({ chat, thread }: Place, screen: Screen, png: Uint8Array, signal: AbortSignal) =>
    tryForms<Shown>(screen, (rendering) =>
      call('sendPhoto', signal, async (api, own) => {
        const params = { chat_id: chat, ...topic(thread), photo: new InputFile(png, PNG) };
        const sent = await api.sendPhoto({ ...params, ...asCaption(rendering), ...rendering.buttons }, own);
        return { message: sent?.message_id, isPicture: true };
      }),
    );

  /** An edit that would change nothing is done. */
  const tryEdits = (
    shown: Shown,
    screen: Screen,
    attempt: (rendering: Rendering) => Promise<Answer<unknown>>,
  ): Promise<Answer<Shown>> =>
    tryForms(screen, async (rendering) => {
      const answer = await attempt(rendering);
      const isDone = answer.kind === 'answered' || judge(answer).kind === 'unchanged';
      return isDone ? { kind: 'answered', value: shown } : answer;
    });

  return {
    send: async (place, screen, signal) => {
      if (!screen.picture) return sendText(place, screen, signal);
      const sent = await sendPicture(place, screen, screen.picture, signal);
      if (sent.kind !== 'rejected' || judge(sent).kind !== 'picture-refused') return sent;
      const { method, status, description } = sent;
      log.error({ method, status, description }, 'Telegram refuses a picture, its text comes alone');
      return sendText(place, screen, signal);
    },

    edit: (chat, message, screen, signal) => {
      const at = { chat_id: chat, message_id: message };
      const { picture } = screen;
      if (!picture) {
        return tryEdits({ message, isPicture: false }, screen, (rendering) =>
          call('editMessageText', signal, (api, own) =>
            api.editMessageText({ ...at, ...asText(rendering) }, own),
          ),
        );
      }
      return tryEdits({ message, isPicture: true }, screen, (rendering) =>
        call('editMessageMedia', signal, (api, own) => {
          const media = { type: 'photo', media: new InputFile(picture, PNG), ...asCaption(rendering) };
          return api.editMessageMedia({ ...at, media, ...rendering.buttons }, own);
        }),
      );
    },

    editCaption: (chat, message, screen, signal) =>
      tryEdits({ message, isPicture: true }, screen, (rendering) =>
        call('editMessageCaption', signal, (api, own) => {
          const at = { chat_id: chat, message_id: message };
          return api.editMessageCaption({ ...at, ...asCaption(rendering), ...rendering.buttons }, own);
        }),
      ),

    restore: async (original, signal) => {
      const { chat, message_id, text, entities, caption, caption_entities, reply_markup } = original;
      const at = { chat_id: chat.id, message_id, ...(reply_markup ? { reply_markup } : {}) };
      if (original.photo) {
        const formatting = caption_entities ? { caption_entities } : {};
        await call('editMessageCaption', signal, (api, own) =>
          api.editMessageCaption({ ...at, caption: caption ?? '', ...formatting }, own),
        );
      } else if (text !== undefined) {
        const formatting = entities ? { entities } : {};
        await call('editMessageText', signal, (api, own) =>
          api.editMessageText({ ...at, text, ...formatting, ...NO_PREVIEW }, own),
        );
      }
    },

    remove: async (chat, message, signal) => {
      await call('deleteMessage', signal, (api, own) =>
        api.deleteMessage({ chat_id: chat, message_id: message }, own),
      );
    },
  };
}

function topic(thread: number | undefined) {
  return thread === undefined ? {} : { message_thread_id: thread };
}

function asText({ words, mode, buttons }: Rendering) {
  return { text: words, ...mode, ...NO_PREVIEW, ...buttons };
}

/** Without the buttons, which stand elsewhere than the caption. */
function asCaption({ words, mode }: Rendering) {
  return { caption: words, ...mode };
}
