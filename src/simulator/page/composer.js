// @ts-check
/** Answers "what does the person write?": the input line, and the list of commands by Menu or by typing "/". */
import { byId, el, setAttribute } from './dom.js';

/** @import {Snapshot} from '../demo-protocol.ts' */
/** @import {State} from './state.js' */

/**
 * @param {State} state
 * @param {(text: string) => Promise<boolean>} write whether it was sent
 */
export function startComposer(state, write) {
  const form = byId('composer', HTMLFormElement);
  const input = byId('compose', HTMLInputElement);
  const menu = byId('menu', HTMLButtonElement);
  const send = byId('send', HTMLButtonElement);
  const list = byId('commands');
  /** Drafts belong to a chat, as in Telegram. @type {Map<number, string>} */
  const drafts = new Map();
  let writingAs = 0;
  /** @type {Snapshot['commands']} */
  let shown = [];
  let active = 0;

  state.subscribe((change) => {
    if (change.kind === 'selected' || change.kind === 'snapshot') {
      if (state.selected !== writingAs) {
        drafts.set(writingAs, input.value);
        writingAs = state.selected;
        input.value = drafts.get(writingAs) ?? '';
      }
      showSend();
      close();
    }
    if (change.kind === 'commands' && !list.hidden) close();
  });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(input.value);
  });
  input.addEventListener('input', () => {
    showSend();
    const word = /^\/(\w*)$/.exec(input.value)?.[1];
    if (word === undefined) close();
    else open(state.commands.filter(({ command }) => command.startsWith(word.toLowerCase())));
  });
  menu.addEventListener('click', (event) => {
    if (!list.hidden) return close();
    open(state.commands);
    // By finger, the keyboard on the screen would cover what was asked for.
    if (event.detail === 0 || matchMedia('(pointer: fine)').matches) input.focus();
  });
  form.addEventListener('keydown', (event) => {
    if (list.hidden || event.isComposing) return;
    const chosen = shown[active];
    if (event.key === 'Escape') close();
    else if (event.key === 'ArrowDown') activate(active + 1);
    else if (event.key === 'ArrowUp') activate(active - 1);
    else if (event.key === 'Enter' && event.target === input && chosen) choose(chosen.command);
    else return;
    event.preventDefault();
  });
  form.addEventListener('focusout', (event) => {
    if (!(event.relatedTarget instanceof Node) || !form.contains(event.relatedTarget)) close();
  });
  // Pressing an option must not take the focus away, which would close the list before the click.
  list.addEventListener('pointerdown', (event) => event.preventDefault());
  document.addEventListener('pointerdown', (event) => {
    if (!list.hidden && event.target instanceof Node && !form.contains(event.target)) close();
  });
  showSend();

  /** @param {string} text */
  async function submit(text) {
    if (text.trim() === '') return;
    close();
    input.value = '';
    showSend();
    // What could not be sent is not lost.
    if (!(await write(text)) && input.value === '') input.value = text;
    showSend();
  }

  /** @param {string} command */
  function choose(command) {
    close();
    submit(`/${command}`);
  }

  /** @param {Snapshot['commands']} commands */
  function open(commands) {
    shown = commands;
    list.replaceChildren(
      ...commands.map(({ command, description }, index) =>
        el(
          'div',
          {
            id: `command-${index}`,
            role: 'option',
            'aria-selected': 'false',
            onclick: () => choose(command),
            onpointermove: () => activate(index),
          },
          el('b', {}, `/${command}`),
          el('span', {}, description),
        ),
      ),
    );
    showOpen(commands.length > 0);
    if (commands.length > 0) activate(0);
  }

  function close() {
    shown = [];
    showOpen(false);
  }

  /** @param {boolean} isOpen */
  function showOpen(isOpen) {
    list.hidden = !isOpen;
    menu.setAttribute('aria-expanded', String(isOpen));
    input.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) input.removeAttribute('aria-activedescendant');
  }

  /** @param {number} index */
  function activate(index) {
    active = (index + shown.length) % shown.length;
    [...list.children].forEach((option, at) => {
      option.setAttribute('aria-selected', String(at === active));
    });
    list.children[active]?.scrollIntoView({ block: 'nearest' });
    setAttribute(input, 'aria-activedescendant', `command-${active}`);
  }

  function showSend() {
    send.disabled = input.value.trim() === '';
  }
}
