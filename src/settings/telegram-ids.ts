/** Which numbers name a person, a group or a topic of a group in Telegram? */
import type { Check } from './checks.ts';
import { mustBe } from './found.ts';

/** "At most 52 significant bits" (Bot API, `User.id` and `Chat.id`). */
const LARGEST_ID = 2 ** 52;
const LARGEST_TOPIC = 2 ** 31 - 1;

/** A person's id. Digits in quotes count as well. */
export const personId: Check<number> = {
  allowed: 'the Telegram id of a person, a number such as 123456789',
  read(value, place) {
    const id = asNumber(value);
    if (id === 0)
      return place.refuse('is still the example value; write your own Telegram id (@userinfobot tells it)');
    if (id !== undefined && id > 0 && id <= LARGEST_ID) return id;
    if (id !== undefined && id < 0) {
      return place.refuse(
        `${mustBe(personId.allowed, value)}, which is a group; groups go into tg-alert-chats`,
      );
    }
    const isName = typeof value === 'string' && /^@/.test(value);
    return place.refuse(
      mustBe(personId.allowed, value) + (isName ? '; @userinfobot tells the id to a name' : ''),
    );
  },
};

/** A chat's id, or id and topic: `-1001234567890` or `-1001234567890:42`. */
export const chatAddress: Check<string> = {
  allowed: 'the id of a chat, or id and topic, such as "-1001234567890" or "-1001234567890:42"',
  read(value, place) {
    const parts = /^(-?\d{1,16})(?::(\d{1,10}))?$/.exec(typeof value === 'bigint' ? '' : String(value));
    const id = Number(parts?.[1] ?? 0);
    const topic = parts?.[2] === undefined ? undefined : Number(parts[2]);
    const isChat = id !== 0 && Math.abs(id) <= LARGEST_ID;
    const isTopic = topic === undefined || (topic >= 1 && topic <= LARGEST_TOPIC);
    if ((typeof value === 'string' || typeof value === 'number') && isChat && isTopic) {
      return topic === undefined ? `${id}` : `${id}:${topic}`;
    }
    return place.refuse(mustBe(chatAddress.allowed, value));
  },
};

function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  return typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : undefined;
}
