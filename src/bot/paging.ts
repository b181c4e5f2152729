/** Cuts a list into pages. Pure. */

export interface Page<T> {
  readonly items: readonly T[];
  /** 0-based number of this page. */
  readonly number: number;
  /** At least 1, also for an empty list. */
  readonly pages: number;
  /** Place of the first item in the whole list, 0-based. */
  readonly first: number;
}

/** @param wanted a page that does not exist (any more) gives the nearest one */
export function cutPage<T>(items: readonly T[], wanted: number, size: number): Page<T> {
  const pages = Math.max(1, Math.ceil(items.length / size));
  const number = Math.min(Math.max(Number.isInteger(wanted) ? wanted : 0, 0), pages - 1);
  const first = number * size;
  return { items: items.slice(first, first + size), number, pages, first };
}
