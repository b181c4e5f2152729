/**
 * Answers "what does the API port say to this request?": tokens, rights and routes put together, with the quirks that
 * real servers show. Knows no sockets and no faults.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer.ts';
import { answerToken, bearerToken, type TokenErrorShape, twoTokens } from './trueconf-oauth.ts';
import { answerV4 } from './trueconf-public.ts';
import { type Query, Refused } from './trueconf-query.ts';
import { findRoute, routeNotFound } from './trueconf-routes.ts';
import type { ServerState } from './trueconf-state.ts';
import type { Tokens } from './trueconf-tokens.ts';
import { refusal } from './trueconf-wire.ts';

export const TOKEN_PATH = '/oauth2/v1/token';

export interface ApiRequest {
  method: string;
  /** As sent, without the query. */
  rawPath: string;
  query: Query;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface ApiRules {
  /** Where tokens are accepted. */
  tokenTransport: 'both' | 'header' | 'query';
  /** Shape of the answer to wrong credentials. */
  tokenError: TokenErrorShape;
  invalidTokenStatus: 401 | 403;
  numbersAsStrings: boolean;
}

/** The whole answer to a request. */
export function answerApi(request: ApiRequest, state: ServerState, tokens: Tokens, rules: ApiRules): Answer {
  let answer: Answer;
  try {
    answer = route(request, state, tokens, rules);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    answer = error.answer;
  }
  return rules.numbersAsStrings ? inStrings(answer) : answer;
}

function route(request: ApiRequest, state: ServerState, tokens: Tokens, rules: ApiRules): Answer {
  const { method, rawPath, query, headers, body } = request;
  if (rawPath === TOKEN_PATH) return answerToken(method, headers, body, tokens, rules.tokenError);
  if (rawPath.startsWith('/api/v4/'))
    return method === 'GET' ? answerV4(state, rawPath.slice(8)) : routeNotFound();
  const path = /^\/api\/v3\.\d+\/(.+)$/.exec(rawPath)?.[1];
  if (path === undefined) return routeNotFound();
  const found = findRoute(method, path);
  const inHeader = bearerToken(headers.authorization);
  const inQuery = query.access_token;
  if (inHeader !== undefined && inQuery !== undefined) return twoTokens();
  const token =
    rules.tokenTransport === 'query' ? inQuery : rules.tokenTransport === 'header' ? inHeader : undefined;
  const verdict = tokens.judge(
    rules.tokenTransport === 'both' ? (inHeader ?? inQuery) : token,
    found.route.scope,
  );
  if (verdict === 'invalid') {
    return refusal(rules.invalidTokenStatus, 'accessTokenInvalid', 'Access token is invalid');
  }
  if (verdict === 'forbidden') return refusal(403, 'forbidden', 'Forbidden');
  return found.route.answer(state, found.id, query);
}

function inStrings(answer: Answer): Answer {
  const asText = (_key: string, value: unknown) => (typeof value === 'number' ? String(value) : value);
  return { ...answer, body: JSON.stringify(JSON.parse(String(answer.body)), asText) };
}
