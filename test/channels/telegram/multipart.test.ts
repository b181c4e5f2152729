import fc from 'fast-check';
import { InputFile } from 'node-telegram-bot-api';
import { expect, test } from 'vitest';
import { toMultipart } from '../../../src/channels/telegram/multipart.ts';
import { readParams, uploadedIn } from '../../../src/simulator/telegram-params.ts';

const file = (bytes: Uint8Array) =>
  new InputFile(bytes, { filename: 'picture.png', contentType: 'image/png' });
const read = (params: Record<string, unknown>) => {
  const body = toMultipart(params);
  if (!body) throw new Error('there is no file');
  return readParams('', { 'content-type': body.contentType }, body.bytes);
};

test('without a file there is no such body', () => {
  expect(toMultipart({ chat_id: 1, text: 'x', reply_markup: { inline_keyboard: [] } })).toBeUndefined();
});

test('fields keep their meaning, whatever they hold; what is undefined is left out', () => {
  const fields = {
    chat_id: -100,
    caption: 'Größe & "Сервер"\r\n--x',
    reply_markup: { inline_keyboard: [[{ text: '🚀', callback_data: 'a' }]] },
  };
  const { photo, ...others } = read({
    ...fields,
    message_thread_id: undefined,
    photo: file(Buffer.from('x')),
  });
  expect(others).toEqual(fields);
  expect(photo).toMatchObject({ filename: 'picture.png', contentType: 'image/png', bytes: 1 });
});

test('a file inside a structure is a part that the structure names', () => {
  const params = read({
    chat_id: 1,
    media: { type: 'photo', media: file(Buffer.from('PNG')), caption: 'x' },
  });
  expect(params.media).toEqual({ type: 'photo', media: 'attach://media-media', caption: 'x' });
  expect(uploadedIn(params['media-media'])?.content.toString()).toBe('PNG');
});

test('bytes arrive as they are, line ends and dashes included', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom(Buffer.from('\r\n--\r\n\r\n--'), Buffer.of()),
  );
  fc.assert(
    fc.property(bytes, (content) => {
      expect(uploadedIn(read({ photo: file(content) }).photo)?.content.equals(content)).toBe(true);
    }),
  );
});
