/** Is a server there? One look on a connection of its own, and what it saw as a value. Judges nothing. */
import type { Probe } from '../domain/availability.ts';
import type { Trouble } from '../domain/trouble.ts';
import type { Clock } from '../lib/clock.ts';
import type { HttpAnswer, HttpOrigin } from '../lib/http.ts';
import { apiTrouble, isSuccess, parseJson, statusTrouble, troubleOf } from './errors.ts';
import { PROBE_BYTES, PROBE_TIMEOUT } from './limits.ts';

/** Tells the version to anyone, without a token (API v4; TrueConf Server 5.5 and newer). */
export const VERSION_PATH = '/api/v4/server';
/** The conference engine's own page on the client port. */
export const STATUS_PATH = '/vsstatus';

/** Never throws, except the signal's reason. */
export async function probe(
  origin: HttpOrigin,
  path: typeof VERSION_PATH | typeof STATUS_PATH,
  clock: Clock,
  signal: AbortSignal,
): Promise<Probe> {
  const at = clock.now();
  const startedAt = performance.now();
  const trouble = (reason: Trouble): Probe => ({
    kind: 'failed',
    at,
    latency: performance.now() - startedAt,
    trouble: reason,
  });
  try {
    const answer = await look(origin, path, signal);
    const latency = performance.now() - startedAt;
    if (!isSuccess(answer.status)) {
      return trouble(path === VERSION_PATH ? apiTrouble(answer.status) : statusTrouble(answer.status));
    }
    // A maintenance page in front of a server that is away comes with status 200, too.
    const json = path === VERSION_PATH ? parseJson(answer.text) : null;
    if (json === undefined) return trouble({ code: 'not-json' });
    const version = path === VERSION_PATH ? versionIn(json) : versionInText(answer.text);
    return { kind: 'answered', at, latency, ...(version === undefined ? {} : { version }) };
  } catch (failure) {
    signal.throwIfAborted();
    return trouble(troubleOf(failure));
  }
}

/** Whether anything at all answers in HTTP. Never throws, except the signal's reason. */
export async function answers(origin: HttpOrigin, signal: AbortSignal): Promise<boolean> {
  try {
    await look(origin, VERSION_PATH, signal);
    return true;
  } catch (failure) {
    signal.throwIfAborted();
    return troubleOf(failure).code === 'too-large';
  }
}

function look(origin: HttpOrigin, path: string, signal: AbortSignal): Promise<HttpAnswer> {
  return origin.once({
    method: 'GET',
    path,
    answerTimeout: PROBE_TIMEOUT,
    maxBytes: PROBE_BYTES,
    signal,
  });
}

/** `TrueConf Server A.B.C.D` somewhere in the page (TrueConf's own bot library reads it this way). */
function versionInText(text: string): string | undefined {
  return /TrueConf Server[^\d<]{0,20}(\d{1,5}(?:\.\d{1,6}){1,4})/.exec(text)?.[1];
}

function versionIn(json: unknown): string | undefined {
  const { product } = (json ?? {}) as { product?: { version?: unknown } | null };
  const version = product?.version;
  return typeof version === 'string' ? /^\d{1,5}(?:\.\d{1,6}){1,4}/.exec(version)?.[0] : undefined;
}
