/** What happened, for machines: what the monitor and the bot publish and what each recipient is told once. */
import type { EpochMs } from '../lib/time.ts';
import type { FailedProbe } from './availability.ts';
import type { ForgottenReason } from './forgotten.ts';
import type { ConferenceId, ServerName } from './names.ts';

/** Who would be cut off: what the last look that succeeded saw. */
export interface Occupancy {
  readonly at: EpochMs;
  readonly conferences: number;
  readonly people: number;
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
      readonly firstSeen: boolean;
      readonly occupancy?: Occupancy;
    }
  | {
      readonly kind: 'server-up';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly downSince: EpochMs;
    }
  | {
      readonly kind: 'server-still-down';
      readonly server: ServerName;
      readonly at: EpochMs;
      readonly downSince: EpochMs;
      readonly failure: FailedProbe;
    }
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

/** Why a channel will never deliver to a recipient; also the locale key `refusal.…`. */
export type Refusal = 'blocked' | 'deactivated' | 'kicked' | 'chat-not-found' | 'no-rights' | 'other';
