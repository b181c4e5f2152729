/** How long is a server waited for, and how much of it is read? Every number of this folder, in one place. */
import { type DurationMs, MINUTE, SECOND } from '../lib/time.ts';

/** Finding the address, TCP and TLS together; for probes and for everything else. */
export const CONNECT_TIMEOUT: DurationMs = 3 * SECOND;
/** A probe's whole answer, from sending. */
export const PROBE_TIMEOUT: DurationMs = 5 * SECOND;
/** Any other whole answer, from sending. Waiting for a turn among the server's requests is not counted. */
export const ANSWER_TIMEOUT: DurationMs = 10 * SECOND;

/** Requests to one server at once, probes, stops and requests for tokens not counted. */
export const PARALLEL_REQUESTS = 8;

/** Status pages are a line long. */
export const PROBE_BYTES = 256 * 1024;
/** Characters of any name, topic or id. TrueConf allows 240 in a topic. */
export const LONGEST_TEXT = 512;

/** Most servers have fewer running conferences than this, and every further row is one of the history. */
export const CALLS_FIRST_PAGE = 100;
/** TrueConf's own bot asks for this many. */
export const CALLS_PAGE = 500;
export const CALLS_PAGES = 20;
export const USERS_PAGE = 500;
export const USERS_PAGES = 200;
export const PARTICIPANTS_PAGES = 50;

/** A token is renewed this long before it expires, or a tenth of its life if that is shorter. */
export const TOKEN_MARGIN: DurationMs = MINUTE;
/** When the server does not say how long a token lives. */
export const TOKEN_LIFE: DurationMs = 60 * MINUTE;
/** A younger token that lacks a scope is believed; an older one may have been issued before the scope was granted. */
export const TOKEN_SCOPES_SETTLED: DurationMs = MINUTE;
