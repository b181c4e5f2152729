/** What can be asked of one TrueConf Server? Everything the rest of the program may do with a server, and nothing else. */
import { isIPv6 } from 'node:net';
import type { Probe } from '../domain/availability.ts';
import type { Conference, OnlineUser, Participant } from '../domain/conference.ts';
import type { ConferenceId } from '../domain/names.ts';
import { ServerTrouble } from '../domain/trouble.ts';
import type { Clock } from '../lib/clock.ts';
import { type Connector, createConnector } from '../lib/connector.ts';
import { openOrigin } from '../lib/http.ts';
import type { Log } from '../lib/log.ts';
import type { EpochMs } from '../lib/time.ts';
import type { ServerSettings } from '../settings/settings.ts';
import { keepAccessTokens } from './access-token.ts';
import { certificateEnd } from './certificate.ts';
import { decodeCalls, decodeParticipants, decodeUsers } from './decode.ts';
import { openApi } from './http.ts';
import { CONNECT_TIMEOUT, PARALLEL_REQUESTS, USERS_PAGE } from './limits.ts';
import { readCalls, readParticipants, readUsers } from './paging.ts';
import { answers, probe, STATUS_PATH, VERSION_PATH } from './probe.ts';

/**
 * Everything but `probe`, `webAnswers` and `certificateEnd` throws `ServerTrouble`; every call rejects with its
 * signal's reason.
 */
export interface TrueConfServer {
  /** `https://host[:port]`, for links. */
  readonly webRoot: string;
  /** Never throws, except the signal's reason. */
  probe(signal: AbortSignal): Promise<Probe>;
  /** Whether `https_port` answers in HTTP, whatever the status and the certificate. */
  webAnswers(signal: AbortSignal): Promise<boolean>;
  /** When the certificate that `https_port` shows ends, trusted or not; `undefined`: it shows none at present. */
  certificateEnd(signal: AbortSignal): Promise<EpochMs | undefined>;
  runningConferences(signal: AbortSignal): Promise<Conference[]>;
  /** Everybody or nobody: what cannot be read in full is a trouble. `not-found`: the session has ended. */
  participants(
    conference: Pick<Conference, 'session' | 'owner'>,
    signal: AbortSignal,
  ): Promise<Participant[]>;
  onlineUsers(signal: AbortSignal): Promise<OnlineUser[]>;
  stopConference(id: ConferenceId, signal: AbortSignal): Promise<'stopped' | 'already-ended'>;
  /** Ends what is under way. */
  close(): Promise<void>;
}

export interface TrueConfDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** One for all servers, so that names are looked up once and TLS contexts are shared. Default: one of its own. */
  readonly connector?: Connector;
}

/** Opens no connection yet. */
export function openTrueConfServer(settings: ServerSettings, deps: TrueConfDeps): TrueConfServer {
  const { clock, log, connector = createConnector() } = deps;
  const host = isIPv6(settings.host) ? `[${settings.host}]` : settings.host;
  const webRoot = settings.httpsPort === 443 ? `https://${host}` : `https://${host}:${settings.httpsPort}`;
  const options = { connectTimeout: CONNECT_TIMEOUT, connections: PARALLEL_REQUESTS, connector };
  const web = openOrigin(webRoot, { ...options, trust: settings.tls });
  const untrustedWeb = openOrigin(webRoot, { ...options, trust: { kind: 'any' } });
  const engine = openOrigin(`http://${host}:${settings.status.statusPort}`, options);
  const api = openApi(settings.name, web, keepAccessTokens(settings, web, clock), clock, log);
  const named = (operation: string) => `${settings.name}: ${operation}`;

  return {
    webRoot,
    probe: (signal) =>
      settings.status.check === 'https'
        ? probe(web, VERSION_PATH, clock, signal)
        : probe(engine, STATUS_PATH, clock, signal),
    webAnswers: (signal) => answers(untrustedWeb, signal),
    certificateEnd: (signal) =>
      certificateEnd({ host: settings.host, port: settings.httpsPort }, { connector, clock }, signal),

    runningConferences(signal) {
      const operation = 'list running conferences';
      return readCalls(named(operation), async (page, size) => {
        const path = `/logs/calls?sort_field=end_time&sort_order=1&timezone=0&page_id=${page}&page_size=${size}`;
        const answer = await api.call({ operation, method: 'GET', path, scope: 'logs.calls:read' }, signal);
        return decodeCalls(answer, clock.now());
      });
    },

    participants({ session, owner }, signal) {
      const operation = 'list participants';
      return readParticipants(named(operation), async (page, size) => {
        const query = page === 1 ? '' : `?page_id=${page}&page_size=${size}`;
        const path = `/conference-sessions/${encodeURIComponent(session)}/participants${query}`;
        // Grants its parts, too: TrueConf's own bot asks for no more and reads participants.
        const answer = await api.call({ operation, method: 'GET', path, scope: 'conferences' }, signal);
        return decodeParticipants(answer, owner);
      });
    },

    onlineUsers(signal) {
      const operation = 'list users';
      return readUsers(named(operation), async (page) => {
        const path = `/users?page_size=${USERS_PAGE}${page === undefined ? '' : `&page_id=${page}`}`;
        return decodeUsers(await api.call({ operation, method: 'GET', path, scope: 'users:read' }, signal));
      });
    },

    async stopConference(id, signal) {
      const operation = 'stop a conference';
      const path = `/conferences/${encodeURIComponent(id)}/stop`;
      try {
        const answer = await api.call({ operation, method: 'POST', path, scope: 'conferences' }, signal);
        if (answer.isNothing) return 'stopped';
        if (!answer.field('error').isNothing) return answer.field('error').fail();
        const state = answer.field('state');
        return state.isNothing || state.value === 'stopped' ? 'stopped' : state.fail();
      } catch (error) {
        if (error instanceof ServerTrouble && error.trouble.code === 'not-found') return 'already-ended';
        throw error;
      }
    },

    async close() {
      await Promise.all([web.close(), untrustedWeb.close(), engine.close()]);
    },
  };
}
