/**
 * Answers "which text and formatting is this HTML?", as strictly as TDLib's parse_html and with its error texts, which
 * count in bytes. Lengths and offsets of the result are UTF-16 units.
 */
import { linkFault } from './telegram-link.ts';
import { badRequest } from './telegram-refusal.ts';

export interface Entity {
  type: string;
  offset: number;
  length: number;
  url?: string;
  language?: string;
  custom_emoji_id?: string;
  user?: { id: number };
}

export interface FormattedText {
  text: string;
  entities: Entity[];
  /** Targets of <a> that are no links for Telegram: the words stay, the link is lost without an error. */
  lostLinks: string[];
}

const TYPES: Record<string, string> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
  'tg-emoji': 'custom_emoji',
  a: 'text_link',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
};

interface OpenTag {
  name: string;
  argument: string;
  offset: number;
}

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** Parses Telegram's HTML; throws the Bot API's refusal. */
export function parseHtml(html: string): FormattedText {
  return new Parser(html).parse();
}

class Parser {
  readonly #html: string;
  #at = 0;
  #text = '';
  readonly #entities: Entity[] = [];
  readonly #lostLinks: string[] = [];
  readonly #open: OpenTag[] = [];

  constructor(html: string) {
    this.#html = html;
  }

  parse(): FormattedText {
    while (this.#at < this.#html.length) {
      const start = this.#at;
      if (this.#html[start] === '&') this.#text += this.#reference();
      else if (this.#html[start] !== '<') this.#text += this.#plain();
      else if (this.#html[start + 1] === '/') this.#endTag(start);
      else this.#startTag(start);
    }
    const left = this.#open.at(-1);
    if (left) throw wrong(`Can't find end tag corresponding to start tag "${left.name}"`);
    this.#entities.sort((a, b) => a.offset - b.offset || b.length - a.length);
    return { text: this.#text, entities: this.#entities, lostLinks: this.#lostLinks };
  }

  #plain(): string {
    const start = this.#at;
    while (this.#at < this.#html.length && this.#html[this.#at] !== '<' && this.#html[this.#at] !== '&')
      this.#at++;
    return this.#html.slice(start, this.#at);
  }

  /** A character reference; an unknown one is plain text, as it is for Telegram. */
  #reference(): string {
    const match = /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));?/iy;
    match.lastIndex = this.#at;
    const found = match.exec(this.#html);
    const named = found?.[3] === undefined ? undefined : NAMED[found[3]];
    const code = found?.[1] !== undefined ? Number.parseInt(found[1], 16) : Number(found?.[2] ?? 0);
    const isGoodCode = code > 0 && code < 0x10_ffff && (code < 0xd800 || code > 0xdfff);
    const decoded = named ?? (isGoodCode ? String.fromCodePoint(code) : undefined);
    if (found === null || decoded === undefined) {
      this.#at++;
      return '&';
    }
    this.#at += found[0].length;
    return decoded;
  }

  #startTag(start: number): void {
    this.#at++;
    const name = this.#until(/[\s>]/).toLowerCase();
    if (this.#isEnd()) throw this.#wrongAt('Unclosed start tag', start);
    if (!Object.hasOwn(TYPES, name)) throw this.#wrongAt(`Unsupported start tag "${name}"`, start);
    let argument = '';
    while (this.#peek() !== '>') {
      this.#skipSpace();
      if (this.#peek() === '>') break;
      argument = this.#attribute(name, start) ?? argument;
    }
    this.#at++;
    if (name === 'span' && argument !== 'spoiler') {
      throw this.#wrongAt('Tag "span" must have class "tg-spoiler"', start);
    }
    this.#open.push({ name, argument, offset: this.#text.length });
  }

  /** Reads one attribute; returns the tag's argument if this attribute holds it. */
  #attribute(tag: string, start: number): string | undefined {
    const name = this.#until(tag === 'blockquote' ? /[\s=>]/ : /[\s=]/);
    if (name === '') throw this.#wrongAt(`Empty attribute name in the tag "${tag}"`, start);
    this.#skipSpace();
    if (tag === 'blockquote' && name === 'expandable' && this.#peek() !== '=') return 'expandable';
    if (this.#peek() !== '=') {
      throw this.#wrongAt(`Expected equal sign in declaration of an attribute of the tag "${tag}"`, start);
    }
    this.#at++;
    this.#skipSpace();
    if (this.#isEnd()) throw this.#wrongAt(`Unclosed start tag "${tag}"`, start);
    const value = this.#attributeValue();
    if (this.#isEnd()) throw this.#wrongAt('Unclosed start tag', start);
    if (tag === 'a' && name === 'href') return value;
    if (tag === 'code' && name === 'class' && value.startsWith('language-')) return value.slice(9);
    if (tag === 'span' && name === 'class' && value.startsWith('tg-')) return value.slice(3);
    if (tag === 'tg-emoji' && name === 'emoji-id') return value;
    return undefined;
  }

  #attributeValue(): string {
    const quote = this.#peek();
    if (quote !== '"' && quote !== "'") {
      const start = this.#at;
      const token = this.#until(/[^a-z0-9.-]/i);
      if (!/[\s>]/.test(this.#peek())) throw this.#wrongAt('Unexpected end of name token', start);
      return token.toLowerCase();
    }
    this.#at++;
    let value = '';
    while (!this.#isEnd() && this.#peek() !== quote) {
      if (this.#peek() === '&') value += this.#reference();
      else value += this.#html[this.#at++];
    }
    this.#at++;
    return value;
  }

  #endTag(start: number): void {
    const tag = this.#open.at(-1);
    if (tag === undefined) throw this.#wrongAt('Unexpected end tag', start);
    this.#at += 2;
    const name = this.#until(/[\s>]/).toLowerCase();
    this.#skipSpace();
    if (this.#peek() !== '>') throw this.#wrongAt('Unclosed end tag', start);
    this.#at++;
    if (name !== '' && name !== tag.name) {
      throw this.#wrongAt('Unmatched end tag', start, `, expected "</${tag.name}>", found "</${name}>"`);
    }
    this.#open.pop();
    if (this.#text.length > tag.offset) this.#addEntity(tag);
  }

  #addEntity(tag: OpenTag): void {
    const { name, argument, offset } = tag;
    const length = this.#text.length - offset;
    const entity: Entity = { type: TYPES[name] ?? name, offset, length };
    const last = this.#entities.at(-1);
    const isSame = last?.offset === offset && last.length === length;
    if (name === 'tg-emoji') {
      if (!/^[1-9]\d{0,18}$/.test(argument)) throw wrong('Invalid custom emoji identifier specified');
      entity.custom_emoji_id = argument;
    } else if (name === 'a') {
      const url = argument || this.#text.slice(offset);
      const user = /^tg:(?:\/\/)?user\?id=(\d+)$/i.exec(url)?.[1];
      if (user !== undefined) Object.assign(entity, { type: 'text_mention', user: { id: Number(user) } });
      else if (linkFault(url) !== undefined) {
        this.#lostLinks.push(url);
        return;
      } else entity.url = url;
    } else if (name === 'pre' && isSame && last.type === 'code' && last.language !== undefined) {
      last.type = 'pre';
      return;
    } else if (name === 'code' && isSame && last.type === 'pre' && argument !== '') {
      last.language = argument;
      return;
    } else if (name === 'code' && argument !== '') entity.language = argument;
    else if (name === 'blockquote' && argument !== '') entity.type = 'expandable_blockquote';
    this.#entities.push(entity);
  }

  #until(stop: RegExp): string {
    const start = this.#at;
    while (!this.#isEnd() && !stop.test(this.#peek())) this.#at++;
    return this.#html.slice(start, this.#at);
  }

  #skipSpace(): void {
    while (!this.#isEnd() && /\s/.test(this.#peek())) this.#at++;
  }

  #peek(): string {
    return this.#html[this.#at] ?? '';
  }

  #isEnd(): boolean {
    return this.#at >= this.#html.length;
  }

  #wrongAt(what: string, position: number, rest = ''): Error {
    return wrong(`${what} at byte offset ${Buffer.byteLength(this.#html.slice(0, position))}${rest}`);
  }
}

const wrong = (what: string) => badRequest(`can't parse entities: ${what}`);
