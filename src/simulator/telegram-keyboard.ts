/** Answers "are these buttons allowed?": inline keyboards with the Bot API's limits and real refusals. */
import { linkFault } from './telegram-link.ts';
import { badRequest } from './telegram-refusal.ts';

export interface Button {
  text: string;
  callback_data?: string;
  url?: string;
  style?: string;
}

const BUTTON_LIMIT = 100;
const DATA_LIMIT_BYTES = 64;
/** Telegram names no number; refusals begin at about 10 kB. */
const MARKUP_LIMIT_BYTES = 10_240;
/** What a button takes besides its strings, about. */
const BUTTON_OVERHEAD_BYTES = 16;
const STYLES = ['danger', 'success', 'primary'];
const OTHER_ACTIONS = [
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
];

/** The rows of an inline keyboard; none for other or absent markup. */
export function readKeyboard(markup: unknown): Button[][] {
  if (markup === undefined || markup === null || markup === '') return [];
  if (typeof markup === 'string') throw badRequest("can't parse reply keyboard markup JSON object");
  if (typeof markup !== 'object' || Array.isArray(markup))
    throw badRequest('object expected as reply markup');
  const rows = (markup as { inline_keyboard?: unknown }).inline_keyboard;
  if (rows === undefined) return [];
  if (!Array.isArray(rows) || !rows.every(Array.isArray)) {
    throw badRequest('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays');
  }
  const keyboard = rows.map((row: unknown[]) => row.map(readButton)).filter((row) => row.length > 0);
  const buttons = keyboard.flat();
  const bytes = buttons.reduce((sum, button) => sum + weigh(button), 0);
  if (buttons.length > BUTTON_LIMIT || bytes > MARKUP_LIMIT_BYTES)
    throw badRequest('reply markup is too long');
  if (buttons.some((button) => Buffer.byteLength(button.callback_data ?? '') > DATA_LIMIT_BYTES)) {
    throw badRequest('BUTTON_DATA_INVALID');
  }
  return keyboard;
}

function readButton(given: unknown): Button {
  const cannot = (why: string) => badRequest(`can't parse inline keyboard button: ${why}`);
  if (given === null || typeof given !== 'object') throw cannot('Expected an Object');
  const button = given as Record<string, unknown>;
  const { text, url, callback_data: data, style } = button;
  if (text === undefined) throw cannot('Can\'t find field "text"');
  if (typeof text !== 'string') throw cannot('Field "text" must be of type String');
  if (text.trim() === '') throw cannot('Field "text" must be non-empty');
  if (style !== undefined && !STYLES.includes(String(style))) throw cannot('Invalid button style specified');
  const read: Button = { text, ...(style === undefined ? {} : { style: String(style) }) };
  if (typeof url === 'string' && url !== '') {
    const fault = linkFault(url);
    if (fault !== undefined) throw badRequest(`inline keyboard button URL '${url}' is invalid: ${fault}`);
    return { ...read, url };
  }
  if (data !== undefined && typeof data !== 'string')
    throw cannot('Field "callback_data" must be of type String');
  if (data) return { ...read, callback_data: data };
  if (OTHER_ACTIONS.some((action) => button[action] !== undefined)) return read;
  throw cannot('Text buttons are unallowed in the inline keyboard');
}

function weigh(button: Button): number {
  const strings = [button.text, button.callback_data ?? '', button.url ?? ''];
  return strings.reduce((sum, string) => sum + Buffer.byteLength(string), BUTTON_OVERHEAD_BYTES);
}
