/** Lists that are too long to be shown whole: their first entries, and how many more there are. */
import { type Html, html } from './markup.ts';
import type { Translator } from './translator.ts';

/** `and 5 more`, with the command that shows them where there is one; `undefined`: none is hidden. */
export function andMore(
  words: Translator,
  hidden: number,
  command?: '/status' | '/history',
): Html | undefined {
  if (hidden <= 0) return undefined;
  const more = words.plain('and-more', { count: hidden });
  return command ? html`${more}: ${command}` : html`${more}`;
}

/** `a, b and 5 more` */
export function listed(words: Translator, names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(', ');
  const hidden = names.length - most;
  return hidden > 0 ? `${shown} ${words.plain('and-more', { count: hidden })}` : shown;
}

/** Lines for as many of the first items as fit into `length`, markup and line ends included. */
export function fitting<T>(items: readonly T[], line: (item: T) => Html, length: number): Html[] {
  const lines: Html[] = [];
  let rest = length;
  for (const item of items) {
    const next = line(item);
    rest -= next.length + 1;
    if (rest < 0) break;
    lines.push(next);
  }
  return lines;
}
