// @ts-check
/** Answers "how does one message look?": its bubble and the keyboard below. Changes in place, so that nothing jumps. */
import { el, icon } from './dom.js';
import { richText } from './rich-text.js';
import { fullTime, t, time } from './texts.js';

/** @import {ChatMessage} from '../demo-protocol.ts' */
/** @typedef {ChatMessage['keyboard'][number][number]} Button */

/**
 * @typedef {object} MessageDeps
 * @property {string} sender
 * @property {(command: string) => void} onCommand
 * @property {(message: ChatMessage, data: string) => void} onTap
 * @property {(message: ChatMessage, data: string) => boolean} isWaiting
 */

const STYLES = new Set(['primary', 'success', 'danger']);

export class MessageView {
  element;
  message;
  #deps;
  #picture = el('img', { class: 'picture', hidden: true });
  #text = el('div', { class: 'text' });
  #keyboard = el('div', { class: 'keyboard' });

  /** @param {ChatMessage} message @param {MessageDeps} deps */
  constructor(message, deps) {
    this.message = message;
    this.#deps = deps;
    this.element = el(
      'article',
      {
        class: `message ${message.isFromBot ? 'is-theirs' : 'is-mine'}`,
        'data-message': message.messageId,
        tabindex: -1,
        'aria-label': t('message.label', { sender: deps.sender, time: time(message.sentAt) }),
      },
      el('div', { class: 'bubble' }, this.#picture, this.#text),
      this.#keyboard,
    );
    this.#drawPicture();
    this.#drawText();
    this.#drawKeyboard();
  }

  /** @param {ChatMessage} message */
  update(message) {
    const before = this.message;
    this.message = message;
    const hadFocus = this.element.contains(document.activeElement);
    const focusedData = document.activeElement?.getAttribute('data-tap');
    this.#drawPicture();
    this.#drawText();
    if (JSON.stringify(before.keyboard) !== JSON.stringify(message.keyboard)) this.#drawKeyboard();
    // Whoever works by keyboard stays at this message; never on a new button, which a second Enter would press.
    if (hadFocus && !this.element.contains(document.activeElement)) {
      (this.#buttons().find((button) => button.dataset.tap === focusedData) ?? this.element).focus({
        preventScroll: true,
      });
    }
  }

  showWaiting() {
    for (const button of this.#buttons()) {
      const isWaiting = this.#deps.isWaiting(this.message, button.dataset.tap ?? '');
      button.classList.toggle('is-waiting', isWaiting);
      if (isWaiting) button.setAttribute('aria-busy', 'true');
      else button.removeAttribute('aria-busy');
    }
  }

  /** @returns {HTMLButtonElement[]} */
  #buttons() {
    return [...this.#keyboard.querySelectorAll('button')];
  }

  #drawPicture() {
    const { picture } = this.message;
    this.#picture.hidden = picture === null;
    if (!picture || this.#picture.getAttribute('src') === picture.path) return;
    this.#picture.alt = t('message.picture');
    this.#picture.width = picture.width;
    this.#picture.height = picture.height;
    this.#picture.src = picture.path;
  }

  #drawText() {
    const { message } = this;
    const meta = el('span', { class: 'meta' });
    if (message.editedAt !== null) meta.append(el('span', {}, t('message.edited')), ' ');
    meta.append(
      el(
        'time',
        { datetime: new Date(message.sentAt).toISOString(), title: fullTime(message.sentAt) },
        time(message.sentAt),
      ),
    );
    this.#text.replaceChildren(...richText(message.text, message.entities, this.#deps.onCommand), meta);
  }

  #drawKeyboard() {
    const rows = this.message.keyboard.filter((row) => row.length > 0);
    this.element.classList.toggle('has-keyboard', rows.length > 0);
    this.#keyboard.replaceChildren(
      ...rows.map((row) => el('div', { class: 'keys' }, ...row.map((button) => this.#key(button)))),
    );
    this.showWaiting();
  }

  /** @param {Button} button */
  #key(button) {
    const style = STYLES.has(button.style ?? '') ? ` is-${button.style}` : '';
    const label = el('span', { class: 'key-label' }, button.text);
    if (button.url !== undefined && /^https?:/i.test(button.url)) {
      return el(
        'a',
        {
          class: `key${style}`,
          href: button.url,
          target: '_blank',
          rel: 'noopener noreferrer',
          title: button.text,
        },
        label,
        icon('out'),
      );
    }
    const data = button.callback_data ?? '';
    return el(
      'button',
      {
        type: 'button',
        class: `key${style}`,
        title: button.text,
        'data-tap': data,
        disabled: button.callback_data === undefined,
        onclick: () => this.#deps.onTap(this.message, data),
      },
      label,
    );
  }
}
