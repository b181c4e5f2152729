/** What the demo's page and its server tell each other. Types only, so that the page's JavaScript can be checked by them. */
import type { BotCommand } from './telegram-state.ts';

/** `GET /texts`: the page's words in the language that was asked for, by key. */
export type Texts = Readonly<Record<string, string>>;

/** What `GET /events` sends, each as the data of one server-sent event without a name. The first is a `snapshot`. */
export type DemoEvent =
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** Sent or edited: known by chat and id. */
  | { readonly kind: 'message'; readonly message: ChatMessage }
  | { readonly kind: 'message-deleted'; readonly chatId: number; readonly messageId: number }
  /** The bot has answered a tap: its button need wait no longer. Without a text nothing is shown. */
  | {
      readonly kind: 'tap-answered';
      readonly tap: string;
      readonly text?: string;
      readonly isAlert?: boolean;
    }
  | { readonly kind: 'commands'; readonly commands: readonly BotCommand[] }
  | { readonly kind: 'server'; readonly server: ServerView }
  | { readonly kind: 'telegram'; readonly isCut: boolean }
  /** New, or known by its id and now answered. */
  | { readonly kind: 'request'; readonly request: RequestRow };

export interface Snapshot {
  /** The server's clock, epoch milliseconds: the page reckons durations by it. */
  readonly now: number;
  readonly locale: string;
  readonly bot: { readonly name: string; readonly username: string };
  readonly people: readonly DemoPerson[];
  /** The bot's menu of commands in the language of the page. */
  readonly commands: readonly BotCommand[];
  /** Of all chats, oldest first. */
  readonly messages: readonly ChatMessage[];
  readonly servers: readonly ServerView[];
  readonly isTelegramCut: boolean;
  /** Oldest first. */
  readonly requests: readonly RequestRow[];
}

export interface DemoPerson {
  /** Also the id of the private chat with the bot. */
  readonly id: number;
  readonly name: string;
  readonly isAdministrator: boolean;
}

export interface ChatMessage {
  readonly chatId: number;
  readonly messageId: number;
  readonly isFromBot: boolean;
  readonly text: string;
  /** Offsets and lengths in UTF-16 units, as in JavaScript's strings; they may nest, never cross. */
  readonly entities: readonly {
    readonly type: string;
    readonly offset: number;
    readonly length: number;
    readonly url?: string;
  }[];
  readonly keyboard: readonly (readonly {
    readonly text: string;
    readonly callback_data?: string;
    readonly url?: string;
    readonly style?: string;
  }[])[];
  /** Above the text, by its path on the page's server, which is another one after each change. */
  readonly picture: { readonly path: string; readonly width: number; readonly height: number } | null;
  readonly sentAt: number;
  readonly editedAt: number | null;
}

export type ServerState = 'running' | 'unplugged' | 'hanging' | 'slow' | 'failing';

export interface ServerView {
  readonly key: string;
  readonly name: string;
  /** e.g. `https://127.77.0.1`. */
  readonly address: string;
  readonly state: ServerState;
  readonly hasTrustedCertificate: boolean;
  readonly users: number;
  /** Those that run, newest last. */
  readonly conferences: readonly ConferenceView[];
}

export interface ConferenceView {
  readonly sessionId: string;
  readonly topic: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly people: readonly { readonly id: string; readonly name: string; readonly isModerator: boolean }[];
}

export interface RequestRow {
  readonly id: number;
  readonly at: number;
  /** `telegram` or a server's key. */
  readonly to: string;
  /** `GET`, `POST` … */
  readonly method: string;
  /** Without query and token. */
  readonly path: string;
  /** `null`: not answered (yet). 0: the connection was broken off. */
  readonly status: number | null;
  readonly durationMs: number | null;
  /** One of those that come by themselves all the time: a probe, or waiting for updates. */
  readonly isRoutine: boolean;
}

/** The body of `POST /act`, as JSON. Answered with `ActAnswer`, or 4xx and `{ error }` for one that makes no sense (any more). */
export type DemoAction =
  | { readonly kind: 'write'; readonly person: number; readonly text: string }
  /** A tap on a button; the answer's `tap` comes again in `tap-answered`. */
  | { readonly kind: 'tap'; readonly person: number; readonly messageId: number; readonly data: string }
  | { readonly kind: 'set-state'; readonly server: string; readonly state: ServerState }
  | { readonly kind: 'revoke-tokens'; readonly server: string }
  | { readonly kind: 'set-certificate'; readonly server: string; readonly trusted: boolean }
  | { readonly kind: ConferenceAction; readonly server: string; readonly session: string }
  | { readonly kind: 'cut-telegram'; readonly cut: boolean };

/** Somebody joins; an ordinary participant leaves; a moderator leaves or joins; an hour passes for it; it ends. */
export type ConferenceAction =
  | 'join'
  | 'leave'
  | 'moderator-leaves'
  | 'moderator-joins'
  | 'hour-later'
  | 'end';

export interface ActAnswer {
  /** For a `tap`. */
  readonly tap?: string;
}
