/**
 * What a messenger does for the program, in words that hold for every messenger. Knows no messenger, no server and
 * no rule; alerts and bot talk to channels through this file alone.
 */
import type { Refusal } from '../domain/events.ts';
import type { Html } from '../i18n/markup.ts';
import type { DurationMs } from '../lib/time.ts';

/** Text out, buttons out. */
export interface Screen {
  readonly text: Html;
  readonly keyboard: Keyboard;
  /**
   * A PNG, shown above the text, which should then be short: Telegram takes 1,024 characters. Where a picture cannot
   * be shown the text comes alone.
   */
  readonly picture?: Uint8Array;
}

/** Rows of buttons. */
export type Keyboard = readonly (readonly Button[])[];

export interface Button {
  /** Plain text. */
  readonly label: string;
  /** What comes back when it is pressed; at most 64 bytes. */
  readonly data: string;
  /** Red where the messenger has colours. */
  readonly danger?: boolean;
}

/** How one attempt to deliver went. */
export type Delivery =
  | { readonly kind: 'delivered' }
  /** Not now: `after` as the messenger asks, else as the caller thinks fit. `reason` is for logs. */
  | { readonly kind: 'retry'; readonly after?: DurationMs; readonly reason: string }
  /** Never: trying again is of no use until the person does something. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly reason: string }
  /** The chat has a new address; deliver there from now on. */
  | { readonly kind: 'moved'; readonly address: string };

export interface Channel {
  /** E.g. `telegram`; part of every recipient. */
  readonly name: string;
  /** Sends once. Never throws except when the signal aborts. */
  deliver(address: string, screen: Screen, signal: AbortSignal): Promise<Delivery>;
}

/** Something a person sent to the bot. */
export interface Incoming {
  readonly person: Sender;
  readonly place: 'private' | 'group';
  /** The chat, and its topic if any, in the form in which the settings name it: `12345`, `-100123:42`. */
  readonly address: string;
  readonly request: Request;
}

export interface Sender {
  readonly id: number;
  /** As the messenger shows it. Untrusted. */
  readonly name: string;
}

export type Request =
  /** `/name` in lower case, without slash and bot name. */
  | {
      readonly kind: 'command';
      readonly name: string;
      /** What was written after it. */
      readonly argument?: string;
    }
  /** The `data` of a pressed button. Untrusted: anybody can send any. */
  | { readonly kind: 'tap'; readonly data: string }
  /** Any other message in a private chat. */
  | { readonly kind: 'text' };

/** What to do about it, known at once and without asking any server. */
export type Reception =
  | { readonly kind: 'ignore' }
  /** Only a press is answered, in a few words that only that person sees. */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'work'; readonly work: Work };

export interface Work {
  /** The message whose button was pressed stays as it is, and the reply is a message of its own. */
  readonly keepsMessage?: boolean;
  /** Shown when the work lasts longer than a second; read again every few seconds, for it may tell what is there so far. */
  readonly waiting: Screen | undefined;
  /**
   * Does it. The signal aborts when the same person asks for something else in the same chat.
   * Never throws except then.
   */
  run(signal: AbortSignal): Promise<Reply>;
}

export interface Reply {
  readonly screen: Screen;
  /** Must reach the person even if a newer tap has taken over the screen: then as a message of its own. */
  readonly important?: boolean;
}

/** The bot, as a channel sees it. */
export interface Conversation {
  receive(incoming: Incoming): Reception;
}
