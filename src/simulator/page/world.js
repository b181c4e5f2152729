// @ts-check
/** Answers "how is the world that the bot looks at?": Telegram and a card per server. */
import { byId, setText } from './dom.js';
import { ServerCard } from './server-card.js';
import { createSwitch } from './switch.js';
import { t } from './texts.js';

/** @import {ActAnswer, DemoAction} from '../demo-protocol.ts' */
/** @import {State} from './state.js' */

/** Durations are shown in minutes mostly, so this is often enough. */
const TICK_MS = 5000;

/**
 * @param {State} state
 * @param {(action: DemoAction) => Promise<ActAnswer | undefined>} wish
 */
export function startWorld(state, wish) {
  const servers = byId('servers');
  const telegram = byId('telegram');
  const cut = createSwitch({
    id: 'telegram-cut',
    name: t('telegram.cut'),
    onChange: async (isCut) => {
      await wish({ kind: 'cut-telegram', cut: isCut });
      showTelegram();
    },
  });
  /** @type {Map<string, ServerCard>} */
  const cards = new Map();

  state.subscribe((change) => {
    if (change.kind === 'snapshot') draw();
    if (change.kind === 'server') cards.get(change.server.key)?.update(change.server);
    if (change.kind === 'snapshot' || change.kind === 'telegram') showTelegram();
  });
  telegram.append(cut.element);
  setInterval(() => {
    if (document.hidden) return;
    for (const card of cards.values()) card.tick();
  }, TICK_MS);

  function draw() {
    cards.clear();
    for (const server of state.servers.values()) {
      cards.set(server.key, new ServerCard(server, { wish, now: () => state.now() }));
    }
    servers.replaceChildren(...[...cards.values()].map(({ element }) => element));
  }

  function showTelegram() {
    cut.input.checked = state.isTelegramCut;
    setText(byId('telegram-state'), t(state.isTelegramCut ? 'telegram.is-cut' : 'telegram.is-reachable'));
    telegram.classList.toggle('is-cut', state.isTelegramCut);
  }
}
