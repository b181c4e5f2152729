// @ts-check
/** Answers "which of the three views is shown?": all on a wide screen, one with tabs below on a phone. */
import { byId, setText } from './dom.js';
import { t } from './texts.js';

/** @import {State} from './state.js' */

/** @param {State} state */
export function startViews(state) {
  const main = /** @type {HTMLElement} */ (document.querySelector('main.views'));
  /** @type {HTMLButtonElement[]} */
  const tabs = [...document.querySelectorAll('.view-tabs button')].filter(
    (tab) => tab instanceof HTMLButtonElement,
  );
  for (const tab of tabs) tab.addEventListener('click', () => show(tab.dataset.view ?? 'chat'));
  for (const skip of document.querySelectorAll('.skips button')) {
    if (!(skip instanceof HTMLButtonElement)) continue;
    skip.addEventListener('click', () => {
      show(skip.dataset.to ?? 'chat');
      byId(skip.dataset.focus ?? 'compose').focus();
    });
  }
  state.subscribe((change) => {
    if (change.kind === 'snapshot' || change.kind === 'unread' || change.kind === 'selected') showUnread();
  });
  show('chat');

  /** @param {string} view */
  function show(view) {
    main.dataset.view = view;
    for (const tab of tabs) {
      if (tab.dataset.view === view) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    }
  }

  function showUnread() {
    const unread = state.people.reduce((sum, person) => sum + state.unread(person.id), 0);
    setText(byId('chat-unread'), unread > 0 ? String(unread) : '');
    document.title = (unread > 0 ? `(${unread}) ` : '') + t('page.tab');
  }
}
