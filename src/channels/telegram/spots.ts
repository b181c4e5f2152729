/** Where one piece of work shows what it has to show: which chat, which message, and its turn among others there. */
import type { Message } from 'node-telegram-bot-api/types';
import type { Place } from './addresses.ts';
import type { Lanes, Ticket } from './lanes.ts';

export interface Spot {
  readonly place: Place;
  /** The message to edit; `undefined`: a new one is sent. */
  readonly message: number | undefined;
  /** The message was sent for this spot. */
  readonly isSent: boolean;
  /** Changes together with the message. */
  readonly ticket: Ticket;
  /** Whether nobody has asked for something newer here. */
  isNewest(): boolean;
  /** From now on this message, sent for this spot, is edited. */
  moveTo(message: number): void;
  /** The chat has a new id, where none of its old messages can be edited. */
  moveChat(chat: number): void;
  /** The message cannot be edited any more. */
  forgetMessage(): void;
  leave(): void;
}

/** @param person whose new messages are kept in order when there is no message to edit */
export function openSpot(lanes: Lanes, place: Place, person: number, pressed: Message | undefined): Spot {
  const laneOf = (chat: number, message: number) => `message ${chat} ${message}`;
  let current = place;
  let message = pressed?.message_id;
  let isSent = false;
  let ticket = lanes.enter(
    message === undefined ? `person ${place.chat} ${person}` : laneOf(place.chat, message),
  );
  const held = [ticket];
  return {
    get place() {
      return current;
    },
    get message() {
      return message;
    },
    get isSent() {
      return isSent;
    },
    get ticket() {
      return ticket;
    },
    isNewest: () => ticket.isNewest(),
    moveTo: (sent) => {
      message = sent;
      isSent = true;
      // With the number it has: whoever presses a button of that message came later.
      ticket = lanes.enter(laneOf(current.chat, sent), ticket.number);
      held.push(ticket);
    },
    moveChat: (chat) => {
      current = { chat, thread: undefined };
      message = undefined;
    },
    forgetMessage: () => {
      message = undefined;
    },
    leave: () => {
      for (const one of held.splice(0)) one.leave();
    },
  };
}
