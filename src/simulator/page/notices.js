// @ts-check
/** Answers "how is the reader told something in passing?": toasts, small dialogs, and that the demo has ended. */
import { byId, el } from './dom.js';
import { t } from './texts.js';

const TOAST_MS = 3500;
/** A long text takes longer to read. */
const TOAST_MS_PER_CHARACTER = 45;

/** @param {string} text */
export function showToast(text) {
  const toast = el('p', { class: 'toast' }, text);
  byId('toasts').replaceChildren(toast);
  setTimeout(() => toast.remove(), TOAST_MS + text.length * TOAST_MS_PER_CHARACTER);
}

export function startDialog() {
  const dialog = byId('answer', HTMLDialogElement);
  byId('answer-close').addEventListener('click', () => dialog.close());
  dialog.addEventListener('click', (event) => {
    // On the dimmed page around it.
    if (event.target === dialog) dialog.close();
  });
}

/** @param {string} text */
export function showDialog(text) {
  const dialog = byId('answer', HTMLDialogElement);
  byId('answer-text').textContent = text;
  if (!dialog.open) dialog.showModal();
}

/** @param {boolean} isLost */
export function showConnection(isLost) {
  const banner = byId('connection');
  if (banner.hasChildNodes() === isLost) return;
  banner.replaceChildren();
  if (!isLost) return;
  // Perhaps before anything could be drawn.
  document.documentElement.classList.remove('is-loading');
  banner.append(el('b', {}, t('connection.lost')), ' ', ...withCommand(t('connection.advice')));
}

/** What stands between backticks is something to type. @param {string} text */
export function withCommand(text) {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : el('code', {}, part)));
}
