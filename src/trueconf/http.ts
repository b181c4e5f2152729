/**
 * How is a server's API called? Puts the token on, renews it when it was refused, and answers with JSON or a
 * `ServerTrouble`. Knows no call in particular.
 */
import { setMaxListeners } from 'node:events';
import { ServerTrouble, type Trouble } from '../domain/trouble.ts';
import type { Clock } from '../lib/clock.ts';
import type { HttpAnswer, HttpOrigin, HttpRequest } from '../lib/http.ts';
import type { Log } from '../lib/log.ts';
import type { AccessTokens, Token } from './access-token.ts';
import { apiTrouble, exchanged, isSuccess, jsonOf, reasonsOf, UNKNOWN_ADDRESS } from './errors.ts';
import { ANSWER_TIMEOUT, TOKEN_SCOPES_SETTLED } from './limits.ts';
import type { Reader } from './reader.ts';

interface ApiCall {
  /** For messages: what is being done, without values. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  /** Below `/api/v3.3`, with the query. */
  readonly path: string;
  /** The OAuth scope that the operator has to grant for it. */
  readonly scope: string;
}

export interface Api {
  /** The answer's JSON; nothing when its body is empty. */
  call(call: ApiCall, signal: AbortSignal): Promise<Reader>;
}

/** Where the token travels. The query ends up in access logs, so it is for servers that refuse the header. */
type Place = 'header' | 'query';

export function openApi(
  server: string,
  origin: HttpOrigin,
  tokens: AccessTokens,
  clock: Clock,
  log: Log,
): Api {
  let place: Place = 'header';

  function send(operation: string, call: ApiCall, token: Token, where: Place, signal: AbortSignal) {
    const path = `/api/v3.3${call.path}`;
    const query = `${path.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(token.value)}`;
    const request: HttpRequest = {
      method: call.method,
      path: where === 'query' ? path + query : path,
      headers: {
        accept: 'application/json',
        ...(where === 'header' ? { authorization: `Bearer ${token.value}` } : {}),
      },
      answerTimeout: ANSWER_TIMEOUT,
      signal,
    };
    // What changes something goes on a new connection, which the server cannot have closed meanwhile, and never twice.
    return exchanged(operation, call.method === 'GET' ? origin.request(request) : origin.once(request));
  }

  async function answerTo(operation: string, call: ApiCall, signal: AbortSignal): Promise<HttpAnswer> {
    const token = await tokens.current(signal);
    const where = place;
    const first = await send(operation, call, token, where, signal);
    if (!isTokenRefused(first) && !mayLackNewScopes(first, token, clock)) return first;

    log.debug({ server, status: first.status }, 'access token refused, getting another');
    const fresh = (await tokens.another(token, signal)) ?? token;
    if (fresh !== token) {
      const second = await send(operation, call, fresh, where, signal);
      if (!isTokenRefused(second)) return second;
    }
    const other = where === 'header' ? 'query' : 'header';
    const third = await send(operation, call, fresh, other, signal);
    if (!isTokenRefused(third)) {
      if (place !== other)
        log.warn({ server, place: other }, 'this server takes access tokens in another place');
      place = other;
      return third;
    }
    throw new ServerTrouble(operation, { code: 'credentials-rejected' });
  }

  return {
    async call(call, signal) {
      // A screen may make hundreds of calls under one signal, all waiting for one token; Node warns from 11 on.
      setMaxListeners(0, signal);
      const operation = `${server}: ${call.operation}`;
      const answer = await answerTo(operation, call, signal);
      if (!isSuccess(answer.status)) throw new ServerTrouble(operation, refusal(answer, call));
      return jsonOf(operation, answer);
    },
  };
}

/** 401 on API v4, 403 with this reason on v3.3. */
function isTokenRefused(answer: HttpAnswer): boolean {
  return answer.status === 401 || (answer.status === 403 && reasonsOf(answer).includes('accessTokenInvalid'));
}

/** A scope granted after a token was issued is in the next token only, and tokens live for a week. */
function mayLackNewScopes(answer: HttpAnswer, token: Token, clock: Clock): boolean {
  if (answer.status !== 403 || token.issuedAt === undefined) return false;
  return clock.now() - token.issuedAt >= TOKEN_SCOPES_SETTLED && reasonsOf(answer).length > 0;
}

function refusal(answer: HttpAnswer, call: ApiCall): Trouble {
  const reasons = reasonsOf(answer);
  // A refusal that is not TrueConf's comes from something in front of it and tells nothing of scopes and sessions.
  if (answer.status === 403) {
    return reasons.length > 0 ? { code: 'scope-missing', scope: call.scope } : { code: 'forbidden' };
  }
  if (answer.status === 404 && reasons.length > 0 && !reasons.includes(UNKNOWN_ADDRESS)) {
    return { code: 'not-found' };
  }
  return apiTrouble(answer.status);
}
