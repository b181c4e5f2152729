/** What counts as different, what it concerns, and that the log learns names and nothing else. */
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { differenceBetween, isNothing, summarize } from '../../src/settings/difference.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { fileWith, settingsOf, TOKEN } from './load-text.ts';

const other = (name: string) => `[servers.${name}]\nip = "10.1.2.4"\naccess_token = "ready-made-token"\n`;

async function between(before: string, after: string) {
  return differenceBetween(await settingsOf(rooted(before)), await settingsOf(rooted(after)));
}

/** Each text is loaded from a folder of its own, which must not count. */
function rooted(text: string): string {
  return text.includes('data-dir') ? text : `data-dir = "/x"\n${text}`;
}

/** Of a change of one server's keys or of sections below it. */
async function serverChange(before: string, after: string, part: 'server' | 'below' = 'server') {
  const { changed, added, removed, parts } = await between(
    fileWith({ [part]: before }),
    fileWith({ [part]: after }),
  );
  expect([added, removed, [...parts], changed.length]).toEqual([[], [], [], 1]);
  const [change] = changed;
  return change && { connection: change.connection, rules: change.rules, keys: change.keys };
}

test('the same file loaded twice: nothing (secrets are compared by value)', async () => {
  const text = fileWith({
    top: 'tg-proxy = "socks5://127.0.0.1:1080"',
    server: 'client_secret = "hush-hush-hush"',
  });
  const difference = await between(text, `# a comment\n${text}`);
  expect(isNothing(difference)).toBe(true);
  expect(summarize(difference)).toEqual({});
});

describe('servers', () => {
  test('added, removed and renamed', async () => {
    const difference = await between(
      fileWith({ below: other('old') + other('stays') }),
      fileWith({ below: other('stays') + other('new') }),
    );
    expect(summarize(difference)).toEqual({ added: ['new'], removed: ['old'] });
    expect(difference.added[0]?.host).toBe('10.1.2.4');
    expect(isNothing(difference)).toBe(false);
  });

  test('in another order: nothing restarts, but the buttons move', async () => {
    const difference = await between(
      fileWith({ below: other('a') + other('b') }),
      fileWith({ below: other('b') + other('a') }),
    );
    expect(summarize(difference)).toEqual({ reordered: true });
    expect(isNothing(difference)).toBe(false);
  });

  test('one more or less among the others is no new order', async () => {
    const difference = await between(
      fileWith({ below: other('z') }),
      fileWith({ below: other('a') + other('z') }),
    );
    expect(difference.reordered).toBe(false);
  });

  test.each([
    ['ip = "10.1.2.3"', 'ip = "10.1.2.5"', 'ip'],
    ['client_id = "a"', 'client_id = "b"', 'client_id'],
    ['client_secret = "hush-hush-hush"', 'client_secret = "hush-hush-hash"', 'client_secret'],
    ['', 'client_secret = "hush-hush-hush"', 'client_secret'],
    ['access_token = "ready-made-token"', 'access_token = "ready-made-taken"', 'access_token'],
    ['', 'ssl_certificate = false', 'ssl_certificate'],
    ['', 'https_port = 8443', 'https_port'],
  ])('%s → %s concerns the connection', async (before, after, key) => {
    expect(await serverChange(before, after)).toEqual({ connection: true, rules: false, keys: [key] });
  });

  test.each([
    ['status_port = 4308', 'status_port'],
    ['check = "https"', 'check'],
  ])('%s concerns the connection too', async (after, key) => {
    const change = await serverChange('', `[servers.main.server_status]\n${after}`, 'below');
    expect(change).toEqual({ connection: true, rules: false, keys: [key] });
  });

  test.each([
    ['[servers.main.server_status]\nstate = false', 'state'],
    ['[servers.main.server_status]\ntimeout = 30', 'timeout'],
    ['[servers.main.server_status]\nfailures = 3', 'failures or successes'],
    ['[servers.main.server_status]\nsuccesses = 3', 'failures or successes'],
    ['[servers.main.server_status]\nreminder = "4h"', 'reminder'],
    ['[servers.main.forgotten]\nmin_duration = "2h"', 'forgotten'],
    ['[[servers.main.maintenance]]\nfrom = "01:00"\nto = "02:00"', 'maintenance'],
  ])('%s concerns the rules alone', async (after, key) => {
    expect(await serverChange('', after, 'below')).toEqual({ connection: false, rules: true, keys: [key] });
  });

  test('a window that begins on another day is another window', async () => {
    const window = (day: string) =>
      `[[servers.main.maintenance]]\ndays = ["${day}"]\nfrom = "01:00"\nto = "02:00"`;
    expect((await serverChange(window('sat'), window('sun'), 'below'))?.keys).toEqual(['maintenance']);
  });

  test('both at once', async () => {
    const { changed } = await between(
      fileWith({}),
      fileWith({ server: 'https_port = 8443', below: '[servers.main.forgotten]\nmin_duration = "2h"' }),
    );
    expect(changed[0]).toMatchObject({ connection: true, rules: true, keys: ['https_port', 'forgotten'] });
    expect([changed[0]?.before.httpsPort, changed[0]?.after.httpsPort]).toEqual([443, 8443]);
  });

  test('a certificate file with other content', async () => {
    const settings = await settingsOf(fileWith({}));
    const trusting = (pem: string): Settings => ({
      ...settings,
      servers: settings.servers.map((server) => ({ ...server, tls: { kind: 'file', path: '/ca.pem', pem } })),
    });
    expect(differenceBetween(trusting('one'), trusting('two')).changed[0]).toMatchObject({
      connection: true,
      keys: ['ssl_certificate'],
    });
    expect(isNothing(differenceBetween(trusting('one'), trusting('one')))).toBe(true);
  });
});

describe('above the servers', () => {
  test.each([
    ['tg-proxy = "http://a:3128"', 'tg-proxy = "http://b:3128"', 'telegram'],
    ['', 'tg-api-root = "http://127.0.0.1:8081"', 'telegram'],
    ['tg-alert-chats = ["-1"]', 'tg-alert-chats = ["-1", "-2"]', 'alert-chats'],
    ['', 'locale = "de"', 'locale'],
    ['time-zone = "UTC"', 'time-zone = "Europe/Madrid"', 'time-zone'],
    ['', 'log-level = "debug"', 'log-level'],
    ['', '[network]\ncheck = "https://www.example.com/"', 'network'],
  ])('%s → %s', async (before, after, part) => {
    const difference = await between(fileWith({ top: before }), fileWith({ top: after }));
    expect([...difference.parts]).toEqual([part]);
    expect(isNothing(difference)).toBe(false);
    expect(difference.changed).toEqual([]);
  });

  test('another data-dir is none: it holds from the next start on', async () => {
    const difference = await between(
      fileWith({ top: 'data-dir = "/a"' }),
      fileWith({ top: 'data-dir = "/b"' }),
    );
    expect(isNothing(difference)).toBe(true);
  });

  test('the token and the administrators', async () => {
    const text = fileWith({});
    const token = await between(text, text.replace(TOKEN, TOKEN.replace('Tok1', 'Tok2')));
    expect([...token.parts]).toEqual(['telegram']);
    const people = await between(text, text.replace('[123456789]', '[123456789, 5]'));
    expect([...people.parts]).toEqual(['administrators']);
  });
});

test('the summary holds names and keys and not a single value', async () => {
  const secrets = (word: string) =>
    fileWith({
      top: `tg-proxy = "http://someone:${word}-proxy@127.0.0.1:1080"\n[network]\ncheck = "https://${word}.example.com/"`,
      server: `client_secret = "${word}-secret"\naccess_token = "${word}-token"\nip = "${word}.example.com"`,
    });
  const difference = await between(secrets('before'), secrets('after'));
  const { parts, ...rest } = summarize(difference) as { parts: readonly string[] };
  expect([...parts].sort()).toEqual(['network', 'telegram']);
  expect(rest).toEqual({ changed: [{ server: 'main', keys: ['ip', 'client_secret', 'access_token'] }] });
  expect(JSON.stringify(summarize(difference))).not.toMatch(/before|after/);
  expect(inspect(difference, { depth: 9 })).not.toMatch(/(before|after)-(proxy|secret|token)/);
});
