// @ts-check
/** Answers "who is looking at the chat?": one tab per person, with what is unread in his chat. */
import { byId, el, setText } from './dom.js';
import { t } from './texts.js';

/** @import {DemoPerson} from '../demo-protocol.ts' */
/** @import {State} from './state.js' */

const COLOURS = 6;

/** @param {State} state */
export function startPeople(state) {
  const list = byId('people');
  const chat = byId('chat');
  /** @type {Map<number, { tab: HTMLElement, badge: HTMLElement, spoken: HTMLElement }>} */
  const tabs = new Map();

  state.subscribe((change) => {
    if (change.kind === 'snapshot') draw();
    if (change.kind === 'snapshot' || change.kind === 'selected') showSelected();
    if (change.kind === 'snapshot' || change.kind === 'selected' || change.kind === 'unread') showUnread();
  });
  list.addEventListener('keydown', (event) => {
    const ids = [...tabs.keys()];
    const at = ids.indexOf(state.selected);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const id = ids[(next + ids.length) % ids.length] ?? state.selected;
    state.select(id);
    tabs.get(id)?.tab.focus();
  });

  function draw() {
    tabs.clear();
    state.people.forEach((person, index) => {
      const badge = el('span', { class: 'badge', 'aria-hidden': 'true' });
      const spoken = el('span', { class: 'unseen' });
      const tab = el(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `person-${person.id}`,
          class: 'person',
          'data-person': person.id,
          'aria-controls': 'chat',
          title: person.name,
          onclick: () => state.select(person.id),
        },
        el(
          'span',
          { class: `avatar is-colour-${index % COLOURS}`, 'aria-hidden': 'true' },
          initials(person.name),
          badge,
        ),
        el(
          'span',
          { class: 'person-words' },
          el('b', {}, person.name),
          el('span', {}, t(person.isAdministrator ? 'people.administrator' : 'people.stranger')),
        ),
        spoken,
      );
      tabs.set(person.id, { tab, badge, spoken });
    });
    list.replaceChildren(...[...tabs.values()].map(({ tab }) => tab));
  }

  function showSelected() {
    for (const [id, { tab }] of tabs) {
      tab.setAttribute('aria-selected', String(id === state.selected));
      tab.tabIndex = id === state.selected ? 0 : -1;
    }
    chat.setAttribute('aria-labelledby', `person-${state.selected}`);
  }

  function showUnread() {
    for (const [id, { badge, spoken }] of tabs) {
      const unread = state.unread(id);
      setText(badge, unread > 0 ? String(unread) : '');
      setText(spoken, unread > 0 ? t('people.unread', { unread }) : '');
    }
  }
}

/** `AS` for Anna Schmidt. @param {DemoPerson['name']} name */
function initials(name) {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
