/** What good files become, and what happens to a file that cannot be read. */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { loadSettings } from '../../src/settings/load.ts';
import { renderBroken, renderGone, renderMissing } from '../../src/settings/problems.ts';
import { expectWithin } from '../support/best-of.ts';
import { FIXTURES, fileWith, LOCALES, linesOf, loadText, plain, settingsOf, TOKEN } from './load-text.ts';

const good = join(FIXTURES, 'good');
const ENV = {
  TEST_TOKEN: TOKEN,
  TEST_PROXY: 'socks5://someone:hidden-word@127.0.0.1:1080',
  TEST_CLIENT_ID: 'the-client-id',
};
const temporary = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(temporary, { recursive: true }));

describe('good files', () => {
  const names = readdirSync(good).filter((file) => file.endsWith('.toml'));

  test.each(names)('%s becomes the settings beside it', async (file) => {
    const loaded = await loadSettings(join(good, file), ENV, LOCALES);
    if (loaded.kind !== 'loaded') throw new Error(linesOf(loaded).join('\n'));
    const expected = JSON.parse(readFileSync(join(good, file.replace('.toml', '.json')), 'utf8'));
    expect({
      settings: plain(loaded.settings, FIXTURES),
      warnings: linesOf(loaded),
    }).toEqual(expected);
  });

  test('paths count from the folder of the settings, not from where the bot was started', async () => {
    const path = join(good, 'every-key.toml');
    const absolute = await loadSettings(path, ENV, LOCALES);
    const fromHere = await loadSettings(relative(process.cwd(), path), ENV, LOCALES);
    expect(fromHere).toMatchObject({ kind: 'loaded' });
    expect(inspect(fromHere, { depth: 9 })).toBe(inspect(absolute, { depth: 9 }));
  });

  test('loaded settings print without their secrets (a debug line must not leak them)', async () => {
    const loaded = await loadSettings(join(good, 'every-key.toml'), ENV, LOCALES);
    const printed = inspect(loaded, { depth: 9 }) + JSON.stringify(loaded);
    for (const secret of [TOKEN, 'hidden-word', 'hush-hush-hush', 'ready-made-token']) {
      expect(printed).not.toContain(secret);
    }
  });

  test('byte order mark and Windows line ends are accepted (Notepad writes them)', async () => {
    const text = fileWith({ server: 'https_port = 8443' });
    const loaded = await loadText(`\uFEFF${text.replaceAll('\n', '\r\n')}`);
    expect(loaded).toMatchObject({ kind: 'loaded', settings: { servers: [{ httpsPort: 8443 }] } });
  });

  test('an unverified certificate loads with a warning that names the server and the cure', async () => {
    const loaded = await loadText(fileWith({ server: 'ssl_certificate = false' }));
    expect(loaded.kind).toBe('loaded');
    expect(linesOf(loaded)).toEqual([
      'settings.toml:7: servers.main.ssl_certificate: the certificate of this server is not verified, so anybody in ' +
        'between can pose as it and read its secrets; save its certificate as a file beside the settings and write ' +
        'ssl_certificate = "ca.pem"',
    ]);
  });

  test('servers keep the order of the file (it is the order of the buttons)', async () => {
    const extra = ['zeta', 'alpha', '10', '9']
      .map((name) => `[servers.${name}]\nip = "10.1.2.4"\naccess_token = "ready-made-token"`)
      .join('\n');
    const { servers } = await settingsOf(fileWith({ below: extra }));
    expect(servers.map(({ name }) => name)).toEqual(['main', 'zeta', 'alpha', '10', '9']);
  });

  test('ten thousand servers load within seconds', async () => {
    const sections = Array.from(
      { length: 10_000 },
      (_, n) => `[servers.s${n}]\nip="h${n}"\naccess_token="env:T"\n`,
    );
    const text = `tg-api-token = "${TOKEN}"\ntg-users-id = [1]\n${sections.join('')}`;
    await expectWithin(5_000, async () => {
      const started = performance.now();
      const { servers } = await settingsOf(text, { T: 'ready-made-token' });
      expect(servers).toHaveLength(10_000);
      return performance.now() - started;
    });
  });
});

describe('secrets', () => {
  test('only line breaks at the end of a secret file are dropped (a password may begin or end with a space)', async () => {
    const folder = mkdtempSync(join(temporary, 'secrets-'));
    writeFileSync(join(folder, 'secret'), ' with spaces \r\n\n');
    writeFileSync(join(folder, 'settings.toml'), fileWith({ server: 'client_secret = "file:secret"' }));
    const loaded = await loadSettings(join(folder, 'settings.toml'), {}, LOCALES);
    if (loaded.kind !== 'loaded') throw new Error(linesOf(loaded).join('\n'));
    expect(loaded.settings.servers[0]?.clientSecret?.reveal()).toBe(' with spaces ');
  });

  test('an OAuth application needs no ready token, and a ready token no OAuth application', async () => {
    const application = await settingsOf(
      fileWith({ server: 'access_token = ""\nclient_id = "a"\nclient_secret = "b"' }),
    );
    expect(application.servers[0]).toMatchObject({ clientId: 'a', accessToken: undefined });
    const ready = await settingsOf(fileWith({ server: 'client_id = ""\nclient_secret = ""' }));
    expect(ready.servers[0]).toMatchObject({ clientId: '', clientSecret: undefined });
  });

  test.each([
    ['nothing at all', 'access_token = ""'],
    ['an id alone', 'access_token = ""\nclient_id = "a"'],
    ['a secret alone', 'access_token = ""\nclient_secret = "b"'],
  ])(
    'a server with %s loads with a warning: it can be watched, and the predecessor did',
    async (_what, keys) => {
      const loaded = await loadText(fileWith({ server: keys }));
      expect(loaded.kind).toBe('loaded');
      expect(linesOf(loaded)).toEqual([
        'settings.toml:4: servers.main: has neither client_id and client_secret nor an access_token, so the bot can ' +
          'watch this server and nothing more; copy the two from the OAuth application',
      ]);
    },
  );
});

describe('the files that were read', () => {
  const path = join(good, 'every-key.toml');

  test('are told with absolute paths, the settings first, each once', async () => {
    const loaded = await loadSettings(relative(process.cwd(), path), ENV, LOCALES);
    expect(loaded.kind === 'loaded' && loaded.files.map((file) => file.path)).toEqual([
      path,
      join(good, 'secrets', 'client-secret'),
      join(good, 'certificates', 'ca.pem'),
    ]);
  });

  test('are told of broken settings too, with those that are not there (they may come)', async () => {
    const loaded = await loadText(
      fileWith({ top: 'locale = "xx"', server: 'client_secret = "file:absent"\nssl_certificate = "absent"' }),
    );
    expect(loaded.kind === 'broken' && loaded.files.map((file) => basename(file.path))).toEqual([
      'settings.toml',
      'absent',
    ]);
  });

  test('show whether two loads saw the same, and nothing of what they saw', async () => {
    const fingerprints = async (text: string) => {
      const loaded = await loadText(text);
      return loaded.kind === 'missing' ? [] : loaded.files.map(({ fingerprint }) => fingerprint);
    };
    const before = await fingerprints(fileWith({}));
    expect(await fingerprints(fileWith({}))).toEqual(before);
    expect(await fingerprints(`${fileWith({})}#`)).not.toEqual(before);
    expect(before).not.toContain(createHash('sha256').update(fileWith({})).digest('base64'));
  });
});

describe('a file that cannot be read', () => {
  test('a missing file is its own outcome: the cure is to copy the example, not to mend a line', async () => {
    const path = join(temporary, 'absent.toml');
    expect(await loadSettings(path, {}, LOCALES)).toEqual({ kind: 'missing', path });
    const example = join(import.meta.dirname, '..', '..', 'settings.example.toml');
    expect(renderMissing('settings.toml')).toBe(
      'There is no settings file settings.toml.\n' +
        `Copy ${example} to that place and fill it in, or name another file with --config PATH.`,
    );
  });

  test('a file that is gone while the program runs is to be put back, not to be copied anew', () => {
    expect(renderGone('/etc/bot/settings.toml')).toBe(
      'The settings file /etc/bot/settings.toml is gone. Put it back.',
    );
  });

  test('a folder in its place is said to be one (Docker makes it when the mounted file is absent)', async () => {
    const path = join(temporary, 'folder.toml');
    mkdirSync(path);
    expect(linesOf(await loadSettings(path, {}, LOCALES))).toEqual([
      'settings.toml: cannot read the settings: it is a folder',
    ]);
  });

  test('a path through a file is told in words, without a code', async () => {
    writeFileSync(join(temporary, 'file'), '');
    expect(linesOf(await loadSettings(join(temporary, 'file', 'settings.toml'), {}, LOCALES))).toEqual([
      'settings.toml: cannot read the settings: a part of its path is not a folder',
    ]);
  });

  test.skipIf(process.getuid?.() === 0)('a file that this user may not read is told as such', async () => {
    const path = join(temporary, 'forbidden.toml');
    writeFileSync(path, '', { mode: 0o000 });
    expect(linesOf(await loadSettings(path, {}, LOCALES))).toEqual([
      'settings.toml: cannot read the settings: the user that runs the bot may not read it',
    ]);
  });

  test('1 MiB is read, a byte more is not (a log or a disk given by mistake must not fill the memory)', async () => {
    const text = fileWith({});
    const filled = `${text}\n#${'x'.repeat(1024 * 1024 - text.length - 2)}`;
    expect(await loadText(filled)).toMatchObject({ kind: 'loaded' });
    expect(linesOf(await loadText(`${filled}x`))).toEqual([
      'settings.toml: cannot read the settings: it is larger than 1 MiB',
    ]);
  });

  test.skipIf(process.platform === 'win32')('an endless device ends at the limit', async () => {
    expect(linesOf(await loadSettings('/dev/zero', {}, LOCALES))).toEqual([
      'settings.toml: cannot read the settings: it is larger than 1 MiB',
    ]);
  });
});

test('the summary counts the mistakes and gives each a line of its own', () => {
  const problem = { keyPath: 'locale', line: 3, message: 'is wrong' };
  expect(renderBroken('settings.toml', [problem])).toBe(
    'The settings have one mistake; nothing was started.\nsettings.toml:3: locale: is wrong',
  );
  expect(
    renderBroken('settings.toml', [problem, { keyPath: '', line: 4, column: 7, message: 'is bad' }]),
  ).toBe(
    'The settings have 2 mistakes; nothing was started.\nsettings.toml:3: locale: is wrong\nsettings.toml:4:7: is bad',
  );
});
