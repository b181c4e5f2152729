import { describe, expect, it } from 'vitest';
import { parseHtml } from '../../src/simulator/telegram-html.ts';
import { linkFault } from '../../src/simulator/telegram-link.ts';

describe("Telegram's HTML", () => {
  const good: [string, string, string, unknown[]][] = [
    ['bold', '<b>a</b><strong>b</strong>', 'ab', ['bold 0 1', 'bold 1 1']],
    ['italic', '<i>a</i><em>b</em>', 'ab', ['italic 0 1', 'italic 1 1']],
    ['underline', '<u>a</u><ins>b</ins>', 'ab', ['underline 0 1', 'underline 1 1']],
    [
      'strike',
      '<s>a</s><strike>b</strike><del>c</del>',
      'abc',
      ['strikethrough 0 1', 'strikethrough 1 1', 'strikethrough 2 1'],
    ],
    [
      'spoiler',
      '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
      'ab',
      ['spoiler 0 1', 'spoiler 1 1'],
    ],
    ['code and pre', '<code>a</code><pre>b</pre>', 'ab', ['code 0 1', 'pre 1 1']],
    ['pre with a language', '<pre><code class="language-ts">let</code></pre>', 'let', ['pre 0 3']],
    [
      'quotes',
      '<blockquote>a</blockquote><blockquote expandable>b</blockquote>',
      'ab',
      ['blockquote 0 1', 'expandable_blockquote 1 1'],
    ],
    ['custom emoji', '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>', '👍', ['custom_emoji 0 2']],
    [
      'links, in single quotes too',
      `<a href="https://a.b/?x=1&amp;y=2">a</a><a href='tg://user?id=5'>b</a>`,
      'ab',
      ['text_link 0 1 https://a.b/?x=1&y=2', 'text_mention 1 1'],
    ],
    ['nested tags, outer first', '<b>a<i>b</i></b>', 'ab', ['bold 0 2', 'italic 1 1']],
    ['tags in capitals, and an empty end tag', '<B>a</>', 'a', ['bold 0 1']],
    ['offsets in UTF-16 units', '👍<b>ж</b>', '👍ж', ['bold 2 1']],
    ['references', '&lt;b&gt; &amp; &quot;x&quot; &#1078; &#x1F44D;', '<b> & "x" ж 👍', []],
    ['unknown references as they are', '&nbsp; &copy; & &#0; AT&T', '&nbsp; &copy; & &#0; AT&T', []],
    ['a lone > as it is', 'a > b', 'a > b', []],
    ['nothing for tags around nothing', '<b></b>a<i></i>', 'a', []],
  ];
  it.each(good)('reads %s', (_title, html, text, entities) => {
    const parsed = parseHtml(html);
    expect(parsed.text).toBe(text);
    expect(
      parsed.entities.map(({ type, offset, length, url }) => [type, offset, length, url].join(' ').trim()),
    ).toEqual(entities);
  });

  const bad: [string, string][] = [
    ['<script>alert(1)</script>', 'Unsupported start tag "script" at byte offset 0'],
    ['жж<br>', 'Unsupported start tag "br" at byte offset 4'],
    ['2 < 3 > 1', 'Unsupported start tag "" at byte offset 2'],
    ['a <b', 'Unclosed start tag at byte offset 2'],
    ['<b>unclosed', 'Can\'t find end tag corresponding to start tag "b"'],
    ['<b><i>test</b></i>', 'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"'],
    ['test</b>', 'Unexpected end tag at byte offset 4'],
    ['<b>test</b', 'Unclosed end tag at byte offset 7'],
    ['<a href>x</a>', 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'],
    ['<a href >x</a>', 'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0'],
    ['<a =x>x</a>', 'Empty attribute name in the tag "a" at byte offset 0'],
    ['<a href=https://a.b>x</a>', 'Unexpected end of name token at byte offset 8'],
    ['<a href="https://a.b', 'Unclosed start tag at byte offset 0'],
    ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
    ['<tg-emoji emoji-id="x">x</tg-emoji>', 'Invalid custom emoji identifier specified'],
  ];
  it.each(bad)('refuses %s', (html, text) => {
    expect(() => parseHtml(html)).toThrow(`Bad Request: can't parse entities: ${text}`);
  });

  it('loses a link that is none for Telegram without a word, and says so to the test', () => {
    const parsed = parseHtml('<a href="https://localhost/c/1">room</a>');
    expect(parsed).toEqual({ text: 'room', entities: [], lostLinks: ['https://localhost/c/1'] });
  });
});

describe('links', () => {
  it.each([
    'https://video.example.com/c/1',
    'http://127.0.0.5:8443/tools/real-time/1%40a%23vcs?a=cookies',
    'video.example.com',
    'https://[::1]/',
    'https://видео.рф/',
    'tg://resolve?domain=x',
  ])('%s is one', (link) => expect(linkFault(link)).toBeUndefined());

  it.each([
    ['not-a-url', 'Wrong HTTP URL'],
    ['https://localhost:8443/', 'Wrong HTTP URL'],
    ['ftp://example.com', 'Unsupported URL protocol'],
    ['https://a.b:0/', 'Wrong port number specified in the URL'],
    ['https://a.b:99999/', 'Wrong port number specified in the URL'],
    ['https:///x', 'URL host is empty'],
    ['https://a b.c/', 'Disallowed character in URL host'],
    ['tg://user:1@x', 'Wrong tg URL'],
  ])('%s is none: %s', (link, fault) => expect(linkFault(link)).toBe(fault));
});
