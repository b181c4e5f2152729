// @ts-check
/** Answers "what is in the chat, and where in it is the reader?": the selected person's messages, scrolling, unread. */
import { byId, el, setText } from './dom.js';
import { MessageView } from './message.js';
import { day, t } from './texts.js';

/** @import {ChatMessage} from '../demo-protocol.ts' */
/** @import {Change, State} from './state.js' */
/** @import {Taps} from './taps.js' */

/** So close to the end counts as being there. */
const NEAR_END_PX = 48;

export class Chat {
  #state;
  #taps;
  #write;
  #log = byId('messages');
  #toBottom = byId('to-bottom', HTMLButtonElement);
  /** @type {Map<number, MessageView>} */
  #views = new Map();
  #isAtEnd = true;
  /** Of the part that is seen; 0 while the chat is hidden. */
  #heightPx = 0;

  /**
   * @param {State} state
   * @param {Taps} taps
   * @param {(text: string) => void} write
   */
  constructor(state, taps, write) {
    this.#state = state;
    this.#taps = taps;
    this.#write = write;
    // So that it can be scrolled by keyboard.
    this.#log.tabIndex = 0;
    this.#log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.#toBottom.addEventListener('click', () => {
      // Far away, the last part of the way is enough.
      const { scrollTop, scrollHeight, clientHeight } = this.#log;
      this.#log.scrollTop = Math.max(scrollTop, scrollHeight - 3 * clientHeight);
      this.#log.scrollTo({ top: scrollHeight, behavior: scrollBehavior() });
      this.#log.focus({ preventScroll: true });
    });
    byId('start').addEventListener('click', () => {
      this.#write('/start');
      // The button is about to vanish: whoever works by keyboard goes on in the chat.
      this.#log.focus({ preventScroll: true });
    });
    new ResizeObserver(() => this.#resized()).observe(this.#log);
    document.addEventListener('visibilitychange', () => this.#markIfRead());
    state.subscribe((change) => this.#changed(change));
  }

  /** @param {number} chatId @param {number} messageId */
  showWaiting(chatId, messageId) {
    if (chatId === this.#state.selected) this.#views.get(messageId)?.showWaiting();
  }

  /** @param {Change} change */
  #changed(change) {
    switch (change.kind) {
      case 'snapshot':
      case 'selected':
        return this.#open();
      case 'message':
        if (change.message.chatId === this.#state.selected) this.#receive(change.message);
        return this.#showHeader();
      case 'message-deleted':
        if (change.chatId === this.#state.selected) this.#remove(change.messageId);
        return;
      case 'telegram':
        return this.#showHeader();
      case 'unread':
        return this.#showToBottom();
    }
  }

  /** Draws the whole chat: at its first unread message if there is one, else at its end. */
  #open() {
    const { selected } = this.#state;
    // Only what comes from now on is read aloud.
    this.#log.setAttribute('aria-live', 'off');
    this.#views.clear();
    this.#log.replaceChildren();
    const messages = this.#state.messages(selected);
    const firstUnread = this.#state.firstUnread.get(selected) ?? Number.POSITIVE_INFINITY;
    const firstNew = messages.find((message) => message.isFromBot && message.messageId >= firstUnread);
    for (const message of messages) {
      if (message === firstNew) {
        this.#log.append(el('div', { class: 'separator is-new' }, el('span', {}, t('chat.new'))));
      }
      this.#append(message);
    }
    this.#showHeader();
    this.#showEmpty();
    this.#isAtEnd = true;
    this.#heightPx = this.#log.clientHeight;
    const separator = this.#log.querySelector('.is-new');
    this.#log.scrollTop = separator instanceof HTMLElement ? separator.offsetTop : this.#log.scrollHeight;
    this.#scrolled();
    requestAnimationFrame(() => requestAnimationFrame(() => this.#log.setAttribute('aria-live', 'polite')));
  }

  /** @param {ChatMessage} message */
  #receive(message) {
    const view = this.#views.get(message.messageId);
    if (view) {
      this.#holding(view.element, () => view.update(message));
    } else {
      const isOlder = [...this.#views.keys()].some((known) => known > message.messageId);
      if (isOlder) return this.#open();
      this.#append(message).element.classList.add('is-fresh');
      this.#showEmpty();
      if (!message.isFromBot) this.#isAtEnd = true;
      if (this.#isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
    }
    this.#markIfRead();
  }

  /** @param {number} messageId */
  #remove(messageId) {
    const view = this.#views.get(messageId);
    if (!view) return;
    this.#views.delete(messageId);
    if (view.element.contains(document.activeElement)) this.#log.focus({ preventScroll: true });
    this.#holding(view.element, () => {
      const before = view.element.previousElementSibling;
      const after = view.element.nextElementSibling;
      view.element.remove();
      // A separator that separates nothing any more goes as well.
      if (before?.classList.contains('separator') && (!after || after.classList.contains('separator'))) {
        before.remove();
      }
    });
    this.#showEmpty();
  }

  /** @param {ChatMessage} message */
  #append(message) {
    const before = [...this.#views.values()].at(-1)?.message;
    const date = day(message.sentAt);
    if (!before || day(before.sentAt) !== date) {
      const separator = el('div', { class: 'separator' }, el('span', {}, date));
      const last = this.#log.lastElementChild;
      if (last?.classList.contains('is-new')) last.before(separator);
      else this.#log.append(separator);
    }
    const person = this.#state.people.find(({ id }) => id === message.chatId);
    const view = new MessageView(message, {
      sender: message.isFromBot ? this.#state.bot.name : (person?.name ?? ''),
      onCommand: this.#write,
      onTap: (tapped, data) => this.#taps.press(tapped, data),
      isWaiting: (tapped, data) => this.#taps.isWaiting(tapped, data),
    });
    this.#views.set(message.messageId, view);
    this.#log.append(view.element);
    return view;
  }

  /**
   * Changes one message and keeps what the reader sees where it is: the end, or else what stands below the change.
   * @param {HTMLElement} element
   * @param {() => void} change
   */
  #holding(element, change) {
    const log = this.#log;
    const isAbove = element.getBoundingClientRect().bottom < log.getBoundingClientRect().top;
    const heightBefore = log.scrollHeight;
    change();
    if (this.#isAtEnd) log.scrollTop = log.scrollHeight;
    else if (isAbove) log.scrollTop += log.scrollHeight - heightBefore;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#log;
    // Of another size since: the reader has not moved, and `#resized` is about to be called.
    if (clientHeight !== this.#heightPx) return;
    this.#isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    this.#markIfRead();
    this.#showToBottom();
  }

  /** Another size, or hidden or shown again: on a phone the chat is one of three views. */
  #resized() {
    const wasHidden = this.#heightPx === 0;
    this.#heightPx = this.#log.clientHeight;
    if (this.#heightPx === 0) return;
    if (wasHidden && this.#state.unread(this.#state.selected) > 0) return this.#open();
    if (this.#isAtEnd) this.#log.scrollTop = this.#log.scrollHeight;
    this.#scrolled();
  }

  #markIfRead() {
    const isSeen = !document.hidden && this.#log.clientHeight > 0;
    if (isSeen && this.#isAtEnd && this.#state.selected) this.#state.markRead(this.#state.selected);
  }

  #showToBottom() {
    const unread = this.#state.unread(this.#state.selected);
    this.#toBottom.hidden = this.#isAtEnd;
    this.#toBottom.setAttribute(
      'aria-label',
      unread > 0 ? t('chat.to-bottom-unread', { unread }) : t('chat.to-bottom'),
    );
    setText(byId('to-bottom-count'), unread > 0 ? String(unread) : '');
  }

  #showHeader() {
    setText(byId('bot-name'), this.#state.bot.name);
    const subtitle = byId('bot-subtitle');
    subtitle.classList.toggle('is-cut', this.#state.isTelegramCut);
    setText(subtitle, this.#state.isTelegramCut ? t('chat.subtitle-cut') : t('chat.subtitle'));
  }

  #showEmpty() {
    byId('empty-chat').hidden = this.#views.size > 0;
  }
}

function scrollBehavior() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
}
