// @ts-check
/** Answers "which conferences run on this server?": a folded list, drawn once it is opened, forgotten ones first. */
import { ConferenceView } from './conference.js';
import { el, icon, setText } from './dom.js';
import { isForgotten } from './forgotten.js';
import { t } from './texts.js';

/** @import {ConferenceAction, ConferenceView as Conference, ServerView} from '../demo-protocol.ts' */

/** A list longer than this can be searched. */
const SEARCHED_FROM = 9;

/**
 * @typedef {object} ListDeps
 * @property {(session: string, action: ConferenceAction) => void} onAction
 * @property {() => number} now
 */

export class ConferenceList {
  element;
  #deps;
  #conferences;
  #summary = el('summary', {});
  #count = el('span', { class: 'count' });
  #forgotten = el('span', { class: 'tag', hidden: true });
  #filter = el('input', {
    type: 'search',
    'aria-label': t('conferences.filter'),
    placeholder: t('conferences.filter'),
  });
  #search = el('label', { class: 'search', hidden: true }, icon('search'), this.#filter);
  #list = el('div', { class: 'conference-list' });
  #none = el('p', { class: 'none', hidden: true });
  /** @type {Map<string, ConferenceView>} */
  #views = new Map();

  /** @param {ServerView} server @param {ListDeps} deps */
  constructor(server, deps) {
    this.#deps = deps;
    this.#conferences = server.conferences;
    this.#summary.append(icon('right'), el('span', {}, t('conferences.title')), this.#count, this.#forgotten);
    this.element = el(
      'details',
      { class: 'conferences' },
      this.#summary,
      this.#search,
      this.#list,
      this.#none,
    );
    this.element.addEventListener('toggle', () => this.#toggled());
    this.#filter.addEventListener('input', () => this.#showMatches());
    this.update(server);
  }

  /** @param {ServerView} server */
  update(server) {
    this.#conferences = server.conferences;
    setText(this.#count, String(server.conferences.length));
    if (this.element.open) this.#draw();
    this.tick();
  }

  tick() {
    const now = this.#deps.now();
    const forgotten = this.#conferences.filter((conference) => isForgotten(conference, now)).length;
    this.#forgotten.hidden = forgotten === 0;
    setText(this.#forgotten, t('conferences.forgotten', { count: forgotten }));
    for (const view of this.#views.values()) view.tick();
  }

  #toggled() {
    if (this.element.open) return this.#draw();
    this.#views.clear();
    this.#list.replaceChildren();
  }

  /** Lines keep their places while the list is open: one that becomes forgotten must not jump away from the finger. */
  #draw() {
    const now = this.#deps.now();
    const running = new Set(this.#conferences.map(({ sessionId }) => sessionId));
    for (const [session, view] of this.#views) {
      if (running.has(session)) continue;
      if (view.element.contains(document.activeElement)) this.#summary.focus();
      view.element.remove();
      this.#views.delete(session);
    }
    for (const conference of forgottenFirst(this.#conferences, now)) {
      const known = this.#views.get(conference.sessionId);
      if (known) {
        known.update(conference);
        continue;
      }
      const view = new ConferenceView(conference, {
        onAction: (action) => this.#deps.onAction(conference.sessionId, action),
        now: this.#deps.now,
      });
      this.#views.set(conference.sessionId, view);
      this.#list.append(view.element);
    }
    this.#search.hidden = this.#conferences.length < SEARCHED_FROM && this.#filter.value === '';
    this.#showMatches();
  }

  #showMatches() {
    const wanted = this.#filter.value.trim().toLocaleLowerCase();
    let matches = 0;
    for (const { element, conference } of this.#views.values()) {
      const words = [
        conference.topic || t('conference.no-name'),
        ...conference.people.map(({ name }) => name),
      ];
      const isMatch = words.some((word) => word.toLocaleLowerCase().includes(wanted));
      element.hidden = !isMatch;
      if (isMatch) matches++;
    }
    this.#none.hidden = matches > 0;
    setText(this.#none, t(this.#conferences.length === 0 ? 'conferences.none' : 'conferences.no-match'));
  }
}

/** @param {readonly Conference[]} conferences @param {number} now */
function forgottenFirst(conferences, now) {
  return conferences.toSorted((a, b) => Number(isForgotten(b, now)) - Number(isForgotten(a, now)));
}
