/**
 * Which access token goes with the next call? Keeps one per server, asks for a new one before it runs out or when it
 * was refused, one request at a time. Granted tokens are plain strings in here: a `Secret` would be remembered for
 * ever, and a server may grant a new one every second.
 */
import { ServerTrouble } from '../domain/trouble.ts';
import type { Clock } from '../lib/clock.ts';
import type { HttpAnswer, HttpOrigin } from '../lib/http.ts';
import { singleFlight } from '../lib/single-flight.ts';
import { type EpochMs, SECOND } from '../lib/time.ts';
import type { ServerSettings } from '../settings/settings.ts';
import { apiTrouble, exchanged, isSuccess, jsonOf, reasonsOf, UNKNOWN_ADDRESS } from './errors.ts';
import { ANSWER_TIMEOUT, TOKEN_LIFE, TOKEN_MARGIN } from './limits.ts';

/** Not to be logged or thrown: its value is a secret. */
export interface Token {
  readonly value: string;
  /** `undefined`: from the settings. */
  readonly issuedAt: EpochMs | undefined;
  readonly renewAt: EpochMs;
}

export interface AccessTokens {
  current(signal: AbortSignal): Promise<Token>;
  /** A token in place of one that the server refused; `undefined` when there is no way to get another. */
  another(refused: Token, signal: AbortSignal): Promise<Token | undefined>;
}

type Credentials = Pick<ServerSettings, 'name' | 'clientId' | 'clientSecret' | 'accessToken'>;

export function keepAccessTokens(settings: Credentials, origin: HttpOrigin, clock: Clock): AccessTokens {
  const operation = `${settings.name}: get an access token`;
  const { clientId, clientSecret, accessToken } = settings;
  const given = accessToken?.reveal() ?? '';
  let ready: Token | undefined = isSendable(given)
    ? { value: given, issuedAt: undefined, renewAt: Number.POSITIVE_INFINITY }
    : undefined;
  let granted: Token | undefined;

  const renew = singleFlight(async (signal) => {
    if (!clientId || !clientSecret) {
      const code = given === '' ? 'credentials-absent' : 'credentials-rejected';
      throw new ServerTrouble(operation, { code });
    }
    const issuedAt = clock.now();
    // Not `request`: past the calls that wait for their turn, for they wait for this token, too.
    const request = origin.once({
      method: 'POST',
      path: '/oauth2/v1/token',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: String(
        new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret.reveal(),
        }),
      ),
      answerTimeout: ANSWER_TIMEOUT,
      signal,
    });
    granted = readToken(operation, await exchanged(operation, request), issuedAt);
    return granted;
  });

  async function current(signal: AbortSignal): Promise<Token> {
    if (ready) return ready;
    return granted && clock.now() < granted.renewAt ? granted : renew(signal);
  }

  return {
    current,
    async another(refused, signal) {
      if (refused.issuedAt === undefined) {
        if (!clientId || !clientSecret) return undefined;
        ready = undefined;
      }
      // Whoever comes second finds it replaced, or joins the renewal under way.
      if (granted === refused) granted = undefined;
      return current(signal);
    },
  };
}

/**
 * RFC 6749: 400 and 401 for wrong credentials; TrueConf's own clients know more ways, all of them 4xx. Without a reason
 * it is not TrueConf that speaks, but something in front of it or in its place.
 */
function isRejection(answer: HttpAnswer): boolean {
  const { status } = answer;
  if (status < 400 || status >= 500 || status === 408 || status === 429) return false;
  const reasons = reasonsOf(answer);
  return reasons.length > 0 && !reasons.includes(UNKNOWN_ADDRESS);
}

function readToken(operation: string, answer: HttpAnswer, issuedAt: EpochMs): Token {
  if (isRejection(answer)) throw new ServerTrouble(operation, { code: 'credentials-rejected' });
  if (answer.status === 403) throw new ServerTrouble(operation, { code: 'forbidden' });
  if (!isSuccess(answer.status)) throw new ServerTrouble(operation, apiTrouble(answer.status));
  const fields = jsonOf(operation, answer);
  const { value } = fields.field('access_token');
  if (value === undefined && reasonsOf(answer).length > 0) {
    throw new ServerTrouble(operation, { code: 'credentials-rejected' });
  }
  if (typeof value !== 'string' || !isSendable(value)) return fields.field('access_token').fail();
  const seconds = fields.field('expires_in').number();
  const life = seconds === undefined ? TOKEN_LIFE : Math.max(0, seconds * SECOND);
  return { value, issuedAt, renewAt: issuedAt + life - Math.min(TOKEN_MARGIN, life / 10) };
}

/** What may stand in a header (RFC 6750, 2.1, and a little more). */
function isSendable(token: string): boolean {
  return /^[\x21-\x7e]{1,8192}$/.test(token);
}
