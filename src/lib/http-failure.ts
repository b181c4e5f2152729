/** Why did an HTTP exchange break? One code per cause; never holds a URL, a query, a header or a body. */

export type HttpFailureCode =
  | 'dns' // the host name has no address, or none was found within the time to connect
  | 'refused'
  | 'unreachable'
  | 'connect-timeout' // TCP and TLS together took too long
  | 'answer-timeout' // connected, but the answer was not whole in time
  | 'closed' // the connection broke, or the answer ended early
  | 'tls-untrusted'
  | 'tls-changed' // not the certificate that alone is trusted
  | 'tls-expired' // the certificate is not valid now: too old or too new
  | 'tls-name'
  | 'tls' // any other TLS failure, e.g. plain HTTP on that port
  | 'too-large'
  | 'malformed' // not HTTP
  | 'proxy'; // the proxy would not let us through

export class HttpFailure extends Error {
  readonly code: HttpFailureCode;

  /** @param cause kept as code and message only: the original may carry pieces of the answer */
  constructor(code: HttpFailureCode, cause?: unknown) {
    super(`HTTP exchange failed: ${code}`, cause === undefined ? undefined : { cause: slim(cause) });
    this.name = 'HttpFailure';
    this.code = code;
  }
}

/** Sorts what sockets, TLS and undici throw. Look-ups sort themselves. */
export function httpFailure(error: unknown): HttpFailure {
  return error instanceof HttpFailure ? error : new HttpFailure(classify(error), error);
}

const BY_CODE: Readonly<Record<string, HttpFailureCode>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_REJECTED: 'tls-untrusted',
  CERT_REVOKED: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  INVALID_PURPOSE: 'tls-untrusted',
  EPROTO: 'tls',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
};

/** Of several addresses tried, the outcome that says most: a machine that refuses is there. */
const MOST_TELLING: readonly HttpFailureCode[] = ['refused', 'connect-timeout', 'unreachable'];

function classify(error: unknown): HttpFailureCode {
  if (error instanceof AggregateError) {
    const codes = error.errors.map(classify);
    return MOST_TELLING.find((code) => codes.includes(code)) ?? codes[0] ?? 'unreachable';
  }
  // The parser's own code is lost in undici's WebAssembly build; its words are llhttp's.
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return error.message.includes('EOF') ? 'closed' : 'malformed';
  }
  const code = codeOf(error) ?? '';
  const known = BY_CODE[code];
  if (known) return known;
  if (/^(ERR_SSL_|ERR_TLS_|ERR_OSSL|CERT_)/.test(code)) return 'tls';
  return 'closed';
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

function slim(error: unknown): Error {
  const copy = new Error(error instanceof Error ? error.message : 'not an error');
  delete copy.stack;
  return Object.assign(copy, { code: codeOf(error) });
}
