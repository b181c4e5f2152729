/** Runs many pieces of work with a bound on how many are under way at once. */

/**
 * Like `Promise.all(items.map(work))` with at most `bound` running. The first failure rejects and starts no
 * further item; those already running are left to their own signal.
 */
export async function parallel<T, R>(
  items: readonly T[],
  bound: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      try {
        results[index] = await work(items[index] as T, index);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(bound, items.length) }, lane));
  return results;
}
