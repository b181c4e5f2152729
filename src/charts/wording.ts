/** Text that a picture can show: without what no font has or a drawing cannot hold, and no wider than its place. */

/** Width in pixels. */
export type Measure = (text: string, size: number, isBold: boolean) => number;

/** Pictures of their own, and what only joins or colours them. */
const EMOJI =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|\p{Emoji_Modifier}|[\u{FE00}-\u{FE0F}\u{20E3}]/gu;

/** Of scripts that the font does not have, and what it would draw as boxes. */
const FOREIGN = /[^\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Common}\p{Script=Inherited}]/gu;

/** Control characters and halves of characters would break the drawing, others turn its direction. */
const UNSEEN = /\p{C}/gu;

export function drawable(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\s/g, ' ')
    .replace(EMOJI, '')
    .replace(FOREIGN, '')
    .replace(UNSEEN, '')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Cut at the end, with an ellipsis, between two characters as people count them or nearly so. */
export function fitted(text: string, width: number, size: number, isBold: boolean, measure: Measure): string {
  if (measure(text, size, isBold) <= width) return text;
  const characters = [...text];
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (measure(cut(characters, middle), size, isBold) <= width) fits = middle;
    else tooLong = middle;
  }
  return cut(characters, fits);
}

function cut(characters: readonly string[], length: number): string {
  return `${characters.slice(0, length).join('').trimEnd()}…`;
}
