/**
 * Answers "which conferences and people are there?": the live arrays of a simulated TrueConf Server with what scripts
 * do to them. Look-ups are kept beside the arrays and proved at use, because scripts may edit the arrays at any time.
 */

export interface SimulatedParticipant {
  /** "anna@sim.example", "#guest2:7f3a@sim.example", "#sip:100@pbx", … */
  id: string;
  displayName: string;
  /** 2 = owner or moderator, 1 = ordinary. */
  role: number;
}

export interface SimulatedConference {
  /** The run, e.g. "0000001b@sim.example#vcs". */
  sessionId: string;
  /** named_conf_id: what /conferences/{id}/stop takes. */
  conferenceId: string | null;
  topic: string | null;
  owner: string;
  /** 10 = group conference, 1 = point-to-point call. */
  class: number;
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt: number | null;
  participants: SimulatedParticipant[];
}

export interface SimulatedUser {
  /** The login name without the server: "anna". */
  id: string;
  displayName: string;
  /** -2 not active, -1 invalid, 0 offline, 1 online, 2 busy, 5 in a group conference. */
  status: number;
}

export class Conferences {
  readonly all: SimulatedConference[] = [];
  readonly users: SimulatedUser[] = [];
  readonly #serverName: string;
  readonly #now: () => number;
  readonly #positions = new Map<string, number>();
  #made = 0;

  constructor(serverName: string, now: () => number) {
    this.#serverName = serverName;
    this.#now = now;
  }

  /** Adds a conference; what is not given is made up, ids are unique. */
  add(given: Partial<SimulatedConference>): SimulatedConference {
    const number = ++this.#made;
    const owner = given.owner ?? `owner${number}@${this.#serverName}`;
    const conference: SimulatedConference = {
      sessionId: `${number.toString(16).padStart(8, '0')}@${this.#serverName}#vcs`,
      conferenceId: String(1_000_000_000 + number),
      topic: `Conference ${number}`,
      owner,
      class: 10,
      startedAt: this.#now() - 600_000,
      endedAt: null,
      participants: [{ id: owner, displayName: owner.split('@')[0] ?? owner, role: 2 }],
      ...given,
    };
    this.#positions.set(conference.sessionId, this.all.length);
    this.all.push(conference);
    return conference;
  }

  /** The run with this id, ended ones included. */
  bySession(sessionId: string): SimulatedConference | undefined {
    const known = this.#positions.get(sessionId);
    if (known !== undefined && this.all[known]?.sessionId === sessionId) return this.all[known];
    const position = this.all.findIndex((conference) => conference.sessionId === sessionId);
    if (position < 0) return undefined;
    this.#positions.set(sessionId, position);
    return this.all[position];
  }

  /** The runs of one conference, oldest first. */
  byConference(conferenceId: string): SimulatedConference[] {
    return this.all.filter((conference) => conference.conferenceId === conferenceId);
  }

  join(sessionId: string, given: Partial<SimulatedParticipant>): void {
    const conference = this.#running(sessionId);
    const id = given.id ?? `guest${conference.participants.length + 1}@${this.#serverName}`;
    conference.participants.push({ displayName: id.split('@')[0] ?? id, role: 1, ...given, id });
  }

  leave(sessionId: string, participantId: string): void {
    const conference = this.#running(sessionId);
    const position = conference.participants.findIndex((participant) => participant.id === participantId);
    if (position < 0) throw new Error(`${participantId} is not in ${sessionId}`);
    conference.participants.splice(position, 1);
  }

  end(sessionId: string): void {
    this.#running(sessionId).endedAt = this.#now();
  }

  #running(sessionId: string): SimulatedConference {
    const conference = this.bySession(sessionId);
    if (conference === undefined) throw new Error(`no conference ${sessionId}`);
    return conference;
  }
}
