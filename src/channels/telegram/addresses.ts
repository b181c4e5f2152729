/** Addresses of chats as the settings write them: `12345`, `-1001234567890`, `-1001234567890:42` (chat and topic). */

export interface Place {
  readonly chat: number;
  /** Topic of a forum; `undefined`: the chat itself or its general topic. */
  readonly thread: number | undefined;
}

export function formatAddress({ chat, thread }: Place): string {
  return thread === undefined ? String(chat) : `${chat}:${thread}`;
}

/** `undefined`: not an address. */
export function parseAddress(address: string): Place | undefined {
  const match = /^(-?[1-9]\d{0,15})(?::([1-9]\d{0,15}))?$/.exec(address);
  if (!match) return undefined;
  const chat = Number(match[1]);
  const thread = match[2] === undefined ? undefined : Number(match[2]);
  if (!Number.isSafeInteger(chat) || (thread !== undefined && !Number.isSafeInteger(thread)))
    return undefined;
  return { chat, thread };
}
