/**
 * Answers "which call is this, and which right does it need?": the table of the API v3.x calls that administer a
 * server. Knows no tokens and no sockets.
 */
import { type Answer, json } from './answer.ts';
import { callParticipants, listCalls, oneCall, sessionParticipants } from './trueconf-call-routes.ts';
import { listConferences, oneConference, stopConference } from './trueconf-conference-routes.ts';
import { type Query, Refused } from './trueconf-query.ts';
import type { ServerState } from './trueconf-state.ts';
import { listUsers } from './trueconf-user-routes.ts';
import { refusal } from './trueconf-wire.ts';

export interface Route {
  method: 'GET' | 'POST';
  /** Path behind /api/v3.N/; `*` stands for the segment that names the thing. */
  path: string;
  /** The right that the token must have. */
  scope: string;
  answer: (state: ServerState, id: string, query: Query) => Answer;
}

const SESSIONS_SCOPE = 'conferences.sessions.participants:read';

const ROUTES: readonly Route[] = [
  { method: 'GET', path: 'logs/calls', scope: 'logs.calls:read', answer: listCalls },
  { method: 'GET', path: 'logs/calls/*', scope: 'logs.calls:read', answer: oneCall },
  {
    method: 'GET',
    path: 'logs/calls/*/participants',
    scope: 'logs.calls.participants:read',
    answer: callParticipants,
  },
  {
    method: 'GET',
    path: 'conference-sessions/*/participants',
    scope: SESSIONS_SCOPE,
    answer: sessionParticipants,
  },
  { method: 'GET', path: 'users', scope: 'users:read', answer: listUsers },
  { method: 'GET', path: 'conferences', scope: 'conferences:read', answer: listConferences },
  { method: 'GET', path: 'conferences/*', scope: 'conferences:read', answer: oneConference },
  { method: 'POST', path: 'conferences/*/stop', scope: 'conferences:write', answer: stopConference },
];

const PATTERNS = ROUTES.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replace('*', '([^/]+)')}$`),
}));

/** The route for a path behind /api/v3.N/ as sent, with the id that it names, percent-decoded. */
export function findRoute(method: string, rawPath: string): { route: Route; id: string } {
  let isKnown = false;
  for (const { route, pattern } of PATTERNS) {
    const match = pattern.exec(rawPath);
    if (match === null) continue;
    if (route.method === method) return { route, id: percentDecode(match[1] ?? '') };
    isKnown = true;
  }
  throw new Refused(isKnown ? refusal(405, 'methodNotAllowed', 'Method not allowed') : routeNotFound());
}

/** What an unknown route answers. */
export function routeNotFound(): Answer {
  return json(404, {
    error: {
      code: 404,
      message: 'Not Found',
      errors: [{ reason: 'routeNotFound', message: 'Route not found' }],
    },
    trace_id: '5f0c6a4e1b2d4a0c',
  });
}

/** Percent-decodes; what cannot be decoded stays as it is. */
export function percentDecode(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
