// @ts-check
/** Answers "how does one conference look, and what can happen in it?". Its line is always there, the rest once opened. */
import { el, icon, setText } from './dom.js';
import { isForgotten, moderatorsIn } from './forgotten.js';
import { duration, t } from './texts.js';

/** @import {ConferenceAction, ConferenceView as Conference} from '../demo-protocol.ts' */

/** @type {readonly ConferenceAction[]} */
const ACTIONS = ['join', 'leave', 'moderator-joins', 'moderator-leaves', 'hour-later', 'end'];

/**
 * @typedef {object} ConferenceDeps
 * @property {(action: ConferenceAction) => void} onAction
 * @property {() => number} now
 */

export class ConferenceView {
  element;
  conference;
  #deps;
  #drawn = '';
  #topic = el('span', { class: 'topic' });
  #forgotten = el('span', { class: 'tag', hidden: true }, t('conference.forgotten'));
  #moderators = el('span', {});
  #people = el('span', {});
  #duration = el('span', {});
  #crowd = el('ul', { class: 'crowd' });
  #nobody = el('p', { class: 'nobody', hidden: true }, t('conference.nobody'));
  /** @type {Map<ConferenceAction, HTMLButtonElement>} */
  #buttons = new Map();

  /** @param {Conference} conference @param {ConferenceDeps} deps */
  constructor(conference, deps) {
    this.conference = conference;
    this.#deps = deps;
    this.element = el(
      'details',
      { class: 'conference', 'data-session': conference.sessionId },
      el(
        'summary',
        {},
        icon('right'),
        el('span', { class: 'conference-title' }, this.#topic, this.#forgotten),
        el(
          'span',
          { class: 'conference-facts' },
          el('span', { class: 'fact is-moderators' }, icon('star'), this.#moderators),
          el(
            'span',
            { class: 'fact is-people' },
            icon('person'),
            el('span', { class: 'unseen' }, t('conference.people')),
            this.#people,
          ),
          el('span', { class: 'fact is-duration' }, icon('clock'), this.#duration),
        ),
      ),
      el('div', { class: 'conference-inside' }, this.#crowd, this.#nobody, this.#actions()),
    );
    this.update(conference);
  }

  /** @param {Conference} conference */
  update(conference) {
    this.conference = conference;
    const described = JSON.stringify(conference);
    if (described !== this.#drawn) {
      this.#drawn = described;
      this.#draw();
    }
    this.tick();
  }

  tick() {
    const now = this.#deps.now();
    setText(this.#duration, duration(now - this.conference.startedAt));
    this.#forgotten.hidden = !isForgotten(this.conference, now);
  }

  #draw() {
    const { topic, people } = this.conference;
    const moderators = moderatorsIn(this.conference);
    setText(this.#topic, topic || t('conference.no-name'));
    this.#topic.classList.toggle('is-nameless', !topic);
    setText(this.#people, String(people.length));
    setText(this.#moderators, t(moderators > 0 ? 'conference.moderated' : 'conference.unmoderated'));
    this.#moderators.parentElement?.classList.toggle('is-without', moderators === 0);
    this.#crowd.replaceChildren(...people.map(({ name, isModerator }) => inside(name, isModerator)));
    this.#crowd.hidden = people.length === 0;
    this.#nobody.hidden = people.length > 0;
    this.#setPossible('leave', people.length > moderators);
    this.#setPossible('moderator-leaves', moderators > 0);
  }

  #actions() {
    for (const action of ACTIONS) {
      const button = el(
        'button',
        {
          type: 'button',
          class: `small${action === 'end' ? ' is-danger' : ''}`,
          'data-action': action,
          onclick: () => {
            if (button.getAttribute('aria-disabled') !== 'true') this.#deps.onAction(action);
          },
        },
        t(`conference.${action}`),
      );
      this.#buttons.set(action, button);
    }
    return el('div', { class: 'actions' }, ...this.#buttons.values());
  }

  /**
   * Not `disabled`, which would throw away the focus of whoever has just pressed it.
   * @param {ConferenceAction} action @param {boolean} isPossible
   */
  #setPossible(action, isPossible) {
    this.#buttons.get(action)?.setAttribute('aria-disabled', String(!isPossible));
  }
}

/** @param {string} name @param {boolean} isModerator */
function inside(name, isModerator) {
  const item = el('li', { class: isModerator ? 'is-moderator' : null }, name);
  if (isModerator) item.append(el('span', { class: 'role' }, icon('star'), t('conference.moderator')));
  return item;
}
