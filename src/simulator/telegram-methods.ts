/**
 * Answers "which Bot API methods are there?": the table of all that the simulator speaks except getUpdates, which
 * needs the connection. Checks come in the order of the real server. Knows no HTTP.
 */
import { deleteMyCommands, getMyCommands, setMyCommands } from './telegram-commands.ts';
import {
  deleteMessage,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  editMessageText,
} from './telegram-editing.ts';
import { botUser } from './telegram-json.ts';
import type { Params } from './telegram-params.ts';
import { badRequest } from './telegram-refusal.ts';
import { sendMessage, sendPhoto } from './telegram-sending.ts';
import type { BotState } from './telegram-state.ts';

type Method = (state: BotState, params: Params) => unknown;

const ACTIONS = new Set([
  'typing',
  'upload_photo',
  'record_video',
  'upload_video',
  'record_voice',
  'upload_voice',
  'upload_document',
  'choose_sticker',
  'find_location',
  'record_video_note',
  'upload_video_note',
]);

/** By name in lower case: the Bot API does not mind the case. */
export const METHODS: Readonly<Record<string, Method>> = {
  getme: botUser,
  logout: () => true,
  close: () => true,
  sendmessage: sendMessage,
  sendphoto: sendPhoto,
  editmessagetext: editMessageText,
  editmessagecaption: editMessageCaption,
  editmessagemedia: editMessageMedia,
  editmessagereplymarkup: editMessageReplyMarkup,
  deletemessage: deleteMessage,
  answercallbackquery: answerCallbackQuery,
  setmycommands: setMyCommands,
  getmycommands: getMyCommands,
  deletemycommands: deleteMyCommands,
  getchat: (state, params) => state.chats.toJson(state.chats.open(params.chat_id).id),
  sendchataction(state, params) {
    state.chats.open(params.chat_id, params.message_thread_id);
    if (!ACTIONS.has(String(params.action))) throw badRequest('wrong parameter action in request');
    return true;
  },
  setwebhook(state, params) {
    state.updates.setWebhook(String(params.url ?? ''));
    return true;
  },
  deletewebhook(state, params) {
    state.updates.setWebhook('');
    if (params.drop_pending_updates === true) state.updates.drop();
    return true;
  },
  getwebhookinfo: (state) => ({
    url: state.updates.webhookUrl,
    has_custom_certificate: false,
    pending_update_count: state.updates.pending,
  }),
};

function answerCallbackQuery(state: BotState, params: Params): unknown {
  const { text, show_alert: showAlert } = params;
  state.callbacks.answer(String(params.callback_query_id ?? ''), {
    ...(text === undefined || text === '' ? {} : { text: String(text) }),
    ...(showAlert === undefined ? {} : { showAlert: showAlert === true }),
  });
  return true;
}
