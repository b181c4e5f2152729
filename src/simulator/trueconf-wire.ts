/**
 * Answers "how does TrueConf write that down?": error bodies, PHP dates and the JSON of conferences, participants and
 * users, as API v3.x gives them. Decides nothing.
 */
import { type Answer, json } from './answer.ts';
import type { SimulatedConference, SimulatedParticipant, SimulatedUser } from './trueconf-conferences.ts';

/** The error body of API v3.x, seen on v4 too. */
export function refusal(status: number, reason: string, message: string, location?: string): Answer {
  const detail = { reason, message, locationType: location === undefined ? 'path' : 'parameter', location };
  return json(status, { error: { code: status, message: STATUS_TEXT[status] ?? message, errors: [detail] } });
}

const STATUS_TEXT: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
};

/** How dates are written: the minutes east of UTC that the client asked for, or the server's own IANA zone. */
export type WireZone = { offsetMinutes: number } | { timeZone: string };

/** A dump of PHP's DateTime: whole seconds, local time, no offset in the text. */
export function phpDate(
  at: number,
  zone: WireZone,
): { date: string; timezone_type: number; timezone: string } {
  if ('timeZone' in zone)
    return { date: localTime(at, zone.timeZone), timezone_type: 3, timezone: zone.timeZone };
  const { offsetMinutes } = zone;
  if (offsetMinutes === 0) return { date: utcTime(at), timezone_type: 3, timezone: 'UTC' };
  const minutes = Math.abs(offsetMinutes);
  const two = (value: number) => String(value).padStart(2, '0');
  const name = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return { date: utcTime(at + offsetMinutes * 60_000), timezone_type: 1, timezone: name };
}

function utcTime(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}.000000`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(at: number, timeZone: string): string {
  if (timeZone === 'UTC') return utcTime(at);
  let format = formats.get(timeZone);
  if (format === undefined) {
    // Swedish writes dates as 2020-10-31 23:05:45.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(timeZone, format);
  }
  return `${format.format(at)}.000000`;
}

/** A row of logs/calls; running ones have `end_time: null`. */
export function callRow(conference: SimulatedConference, now: number, zone: WireZone) {
  const { endedAt, startedAt } = conference;
  return {
    conference_id: conference.sessionId,
    named_conf_id: conference.conferenceId,
    topic: conference.topic,
    class: conference.class,
    type: conference.class > 1 ? 5 : 0,
    subtype: 0,
    owner: conference.owner,
    participant_count: conference.participants.length,
    start_time: phpDate(startedAt, zone),
    duration: Math.max(0, Math.floor(((endedAt ?? now) - startedAt) / 1000)),
    end_time: endedAt === null ? null : phpDate(endedAt, zone),
  };
}

/** A row of conference-sessions/{id}/participants. */
export function participantRow(participant: SimulatedParticipant) {
  return {
    id: participant.id,
    call_id: participant.id,
    display_name: participant.displayName,
    role: participant.role,
  };
}

/** The conference object of /conferences. */
export function conferenceObject(conference: SimulatedConference, host: string) {
  const id = conference.conferenceId;
  const isRunning = conference.endedAt === null;
  return {
    id,
    topic: conference.topic,
    description: '',
    owner: conference.owner.split('@')[0],
    type: 0,
    state: isRunning ? 'running' : 'stopped',
    ...(isRunning ? { session_id: conference.sessionId } : {}),
    invitations: [],
    max_podiums: 36,
    max_participants: 250,
    schedule: { type: -1 },
    allow_guests: true,
    auto_invite: 0,
    created_at: Math.floor(conference.startedAt / 1000),
    recording: 0,
    tags: [],
    url: `https://${host}/c/${id}`,
    webclient_url: `https://${host}/webrtc/${id}`,
  };
}

/** The user object of /users. */
export function userObject(user: SimulatedUser, serverName: string) {
  return {
    id: user.id,
    uid: `${user.id}@${serverName}`,
    avatar: null,
    login_name: user.id,
    email: '',
    display_name: user.displayName,
    first_name: '',
    last_name: '',
    company: '',
    groups: [{ id: '@no_group' }],
    mobile_phone: '',
    work_phone: '',
    home_phone: '',
    is_active: user.status === -2 ? 0 : 1,
    status: user.status,
  };
}
