import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainText } from '../../../src/channels/telegram/html.ts';
import { MESSAGE_LIMITS, split } from '../../../src/channels/telegram/split.ts';
import { bold, code, escapeHtml, type Html, joinHtml, link } from '../../../src/i18n/markup.ts';
import { parseHtml } from '../../../src/simulator/telegram-html.ts';

const TIGHT = { units: 40, entities: 5 };

const word = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom('&', '<b>', '"', '\n', ' ', '👩‍👩‍👧', '🙂', '&amp;', '\n\n', 'a', 'слово'),
);
const leaf = fc.oneof(
  word.map(escapeHtml),
  word.map(bold),
  word.map(code),
  word.map((label) => link('https://example.com/?a=1&b="2"', label)),
);
const markup: fc.Arbitrary<Html> = fc
  .array(
    fc.oneof(
      leaf,
      fc.array(leaf, { maxLength: 4 }).map((parts) => `<blockquote>${parts.join('')}</blockquote>` as Html),
      fc.array(leaf, { maxLength: 3 }).map((parts) => `<i><b>${parts.join(' ')}</b></i>` as Html),
    ),
    { maxLength: 30 },
  )
  .map((parts) => joinHtml(parts, ''));

const withoutSpace = (text: string) => text.replace(/\s/g, '');

describe('properties', () => {
  test('no text is lost and none is added, blank stretches apart (Telegram trims those itself)', () => {
    fc.assert(
      fc.property(markup, (html) => {
        expect(withoutSpace(split(html, TIGHT).map(plainText).join(''))).toBe(withoutSpace(plainText(html)));
      }),
    );
  });

  test('every part is well-formed and within both limits (beyond them Telegram refuses or drops formatting)', () => {
    fc.assert(
      fc.property(markup, (html) => {
        const parts = split(html, TIGHT);
        for (const part of parts) {
          const { text, entities } = parseHtml(part);
          expect(text).toBe(plainText(part));
          expect(text.length).toBeLessThanOrEqual(TIGHT.units);
          expect(entities.length).toBeLessThanOrEqual(TIGHT.entities);
          if (parts.length > 1) expect(text.trim()).not.toBe('');
        }
      }),
    );
  });

  test('formatting survives the cut: every visible character keeps the tags it had', () => {
    const formatted = (html: Html) => {
      const { text, entities } = parseHtml(html);
      return [...text].flatMap((_, index) => {
        const types = entities.filter((one) => one.offset <= index && index < one.offset + one.length);
        return /\s/.test(text[index] ?? '') ? [] : [`${text[index]}${types.map(({ type }) => type).sort()}`];
      });
    };
    const letters = fc
      .array(fc.constantFrom('a', 'b', ' ', '\n', '&'), { maxLength: 60 })
      .map((all) => all.join(''));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(letters.map(bold), letters.map(escapeHtml)), { maxLength: 8 }),
        (parts) => {
          const html = joinHtml(parts, '');
          expect(split(html, TIGHT).flatMap(formatted)).toEqual(formatted(html));
        },
      ),
    );
  });
});

describe('where it cuts', () => {
  test('a text that fits is left alone, to the last character', () => {
    const html = bold('x'.repeat(4_089));
    expect(split(html)).toEqual([html]);
    expect(split(escapeHtml('x'.repeat(4_096)))).toHaveLength(1);
    expect(split(escapeHtml('x'.repeat(4_097))).map((part) => part.length)).toEqual([4_096, 1]);
  });

  test('what counts is the text after parsing: escapes and addresses of links are free', () => {
    expect(split(escapeHtml('&'.repeat(4_096)))).toHaveLength(1);
    expect(split(link(`https://example.com/${'x'.repeat(5_000)}`, 'here'))).toHaveLength(1);
  });

  test('at the last line end that fits, so that no line is torn', () => {
    const html = escapeHtml('one two three\nfour five six\nseven eight nine');
    expect(split(html, { units: 30, entities: 100 })).toEqual([
      'one two three\nfour five six\n',
      'seven eight nine',
    ]);
  });

  test('at a space when a line is too long for one message', () => {
    expect(split(escapeHtml('one two three four'), { units: 10, entities: 100 })).toEqual([
      'one two ',
      'three four',
    ]);
  });

  test('never inside a pair of surrogates or an escape', () => {
    expect(split(escapeHtml('🙂'.repeat(4)), { units: 3, entities: 100 })).toEqual(['🙂', '🙂', '🙂', '🙂']);
    expect(split(escapeHtml('<<<<<<'), { units: 4, entities: 100 })).toEqual([
      '&lt;&lt;&lt;&lt;',
      '&lt;&lt;',
    ]);
  });

  test('open tags are closed at the cut and opened again, and none is opened for nothing', () => {
    const html = '<b>one\ntwo\n</b><i>three</i>' as Html;
    expect(split(html, { units: 8, entities: 100 })).toEqual(['<b>one\ntwo\n</b>', '<i>three</i>']);
    expect(split('<b>one\ntwo three</b>' as Html, { units: 9, entities: 100 })).toEqual([
      '<b>one\n</b>',
      '<b>two three</b>',
    ]);
  });

  test('before the hundred and first entity (Telegram would silently drop its formatting)', () => {
    const parts = split(joinHtml(Array.from({ length: 250 }, (_, index) => bold(`n${index}`))));
    expect(parts.map((part) => parseHtml(part).entities.length)).toEqual([100, 100, 50]);
    expect(MESSAGE_LIMITS).toEqual({ units: 4_096, entities: 100 });
  });
});

test('plain text is what a person reads', () => {
  expect(
    plainText(
      '<b>a &amp; b</b> &lt;c&gt; <a href="https://x.y/?a=1&amp;b=2">d</a> &#33;&#x3f; &nbsp;' as Html,
    ),
  ).toBe('a & b <c> d !? &nbsp;');
});
