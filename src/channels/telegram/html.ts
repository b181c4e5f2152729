/** Reads our markup piece by piece. Its tags are a subset of Telegram's, so that nothing needs translating. */
import type { Html } from '../../i18n/markup.ts';

export type Token =
  | { readonly kind: 'open'; readonly name: string; readonly raw: string }
  | { readonly kind: 'close'; readonly name: string; readonly raw: string }
  /** One character as people count them or nearly so: never half a surrogate pair, never half an `&amp;`. */
  | { readonly kind: 'text'; readonly raw: string; readonly plain: string };

const TOKEN =
  /<(?<close>\/?)(?<name>[a-z][a-z-]*)(?:\s[^>]*)?>|&(?:#x(?<hex>[0-9a-f]{1,6})|#(?<decimal>\d{1,7})|(?<named>lt|gt|amp|quot));|./gisu;

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

export function* tokens(html: Html): Generator<Token> {
  for (const match of html.matchAll(TOKEN)) {
    const raw = match[0];
    const { close, name, hex, decimal, named } = match.groups ?? {};
    if (name !== undefined) yield { kind: close ? 'close' : 'open', name: name.toLowerCase(), raw };
    else if (named !== undefined) yield { kind: 'text', raw, plain: NAMED[named.toLowerCase()] ?? raw };
    else if (hex !== undefined) yield { kind: 'text', raw, plain: character(Number.parseInt(hex, 16), raw) };
    else if (decimal !== undefined) yield { kind: 'text', raw, plain: character(Number(decimal), raw) };
    else yield { kind: 'text', raw, plain: raw };
  }
}

/** What a person reads: without tags, with every `&lt;` resolved. */
export function plainText(html: Html): string {
  let text = '';
  for (const token of tokens(html)) if (token.kind === 'text') text += token.plain;
  return text;
}

function character(codePoint: number, raw: string): string {
  const isScalar = codePoint > 0 && codePoint < 0x10_ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
  return isScalar ? String.fromCodePoint(codePoint) : raw;
}
