/** Which of the known words did the operator probably mean? Pure. */

/** `undefined` when none is near enough to be worth a guess. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const wanted = simplify(word);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = startsLike(wanted, simplify(candidate))
      ? 0.5
      : editDistance(wanted, simplify(candidate));
    if (distance <= tolerance(candidate) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** `; did you mean …?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const guess = nearest(word, known);
  return guess === undefined ? '' : `; did you mean \`${guess}\`?`;
}

function simplify(word: string): string {
  return word.slice(0, 64).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** One is the beginning of the other and at least half of it, as in "warning" and "warn". */
function startsLike(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return (
    short.length >= 3 &&
    short.length < long.length &&
    short.length * 2 >= long.length &&
    long.startsWith(short)
  );
}

function tolerance(candidate: string): number {
  return Math.max(1, Math.floor(candidate.length / 3));
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, (older[column - 2] ?? 0) + 1);
      current[column] = cost;
    }
    older = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
