// @ts-check
/** Answers "what shall I try first?": three steps, each ticked when it has happened. Remembered in the browser. */
import { byId, el, icon, setText } from './dom.js';
import { isForgotten } from './forgotten.js';
import { withCommand } from './notices.js';
import { recall, remember } from './storage.js';
import { t } from './texts.js';

/** @import {ChatMessage, DemoAction} from '../demo-protocol.ts' */
/** @import {Change, State} from './state.js' */

const STEPS = /** @type {const} */ (['open', 'unplug', 'stop']);
/** @typedef {typeof STEPS[number]} Step */

/** A conference that vanishes so soon after a tap was stopped by it. */
const STOPPED_WITHIN_MS = 20_000;

/** An alert reaches everybody within this. */
const TOLD_TOGETHER_MS = 5_000;

/** @param {State} state */
export function startHints(state) {
  const section = byId('hints');
  const toggle = byId('hints-toggle');
  /** @type {Set<Step>} */
  const done = new Set(STEPS.filter((step) => (recall('hints.done') ?? '').split(' ').includes(step)));
  const items = STEPS.map((step, index) => createStep(step, index));
  /** The message that a server's button was tapped on. @type {string | undefined} */
  let opened;
  /** Servers that were troubled here and whose alert has not come yet. @type {Set<string>} */
  const troubled = new Set();
  /** Conferences that were ended here, not by the bot. @type {Set<string>} */
  const ended = new Set();
  let tappedAt = Number.NEGATIVE_INFINITY;

  section.querySelector('.steps')?.append(...items.map(({ element }) => element));
  toggle.addEventListener('click', () => {
    if (section.hidden && done.size === STEPS.length) done.clear();
    setOpen(section.hidden === true);
    draw();
  });
  byId('hints-close').addEventListener('click', () => {
    setOpen(false);
    toggle.focus();
  });
  state.subscribe(watch);
  section.hidden = recall('hints') === 'closed';
  draw();
  return { wished };

  /** What is done on this page. @param {DemoAction} action */
  function wished(action) {
    if (action.kind === 'tap') {
      tappedAt = performance.now();
      const message = state.message(action.person, action.messageId);
      const button = message?.keyboard.flat().find(({ callback_data }) => callback_data === action.data);
      const isServer = [...state.servers.values()].some(({ name }) => button?.text.includes(name));
      if (isServer) opened = `${action.person} ${action.messageId}`;
    }
    if (action.kind === 'end') ended.add(action.session);
    if (action.kind === 'set-state') {
      if (action.state === 'running') troubled.delete(action.server);
      else troubled.add(action.server);
    }
  }

  /** @param {Change} change */
  function watch(change) {
    if (change.kind === 'message') {
      const { message, before } = change;
      if (opened === `${message.chatId} ${message.messageId}` && before) tick('open');
      const isAbout = [...troubled].some((key) => message.text.includes(state.servers.get(key)?.name ?? key));
      if (!before && message.isFromBot && isAbout && isAlert(message)) tick('unplug');
    }
    if (change.kind === 'snapshot' || change.kind === 'server') sayWhereToStop();
    if (change.kind === 'server' && performance.now() - tappedAt < STOPPED_WITHIN_MS) {
      const running = new Set(change.server.conferences.map(({ sessionId }) => sessionId));
      const gone = change.before?.conferences.filter(({ sessionId }) => !running.has(sessionId)) ?? [];
      if (gone.some(({ sessionId }) => !ended.has(sessionId))) tick('stop');
    }
  }

  /** An answer goes to one person, an alert to several at the same time. @param {ChatMessage} message */
  function isAlert({ chatId, text, sentAt }) {
    const others = state.people.filter(({ id }) => id !== chatId).flatMap(({ id }) => state.messages(id));
    return others.some(
      (one) =>
        one.isFromBot &&
        headline(one.text) === headline(text) &&
        Math.abs(one.sentAt - sentAt) < TOLD_TOGETHER_MS,
    );
  }

  /** Where there is something to stop, and what is in the way. */
  function sayWhereToStop() {
    const now = state.now();
    const [found] = [...state.servers.values()]
      .filter(({ conferences }) => conferences.some((conference) => isForgotten(conference, now)))
      .sort((a, b) => Number(b.state === 'running') - Number(a.state === 'running'));
    if (!found) return;
    const key = found.state === 'running' ? 'hints.stop.text' : 'hints.stop.first';
    items[STEPS.indexOf('stop')]?.say(t(key, { server: found.name }));
  }

  /** @param {Step} step */
  function tick(step) {
    if (done.has(step)) return;
    done.add(step);
    draw();
  }

  /** @param {boolean} isOpen */
  function setOpen(isOpen) {
    section.hidden = !isOpen;
    remember('hints', isOpen ? 'open' : 'closed');
    draw();
  }

  function draw() {
    remember('hints.done', [...done].join(' '));
    const current = STEPS.find((step) => !done.has(step));
    for (const item of items) item.show(done.has(item.step), item.step === current);
    section.classList.toggle('is-done', current === undefined);
    toggle.setAttribute('aria-expanded', String(!section.hidden));
  }
}

/** Below it an alert tells each how long ago it was. @param {string} text */
function headline(text) {
  return text.split('\n')[0];
}

/** @param {Step} step @param {number} index */
function createStep(step, index) {
  const spoken = el('span', { class: 'unseen' });
  const number = el('span', { class: 'number' }, el('span', {}, String(index + 1)), icon('check'), spoken);
  const text = el('p', {}, ...withCommand(t(`hints.${step}.text`)));
  const element = el(
    'li',
    { 'data-step': step },
    number,
    el('div', {}, el('b', {}, t(`hints.${step}.title`)), text),
  );
  return {
    step,
    element,
    /** @param {string} words */
    say: (words) => setText(text, words),
    /** @param {boolean} isDone @param {boolean} isCurrent */
    show(isDone, isCurrent) {
      element.classList.toggle('is-done', isDone);
      element.classList.toggle('is-current', isCurrent);
      setText(spoken, isDone ? t('hints.ticked') : '');
      if (isCurrent) element.setAttribute('aria-current', 'step');
      else element.removeAttribute('aria-current');
    },
  };
}
