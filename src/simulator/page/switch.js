// @ts-check
/** Answers "how is something switched on and off?": a checkbox that looks and speaks like a switch. */
import { el } from './dom.js';

/**
 * @param {{ id?: string, name: string, onChange: (isOn: boolean) => void }} options
 */
export function createSwitch({ id, name, onChange }) {
  const input = el('input', {
    type: 'checkbox',
    role: 'switch',
    id,
    onchange: () => onChange(input.checked),
  });
  const element = el(
    'label',
    { class: 'switch' },
    input,
    el('span', { class: 'track' }),
    el('span', {}, name),
  );
  return { element, input };
}
