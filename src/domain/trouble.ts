/**
 * Why a server could not be asked or would not do what was asked: one list of codes for probes, screens, logs and
 * locale keys (`cause.refused`, …). Holds no text: what a person reads is chosen by code.
 */

export const TROUBLE_CODES = [
  // the network
  'dns', // the host name has no address
  'refused', // nothing listens on that port
  'unreachable', // no route to the machine
  'connect-timeout', // no connection within the limit
  'answer-timeout', // connected, but no (whole) answer within the limit
  'closed', // the connection broke in the middle
  // TLS
  'tls-untrusted', // self-signed or signed by an unknown authority
  'tls-changed', // neither the certificate that the settings name a file of, nor signed by it
  'tls-expired', // the certificate is not valid now
  'tls-name', // the certificate is for another name
  'tls', // any other TLS failure, e.g. plain HTTP on that port
  // the answer
  'http-status', // a status that is not 2xx, see `status`
  'redirect', // points elsewhere, which is never followed, see `status`
  'api-absent', // a status that says that nothing answers to the API's addresses there, see `status`
  'empty-answer', // nothing, where something must be
  'not-json', // e.g. a proxy's HTML page
  'unexpected-answer', // JSON, but not what this call answers; see `path`
  'too-large', // more than the limit
  // what the server said
  'credentials-absent', // the settings have none
  'credentials-rejected', // client_id and client_secret, or the ready token, are not accepted
  'scope-missing', // the OAuth application lacks `scope`
  'forbidden', // refused for another reason
  'not-found', // no such conference or session (any more)
] as const;

export type TroubleCode = (typeof TROUBLE_CODES)[number];

/** What went wrong with one server, as values. */
export interface Trouble {
  readonly code: TroubleCode;
  /** HTTP status, for `http-status`, `redirect` and `api-absent`. */
  readonly status?: number;
  /** The OAuth scope that the refused call needs. */
  readonly scope?: string;
  /** JSON path of the value that could not be understood, e.g. `list[3].start_time`. */
  readonly path?: string;
}

/** Thrown by everything that talks to a server. The message names the operation and nothing secret. */
export class ServerTrouble extends Error {
  readonly trouble: Trouble;

  constructor(operation: string, trouble: Trouble, cause?: unknown) {
    const detail = trouble.status ?? trouble.scope ?? trouble.path;
    super(`${operation}: ${trouble.code}${detail === undefined ? '' : ` (${detail})`}`, { cause });
    this.name = 'ServerTrouble';
    this.trouble = trouble;
  }
}
