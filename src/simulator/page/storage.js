// @ts-check
/** Answers "what does the browser remember?": localStorage, for those whose browser forbids it as well. */

const PREFIX = 'trueconf-admin-bot-demo.';

/** @param {string} name @returns {string | null} */
export function recall(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // Then it holds until the page is closed.
  }
}
