/** What does it mean that a server broke off or refused? Turns HTTP failures and refusals into troubles. */
import { ServerTrouble, type Trouble, type TroubleCode } from '../domain/trouble.ts';
import { type HttpAnswer, HttpFailure, type HttpFailureCode } from '../lib/http.ts';
import { Reader } from './reader.ts';

const CODES: Readonly<Record<HttpFailureCode, TroubleCode>> = {
  dns: 'dns',
  refused: 'refused',
  unreachable: 'unreachable',
  'connect-timeout': 'connect-timeout',
  'answer-timeout': 'answer-timeout',
  closed: 'closed',
  'tls-untrusted': 'tls-untrusted',
  'tls-changed': 'tls-changed',
  'tls-expired': 'tls-expired',
  'tls-name': 'tls-name',
  tls: 'tls',
  'too-large': 'too-large',
  // Not even HTTP: something else listens on that port.
  malformed: 'not-json',
  // Servers are reached without a proxy.
  proxy: 'unreachable',
};

/** The trouble behind a failed exchange. Rethrows what is none: the reason of an abort, or a bug. */
export function troubleOf(failure: unknown): Trouble {
  if (!(failure instanceof HttpFailure)) throw failure;
  return { code: CODES[failure.code] };
}

/** Awaits an exchange; its failures become `ServerTrouble`. */
export async function exchanged(operation: string, answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await answer;
  } catch (failure) {
    throw new ServerTrouble(operation, troubleOf(failure), failure);
  }
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** A status that says nothing particular to us. */
export function statusTrouble(status: number): Trouble {
  return { code: status >= 300 && status < 400 ? 'redirect' : 'http-status', status };
}

/** The same of the API's addresses: what is no TrueConf Server says 404, and 405 to a POST. */
export function apiTrouble(status: number): Trouble {
  return status === 404 || status === 405 ? { code: 'api-absent', status } : statusTrouble(status);
}

/** The JSON of an answer; a reader of nothing when its body is empty. */
export function jsonOf(operation: string, { text }: HttpAnswer): Reader {
  if (text.trim() === '') return new Reader(operation, undefined);
  const body = parseJson(text);
  if (body === undefined) throw new ServerTrouble(operation, { code: 'not-json' });
  return new Reader(operation, body);
}

/** The value of a JSON text, or `undefined` (which JSON cannot hold) when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}

/** Of a 404: the server knows no such address, as one that is older than the API does. */
export const UNKNOWN_ADDRESS = 'routeNotFound';

/**
 * The words in which a refusal names its reason, e.g. `accessTokenInvalid`; empty when the answer is not TrueConf's.
 * Seen: `{error: {errors: [{reason}]}}`, `{error: "invalid_client"}`, `{reason: "InvalidCredentials"}`.
 */
export function reasonsOf(answer: HttpAnswer): readonly string[] {
  const body = record(parseJson(answer.text));
  const error = record(body?.error);
  const details = Array.isArray(error?.errors) ? error.errors.map((each) => record(each)?.reason) : [];
  const words = [body?.error, body?.reason, error?.reason, error?.message, ...details];
  return words.filter((word) => typeof word === 'string');
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
