/** Buttons as Telegram wants them. A button that Telegram would refuse is left out, so that it costs no screen. */
import type { InlineKeyboardButton, InlineKeyboardMarkup } from 'node-telegram-bot-api/types';
import type { Log } from '../../lib/log.ts';
import type { Button, Keyboard } from '../port.ts';

const LONGEST_DATA_BYTES = 64;

/** @param styled whether dangerous buttons are red. `undefined`: no button is left. */
export function toInlineKeyboard(
  keyboard: Keyboard,
  styled: boolean,
  log: Log,
): InlineKeyboardMarkup | undefined {
  const rows = keyboard
    .map((row) => row.filter((button) => isSendable(button, log)).map((button) => toButton(button, styled)))
    .filter((row) => row.length > 0);
  return rows.length > 0 ? { inline_keyboard: rows } : undefined;
}

export function hasDanger(keyboard: Keyboard): boolean {
  return keyboard.some((row) => row.some((button) => button.danger));
}

function toButton(button: Button, styled: boolean): InlineKeyboardButton {
  const plain = { text: button.label, callback_data: button.data };
  return button.danger && styled ? { ...plain, style: 'danger' } : plain;
}

function isSendable(button: Button, log: Log): boolean {
  const bytes = Buffer.byteLength(button.data);
  if (bytes > 0 && bytes <= LONGEST_DATA_BYTES && button.label.trim() !== '') return true;
  log.error({ bytes, label: button.label }, 'a button that Telegram would refuse is left out');
  return false;
}
