/** Answers "what happened lately?": appends to a plain array that keeps its newest entries only. */

/** Appends; cuts in blocks, so that a full array does not move at every call. Keeps `limit` to 1.1 × `limit` entries. */
export function append<T>(entries: T[], entry: T, limit: number): void {
  entries.push(entry);
  if (entries.length > limit * 1.1) entries.splice(0, entries.length - limit);
}
