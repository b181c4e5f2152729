/** Where in the settings file something stands, and how that is written for a person. */
import { looksSecret, quoteWhole } from './found.ts';

/** Keys from the outside in; a number is a position in a list, counted from 0. */
export type KeyPath = readonly (string | number)[];

const LONGEST_SHOWN = 60;

/** As TOML writes it, e.g. `servers."video.example.com".https_port` or `tg-users-id[1]`. Empty for the whole file. */
export function showKeyPath(path: KeyPath): string {
  let shown = '';
  path.forEach((part, depth) => {
    if (typeof part === 'number') shown += `[${part}]`;
    else shown += (shown && '.') + (isServerName(path, depth) ? showKey(part) : showForeignKey(part));
  });
  return shown;
}

/** A key as TOML writes it: bare when it can be, else in quotes. */
export function showKey(key: string): string {
  if (key.length > LONGEST_SHOWN) return quoteWhole(`${key.slice(0, LONGEST_SHOWN - 1)}…`);
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quoteWhole(key);
}

function isServerName(path: KeyPath, depth: number): boolean {
  return depth === 1 && path[0] === 'servers';
}

/** In a damaged file a secret can end up where a key belongs. */
function showForeignKey(key: string): string {
  return looksSecret(key) ? '…' : showKey(key);
}
