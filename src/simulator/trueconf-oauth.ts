/**
 * Answers "what does POST /oauth2/v1/token say, and which token does a request carry?", in the words of
 * bshaffer/oauth2-server-php, to which TrueConf's documentation points.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, json } from './answer.ts';
import type { Tokens } from './trueconf-tokens.ts';

/** The three shapes in which TrueConf's own clients expect wrong credentials. */
export type TokenErrorShape = 'oauth' | 'reason' | 'errors';

const oauthError = (error: string, description: string, status = 400) =>
  json(status, { error, error_description: description });

/** Answers a token request with a form or JSON body. */
export function answerToken(
  method: string,
  headers: IncomingHttpHeaders,
  body: string,
  tokens: Tokens,
  shape: TokenErrorShape,
): Answer {
  if (method !== 'POST') {
    return oauthError(
      'invalid_request',
      'The request method must be POST when requesting an access token',
      405,
    );
  }
  const fields = readFields(headers['content-type'] ?? '', body);
  const grant = fields.grant_type;
  if (!grant) return oauthError('invalid_request', 'The grant type was not specified in the request');
  if (grant !== 'client_credentials') {
    return oauthError('unsupported_grant_type', `Grant type "${grant}" not supported`);
  }
  const [clientId, clientSecret] = basicCredentials(headers.authorization) ?? [
    fields.client_id,
    fields.client_secret,
  ];
  if (!clientId)
    return oauthError('invalid_client', 'Client credentials were not found in the headers or body');
  const token = tokens.issue(clientId, clientSecret ?? '');
  if (token === undefined) return WRONG_CREDENTIALS[shape]();
  return json(200, {
    access_token: token,
    expires_in: tokens.rules.tokenLifetimeSeconds,
    token_type: 'Bearer',
    scope: tokens.rules.scopes.join(' '),
  });
}

const WRONG_CREDENTIALS: Record<TokenErrorShape, () => Answer> = {
  oauth: () => oauthError('invalid_client', 'The client credentials are invalid'),
  reason: () => json(403, { reason: 'InvalidCredentials', message: 'Invalid credentials' }),
  errors: () =>
    json(401, {
      error: {
        code: 401,
        message: 'Unauthorized',
        errors: [{ reason: 'invalidCredentials', message: 'Invalid client credentials' }],
      },
    }),
};

function readFields(contentType: string, body: string): Record<string, string> {
  if (!contentType.includes('json')) return Object.fromEntries(new URLSearchParams(body));
  try {
    const parsed: unknown = JSON.parse(body);
    return parsed !== null && typeof parsed === 'object' ? (parsed as Record<string, string>) : {};
  } catch {
    return {};
  }
}

function basicCredentials(authorization: string | undefined): [string, string] | undefined {
  const encoded = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', ...secret] = Buffer.from(encoded, 'base64').toString().split(':');
  return [id, secret.join(':')];
}

/** The answer to a request that brings its token in two ways at once. */
export function twoTokens(): Answer {
  return oauthError(
    'invalid_request',
    'Only one method may be used to authenticate at a time (Auth header, GET or POST)',
  );
}

/** The token in the Authorization header. */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1];
}
