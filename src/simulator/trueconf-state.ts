/** Answers "what do the routes look at?": one simulated server as plain values. */
import type { CallHistory } from './trueconf-calls.ts';
import type { Conferences } from './trueconf-conferences.ts';

export interface ServerState {
  readonly host: string;
  /** The part behind the @ of TrueConf ids. */
  readonly serverName: string;
  readonly statusPort: () => number;
  readonly version: string;
  /** IANA zone of dates when the client names none. */
  readonly timeZone: string;
  readonly conferences: Conferences;
  readonly calls: CallHistory;
  /** The largest page; `undefined` for each list's own limit. */
  readonly pageSizeLimit: number | undefined;
  /** Cuts the participants of a session into pages; `undefined` gives them whole. */
  readonly participantsPageSize: number | undefined;
  readonly usersFirstPage: 0 | 1;
  readonly stopEnded: 'stopped' | 'not-found';
  readonly now: () => number;
}
