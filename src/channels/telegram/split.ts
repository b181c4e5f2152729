/** Cuts a long text into messages that Telegram takes: at line ends, else at spaces, else between two characters. */
import type { Html } from '../../i18n/markup.ts';
import { type Token, tokens } from './html.ts';

export interface MessageLimits {
  /** UTF-16 units after tags and entities are resolved. */
  readonly units: number;
  /** Formatted stretches; Telegram silently drops the formatting beyond them. */
  readonly entities: number;
}

export const MESSAGE_LIMITS: MessageLimits = { units: 4_096, entities: 100 };
/** Of the words below a picture. */
export const CAPTION_LIMITS: MessageLimits = { units: 1_024, entities: 100 };

type OpenTag = Extract<Token, { readonly kind: 'open' }>;

/** Where a part may end: everything before token `next` belongs to it. */
interface Cut {
  readonly next: number;
  readonly raw: string;
  readonly open: readonly OpenTag[];
}

/**
 * At least one part; no part is blank unless all is. Tags open at a cut are closed there and opened again, and what
 * was never closed or never opened is mended on the way.
 */
export function split(html: Html, limits: MessageLimits = MESSAGE_LIMITS): Html[] {
  if (html.length <= limits.units && count(html, '<') <= limits.entities) return [html];
  const all = [...tokens(html)];
  const parts: Html[] = [];
  let first: Html | undefined;
  let rest: Cut = { next: 0, raw: '', open: [] };
  while (rest.next < all.length) {
    const part = takePart(all, rest, limits);
    const text = part.raw + part.open.toReversed().map(closing).join('');
    first ??= text as Html;
    if (/\S/.test(text.replace(/<[^>]*>/g, ''))) parts.push(text as Html);
    rest = part;
  }
  return parts.length > 0 ? parts : [first ?? html];
}

function takePart(all: readonly Token[], from: Cut, limits: MessageLimits): Cut {
  let raw = from.open.map((tag) => tag.raw).join('');
  let open = from.open;
  let entities = open.length;
  let units = 0;
  let atLine: Cut | undefined;
  let atSpace: Cut | undefined;
  const cut = (next: number): Cut => ({ next, raw, open });

  for (let index = from.next; index < all.length; index++) {
    const token = all[index] as Token;
    if (token.kind === 'text') {
      if (units + token.plain.length > limits.units && units > 0) return atLine ?? atSpace ?? cut(index);
      units += token.plain.length;
      raw += token.raw;
      if (token.plain === '\n') atLine = cut(index + 1);
      else if (/\s/.test(token.plain)) atSpace = cut(index + 1);
    } else if (token.kind === 'open') {
      if (entities >= limits.entities && units > 0) return atLine ?? atSpace ?? cut(index);
      entities += 1;
      open = [...open, token];
      raw += token.raw;
    } else if (open.at(-1)?.name === token.name) {
      const closesLine = atLine?.next === index;
      const closesSpace = atSpace?.next === index;
      open = open.slice(0, -1);
      raw += token.raw;
      // Closing tags stay with the text before them: no part begins with an empty pair.
      if (closesLine) atLine = cut(index + 1);
      if (closesSpace) atSpace = cut(index + 1);
    }
  }
  return cut(all.length);
}

function closing(tag: OpenTag): string {
  return `</${tag.name}>`;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}
