/** Secrets do not get out: not by printing the box, not in a log line, in none of the spellings in which they travel. */
import { format, inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog, type LogLevel } from '../../src/lib/log.ts';
import { Secret, scrub } from '../../src/lib/secret.ts';

/** Long enough not to occur by chance in what surrounds it, and hostile to every encoding. */
const anyValue = fc
  .tuple(
    fc.base64String({ minLength: 12, maxLength: 40 }),
    fc.constantFrom('', ' a space', "!'()~*", '+%20', '"\\'),
    fc.string({ unit: 'binary' }),
  )
  .map((parts) => parts.join(''));

function log(level: LogLevel = 'debug') {
  const lines: string[] = [];
  return { lines, log: createLog(level, { write: (line) => lines.push(line) }) };
}

describe('the box', () => {
  test('shows nothing of its value, however it is printed', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const secret = new Secret(value);
        const printed = [
          String(secret),
          `${secret}`,
          JSON.stringify({ secret, list: [secret] }),
          inspect(secret, { showHidden: true, depth: 9 }),
          inspect({ nested: { secret } }),
          format('%s %o %O %j', secret, secret, secret, secret),
          Object.values({ ...secret }).join(),
          String(new Error(`with ${secret}`)),
        ];
        for (const text of printed) expect(text).not.toContain(value);
        expect(secret.reveal()).toBe(value);
      }),
    );
  });

  test('says that it is a secret', () => {
    expect(`${new Secret('swordfish')}`).toBe('[secret]');
    expect(JSON.stringify(new Secret('swordfish'))).toBe('"[secret]"');
  });
});

describe('scrub', () => {
  test('blanks a secret in every spelling: plain, in JSON, in a URL, in a form', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        new Secret(value);
        const form = new URLSearchParams({ token: value }).toString();
        const inJson = JSON.stringify({ token: value });
        const inUrl = `https://host/path?token=${encodeURIComponent(value)}&page=1`;
        expect(scrub(`before ${value} after`)).toBe('before [secret] after');
        expect(scrub(form)).toBe('token=[secret]');
        expect(scrub(inJson)).toBe('{"token":"[secret]"}');
        expect(scrub(inUrl)).toBe('https://host/path?token=[secret]&page=1');
      }),
    );
  });

  test('a secret with half a character, as only a broken answer holds it, breaks nothing', () => {
    const value = 'half a character: \ud83d';
    new Secret(value);
    expect(scrub(`before ${value} after`)).toBe('before [secret] after');
  });

  test('a secret that holds another leaves no rest of itself', () => {
    new Secret('opensesame');
    new Secret('opensesame-and-more');
    expect(scrub('opensesame-and-more, opensesame')).toBe('[secret], [secret]');
  });

  test('blanks what looks like a Telegram token, known or not (an error of a library may quote a URL)', () => {
    const token = `123456789:${'A'.repeat(35)}`;
    expect(scrub(`https://api.telegram.org/bot${token}/getMe`)).toBe(
      'https://api.telegram.org/bot[secret]/getMe',
    );
  });

  test('leaves alone what is no secret', () => {
    const text = 'server video.example.com:443 at 10:45:12, chat -1001234567890:42';
    expect(scrub(text)).toBe(text);
  });

  test.each(['cert', 'secret', 'read', 'very'])(
    'a secret that is the ordinary word "%s" garbles no longer word (nor what stands in place of secrets)',
    (word) => {
      new Secret(word);
      const text = 'the certificate of everybody: its [secret], its secrets, reader, already';
      expect(scrub(scrub(text))).toBe(text);
    },
  );

  test.each([
    (word: string) => word,
    (word: string) => `a ${word}.`,
    (word: string) => JSON.stringify({ token: `first\n${word}\n\u0001${word}\u001a${word}` }),
    (word: string) => `?a=${encodeURIComponent(`ü\n${word}\n/${word}*${word}`)}&b=${word}&c`,
    (word: string) => new URLSearchParams({ [word]: `ä ${word}\u202f${word}` }).toString(),
    (word: string) => inspect({ [word]: `\x1a${word}\r${word}'`, token: Buffer.from(word).toString() }),
    (word: string) => `id_${word}_7${word}7${word}-${word}/${word}@${word}:${word}`,
  ])('a secret that is a word is blanked wherever it stands alone, in each encoding', (write) => {
    const word = 'swordfish';
    new Secret(word);
    expect(write(word)).toContain(word);
    expect(scrub(write(word))).not.toContain(word);
  });

  test('a long run of letters is no word, and blanked inside others, too', () => {
    const value = 'abcdefghijklmnop';
    new Secret(value);
    expect(scrub(`x${value}x`)).toBe('x[secret]x');
  });

  test('an empty or very short secret blanks no ordinary words', () => {
    new Secret('');
    new Secret('e');
    expect(scrub('the server')).toBe('the server');
  });
});

describe('a log line', () => {
  test('holds no secret, wherever it was put', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const { lines, log: target } = log();
        const secret = new Secret(value);
        target.info({ secret, plain: value, nested: { list: [value] }, [value]: 1 }, `said ${value}`);
        target.error({ error: String(new Error(value)), url: `?t=${encodeURIComponent(value)}` }, 'm');
        target.warn({ err: new Error(value, { cause: new Error(value) }) }, 'm');
        const all = lines.join('');
        for (const spelling of [value, JSON.stringify(value).slice(1, -1)]) {
          expect(all).not.toContain(spelling);
        }
        expect(all).toContain('[secret]');
      }),
    );
  });

  test('is still JSON, one object a line, with time, level, fields and message', () => {
    const { lines, log: target } = log();
    new Secret('very "quoted" secret');
    target.info({ server: 'alpha', value: 'very "quoted" secret' }, 'it happened');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      server: 'alpha',
      value: '[secret]',
      msg: 'it happened',
    });
  });

  test('below the level is not written', () => {
    const { lines, log: target } = log('warn');
    target.debug({}, 'debug');
    target.info({}, 'info');
    target.warn({}, 'warn');
    target.error({}, 'error');
    expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['warn', 'error']);
  });

  test('silent is silent', () => {
    const { lines, log: target } = log('silent');
    target.error({}, 'error');
    expect(lines).toEqual([]);
  });
});
