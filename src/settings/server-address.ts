/** Is a text the host name or address of a server, and nothing more? Asks no network. */
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Check } from './checks.ts';
import { describe, looksSecret, mustBe } from './found.ts';

/** Gives the host without brackets, an international name in its ASCII form. */
export const serverAddress: Check<string> = {
  allowed: 'the host name or address of the server, such as "video.example.com" or "10.1.2.3"',
  read(value, place) {
    if (typeof value !== 'string' || value.trim() === '')
      return place.refuse(mustBe(serverAddress.allowed, value));
    const host = asHost(value);
    if (host !== undefined) return host;
    return place.refuse(tooMuch(value) ?? mustBe(serverAddress.allowed, value));
  },
};

const LABEL = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/i;

function asHost(text: string): string | undefined {
  const bare = /^\[.*\]$/.test(text) ? text.slice(1, -1) : text;
  if (bare.includes(':')) return isIPv6(bare) && !bare.includes('%') ? bare.toLowerCase() : undefined;
  if (bare !== text) return undefined;
  if (isIPv4(text)) return text;
  // `domainToASCII` would cut off a path and decode "%41".
  if (/[^\p{L}\p{M}\p{N}._-]/u.test(text)) return undefined;
  const ascii = domainToASCII(text);
  const labels = ascii.replace(/\.$/, '').split('.');
  // A last label of digits only would be a mistyped address: no top-level domain is a number.
  if (/^\d+$/.test(labels.at(-1) ?? '') || ascii.length > 253) return undefined;
  return labels.every((label) => LABEL.test(label)) ? ascii : undefined;
}

/** Says what to write when the text holds a host and something else. Never repeats a user name or password. */
function tooMuch(text: string): string | undefined {
  if (text !== text.trim()) {
    const host = asHost(text.trim());
    return host === undefined || looksSecret(host) ? undefined : `has spaces around it; write ip = "${host}"`;
  }
  const parts =
    /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:[^/@]*@)?(\[[^\]/]*\]|[^:/?#@[\]]+)(?::(\d*))?(?:[/?#].*)?$/i.exec(text);
  const host = parts?.[2] === undefined ? undefined : asHost(parts[2]);
  if (!parts || host === undefined)
    return text.includes('@') ? `must be ${serverAddress.allowed}` : undefined;
  const port = Number(parts[3] || 0);
  const portToo = port > 0 && port !== 443 ? ` and https_port = ${port}` : '';
  const found = text.includes('@') ? 'a URL with a user name' : describe(text);
  const instead = looksSecret(host) ? 'write it' : `write ip = "${host}"`;
  return `must be a host name or address alone, found ${found}; ${instead}${portToo}`;
}
