// @ts-check
/** Answers "light or dark?": as the system wants, or as was chosen here before. */
import { byId } from './dom.js';
import { recall, remember } from './storage.js';

export function startTheme() {
  const remembered = recall('theme');
  const group = byId('theme');
  const chosen = group.querySelector(
    `input[value="${remembered === 'light' || remembered === 'dark' ? remembered : 'auto'}"]`,
  );
  if (chosen instanceof HTMLInputElement) chosen.checked = true;
  group.addEventListener('change', (event) => {
    if (!(event.target instanceof HTMLInputElement)) return;
    show(event.target.value);
    remember('theme', event.target.value);
  });
  show(remembered ?? 'auto');
}

/** @param {string} theme */
function show(theme) {
  document.documentElement.dataset.theme = theme;
}
