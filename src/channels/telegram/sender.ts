/** Delivers a screen to an address, in as many messages as it takes. Never waits for a better moment: the caller does. */
import type { Html } from '../../i18n/markup.ts';
import type { Delivery, Screen } from '../port.ts';
import { parseAddress } from './addresses.ts';
import { toDelivery } from './deliveries.ts';
import type { Holds } from './holds.ts';
import type { Messages } from './messages.ts';
import { CAPTION_LIMITS, MESSAGE_LIMITS, split } from './split.ts';

export type Deliver = (address: string, screen: Screen, signal: AbortSignal) => Promise<Delivery>;

export function openSender(messages: Messages, holds: Holds): Deliver {
  /** Of the screen that each address has got only the first parts of: those parts. */
  const begun = new Map<string, readonly Html[]>();

  return async (address, screen, signal) => {
    signal.throwIfAborted();
    const place = parseAddress(address);
    if (!place) return { kind: 'refused', refusal: 'chat-not-found', reason: 'not an address of a chat' };
    const held = holds.remaining(place.chat);
    if (held > 0) return { kind: 'retry', after: held, reason: 'Telegram asked to wait with this chat' };

    const { picture, text } = screen;
    const parts = split(text, picture ? CAPTION_LIMITS : MESSAGE_LIMITS);
    const last = parts.length - 1;
    // Written anew for each attempt, it may end in other words, e.g. how late it is. Other first words are other news.
    const delivered = begun.get(address) ?? [];
    const changed = parts.findIndex((part, index) => index === last || part !== delivered[index]);
    for (const [index, part] of parts.entries()) {
      if (index < changed) continue;
      const answer = await messages.send(
        place,
        {
          text: part,
          keyboard: index === last ? screen.keyboard : [],
          ...(index === 0 && picture ? { picture } : {}),
        },
        signal,
      );
      if (answer.kind !== 'answered') {
        const delivery = toDelivery(answer);
        if (delivery.kind !== 'retry') begun.delete(address);
        else if (delivery.after !== undefined) holds.hold(place.chat, delivery.after);
        return delivery;
      }
      begun.set(address, parts.slice(0, index + 1));
    }
    begun.delete(address);
    return { kind: 'delivered' };
  };
}
