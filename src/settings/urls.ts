/** The URLs of the settings. None is ever shown: they are places where people paste tokens and passwords. */
import type { Check } from './checks.ts';
import { anyOf, describeKind } from './found.ts';
import type { Place } from './problems.ts';

/** Gives the root without a slash at the end. */
export const apiRoot: Check<string> = {
  allowed: 'the http:// or https:// address of a Bot API server, such as "https://api.telegram.org"',
  read(value, place) {
    if (typeof value !== 'string' || value === '') {
      return place.refuse(`must be ${apiRoot.allowed}, found ${describeKind(value)}`);
    }
    const url = readUrl(value, ['http', 'https'], apiRoot.allowed, place);
    if (!url) return undefined;
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      return place.refuse(`must be ${apiRoot.allowed}, without user name, "?" and "#"`);
    }
    if (/\/bot\d+/.test(url.pathname))
      return place.refuse('must end before "/bot"; the token goes into tg-api-token');
    return url.href.replace(/\/+$/, '');
  },
};

/** What `[network] check` asks for. */
export const pageOrOff: Check<string> = {
  allowed: '"off" or the http:// or https:// address of a page, such as "https://www.example.com/"',
  read(value, place) {
    if (value === 'off') return value;
    if (typeof value !== 'string' || value === '') {
      return place.refuse(`must be ${pageOrOff.allowed}, found ${describeKind(value)}`);
    }
    const url = readUrl(value, ['http', 'https'], pageOrOff.allowed, place);
    if (!url) return undefined;
    if (url.username !== '' || url.password !== '') {
      return place.refuse(`must be ${pageOrOff.allowed}, without user name and password`);
    }
    url.hash = '';
    return url.href;
  },
};

const PROXY_SCHEMES = ['http', 'https', 'socks5', 'socks5h'];
const PROXY = 'the address of a proxy, such as "socks5://HOST:1080" or "http://USER:PASSWORD@HOST:3128"';

/** Whether it can be used as `tg-proxy`; what is wrong is recorded. */
export function isProxyUrl(value: string, place: Place): boolean {
  const url = readUrl(value, PROXY_SCHEMES, PROXY, place);
  if (!url) return false;
  if (isDecodable(url.username) && isDecodable(url.password)) return true;
  place.refuse(
    'has a "%" in its user name or password that does not stand for a character: write "%25" for "%"',
  );
  return false;
}

function readUrl(value: string, schemes: readonly string[], allowed: string, place: Place): URL | undefined {
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
  const expected = anyOf(schemes.map((name) => `${name}://`));
  if (scheme === undefined) return place.refuse(`must begin with ${expected}: write ${allowed}`);
  if (!schemes.includes(scheme)) return place.refuse(`must begin with ${expected}, found "${scheme}://"`);
  const url = parseUrl(value);
  if (!url || url.hostname === '') return place.refuse(`is not a complete address: write ${allowed}`);
  return url;
}

function parseUrl(value: string): URL | undefined {
  try {
    return new URL(value);
  } catch {
    return undefined;
  }
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
