/** What the bot needs from the rest of the program. Declared here so that the bot knows neither HTTP nor timers. */

import type { Availability, Probe } from '../domain/availability.ts';
import type { Conference, OnlineUser, Participant } from '../domain/conference.ts';
import type { Occupancy, Person, StoppedConference } from '../domain/events.ts';
import type { ForgottenRule } from '../domain/forgotten.ts';
import type { Period, ProbeBucket } from '../domain/history.ts';
import type { ConferenceId, ServerName } from '../domain/names.ts';
import type { AuditEntry } from '../domain/outbox.ts';
import type { Summary } from '../domain/summary.ts';
import type { DurationMs, EpochMs } from '../lib/time.ts';

/** One server, as administrators see it. What asks the server throws `ServerTrouble`, or the signal's reason. */
export interface BotServer {
  readonly name: ServerName;
  /** Host and ports: finds the server again after it was renamed. */
  readonly address: string;
  /** `https://host[:port]`, for links. */
  readonly webRoot: string;
  readonly probeInterval: DurationMs;
  /** How far apart counts of online users for the history may be. */
  readonly usersInterval: DurationMs;
  readonly forgottenRule: ForgottenRule;
  /** What is known without asking. */
  view(): ServerView;
  /** Looks at the server now. */
  lookNow(signal: AbortSignal): Promise<ServerView>;
  runningConferences(signal: AbortSignal): Promise<readonly Conference[]>;
  participants(conference: Conference, signal: AbortSignal): Promise<readonly Participant[]>;
  onlineUsers(signal: AbortSignal): Promise<readonly OnlineUser[]>;
  stopConference(id: ConferenceId, signal: AbortSignal): Promise<'stopped' | 'already-ended'>;
  /** Tells the other administrators and writes it down. */
  switchMonitoring(on: boolean, by: Person): Promise<void>;
  /** Tells the other administrators and writes it down. */
  recordStop(conference: StoppedConference, by: Person): Promise<void>;
  /** @param chat where it was said, so that it need not be told. @returns false when the server is not down */
  acknowledge(by: Person, chat: string): Promise<boolean>;
  /** What is kept from `from` on, up to this moment. */
  history(from: EpochMs): Promise<ServerHistory>;
  /** How it did lately, up to this moment. */
  summary(): Promise<Summary>;
  /** Those that lasted after `from`, newest first. */
  periods(from: EpochMs): Promise<readonly Period[]>;
  /** Who did what here, newest first. */
  audit(limit: number): Promise<readonly AuditEntry[]>;
}

/** No alerts about these servers to that chat before `until`; all of them or none. */
export type Mute = (servers: readonly ServerName[], chat: string, until: EpochMs) => Promise<void>;

export interface ServerHistory {
  /** Oldest first. */
  readonly buckets: readonly ProbeBucket[];
  /** Newest first. */
  readonly periods: readonly Period[];
}

export interface ServerView {
  readonly monitored: boolean;
  readonly availability: Availability;
  readonly lastProbe: Probe | undefined;
  readonly version: string | undefined;
  readonly occupancy: Occupancy | undefined;
  readonly acknowledgedBy: string | undefined;
  /** `undefined`: none is planned for now. */
  readonly maintenanceUntil: EpochMs | undefined;
  /** For that chat; `undefined`: not muted. */
  mutedUntil(chat: string): EpochMs | undefined;
}
