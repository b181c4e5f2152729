import { expect, test } from 'vitest';
import { toInlineKeyboard } from '../../../src/channels/telegram/keyboards.ts';
import type { Log } from '../../../src/lib/log.ts';
import { silentLog } from '../../../src/lib/log.ts';

const button = (label: string, data = label) => ({ label, data });

test('rows stay rows, and only a dangerous button has a colour', () => {
  const keyboard = [[button('a'), button('b')], [{ ...button('stop'), danger: true }]];
  expect(toInlineKeyboard(keyboard, true, silentLog)).toEqual({
    inline_keyboard: [
      [
        { text: 'a', callback_data: 'a' },
        { text: 'b', callback_data: 'b' },
      ],
      [{ text: 'stop', callback_data: 'stop', style: 'danger' }],
    ],
  });
  expect(JSON.stringify(toInlineKeyboard(keyboard, false, silentLog))).not.toContain('style');
});

test('a button that Telegram would refuse is left out and logged, so that the rest of the screen arrives', () => {
  const errors: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => void errors.push(fields) };
  const keyboard = [
    [button('fits', 'я'.repeat(32)), button('too long', `${'я'.repeat(32)}x`)],
    [button('empty', '')],
    [button(' ', 'blank label')],
  ];
  expect(toInlineKeyboard(keyboard, true, log)).toEqual({
    inline_keyboard: [[{ text: 'fits', callback_data: 'я'.repeat(32) }]],
  });
  expect(errors).toMatchObject([{ bytes: 65, label: 'too long' }, { bytes: 0 }, { label: ' ' }]);
});

test('no button is no keyboard', () => {
  expect(toInlineKeyboard([], true, silentLog)).toBeUndefined();
  expect(toInlineKeyboard([[]], true, silentLog)).toBeUndefined();
});
