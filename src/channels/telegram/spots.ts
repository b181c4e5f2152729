/** Where one piece of work shows what it has to show: which chat, which message, and its turn among others there. */
import type { Message } from 'node-telegram-bot-api/types';
import type { Place } from './addresses.ts';
import type { Lanes, Ticket } from './lanes.ts';

export interface Spot {
  readonly place: Place;
  /** The message to edit; `undefined`: a new one is sent. */
  readonly message: number | undefined;
  /** Whether that message shows a picture. */
  readonly isPicture: boolean;
  /** The message was sent for this spot. */
  readonly isSent: boolean;
  /** What the message showed when its button was pressed, if that is not what it shows now. */
  readonly changed: Message | undefined;
  /** Changes together with the message. */
  readonly ticket: Ticket;
  /** Whether nobody has asked for something newer here. */
  isNewest(): boolean;
  /** The pressed message shows something else now. */
  noteChange(): void;
  /** The pressed message shows again what it showed. */
  noteRestored(): void;
  /** From now on this message, sent for this spot, is edited. */
  moveTo(message: number, isPicture: boolean): void;
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
  let isPicture = pressed?.photo !== undefined;
  let isSent = false;
  let isChanged = false;
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
    get isPicture() {
      return isPicture;
    },
    get isSent() {
      return isSent;
    },
    get changed() {
      return isChanged ? pressed : undefined;
    },
    get ticket() {
      return ticket;
    },
    isNewest: () => ticket.isNewest(),
    noteChange: () => {
      isChanged = !isSent;
    },
    noteRestored: () => {
      isChanged = false;
    },
    moveTo: (sent, showsPicture) => {
      message = sent;
      isPicture = showsPicture;
      isSent = true;
      // With the number it has: whoever presses a button of that message came later.
      ticket = lanes.enter(laneOf(current.chat, sent), ticket.number);
      held.push(ticket);
    },
    moveChat: (chat) => {
      current = { chat, thread: undefined };
      message = undefined;
      isChanged = false;
    },
    forgetMessage: () => {
      message = undefined;
      isChanged = false;
    },
    leave: () => {
      for (const one of held.splice(0)) one.leave();
    },
  };
}
