/** Delivers a screen to an address, in as many messages as it takes. Never waits for a better moment: the caller does. */
import type { Html } from '../../i18n/markup.ts';
import type { Delivery, Screen } from '../port.ts';
import { parseAddress } from './addresses.ts';
import { toDelivery } from './deliveries.ts';
import type { Holds } from './holds.ts';
import type { Messages } from './messages.ts';
import { CAPTION_LIMITS, MESSAGE_LIMITS, split } from './split.ts';

export type Deliver = (address: string, screen: Screen, signal: AbortSignal) => Promise<Delivery>;

/** How many half delivered screens are remembered; of the oldest beyond that the first parts would be repeated. */
const MOST_PENDING = 200;

export function openSender(messages: Messages, holds: Holds): Deliver {
  /** Parts already delivered, by address and text: another text for the same news is news. */
  const progress = new Map<string, number>();

  return async (address, screen, signal) => {
    signal.throwIfAborted();
    const place = parseAddress(address);
    if (!place) return { kind: 'refused', refusal: 'chat-not-found', reason: 'not an address of a chat' };
    const held = holds.remaining(place.chat);
    if (held > 0) return { kind: 'retry', after: held, reason: 'Telegram asked to wait with this chat' };

    const { picture, text } = screen;
    const parts = split(text, picture ? CAPTION_LIMITS : MESSAGE_LIMITS);
    const key = `${address}\n${text}`;
    for (let index = progress.get(key) ?? 0; index < parts.length; index++) {
      const part: Screen = {
        text: parts[index] as Html,
        keyboard: index === parts.length - 1 ? screen.keyboard : [],
        ...(index === 0 && picture ? { picture } : {}),
      };
      const answer = await messages.send(place, part, signal);
      if (answer.kind !== 'answered') {
        const delivery = toDelivery(answer);
        if (delivery.kind !== 'retry') progress.delete(key);
        else if (delivery.after !== undefined) holds.hold(place.chat, delivery.after);
        return delivery;
      }
      if (parts.length > 1) remember(progress, key, index + 1);
    }
    progress.delete(key);
    return { kind: 'delivered' };
  };
}

function remember(progress: Map<string, number>, key: string, parts: number): void {
  progress.delete(key);
  progress.set(key, parts);
  const [oldest] = progress.keys();
  if (progress.size > MOST_PENDING && oldest !== undefined) progress.delete(oldest);
}
