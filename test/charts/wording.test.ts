import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawable, fitted } from '../../src/charts/wording.ts';

describe('what can be drawn', () => {
  test.each([
    ['Главный сервер — Zürich, «señal» & <b>', 'Главный сервер — Zürich, «señal» & <b>'],
    ['🚀 main 👩‍👩‍👧 server 🇪🇸 1️⃣', 'main server 1'],
    ['a\nb\tc\u0000d\u202ee\ud800', 'a b cde'],
    ['u\u0308ber', 'über'],
    ['🚀', ''],
    ['東京 office שלום', 'office'],
  ])('%j becomes %j', (text, expected) => {
    expect(drawable(text)).toBe(expected);
  });
});

describe('what fits', () => {
  const measure = (text: string) => [...text].length * 10;

  test('stays as it is; what does not is cut, with an ellipsis', () => {
    expect(fitted('twelve chars', 120, 10, false, measure)).toBe('twelve chars');
    expect(fitted('twelve chars', 119, 10, false, measure)).toBe('twelve cha…');
    expect(fitted('twelve chars', 80, 10, false, measure)).toBe('twelve…');
  });

  test('is never too wide and as long as it can be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 10, max: 300 }), (text, width) => {
        expect(measure(fitted(text, width, 10, false, measure))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
