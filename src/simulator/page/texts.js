// @ts-check
/** Answers "how is it said?": texts by key, times, days and durations in the language of the page. */

/** @import {Texts} from '../demo-protocol.ts' */

/** @type {Texts} */
let texts = {};
let locale = 'en';

/** Reads the texts and puts them where index.html wants them. */
export async function loadTexts() {
  const answer = await fetch('/texts');
  texts = await answer.json();
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = t(element.getAttribute('data-text') ?? '');
  }
  for (const element of document.querySelectorAll('[data-name]')) {
    element.setAttribute('aria-label', t(element.getAttribute('data-name') ?? ''));
  }
  for (const element of document.querySelectorAll('button[data-name], [data-title]')) {
    element.setAttribute(
      'title',
      t(element.getAttribute('data-name') ?? element.getAttribute('data-title') ?? ''),
    );
  }
  for (const element of document.querySelectorAll('[data-placeholder]')) {
    element.setAttribute('placeholder', t(element.getAttribute('data-placeholder') ?? ''));
  }
}

/**
 * The text of a key, with `{{name}}` replaced. An unknown key is shown as it is, so that it is noticed.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  return (texts[key] ?? key).replace(/\{\{(\w+)\}\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * For texts, times and numbers from now on. A locale that `Intl` does not know counts as English.
 * @param {string} wanted
 */
export function useLocale(wanted) {
  try {
    locale = new Intl.Locale(wanted).toString();
  } catch {
    locale = 'en';
  }
  document.documentElement.lang = locale;
  formats.clear();
}

/** @type {Map<string, { format(value: number): string }>} */
const formats = new Map();

/**
 * Formats are dear to make, so each is made once.
 * @param {string} name
 * @param {() => { format(value: number): string }} make
 */
function format(name, make) {
  const known = formats.get(name);
  if (known) return known;
  const made = make();
  formats.set(name, made);
  return made;
}

/** `22:47`, as the bot writes it in all languages @param {number} at epoch milliseconds */
export function time(at) {
  return format(
    'time',
    () => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  ).format(at);
}

/** `22:47:12` @param {number} at epoch milliseconds */
export function clock(at) {
  return format(
    'clock',
    () =>
      new Intl.DateTimeFormat(locale, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
      }),
  ).format(at);
}

/** `November 22` @param {number} at epoch milliseconds */
export function day(at) {
  return format('day', () => new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' })).format(at);
}

/** `22 November 2025, 22:47:12`, for whoever asks for it @param {number} at epoch milliseconds */
export function fullTime(at) {
  return format(
    'full',
    () => new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium' }),
  ).format(at);
}

/** `1 hr 23 min`; seconds only below a minute. @param {number} durationMs */
export function duration(durationMs) {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (minutes === 0) return unit('second', seconds);
  if (hours === 0) return unit('minute', minutes);
  if (days === 0) return joined(unit('hour', hours), minutes % 60 ? unit('minute', minutes % 60) : '');
  return joined(unit('day', days), hours % 24 ? unit('hour', hours % 24) : '');
}

/** `45 ms`, `1.2 s` @param {number} durationMs */
export function milliseconds(durationMs) {
  if (durationMs < 1000) return unit('millisecond', Math.round(durationMs));
  return unit('second', Math.round(durationMs / 100) / 10);
}

/** @param {string} first @param {string} second */
function joined(first, second) {
  return second ? `${first} ${second}` : first;
}

/** @param {string} name @param {number} value */
function unit(name, value) {
  return format(
    name,
    () => new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' }),
  )
    .format(value)
    .replace(' ', '\u00a0');
}
