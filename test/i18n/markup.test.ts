/** Escaping and clipping: what comes from outside stays text, whatever it is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bold, clip, code, escapeHtml, html, joinHtml, link } from '../../src/i18n/markup.ts';
import { decodeHtml, markupFault, tagsOf } from './locale-files.ts';

/** Any characters at all, those of markup often. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", 'b', '/', 'amp;', '&lt;', '👍', 'ж', '\n') }),
);

describe('escapeHtml', () => {
  test('what it makes reads as the text it was made from (a topic is shown as it was written)', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(decodeHtml(escapeHtml(text))).toBe(text);
      }),
    );
  });

  test('what it makes holds no tag and cannot leave an attribute', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"]/);
      }),
    );
  });

  test('& goes first, so that an escape is not escaped again', () => {
    expect(escapeHtml('<b>&"')).toBe('&lt;b&gt;&amp;&quot;');
    expect(escapeHtml('&lt;')).toBe('&amp;lt;');
  });
});

describe('html, bold, code, link', () => {
  test('only their own tags come out, whatever goes in', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect(tagsOf(bold(one))).toEqual(['<b>', '</b>']);
        expect(tagsOf(code(one))).toEqual(['<code>', '</code>']);
        expect(tagsOf(html`<i>${one}</i> · ${other}`)).toEqual(['<i>', '</i>']);
        const anchor = link(`https://a.example/?q=${one}`, other);
        expect(anchor.match(/[<>]/g)).toEqual(['<', '>', '<', '>']);
        expect(markupFault(anchor)).toBeUndefined();
      }),
    );
  });

  test('a value in a list is markup already and is not escaped again', () => {
    expect(html`${[bold('a & b')]} ${'<'} ${7}`).toBe('<b>a &amp; b</b> &lt; 7');
    expect(joinHtml([bold('a'), undefined, escapeHtml('b')])).toBe('<b>a</b>\nb');
  });
});

describe('clip', () => {
  const length = fc.integer({ min: 1, max: 40 });

  test('never longer than asked (a message that is too long is refused as a whole)', () => {
    fc.assert(
      fc.property(anyText, length, (text, most) => {
        expect(clip(text, most).length).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('never half a character (half a surrogate pair is no text, and the message is refused)', () => {
    const emoji = fc.string({ unit: fc.constantFrom('a', '👍', '🎥', '𝔘') });
    fc.assert(
      fc.property(emoji, length, (text, most) => {
        expect(() => encodeURIComponent(clip(text, most))).not.toThrow();
      }),
    );
  });

  test('what fits is left alone; what does not keeps its beginning and gains an ellipsis', () => {
    fc.assert(
      fc.property(anyText, length, (text, most) => {
        const short = clip(text, most);
        if (text.length <= most) expect(short).toBe(text);
        else {
          expect(short.endsWith('…')).toBe(true);
          expect(text.startsWith(short.slice(0, -1))).toBe(true);
          // At most one unit is given up, where a pair would have been cut.
          expect(short.length).toBeGreaterThanOrEqual(Math.max(1, most - 1));
        }
      }),
    );
  });

  test('a pair at the cut is given up as a whole', () => {
    expect(clip('ab👍cd', 4)).toBe('ab…');
    expect(clip('ab👍cd', 5)).toBe('ab👍…');
    expect(clip('👍👍', 2)).toBe('…');
    expect(clip('ab', 1)).toBe('…');
  });
});
