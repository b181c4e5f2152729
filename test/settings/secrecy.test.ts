/** Nothing secret is ever told, however the file was damaged. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexSource } from '../../src/settings/source-index.ts';
import { linesOf, loadText } from './load-text.ts';

const SECRETS = {
  token: '123456789:AAEd4bO9xQ7cT2vW8yZ1fG5hJ3kL6mN0pRs',
  secret: 'b7f3f5cb51b02634b1bb546eb7f1f905c93960ba',
  ready: 'a5bace995fd9d65315f36518fd7b3b4f68a69557',
  proxy: 'pa55w0rdpa66w1rdpa77w2rd',
};

const LINES = [
  `tg-api-token = "${SECRETS.token}"`,
  'tg-users-id = [123456789]',
  'locale = "en"',
  `tg-proxy = "http://someone:${SECRETS.proxy}@proxy.example.com:3128"`,
  'log-level = "info"',
  '',
  '[servers."video.example.com"]',
  'ip = "video.example.com"',
  'client_id = "86add683"',
  `client_secret = "${SECRETS.secret}"`,
  `access_token = "${SECRETS.ready}"`,
  'ssl_certificate = false',
  'https_port = 443',
  '[servers."video.example.com".server_status]',
  'reminder = "4h"',
  'timeout = 15',
];
const SOURCE = LINES.join('\n');

/** Every stretch of a secret that is long enough to be of use. */
const STRETCHES = Object.values(SECRETS).flatMap((secret) =>
  Array.from({ length: secret.length - 19 }, (_, start) => secret.slice(start, start + 20)),
);

function expectNothingTold(lines: readonly string[]): void {
  for (const line of lines) {
    expect(line).not.toMatch(/[\r\n]/);
    for (const stretch of STRETCHES) expect(line.includes(stretch), line).toBe(false);
  }
}

const damage = fc.oneof(
  fc.record({ at: fc.nat(SOURCE.length), remove: fc.nat(60), insert: fc.constant('') }),
  fc.record({
    at: fc.nat(SOURCE.length),
    remove: fc.nat(3),
    insert: fc.constantFrom(
      '"',
      "'",
      '\n',
      '=',
      '[',
      ']',
      '{',
      '}',
      '\\',
      '#',
      '"""',
      ',',
      '.',
      ' = ',
      '\0',
      'ü',
    ),
  }),
);

test('a file damaged anywhere: no message holds a stretch of a secret, and none breaks its line', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      let text = SOURCE;
      for (const { at, remove, insert } of damages)
        text = text.slice(0, at) + insert + text.slice(at + remove);
      expectNothingTold(linesOf(await loadText(text)));
    }),
    { numRuns: 600 },
  );
});

test('a secret in any place where another value belongs: its text is not told', async () => {
  const keys = LINES.map((line) => line.split(' = ')[0] ?? '').filter((key) => /^[a-z]/.test(key));
  for (const key of [
    ...keys,
    'time-zone',
    'data-dir',
    'tg-alert-chats',
    'tg-api-root',
    'check',
    'forgotten',
    'maintenance',
    'network',
    'network.check',
  ]) {
    for (const secret of Object.values(SECRETS)) {
      for (const value of [
        `"${secret}"`,
        `["${secret}"]`,
        `{ "${secret}" = "${secret}" }`,
        `"https://${secret}/"`,
      ]) {
        const text = LINES.filter((line) => !line.startsWith(`${key} =`))
          .toSpliced(
            ['reminder', 'timeout', 'check'].includes(key) ? LINES.length - 1 : 0,
            0,
            `${key} = ${value}`,
          )
          .join('\n');
        expectNothingTold(linesOf(await loadText(text)));
      }
    }
  }
});

test('a value of the wrong type under a secret key is told by its kind alone', async () => {
  const wrong = fc.oneof(
    fc
      .bigInt({ min: 1_000_000n, max: 1n << 62n })
      .map((number) => ({ toml: `${number}`, telling: `${number}` })),
    fc.nat().map((n) => ({ toml: `["word-${n}-word"]`, telling: `word-${n}` })),
    fc.nat().map((n) => ({ toml: `{ word-${n}-word = "x" }`, telling: `word-${n}` })),
  );
  const key = fc.constantFrom('client_id', 'client_secret', 'access_token', 'tg-api-token', 'tg-proxy');
  await fc.assert(
    fc.asyncProperty(key, wrong, async (name, { toml, telling }) => {
      const text = LINES.map((line) => (line.startsWith(`${name} =`) ? `${name} = ${toml}` : line)).join(
        '\n',
      );
      const lines = linesOf(await loadText(text));
      const line = indexSource(text).lineOf(
        name.startsWith('tg-') ? [name] : ['servers', 'video.example.com', name],
      );
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(
        new RegExp(`^settings\\.toml:${line}: .*${name}: must be a text: .*; found a`),
      );
      expect(lines[0]).not.toContain(telling);
    }),
    { numRuns: 100 },
  );
});

test('a secret that also stands where it is quoted is blanked there (a password is no long run of characters)', async () => {
  const text = SOURCE.replace(SECRETS.secret, 'hush-hush-hush').replace(
    'locale = "en"',
    'locale = "hush-hush-hush"',
  );
  const lines = linesOf(await loadText(text));
  expect(lines).toEqual(['settings.toml:3: locale: must be "de", "en", "es" or "ru", found "[secret]"']);
});
