// @ts-check
/** Answers "what does the bot really do?": its last requests, newest on top, standing still while somebody reads. */
import { byId, el, setText } from './dom.js';
import { clock, milliseconds, t } from './texts.js';

/** @import {RequestRow} from '../demo-protocol.ts' */
/** @import {State} from './state.js' */

const SHOWN_LIMIT = 150;
/** Requests come in bursts; each drawing paints the whole list. */
const DRAW_EVERY_MS = 150;

/** @param {State} state */
export function startRequests(state) {
  const list = byId('requests');
  const scroll = byId('requests-scroll');
  const routine = byId('requests-routine', HTMLInputElement);
  const paused = byId('requests-paused');
  /** @type {Map<number, ReturnType<typeof createRow>>} */
  const rows = new Map();
  /** What has come and is not shown yet, oldest first. @type {Map<number, RequestRow>} */
  let held = new Map();
  let isHovered = false;
  let isDrawing = false;

  // So that it can be scrolled by keyboard.
  scroll.tabIndex = 0;
  state.subscribe((change) => {
    if (change.kind === 'snapshot') drawAll();
    if (change.kind === 'request') receive(change.request);
  });
  routine.addEventListener('change', drawAll);
  // A finger neither hovers nor leaves; there, scrolling down is what stops the list.
  scroll.addEventListener('pointerenter', (event) => setHovered(event.pointerType === 'mouse'));
  scroll.addEventListener('pointerleave', () => setHovered(false));
  scroll.addEventListener('focusin', flushSoon);
  scroll.addEventListener('focusout', flushSoon);
  scroll.addEventListener('scroll', flushSoon, { passive: true });

  /** @param {boolean} hovered */
  function setHovered(hovered) {
    isHovered = hovered;
    flushSoon();
  }

  function isPaused() {
    return isHovered || scroll.scrollTop > 4 || scroll.contains(document.activeElement);
  }

  /** @param {RequestRow} request */
  function receive(request) {
    if (request.isRoutine && !routine.checked) return;
    const row = rows.get(request.id);
    if (row) return row.update(request);
    held.set(request.id, request);
    flushSoon();
  }

  /** What waits is bounded: somebody may read for long. */
  function flushSoon() {
    for (const id of held.keys()) {
      if (held.size <= SHOWN_LIMIT) break;
      held.delete(id);
    }
    if (isDrawing) return;
    isDrawing = true;
    setTimeout(() => {
      isDrawing = false;
      const isStill = isPaused();
      if (!isStill) flush();
      showPaused(isStill);
    }, DRAW_EVERY_MS);
  }

  function flush() {
    for (const request of held.values()) {
      const row = createRow(state, request);
      rows.set(request.id, row);
      list.prepend(row.element);
    }
    held = new Map();
    for (const [id, { element }] of rows) {
      if (rows.size <= SHOWN_LIMIT) break;
      element.remove();
      rows.delete(id);
    }
    byId('requests-empty').hidden = rows.size > 0;
  }

  function drawAll() {
    rows.clear();
    list.replaceChildren();
    held = new Map(
      state
        .requests(routine.checked)
        .slice(-SHOWN_LIMIT)
        .map((request) => [request.id, request]),
    );
    flush();
    showPaused(false);
  }

  /** @param {boolean} isStill */
  function showPaused(isStill) {
    const isShown = isStill && rows.size > 0;
    paused.hidden = !isShown;
    if (isShown) setText(paused, t('requests.paused', { count: held.size }));
  }
}

/** @param {State} state @param {RequestRow} request */
function createRow(state, request) {
  const isTelegram = request.to === 'telegram';
  const status = el('span', { class: 'status' });
  const took = el('span', { class: 'took' });
  const element = el(
    'li',
    { class: `request${request.isRoutine ? ' is-routine' : ''}`, 'data-request': request.id },
    el('time', { datetime: new Date(request.at).toISOString() }, clock(request.at)),
    el(
      'span',
      { class: `whom ${isTelegram ? 'is-telegram' : 'is-trueconf'}` },
      el('span', { class: 'who' }, t('requests.bot'), ' → '),
      isTelegram ? 'Telegram' : (state.servers.get(request.to)?.name ?? request.to),
    ),
    el(
      'span',
      { class: 'what', title: request.path },
      el('b', {}, request.method),
      ' ',
      ...path(request.path),
    ),
    status,
    took,
  );
  update(request);
  return { element, update };

  /** @param {RequestRow} now */
  function update(now) {
    status.className = `status ${meaning(now.status)}`;
    setText(
      status,
      now.status === null ? '…' : now.status === 0 ? t('requests.broken-off') : String(now.status),
    );
    setText(took, now.durationMs === null ? '' : milliseconds(now.durationMs));
  }
}

/** Where there is no room, the middle goes: the end of a path says most. @param {string} whole */
function path(whole) {
  const cut = Math.max(0, whole.lastIndexOf('/'));
  return [el('span', { class: 'path-head' }, whole.slice(0, cut)), el('span', {}, whole.slice(cut))];
}

/** @param {RequestRow['status']} status */
function meaning(status) {
  if (status === null) return 'is-open';
  if (status === 0 || status >= 500) return 'is-bad';
  return status >= 400 ? 'is-warning' : 'is-good';
}
