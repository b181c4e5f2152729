/** The process that paints one picture: a drawing comes in, a picture or what went wrong goes out, and it ends. */
import { constants, setPriority } from 'node:os';
import type { Drawing } from './drawing.ts';

/** What it sends. */
export type Painted = { readonly png: Uint8Array } | { readonly error: string };

process.once('message', (drawing) => {
  // Not above, so that a package that is missing is told as well.
  void import('./paint.ts')
    .then(({ paint }) => paint(drawing as Drawing))
    .then(
      (png): Painted => ({ png }),
      (error): Painted => ({ error: error instanceof Error ? error.message : String(error) }),
    )
    // Nothing else keeps the process alive.
    .then((painted) => process.send?.(painted, () => process.disconnect()));
});

try {
  // Probes come first.
  setPriority(constants.priority.PRIORITY_LOW);
} catch {
  // Not everywhere allowed, and not worth a picture.
}
