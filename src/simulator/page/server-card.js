// @ts-check
/** Answers "how is one server, and what can be done to it?". */
import { ConferenceList } from './conference-list.js';
import { el, icon, setText } from './dom.js';
import { createSwitch } from './switch.js';
import { t } from './texts.js';

/** @import {ActAnswer, DemoAction, ServerState, ServerView} from '../demo-protocol.ts' */

/** @type {readonly ServerState[]} */
const STATES = ['running', 'unplugged', 'hanging', 'slow', 'failing'];

const DONE_MS = 2500;

/**
 * @typedef {object} CardDeps
 * @property {(action: DemoAction) => Promise<ActAnswer | undefined>} wish
 * @property {() => number} now
 */

export class ServerCard {
  element;
  #server;
  #deps;
  #users = el('b', {});
  #explanation = el('p', { class: 'server-state' });
  /** @type {Map<ServerState, HTMLInputElement>} */
  #radios = new Map();
  #certificate = createSwitch({
    name: t('server.certificate'),
    onChange: (trusted) => this.#wish({ kind: 'set-certificate', server: this.#server.key, trusted }),
  });
  #certificateWord = el('span', { class: 'switch-state', 'aria-hidden': 'true' });
  #conferences;

  /** @param {ServerView} server @param {CardDeps} deps */
  constructor(server, deps) {
    this.#server = server;
    this.#deps = deps;
    this.#conferences = new ConferenceList(server, {
      now: deps.now,
      onAction: (session, kind) => void deps.wish({ kind, server: server.key, session }),
    });
    this.element = el(
      'article',
      { class: 'server', 'data-server': server.key, 'aria-label': server.name },
      el(
        'header',
        { class: 'server-header' },
        el('span', { class: 'dot' }),
        el(
          'div',
          { class: 'server-words' },
          el('h3', {}, server.name),
          el(
            'p',
            { class: 'figures' },
            el(
              'a',
              { href: server.address, target: '_blank', rel: 'noopener noreferrer' },
              server.address.replace(/^https?:\/\//, ''),
              icon('out'),
            ),
            el('span', {}, t('server.users'), ' ', this.#users),
          ),
        ),
        this.#states(),
      ),
      el('div', { class: 'server-controls' }, this.#explanation, this.#certificate.element, this.#revoke()),
      this.#conferences.element,
    );
    this.#certificate.element.append(this.#certificateWord);
    this.update(server);
  }

  /** @param {ServerView} server */
  update(server) {
    this.#server = server;
    this.element.dataset.state = server.state;
    setText(this.#users, String(server.users));
    setText(this.#explanation, t(`server.about.${server.state}`));
    this.#certificate.input.checked = server.hasTrustedCertificate;
    setText(this.#certificateWord, server.hasTrustedCertificate ? '' : t('server.self-signed'));
    const radio = this.#radios.get(server.state);
    if (radio) radio.checked = true;
    this.#conferences.update(server);
  }

  tick() {
    this.#conferences.tick();
  }

  #states() {
    for (const state of STATES) {
      this.#radios.set(
        state,
        el('input', {
          type: 'radio',
          name: `state-${this.#server.key}`,
          value: state,
          onchange: () => this.#wish({ kind: 'set-state', server: this.#server.key, state }),
        }),
      );
    }
    return el(
      'fieldset',
      { class: 'states' },
      el('legend', { class: 'unseen' }, t('server.state', { server: this.#server.name })),
      ...[...this.#radios].map(([state, radio]) =>
        el('label', { class: `is-${state}` }, radio, icon(state), el('span', {}, t(`server.${state}`))),
      ),
    );
  }

  #revoke() {
    const words = el('span', {}, t('server.revoke'));
    const button = el(
      'button',
      { type: 'button', class: 'small', 'data-action': 'revoke-tokens', title: t('server.revoke-title') },
      icon('key'),
      words,
    );
    button.addEventListener('click', async () => {
      const answer = await this.#wish({ kind: 'revoke-tokens', server: this.#server.key });
      if (!answer) return;
      setText(words, t('server.revoked'));
      setTimeout(() => setText(words, t('server.revoke')), DONE_MS);
    });
    return button;
  }

  /** What was not done is shown as it still is. @param {DemoAction} action */
  async #wish(action) {
    const answer = await this.#deps.wish(action);
    if (!answer) this.update(this.#server);
    return answer;
  }
}
