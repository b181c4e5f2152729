// @ts-check
/** Answers "how does a message's text look?": text and entities in, nodes out. */
import { el, icon } from './dom.js';
import { t } from './texts.js';

/** @import {ChatMessage} from '../demo-protocol.ts' */
/** @typedef {ChatMessage['entities'][number]} Entity */

const BLOCKS = new Set(['pre', 'blockquote', 'expandable_blockquote']);

/** What is in these is not looked into for commands. */
const LITERAL = new Set(['code', 'pre', 'text_link', 'url', 'email', 'bot_command', 'mention']);

/** A command in plain words, not a part of a path; kept by `split` because of the brackets. */
const COMMAND = /((?<![\w/.:])\/[a-z]\w{0,31}(?![\w/]))/i;

/** A quote longer than this is folded until it is asked for. */
const FOLDED_CHARACTERS = 180;

/**
 * @param {string} text
 * @param {readonly Entity[]} entities
 * @param {(command: string) => void} onCommand
 * @returns {Node[]}
 */
export function richText(text, entities, onCommand) {
  const sorted = entities
    .filter((entity) => entity.length > 0)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return nodes(0, text.length, sorted, false);

  /**
   * @param {number} from
   * @param {number} to
   * @param {readonly Entity[]} within
   * @param {boolean} isLiteral inside of something that holds no commands
   * @returns {Node[]}
   */
  function nodes(from, to, within, isLiteral) {
    /** @type {Node[]} */
    const made = [];
    let at = from;
    for (let index = 0; index < within.length; ) {
      const entity = /** @type {Entity} */ (within[index]);
      const end = entity.offset + entity.length;
      let next = index + 1;
      while (next < within.length && /** @type {Entity} */ (within[next]).offset < end) next++;
      const inside = within.slice(index + 1, next);
      made.push(...plain(at, entity.offset, isLiteral));
      made.push(wrap(entity, nodes(entity.offset, end, inside, isLiteral || LITERAL.has(entity.type))));
      at = end;
      // A block begins and ends its line by itself.
      if (BLOCKS.has(entity.type) && text[at] === '\n') at++;
      index = next;
    }
    made.push(...plain(at, to, isLiteral));
    return made;
  }

  /**
   * Telegram itself finds the commands in what a bot has sent; they are no entities of the bot's message.
   * @param {number} from
   * @param {number} to
   * @param {boolean} isLiteral
   * @returns {Node[]}
   */
  function plain(from, to, isLiteral) {
    const words = text.slice(from, to);
    if (isLiteral) return [document.createTextNode(words)];
    // Of what `split` brings, every second part is a command.
    return words
      .split(COMMAND)
      .map((part, index) => (index % 2 === 1 ? commandButton(part) : document.createTextNode(part)));
  }

  /** @param {string} words @param {Node[]} [inside] */
  function commandButton(words, inside = [document.createTextNode(words)]) {
    return el('button', { type: 'button', class: 'command', onclick: () => onCommand(words) }, ...inside);
  }

  /** @param {Entity} entity @param {Node[]} inside @returns {Node} */
  function wrap(entity, inside) {
    const words = text.slice(entity.offset, entity.offset + entity.length);
    switch (entity.type) {
      case 'bold':
        return el('b', {}, ...inside);
      case 'italic':
        return el('i', {}, ...inside);
      case 'underline':
        return el('u', {}, ...inside);
      case 'strikethrough':
        return el('s', {}, ...inside);
      case 'code':
        return el('code', {}, ...inside);
      case 'pre':
        return el('pre', {}, ...inside);
      case 'spoiler':
        return spoiler(inside);
      case 'blockquote':
        return el('blockquote', {}, ...inside);
      case 'expandable_blockquote':
        return words.length > FOLDED_CHARACTERS ? folded(inside) : el('blockquote', {}, ...inside);
      case 'text_link':
        return link(entity.url ?? '', inside);
      case 'url':
        return link(/^[a-z][a-z0-9+.-]*:/i.test(words) ? words : `http://${words}`, inside);
      case 'email':
        return link(`mailto:${words}`, inside);
      case 'bot_command':
        return commandButton(words, inside);
      case 'mention':
      case 'text_mention':
      case 'hashtag':
      case 'cashtag':
        return el('span', { class: 'mention' }, ...inside);
      default:
        return el('span', {}, ...inside);
    }
  }
}

/** @param {string} url @param {Node[]} inside @returns {HTMLElement} */
function link(url, inside) {
  // Of what a bot can send, only these lead anywhere from a web page.
  if (!/^(?:https?|mailto):/i.test(url)) return el('span', { class: 'mention' }, ...inside);
  return el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, ...inside);
}

/** @param {Node[]} inside */
function spoiler(inside) {
  const hidden = el('span', { 'aria-hidden': 'true' }, ...inside);
  const element = el(
    'button',
    { type: 'button', class: 'spoiler', 'aria-label': t('message.spoiler') },
    hidden,
  );
  element.addEventListener('click', () => element.replaceWith(...inside), { once: true });
  return element;
}

/** @param {Node[]} inside */
function folded(inside) {
  const quote = el('blockquote', { class: 'is-folded' }, ...inside);
  const toggle = el(
    'button',
    { type: 'button', class: 'unfold', 'aria-expanded': 'false', 'aria-label': t('message.unfold') },
    icon('down'),
  );
  toggle.addEventListener('click', () => {
    const isFolded = quote.classList.toggle('is-folded');
    toggle.setAttribute('aria-expanded', String(!isFolded));
  });
  quote.append(toggle);
  return quote;
}
