// @ts-check
/** Answers "how do the page's parts come together?": events into the state, the state to the views, wishes to the demo. */
import { ActTrouble, act } from './act.js';
import { Chat } from './chat.js';
import { startComposer } from './composer.js';
import { icon } from './dom.js';
import { openFeed } from './feed.js';
import { startHints } from './hints.js';
import { ICONS } from './icons.js';
import { showConnection, showDialog, showToast, startDialog } from './notices.js';
import { startPeople } from './people.js';
import { startRequests } from './requests.js';
import { State } from './state.js';
import { Taps } from './taps.js';
import { loadTexts, t, useLocale } from './texts.js';
import { startTheme } from './theme.js';
import { startViews } from './views.js';
import { startWorld } from './world.js';

/** @import {DemoAction, DemoEvent} from '../demo-protocol.ts' */

for (const place of document.querySelectorAll('[data-icon]')) {
  const name = place.getAttribute('data-icon') ?? '';
  if (name in ICONS) place.append(icon(/** @type {keyof typeof ICONS} */ (name)));
}
startTheme();
await loadTexts();
startDialog();

const state = new State();
const hints = startHints(state);
const taps = new Taps({
  state,
  wish,
  onAnswer: (text, isAlert) => (isAlert ? showDialog(text) : showToast(text)),
  onChange: (chatId, messageId) => chat.showWaiting(chatId, messageId),
});
// Before the views that read it: the locale of the first snapshot.
let locale = '';
state.subscribe(() => document.documentElement.classList.remove('is-loading'));
const chat = new Chat(state, taps, write);
startPeople(state);
startComposer(state, write);
startWorld(state, wish);
startRequests(state);
startViews(state);
openFeed(receive, showConnection);

/** @param {DemoEvent} event */
function receive(event) {
  if (event.kind === 'snapshot' && event.snapshot.locale !== locale) {
    // The demo was started again in another language.
    if (locale) return location.reload();
    locale = event.snapshot.locale;
    useLocale(locale);
  }
  state.apply(event);
}

/** @param {string} text @returns {Promise<boolean>} whether it was sent */
async function write(text) {
  return (await wish({ kind: 'write', person: state.selected, text })) !== undefined;
}

/**
 * Does it, or says why not. Then the answer is `undefined`.
 * @param {DemoAction} action
 */
async function wish(action) {
  hints.wished(action);
  try {
    return await act(action);
  } catch (error) {
    if (!(error instanceof ActTrouble)) throw error;
    showToast(t(`trouble.${error.code}`));
    return undefined;
  }
}
