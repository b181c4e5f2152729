/** What we know of a conference and of those who are in it. Plain data; wire formats stay in `trueconf/decode.ts`. */
import type { DurationMs, EpochMs } from '../lib/time.ts';
import type { ConferenceId, SessionId } from './names.ts';

/** One running conference. */
export interface Conference {
  readonly session: SessionId;
  /** `undefined` when the server names none (an ad-hoc call): it can be neither linked to nor stopped. */
  readonly id: ConferenceId | undefined;
  /** `undefined` when it has no name. */
  readonly topic: string | undefined;
  /** TrueConf ID, `user@server`, in whatever spelling the server uses. */
  readonly owner: string;
  /** As the server reported it; what it counts in a running session is not documented. */
  readonly participantCount: number | undefined;
  readonly startedAt: EpochMs | undefined;
  /** How long it had been running when the list was read. */
  readonly duration: DurationMs;
}

/** `owner` and `moderator` may end a conference; a `guest` has no account; a `device` is SIP, H.323, RTSP or a telephone. */
export type ParticipantRole = 'owner' | 'moderator' | 'participant' | 'guest' | 'device';

export interface Participant {
  /** TrueConf ID, or `#guest…`, `#sip:…` and the like. */
  readonly id: string;
  /** Falls back to the id. */
  readonly name: string;
  readonly role: ParticipantRole;
}

/** Whether one of them may end the conference. */
export function isModerator(participant: Participant): boolean {
  return participant.role === 'owner' || participant.role === 'moderator';
}

/** What a person with an account is doing. */
export type OnlineStatus = 'online' | 'busy' | 'in-conference';

export interface OnlineUser {
  readonly id: string;
  readonly name: string;
  readonly status: OnlineStatus;
}
