/**
 * Answers "may this request do that?": OAuth2 client credentials as the library under TrueConf's token endpoint
 * (bshaffer/oauth2-server-php) handles them, scopes and expiry included. Knows nothing of HTTP answers.
 */
import { randomBytes } from 'node:crypto';

export interface TokenRules {
  clientId: string;
  clientSecret: string;
  scopes: string[];
  tokenLifetimeSeconds: number;
  staticTokens: readonly string[];
}

interface Issued {
  expiresAt: number;
  scopes: readonly string[];
}

export class Tokens {
  readonly rules: TokenRules;
  readonly #now: () => number;
  readonly #issued = new Map<string, Issued>();

  constructor(rules: TokenRules, now: () => number) {
    this.rules = rules;
    this.#now = now;
  }

  /** A new token for the client, or `undefined` for wrong credentials. */
  issue(clientId: string, clientSecret: string): string | undefined {
    if (clientId !== this.rules.clientId || clientSecret !== this.rules.clientSecret) return undefined;
    const token = randomBytes(20).toString('hex');
    const expiresAt = this.#now() + this.rules.tokenLifetimeSeconds * 1000;
    this.#issued.set(token, { expiresAt, scopes: [...this.rules.scopes] });
    return token;
  }

  revokeAll(): void {
    this.#issued.clear();
  }

  /**
   * Whether a token opens what the scope guards. A right taken from the client is gone at once; a right given to it
   * is in the next token only.
   */
  judge(token: string | undefined, scope: string): 'allowed' | 'invalid' | 'forbidden' {
    if (token === undefined) return 'invalid';
    if (this.rules.staticTokens.includes(token)) return 'allowed';
    const issued = this.#issued.get(token);
    if (issued === undefined || issued.expiresAt <= this.#now()) return 'invalid';
    return covers(issued.scopes, scope) && covers(this.rules.scopes, scope) ? 'allowed' : 'forbidden';
  }
}

/** `conferences` covers `conferences:write` and `conferences.sessions.participants:read`; `conferences:read` only itself. */
function covers(granted: readonly string[], needed: string): boolean {
  return granted.some(
    (scope) => scope === needed || needed.startsWith(`${scope}:`) || needed.startsWith(`${scope}.`),
  );
}
