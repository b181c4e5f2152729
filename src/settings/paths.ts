/** Paths in the settings count from the folder of the settings file, wherever the bot was started. */
import { resolve } from 'node:path';
import { type Check, text } from './checks.ts';
import { looksSecret, quoteWhole } from './found.ts';

/** `the file "/etc/bot/ca.pem"`, unless a secret was pasted there. */
export function showFile(folder: string, written: string): string {
  return looksSecret(written) ? 'the file' : `the file ${quoteWhole(resolvePath(folder, written))}`;
}

export function resolvePath(folder: string, written: string): string {
  return resolve(folder, written);
}

/** "~" is the shell's word: taken literally it would make a folder of that name. */
export const path: Check<string> = {
  allowed: 'a path in quotes',
  read(value, place) {
    const written = text.read(value, place);
    return written?.startsWith('~') ? place.refuse('must not begin with "~"; write the whole path') : written;
  },
};
