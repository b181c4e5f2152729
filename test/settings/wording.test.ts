/** Small pieces that messages are made of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration, showDuration } from '../../src/settings/duration.ts';
import { anyOf, looksSecret, quote, quoteWhole } from '../../src/settings/found.ts';
import { showKeyPath } from '../../src/settings/key-path.ts';
import { nearest } from '../../src/settings/suggestion.ts';

test('a duration shown is read back as the same', () => {
  fc.assert(
    fc.property(fc.nat(400 * 86_400), (seconds) => {
      expect(parseDuration(showDuration(seconds * 1_000))).toBe(seconds * 1_000);
    }),
  );
});

test('nothing that is quoted breaks its line or turns it around', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(quoteWhole(text)).toMatch(/^"[^\p{C}\p{Zl}\p{Zp}]*"$/u);
    }),
  );
});

test('a text is quoted up to 60 characters; a longer one may be a pasted secret', () => {
  const words = 'word '.repeat(12);
  expect(quote(words)).toBe(`"${words}"`);
  expect(quote(`${words}.`)).toBe('a text of 61 characters');
});

test('twenty letters and digits without a gap look secret; names, addresses and variables do not', () => {
  expect(looksSecret('b7f3f5cb51b02634b1bb')).toBe(true);
  expect(looksSecret('b7f3f5cb51b02634b1b')).toBe(false);
  for (const harmless of [
    'conferenceserver01.example.com',
    'TRUECONF_SERVER_2_CLIENT_SECRET',
    'administratorsgroupname',
  ]) {
    expect(looksSecret(harmless), harmless).toBe(false);
  }
});

test('a key path is written as in TOML, so that it can be searched for', () => {
  expect(showKeyPath(['servers', 'video.example.com', 'ip'])).toBe('servers."video.example.com".ip');
  expect(showKeyPath(['tg-users-id', 1])).toBe('tg-users-id[1]');
  expect(showKeyPath([])).toBe('');
});

test('choices are listed as one says them', () => {
  expect([anyOf([]), anyOf(['a']), anyOf(['a', 'b']), anyOf(['a', 'b', 'c'])]).toEqual([
    '',
    'a',
    'a or b',
    'a, b or c',
  ]);
});

describe('did you mean', () => {
  const keys = [
    'ip',
    'client_id',
    'client_secret',
    'ssl_certificate',
    'https_port',
    'servers',
    'tg-users-id',
    'warn',
  ];

  test.each([
    ['client-secret', 'client_secret'],
    ['clientSecret', 'client_secret'],
    ['client_sercet', 'client_secret'],
    ['ssl_certficate', 'ssl_certificate'],
    ['ssl_cert', 'ssl_certificate'],
    ['server', 'servers'],
    ['TG_USER_ID', 'tg-users-id'],
    ['warning', 'warn'],
    ['pi', 'ip'],
  ])('%s: %s', (written, meant) => {
    expect(nearest(written, keys)).toBe(meant);
  });

  test.each(['colour', 'x', '', 'name', 'organisation', 'x'.repeat(10_000)])('%s: no guess', (written) => {
    expect(nearest(written, keys)).toBeUndefined();
  });

  test('a beginning that many share is no reason to guess one of them', () => {
    expect(nearest('Europe', ['Europe/Amsterdam', 'Europe/Madrid'])).toBeUndefined();
  });
});
