/**
 * Answers "how do I run a TrueConf Server that is none?": the API port and the status port of one simulated server on
 * loopback, scriptable and observable. Knows nothing of the bot.
 */
import { selfSigned } from './certificate.ts';
import { createListener } from './listener.ts';
import { type ApiRules, answerApi } from './trueconf-api.ts';
import { CallHistory } from './trueconf-calls.ts';
import {
  Conferences,
  type SimulatedConference,
  type SimulatedParticipant,
  type SimulatedUser,
} from './trueconf-conferences.ts';
import { Exchange, type RecordedRequest } from './trueconf-exchange.ts';
import { type Fault, type FaultPlace, Faults } from './trueconf-fault.ts';
import type { TokenErrorShape } from './trueconf-oauth.ts';
import { answerStatusPort } from './trueconf-public.ts';
import type { ServerState } from './trueconf-state.ts';
import { Tokens } from './trueconf-tokens.ts';

export type { SimulatedConference, SimulatedParticipant, SimulatedUser } from './trueconf-conferences.ts';
export type { RecordedRequest } from './trueconf-exchange.ts';
export type { Fault, FaultPlace } from './trueconf-fault.ts';

export interface TrueConfSimulatorOptions {
  /** Any address in 127.0.0.0/8; default 127.0.0.1. */
  host?: string;
  /** Default 0: a free port. */
  apiPort?: number;
  /** Default 0: a free port. */
  statusPort?: number;
  /** The API port's TLS; default 'self-signed', `false` for plain HTTP. */
  tls?: false | 'self-signed' | { key: string; cert: string };
  /** Default '5.5.2.10018'; API v4 answers from 5.5 on. */
  version?: string;
  /** The name behind the @ of TrueConf ids; default 'sim.example'. */
  serverName?: string;
  /** Default 'client'. */
  clientId?: string;
  /** Default 'secret'. */
  clientSecret?: string;
  /** Rights of the client; default `conferences users:read logs.calls:read logs.calls.participants:read`. */
  scopes?: string[];
  /** Default 604800. */
  tokenLifetimeSeconds?: number;
  /** Where tokens are accepted; default 'both'. */
  tokenTransport?: 'both' | 'header' | 'query';
  /** Secret keys of the control panel: all rights, no expiry. */
  staticTokens?: string[];
  /** Wait before every answer of the API port; default 0. */
  latencyMs?: number;
  /** The largest page; default 1000, for users 500. Larger sizes are cut without a word. */
  pageSizeLimit?: number;
  /** Zone of dates when the client names none; default 'UTC'. */
  timeZone?: string;
  quirks?: {
    numbersAsStrings?: boolean;
    /** Shape of the answer to wrong credentials; default 'oauth'. */
    tokenError?: TokenErrorShape;
    /** Default 403. */
    invalidTokenStatus?: 401 | 403;
    /** Cuts conference-sessions/{id}/participants into pages of this size. */
    participantsPageSize?: number;
    /** Number of the first page of /users; default 1. */
    usersFirstPage?: 0 | 1;
    /** What stop answers for a known conference that is not running; default 'stopped'. */
    stopEnded?: 'stopped' | 'not-found';
  };
  /** Default Date.now. */
  now?: () => number;
  /** How many requests are kept; default 10,000. */
  keptRequests?: number;
}

export interface TrueConfSimulator {
  readonly host: string;
  readonly apiPort: number;
  readonly statusPort: number;
  readonly serverName: string;
  /** PEM of the API port; `undefined` without TLS. */
  readonly certificate: string | undefined;
  /** Live: scripts may push and edit. */
  readonly conferences: SimulatedConference[];
  readonly users: SimulatedUser[];
  /** The last 10,000 or so. */
  readonly requests: RecordedRequest[];
  /** Requests to both ports, token requests, and most API requests under way at once. */
  readonly counts: { total: number; token: number; maxParallel: number };
  /** Called when a request arrives, before it is answered: the place for a script to change the world. */
  onRequest?: (request: RecordedRequest) => void;
  /** Called when a request is answered or its socket gone. */
  onAnswer?: (request: RecordedRequest) => void;
  /** Default place 'all'. Faults at different places stand together; 'none' at 'all' heals everything. */
  setFault(fault: Fault, where?: FaultPlace): Promise<void>;
  revokeTokens(): void;
  setScopes(scopes: string[]): void;
  setClientSecret(secret: string): void;
  setLatency(latencyMs: number): void;
  /** The API port shows another certificate from now on, as after a renewal. */
  showCertificate(certificate: { key: string; cert: string }): void;
  addConference(conference: Partial<SimulatedConference>): SimulatedConference;
  join(sessionId: string, participant: Partial<SimulatedParticipant>): void;
  leave(sessionId: string, participantId: string): void;
  end(sessionId: string): void;
  /** Forgets recorded requests and counts. */
  forgetRequests(): void;
  close(): Promise<void>;
}

const STANDARD_SCOPES = ['conferences', 'users:read', 'logs.calls:read', 'logs.calls.participants:read'];

/** Starts one simulated server; resolves when both ports listen. */
export async function startTrueConf(options: TrueConfSimulatorOptions = {}): Promise<TrueConfSimulator> {
  const { host = '127.0.0.1', serverName = 'sim.example', now = Date.now, quirks = {} } = options;
  let { latencyMs = 0 } = options;
  const tls = options.tls ?? 'self-signed';
  const certificate = tls === 'self-signed' ? await selfSigned(host) : tls === false ? undefined : tls;
  const conferences = new Conferences(serverName, now);
  const faults = new Faults();
  const tokens = new Tokens(
    {
      clientId: options.clientId ?? 'client',
      clientSecret: options.clientSecret ?? 'secret',
      scopes: options.scopes ?? STANDARD_SCOPES,
      tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 604_800,
      staticTokens: options.staticTokens ?? [],
    },
    now,
  );
  const state: ServerState = {
    host,
    serverName,
    version: options.version ?? '5.5.2.10018',
    conferences,
    calls: new CallHistory(conferences.all),
    timeZone: options.timeZone ?? 'UTC',
    statusPort: () => status.port,
    pageSizeLimit: options.pageSizeLimit,
    participantsPageSize: quirks.participantsPageSize,
    usersFirstPage: quirks.usersFirstPage ?? 1,
    stopEnded: quirks.stopEnded ?? 'stopped',
    now,
  };
  const rules: ApiRules = {
    tokenTransport: options.tokenTransport ?? 'both',
    tokenError: quirks.tokenError ?? 'oauth',
    invalidTokenStatus: quirks.invalidTokenStatus ?? 403,
    numbersAsStrings: quirks.numbersAsStrings ?? false,
  };
  const exchange = new Exchange({
    faults,
    latencyMs: (port) => (port === 'api' ? latencyMs : 0),
    answer: (port, request) =>
      port === 'api'
        ? answerApi(request, state, tokens, rules)
        : answerStatusPort(state, request.method, request.rawPath),
    arrived: (record) => simulator.onRequest?.(record),
    done: (record) => simulator.onAnswer?.(record),
    keptRequests: options.keptRequests ?? 10_000,
    now,
  });
  const api = await createListener({
    host,
    port: options.apiPort ?? 0,
    tls: certificate && { key: certificate.key, cert: certificate.cert },
    handle: (request, response) => exchange.receive('api', request, response),
  });
  const status = await createListener({
    host,
    port: options.statusPort ?? 0,
    handle: (request, response) => exchange.receive('status', request, response),
  }).catch(async (error) => {
    await api.become('refusing');
    throw error;
  });

  const simulator: TrueConfSimulator = {
    host,
    serverName,
    apiPort: api.port,
    statusPort: status.port,
    certificate: certificate?.cert,
    conferences: conferences.all,
    users: conferences.users,
    requests: exchange.requests,
    counts: exchange.counts,
    async setFault(fault, where = 'all') {
      faults.set(fault, where);
      await Promise.all([api.become(faults.portState('api')), status.become(faults.portState('status'))]);
    },
    revokeTokens: () => tokens.revokeAll(),
    setScopes(scopes) {
      tokens.rules.scopes = scopes;
    },
    setClientSecret(secret) {
      tokens.rules.clientSecret = secret;
    },
    setLatency(wait) {
      latencyMs = wait;
    },
    showCertificate: (shown) => api.show(shown),
    addConference: (conference) => conferences.add(conference),
    join: (sessionId, participant) => conferences.join(sessionId, participant),
    leave: (sessionId, participantId) => conferences.leave(sessionId, participantId),
    end: (sessionId) => conferences.end(sessionId),
    forgetRequests: () => exchange.forget(),
    async close() {
      await Promise.all([api.become('refusing'), status.become('refusing')]);
    },
  };
  return simulator;
}
