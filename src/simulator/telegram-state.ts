/** Answers "what do the Bot API methods work on?": one simulated bot with its chats, taps, updates and commands. */
import type { Callbacks } from './telegram-callbacks.ts';
import type { Chats, MessageChange, StoredMessage } from './telegram-chats.ts';
import type { Rate } from './telegram-rate.ts';
import type { Updates } from './telegram-updates.ts';

export interface BotCommand {
  command: string;
  description: string;
}

/** What the methods work on. */
export interface BotState {
  readonly id: number;
  readonly username: string;
  readonly chats: Chats;
  readonly callbacks: Callbacks;
  readonly updates: Updates;
  readonly rate: Rate;
  /** By language code; '' for the rest. Other scopes than the default are kept as `scope:language`. */
  readonly commands: Record<string, BotCommand[]>;
  readonly now: () => number;
  readonly changed: (message: StoredMessage, change: MessageChange) => void;
}
