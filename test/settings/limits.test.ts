/** Where each range ends: the last value that is taken and the first that is not. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import type { ServerSettings, Settings } from '../../src/settings/settings.ts';
import { FIXTURES, fileWith, linesOf, loadText, settingsOf } from './load-text.ts';

const STATUS = '[servers.main.server_status]\n';
const FORGOTTEN = '[servers.main.forgotten]\n';

async function serverOf(text: string): Promise<ServerSettings | undefined> {
  return (await settingsOf(text)).servers[0];
}

async function expectOneMistake(text: string): Promise<void> {
  const loaded = await loadText(text);
  expect(loaded.kind).toBe('broken');
  expect(linesOf(loaded)).toHaveLength(1);
}

describe('in a server', () => {
  const of = (key: string, below: string) => (written: string) =>
    below === ''
      ? fileWith({ server: `${key} = ${written}` })
      : fileWith({ below: `${below}${key} = ${written}` });
  const cases: Record<
    string,
    {
      file: (written: string) => string;
      read: (server: ServerSettings) => unknown;
      good: readonly (readonly [string, unknown])[];
      bad: readonly string[];
    }
  > = {
    https_port: {
      file: of('https_port', ''),
      read: (server) => server.httpsPort,
      good: [
        ['1', 1],
        ['65535', 65_535],
        ['0x1BB', 443],
      ],
      bad: ['0', '65536', '-1', '443.5', '"443"', 'nan', 'inf', 'true', '99999999999999999999'],
    },
    status_port: {
      file: of('status_port', STATUS),
      read: (server) => server.status.statusPort,
      good: [
        ['1', 1],
        ['65535', 65_535],
      ],
      bad: ['0', '65536'],
    },
    state: {
      file: of('state', STATUS),
      read: (server) => server.status.monitored,
      good: [
        ['true', true],
        ['false', false],
        ['1', true],
        ['0', false],
      ],
      bad: ['2', '-1', '"true"', '""', '[]'],
    },
    timeout: {
      file: of('timeout', STATUS),
      read: (server) => server.status.probeInterval,
      good: [
        ['1', SECOND],
        ['1.5', 1_500],
        ['86400', DAY],
        ['"1s"', SECOND],
        ['"1d"', DAY],
        ['"1m30s"', 90 * SECOND],
      ],
      bad: ['0', '0.999', '86401', '86400.5', '"0s"', '"1d1s"', '"15"', 'nan', 'inf', '-15'],
    },
    failures: {
      file: of('failures', STATUS),
      read: (server) => server.status.thresholds.failures,
      good: [
        ['1', 1],
        ['100', 100],
      ],
      bad: ['0', '101', '1.5'],
    },
    successes: {
      file: of('successes', STATUS),
      read: (server) => server.status.thresholds.successes,
      good: [
        ['1', 1],
        ['100', 100],
      ],
      bad: ['0', '101', '1.5'],
    },
    reminder: {
      file: of('reminder', STATUS),
      read: (server) => server.status.reminder,
      good: [
        ['"off"', undefined],
        ['"1m"', MINUTE],
        ['"60s"', MINUTE],
        ['"4h"', 4 * HOUR],
        ['"365d"', 365 * DAY],
      ],
      bad: ['"59s"', '"365d1s"', '4', '"on"', 'false', '""'],
    },
    min_duration: {
      file: of('min_duration', FORGOTTEN),
      read: (server) => server.forgotten.minDuration,
      good: [
        ['"0s"', 0],
        ['"90m"', 90 * MINUTE],
        ['"1h30m"', 90 * MINUTE],
        ['"2d"', 2 * DAY],
        ['"365d"', 365 * DAY],
      ],
      bad: ['"365d1s"', '"1h 30m"', '"30m1h"', '"-1h"', '"1.5h"', '"1H"', '"h"', '3600', '"99999999999d"'],
    },
  };

  const window = (keys: string) => fileWith({ below: `[[servers.main.maintenance]]\n${keys}` });
  const windowOf = (server: ServerSettings) => server.maintenance[0];
  cases['maintenance from'] = {
    file: (written) => window(`to = "12:34"\nfrom = ${written}`),
    read: (server) => windowOf(server)?.from,
    good: [
      ['"00:00"', 0],
      ['"0:05"', 5 * MINUTE],
      ['"23:59"', DAY - MINUTE],
      ['23:59', DAY - MINUTE],
      ['23:59:00', DAY - MINUTE],
    ],
    bad: [
      '"24:00"',
      '"23:60"',
      '"-1:00"',
      '"1:2"',
      '"001:00"',
      '"12:34:00"',
      '"12.00"',
      '12',
      '23:59:01',
      '""',
    ],
  };
  cases['maintenance to'] = {
    file: (written) => window(`from = "12:34"\nto = ${written}`),
    read: (server) => windowOf(server)?.to,
    good: [
      ['"24:00"', DAY],
      ['"00:00"', 0],
      ['"12:33"', 12 * HOUR + 33 * MINUTE],
    ],
    bad: ['"24:01"', '"12:34"', '12:34', '2030-01-01', '2030-01-01T10:00:00Z', '"noon"', 'true'],
  };
  cases['maintenance days'] = {
    file: (written) => window(`from = "12:34"\nto = "15:00"\ndays = ${written}`),
    read: (server) => windowOf(server)?.days.join(' '),
    good: [
      ['["mon", "TUESDAY", "Wed", "thursday", "fri", "Sat", "sunday"]', 'mon tue wed thu fri sat sun'],
      ['["sun", "Sunday"]', 'sun'],
    ],
    bad: ['[]', '["m"]', '["mo"]', '[1]', '"mon"', '["mon "]', '[["mon"]]', '["constructor"]'],
  };

  for (const [key, { file, read, good, bad }] of Object.entries(cases)) {
    test.each(good)(`${key} = %s is taken as %s`, async (written, meant) => {
      const server = await serverOf(file(written));
      expect(server && read(server)).toBe(meant);
    });
    test.each(bad)(`${key} = %s is refused`, (written) => expectOneMistake(file(written)));
  }
});

describe('at the top', () => {
  const users = (written: string) => fileWith({}).replace('[123456789]', written);

  test.each<[string, readonly number[]]>([
    ['[1]', [1]],
    ['[4503599627370496]', [2 ** 52]],
    ['["123456789", 123456789, 5]', [123_456_789, 5]],
  ])('tg-users-id = %s (digits in quotes are clear enough; twice counts once)', async (written, meant) => {
    expect((await settingsOf(users(written))).telegram.administrators).toEqual(meant);
  });
  test.each(['[0]', '[-1]', '[4503599627370497]', '[1.5]', '["a"]', '[[1]]', '[]', '1', '"1"'])(
    'tg-users-id = %s is refused',
    (written) => expectOneMistake(users(written)),
  );

  test.each<[string, readonly string[]]>([
    ['[]', []],
    ['[-1001234567890, "-1001234567890:1", "5"]', ['-1001234567890', '-1001234567890:1', '5']],
    ['["-1001234567890:2147483647"]', ['-1001234567890:2147483647']],
  ])('tg-alert-chats = %s', async (written, meant) => {
    expect((await settingsOf(fileWith({ top: `tg-alert-chats = ${written}` }))).telegram.alertChats).toEqual(
      meant,
    );
  });
  test.each([
    '[0]',
    '["0"]',
    '["5:0"]',
    '["5:2147483648"]',
    '["5:"]',
    '[" 5"]',
    '["@name"]',
    '[99999999999999999999]',
  ])('tg-alert-chats = %s is refused', (written) =>
    expectOneMistake(fileWith({ top: `tg-alert-chats = ${written}` })),
  );

  test.each<[string, (settings: Settings) => unknown, unknown]>([
    [
      'tg-api-root = "https://bots.example.com/telegram//"',
      (s) => s.telegram.apiRoot,
      'https://bots.example.com/telegram',
    ],
    ['tg-api-root = "HTTP://127.0.0.1:8081"', (s) => s.telegram.apiRoot, 'http://127.0.0.1:8081'],
    ['tg-proxy = ""', (s) => s.telegram.proxy, undefined],
    ['tg-proxy = "https://proxy:3128"', (s) => s.telegram.proxy?.reveal(), 'https://proxy:3128'],
    ['tg-proxy = "socks5://[::1]:1080"', (s) => s.telegram.proxy?.reveal(), 'socks5://[::1]:1080'],
    ['tg-proxy = "socks5h://proxy:1080"', (s) => s.telegram.proxy?.reveal(), 'socks5h://proxy:1080'],
    [
      'tg-proxy = "http://me:100%25@proxy:3128"',
      (s) => s.telegram.proxy?.reveal(),
      'http://me:100%25@proxy:3128',
    ],
    ['time-zone = "UTC"', (s) => s.timeZone, 'UTC'],
    ['data-dir = "/var/lib/bot"', (s) => s.dataDir, '/var/lib/bot'],
    ['network.check = "off"', (s) => s.network.check, undefined],
    ['network = {}', (s) => s.network.check, undefined],
    ['network.check = "http://[::1]:8080"', (s) => s.network.check, 'http://[::1]:8080/'],
    ['network.check = "https://видео.рф/a?b#c"', (s) => s.network.check, 'https://xn--b1aedk6a.xn--p1ai/a?b'],
    ['log-level = "silent"', (s) => s.logLevel, 'silent'],
  ])('%s', async (top, read, meant) => {
    expect(read(await settingsOf(fileWith({ top })))).toBe(meant);
  });

  test.each([30, 35, 60])(
    'a token with %i characters after the colon is taken (Telegram has not promised a length)',
    async (length) => {
      await settingsOf(fileWith({}).replace(/:Test\w+/, `:${'x'.repeat(length)}`));
    },
  );
  test.each([0, 29])('a token with %i is refused', (length) =>
    expectOneMistake(fileWith({}).replace(/:Test\w+/, `:${'x'.repeat(length)}`)),
  );
});

describe('maintenance', () => {
  const windows = async (written: string) =>
    (await serverOf(fileWith({ server: written })))?.maintenance.length;

  test('a single window may stand in single brackets, in braces or in a list', async () => {
    expect(await windows('[servers.main.maintenance]\nfrom = "1:00"\nto = "2:00"')).toBe(1);
    expect(await windows('maintenance = { from = "1:00", to = "2:00" }')).toBe(1);
    expect(await windows('maintenance = [{ from = "1:00", to = "2:00" }]')).toBe(1);
    expect(await windows('maintenance = []')).toBe(0);
  });

  test('all of the week but one minute is taken, one minute more is not', async () => {
    const allButSunday = `days = ["mon", "tue", "wed", "thu", "fri", "sat"]\nfrom = "00:00"\nto = "24:00"`;
    const sunday = (to: string) =>
      fileWith({
        below: `[[servers.main.maintenance]]\n${allButSunday}
[[servers.main.maintenance]]\ndays = ["sun"]\nfrom = "00:00"\nto = "${to}"`,
      });
    expect((await serverOf(sunday('23:59')))?.maintenance).toHaveLength(2);
    await expectOneMistake(sunday('24:00'));
  });
});

describe('ssl_certificate', () => {
  test.each([
    ['true', 'system'],
    ['1', 'system'],
    ['false', 'any'],
    ['0', 'any'],
    ['""', 'any'],
  ])('%s means %s', async (written, kind) => {
    expect((await serverOf(fileWith({ server: `ssl_certificate = ${written}` })))?.tls.kind).toBe(kind);
  });

  test('a file may hold several certificates, and one damaged among them is told', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'settings-'));
    const pem = readFileSync(join(FIXTURES, 'good', 'certificates', 'ca.pem'), 'utf8');
    const damaged = readFileSync(join(FIXTURES, 'bad', 'certificates', 'damaged.pem'), 'utf8');
    const file = (content: string) => {
      writeFileSync(join(folder, 'ca.pem'), content);
      return fileWith({ server: `ssl_certificate = "${join(folder, 'ca.pem')}"` });
    };
    const one = pem.trimEnd();
    expect((await serverOf(file(`A comment\n${pem}\n${pem}`)))?.tls).toMatchObject({ pem: `${one}\n${one}` });
    // `cat a b` with no line break at the end of the first: OpenSSL would pass over the second.
    expect((await serverOf(file(one + pem)))?.tls).toMatchObject({ kind: 'file', pem: `${one}\n${one}` });
    await expectOneMistake(file(pem + damaged));
    rmSync(folder, { recursive: true });
  });

  test('absent means verify (who says nothing gets the safe way)', async () => {
    expect((await serverOf(fileWith({})))?.tls.kind).toBe('system');
  });
});

test('a name of 100 characters is taken, one more is not', async () => {
  const file = (length: number) => fileWith({}).replace('servers.main', `servers.${'n'.repeat(length)}`);
  expect((await serverOf(file(100)))?.name).toHaveLength(100);
  await expectOneMistake(file(101));
});
