/** What happened, for machines: what the monitor and the bot publish and what each recipient is told once. */
import type { EpochMs } from '../lib/time.ts';
import type { Availability, FailedProbe, Transition } from './availability.ts';
import type { ForgottenReason } from './forgotten.ts';
import type { ConferenceId, ServerName } from './names.ts';

/** Who would be cut off: what the last look that succeeded saw. */
export interface Occupancy {
  readonly at: EpochMs;
  readonly conferences: number;
  readonly people: number;
}

/** What is believed about a server has changed. */
export interface ServerChange {
  readonly server: ServerName;
  readonly before: Availability;
  readonly after: Availability;
  /** There is something to tell. */
  readonly transition: Transition | undefined;
  /**
   * When that was seen; of several that are down together, when that was known of all. It may be believed a little later:
   * the others are asked, or who is on it.
   */
  readonly foundAt: EpochMs;
  /** What was believed before is from an earlier run of the program: it happened at some time since then. */
  readonly unseen: boolean;
  /** It had not answered before, and that was put down to the bot, which might have been cut off. */
  readonly wasHidden: boolean;
  /** Who was on it at the last good look. */
  readonly occupancy: Occupancy | undefined;
  /** Who is on it now that it is back; `undefined`: not back, or it does not say. */
  readonly occupancyNow: Occupancy | undefined;
}

/** Somebody who used the bot, as the others may see it. */
export interface Person {
  readonly id: number;
  readonly name: string;
}

export type Event =
  | {
      readonly kind: 'server-down';
      readonly server: ServerName;
      /** The first failed probe of the run. */
      readonly at: EpochMs;
      readonly failure: FailedProbe;
      /** How it was before: seen up in this run of the program, seen up when the program last ran, or never seen. */
      readonly before: Before;
      /** It had not answered since then, and that was put down to the bot, which might have been cut off. */
      readonly silentSince?: EpochMs;
      readonly occupancy?: Occupancy;
    }
  | {
      readonly kind: 'server-up';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly downSince: EpochMs;
      /** It came up at some time before `at`, while the program did not run. */
      readonly unseen?: true;
      /** Who was on it before it went down, and who is now. */
      readonly occupancy?: Occupancy;
      readonly occupancyNow?: Occupancy;
    }
  | {
      readonly kind: 'server-still-down';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly downSince: EpochMs;
      readonly failure: FailedProbe;
    }
  | {
      /** It changes so often that the single changes are no longer told. */
      readonly kind: 'server-unstable';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly changes: number;
      readonly since: EpochMs;
      /** The last of them is that it is down; absent: it is up. */
      readonly failure?: FailedProbe;
      readonly occupancy?: Occupancy;
    }
  | {
      /** After it was reported as unstable it has kept still. */
      readonly kind: 'server-steady';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly unstableSince: EpochMs;
      readonly status: 'up' | 'down';
      /** Since when it has that status. */
      readonly since: EpochMs;
      /** Present exactly when `down`. */
      readonly failure?: FailedProbe;
      readonly occupancy?: Occupancy;
    }
  | {
      readonly kind: 'certificate-ending';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly endsAt: EpochMs;
    }
  | {
      /** So many servers stopped answering together that the bot itself may be cut off. */
      readonly kind: 'bot-blind';
      /** When the first of them stopped answering. */
      readonly at: EpochMs;
      readonly servers: readonly ServerName[];
      /** Of so many that were up, those in maintenance left out. */
      readonly total: number;
      /** The second target does not, or without one Telegram; `undefined`: Telegram does, and there is no other. */
      readonly checkAnswers: false | undefined;
    }
  | {
      /** The same is still so. */
      readonly kind: 'bot-still-blind';
      readonly at: EpochMs;
      readonly since: EpochMs;
      readonly servers: readonly ServerName[];
      readonly total: number;
      readonly checkAnswers: false | undefined;
    }
  | {
      readonly kind: 'bot-sees-again';
      readonly at: EpochMs;
      readonly since: EpochMs;
      /** Those that still do not answer: they will be told as down. */
      readonly silent: readonly ServerName[];
    }
  | {
      /** What the bot knows is no longer written down, so that a restart would forget it. */
      readonly kind: 'storage-trouble';
      readonly at: EpochMs;
      readonly trouble: StorageTroubleCode;
    }
  | { readonly kind: 'storage-mended'; readonly at: EpochMs }
  | {
      /** The settings file was changed and cannot be used as it is now: what it said before stays in force. */
      readonly kind: 'settings-broken';
      readonly at: EpochMs;
      /** A line each, as the terminal would show them. */
      readonly problems: readonly string[];
    }
  | { readonly kind: 'settings-mended'; readonly at: EpochMs }
  | {
      readonly kind: 'outage-acknowledged';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly by: Person;
    }
  | {
      readonly kind: 'conference-stopped';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly by: Person;
      readonly conference: StoppedConference;
    }
  | {
      readonly kind: 'monitoring-switched';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly by: Person;
      readonly on: boolean;
    }
  | {
      /** Messages to this recipient are refused for good, e.g. the person blocked the bot. */
      readonly kind: 'recipient-refused';
      readonly at: EpochMs;
      /** The recipient's chat, as the settings name it. */
      readonly recipient: string;
      readonly refusal: Refusal;
    };

export const BEFORES = ['up', 'up-before-start', 'unknown'] as const;
/** Also the ends of the locale keys `alert.since-…`. */
export type Before = (typeof BEFORES)[number];

export const STORAGE_TROUBLE_CODES = [
  'damaged', // the file is not a database, or not a whole one, or not of this bot
  'newer-schema', // a newer version of the bot has written it
  'unreadable', // the file is there, but it cannot be read or brought up to date
  'read-only', // the file or its disk cannot be written to
  'full', // no space on the disk
  'io-error', // the disk or the network folder answers with an error
  'file-gone', // the file was removed or replaced while the bot ran
  'unusable-folder', // the folder cannot be made, entered or written to
  'unsupported', // there is no SQLite for this platform
] as const;
/** Also the locale keys `storage.…`. */
export type StorageTroubleCode = (typeof STORAGE_TROUBLE_CODES)[number];

export type EventKind = Event['kind'];
export type EventOf<Kind extends EventKind> = Extract<Event, { kind: Kind }>;

export interface StoppedConference {
  readonly id: ConferenceId;
  readonly topic: string | undefined;
  readonly owner: string;
  /** People inside when it was stopped; `undefined`: not known. */
  readonly people: number | undefined;
  /** Why it counted as forgotten; `undefined`: it was stopped for another reason. */
  readonly reason: ForgottenReason | undefined;
}

export const REFUSALS = [
  'blocked',
  'deactivated',
  'kicked',
  'chat-not-found',
  'topic-gone',
  'no-rights',
  'other',
] as const;
/** Why a channel will never deliver to a recipient; also the locale key `refusal.…`. */
export type Refusal = (typeof REFUSALS)[number];
