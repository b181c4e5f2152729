/** Pages: every item on exactly one, whatever is asked for. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutPage } from '../../src/bot/paging.ts';

const items = fc.nat({ max: 300 }).map((length) => Array.from({ length }, (_, index) => index));
const size = fc.integer({ min: 1, max: 50 });

test('the pages together are the list, and none but the only one is empty', () => {
  fc.assert(
    fc.property(items, size, (list, each) => {
      const { pages } = cutPage(list, 0, each);
      const all = Array.from({ length: pages }, (_, number) => cutPage(list, number, each));
      expect(all.flatMap((page) => page.items)).toEqual(list);
      if (list.length > 0) expect(all.every((page) => page.items.length > 0)).toBe(true);
      for (const page of all) if (page.items.length > 0) expect(page.items[0]).toBe(page.first);
    }),
  );
});

test('a page that does not exist gives the nearest one', () => {
  const wanted = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1),
  );
  fc.assert(
    fc.property(items, size, wanted, (list, each, number) => {
      const page = cutPage(list, number, each);
      expect(page.number).toBeGreaterThanOrEqual(0);
      expect(page.number).toBeLessThan(page.pages);
      if (Number.isInteger(number) && number >= page.pages) expect(page.number).toBe(page.pages - 1);
    }),
  );
});
