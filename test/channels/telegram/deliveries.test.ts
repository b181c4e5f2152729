import { describe, expect, test } from 'vitest';
import { toDelivery } from '../../../src/channels/telegram/deliveries.ts';
import { notTelegram, type Rejection, timedOut } from '../../../src/channels/telegram/failures.ts';
import { judge } from '../../../src/channels/telegram/verdicts.ts';

function rejection(status: number, description: string, more: Partial<Rejection> = {}): Rejection {
  const nothing = { retryAfter: undefined, movedTo: undefined };
  return { kind: 'rejected', method: 'sendMessage', status, description, ...nothing, ...more };
}

describe('what is refused for good, and why', () => {
  test.each([
    [403, 'Forbidden: bot was blocked by the user', 'blocked'],
    [403, 'Forbidden: user is deactivated', 'deactivated'],
    [403, 'Forbidden: bot was kicked from the supergroup chat', 'kicked'],
    [403, 'Forbidden: bot was kicked from the group chat', 'kicked'],
    [403, 'Forbidden: bot is not a member of the channel chat', 'kicked'],
    [400, 'Bad Request: chat not found', 'chat-not-found'],
    [400, 'Bad Request: message thread not found', 'topic-gone'],
    [400, 'Bad Request: PEER_ID_INVALID', 'chat-not-found'],
    [403, 'Forbidden: the group chat was deleted', 'chat-not-found'],
    [403, "Forbidden: bot can't initiate conversation with a user", 'chat-not-found'],
    [400, 'Bad Request: need administrator rights in the channel chat', 'no-rights'],
    [400, 'Bad Request: not enough rights to send text messages to the chat', 'no-rights'],
    [400, 'Bad Request: have no rights to send a message', 'no-rights'],
    [400, 'Bad Request: CHAT_WRITE_FORBIDDEN', 'no-rights'],
    [400, 'Bad Request: CHAT_SEND_PLAIN_FORBIDDEN', 'no-rights'],
    [400, 'Bad Request: TOPIC_CLOSED', 'no-rights'],
    [403, 'Forbidden: something new', 'other'],
  ])('%d %s: %s', (status, description, refusal) => {
    const reason = `sendMessage: ${status} ${description}`;
    expect(toDelivery(rejection(status, description))).toEqual({ kind: 'refused', refusal, reason });
  });
});

describe('what is tried again', () => {
  test('429 after exactly the time that Telegram names', () => {
    const failure = rejection(429, 'Too Many Requests: retry after 17', { retryAfter: 17_000 });
    expect(toDelivery(failure)).toMatchObject({ kind: 'retry', after: 17_000 });
  });

  test.each([
    ['an error of Telegram', rejection(500, 'Internal Server Error')],
    ['Bad Gateway', rejection(502, 'Bad Gateway')],
    [
      'a refused token (the poller ends the program, the alert waits in the outbox)',
      rejection(401, 'Unauthorized'),
    ],
    ['no such path', rejection(404, 'Not Found')],
    ['no answer', timedOut('sendMessage')],
    ["a proxy's page", notTelegram('sendMessage', 403)],
  ])('%s', (_, failure) => {
    const delivery = toDelivery(failure);
    expect(delivery.kind).toBe('retry');
    expect(delivery).not.toHaveProperty('after');
  });
});

test('a group that became a supergroup has a new address, without topic (it had none)', () => {
  const failure = rejection(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
    movedTo: -100_77,
  });
  expect(toDelivery(failure)).toEqual({ kind: 'moved', address: '-10077' });
});

describe('edits', () => {
  test.each([
    [
      'message is not modified: specified new message content and reply markup are exactly the same',
      'unchanged',
    ],
    ['message to edit not found', 'gone'],
    ["message can't be edited", 'gone'],
    ['MESSAGE_ID_INVALID', 'gone'],
    ["can't parse entities: Unmatched end tag at byte offset 3", 'malformed'],
    ['BUTTON_DATA_INVALID', 'malformed'],
  ])('400 %s: %s', (description, kind) => {
    expect(judge(rejection(400, `Bad Request: ${description}`))).toEqual({ kind });
  });
});
