/** Every way in which people and programs change a settings file, with real files and a clock that is moved by hand. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DurationMs, MINUTE, SECOND } from '../../src/lib/time.ts';
import { type LoadedSettings, loadSettings } from '../../src/settings/load.ts';
import { watchSettings } from '../../src/settings/watch.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FIXTURES, fileWith, LOCALES, linesOf } from './load-text.ts';

let folder: string;
let path: string;
let clock: VirtualClock;
let log: RecordingLog;
let stop: AbortController;
/** What was reported: the language, which the tests change, or what is wrong. */
let told: string[];
let running: Promise<void>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  path = join(folder, 'settings.toml');
  clock = new VirtualClock();
  log = recordingLog();
  stop = new AbortController();
  told = [];
  writeFileSync(path, inLanguage('en'));
});

afterEach(async () => {
  stop.abort();
  await running;
  rmSync(folder, { recursive: true });
});

function inLanguage(locale: string, server = ''): string {
  return fileWith({ top: `locale = "${locale}"`, server });
}

const load = () => loadSettings(path, {}, LOCALES);

async function watch(unusual: Partial<Parameters<typeof watchSettings>[0]> = {}): Promise<void> {
  const loaded = await load();
  const changed = (now: LoadedSettings) => {
    told.push(now.kind === 'loaded' ? now.settings.locale : linesOf(now, folder).join('\n'));
  };
  running = watchSettings({ path, loaded, load, changed, clock, log, ...unusual }, stop.signal);
  running.catch(() => {});
  await clock.untilWaiting(() => true);
}

/** Moves the clock, and lets the files be read each time that the watch wakes up. */
async function pass(span: DurationMs): Promise<void> {
  const end = clock.now() + span;
  for (;;) {
    await clock.untilWaiting(() => true);
    const due = clock.pending[0]?.due ?? end;
    if (due > end) break;
    await clock.advanceTo(due);
  }
  await clock.advanceTo(end);
}

describe('a change is reported within two seconds', () => {
  test('written in place (vim with backupcopy, echo >>, a single file mounted into a container)', async () => {
    await watch();
    writeFileSync(path, inLanguage('de'));
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('replaced by rename (most editors, Ansible, sed -i)', async () => {
    await watch();
    writeFileSync(join(folder, '.settings.toml.swp'), inLanguage('de'));
    renameSync(join(folder, '.settings.toml.swp'), path);
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('a symbolic link that points elsewhere', async () => {
    writeFileSync(join(folder, 'one.toml'), inLanguage('en'));
    writeFileSync(join(folder, 'two.toml'), inLanguage('de'));
    unlinkSync(path);
    symlinkSync('one.toml', path);
    await watch();
    symlinkSync('two.toml', join(folder, 'next'));
    renameSync(join(folder, 'next'), path);
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('a ConfigMap of Kubernetes: the folder behind ..data is swapped', async () => {
    const write = (version: string, locale: string) => {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'settings.toml'), inLanguage(locale));
    };
    write('..2030_01', 'en');
    symlinkSync('..2030_01', join(folder, '..data'));
    unlinkSync(path);
    symlinkSync('..data/settings.toml', path);
    await watch();
    write('..2030_02', 'de');
    symlinkSync('..2030_02', join(folder, '..data_tmp'));
    renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    rmSync(join(folder, '..2030_01'), { recursive: true });
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('the folder is swapped for another', async () => {
    mkdirSync(join(folder, 'etc'));
    mkdirSync(join(folder, 'etc.new'));
    path = join(folder, 'etc', 'settings.toml');
    writeFileSync(path, inLanguage('en'));
    writeFileSync(join(folder, 'etc.new', 'settings.toml'), inLanguage('de'));
    await watch();
    renameSync(join(folder, 'etc'), join(folder, 'etc.old'));
    renameSync(join(folder, 'etc.new'), join(folder, 'etc'));
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('an older file is put back with its old date (cp -p, a restored backup)', async () => {
    await watch();
    writeFileSync(path, inLanguage('de'));
    utimesSync(path, new Date('2001-01-01'), new Date('2001-01-01'));
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('what was changed between the first load and the watch is not missed', async () => {
    const loaded = await load();
    writeFileSync(path, inLanguage('de'));
    await watch({ loaded });
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('each change once, one after another', async () => {
    await watch();
    for (const locale of ['de', 'es', 'ru', 'en']) {
      writeFileSync(path, inLanguage(locale));
      await pass(5 * SECOND);
    }
    expect(told).toEqual(['de', 'es', 'ru', 'en']);
  });
});

describe('files that the settings refer to', () => {
  const ca = readFileSync(join(FIXTURES, 'good', 'certificates', 'ca.pem'), 'utf8');

  test('a certificate that is replaced', async () => {
    writeFileSync(join(folder, 'ca.pem'), ca);
    writeFileSync(path, inLanguage('en', 'ssl_certificate = "ca.pem"'));
    const pems: (string | undefined)[] = [];
    await watch({
      changed: (now) => {
        const tls = now.kind === 'loaded' ? now.settings.servers[0]?.tls : undefined;
        pems.push(tls?.kind === 'file' ? tls.pem : undefined);
      },
    });
    writeFileSync(join(folder, 'ca.pem'), `${ca}${ca}`);
    await pass(1.5 * SECOND);
    expect(pems).toEqual([`${ca}\n${ca}`]);
  });

  test('a secret in a file of its own', async () => {
    writeFileSync(join(folder, 'secret'), 'hush-hush-hush');
    writeFileSync(path, inLanguage('en', 'access_token = "file:secret"'));
    const secrets: (string | undefined)[] = [];
    await watch({
      changed: (now) =>
        void secrets.push(now.kind === 'loaded' ? now.settings.servers[0]?.accessToken?.reveal() : undefined),
    });
    writeFileSync(join(folder, 'secret'), 'hush-hush-hash');
    await pass(1.5 * SECOND);
    expect(secrets).toEqual(['hush-hush-hash']);
  });

  test('one that the settings did not name before', async () => {
    await watch();
    writeFileSync(path, inLanguage('de', 'access_token = "file:secret"'));
    writeFileSync(join(folder, 'secret'), 'hush-hush-hush');
    await pass(1.5 * SECOND);
    writeFileSync(join(folder, 'secret'), 'hush-hush-hash');
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de', 'de']);
  });

  test('one that is missing is waited for: the report comes, and then what mends it', async () => {
    await watch();
    writeFileSync(path, inLanguage('de', 'access_token = "file:secret"'));
    await pass(3 * SECOND);
    writeFileSync(join(folder, 'secret'), 'hush-hush-hush');
    await pass(1.5 * SECOND);
    expect(told).toEqual([
      'settings.toml:7: servers.main.access_token: cannot read the file "<folder>/secret": there is no such file',
      'de',
    ]);
  });

  test('two thousand of them: each has its turn within a minute', async () => {
    const count = 2_000;
    const servers = Array.from({ length: count }, (_, n) => {
      writeFileSync(join(folder, `secret-${n}`), 'hush-hush-hush');
      return `[servers.s${n}]\nip = "10.1.2.4"\naccess_token = "file:secret-${n}"`;
    });
    writeFileSync(path, fileWith({ below: servers.join('\n') }));
    await watch();
    await pass(5 * SECOND);
    writeFileSync(join(folder, `secret-${count - 1}`), 'hush-hush-hash');
    await pass(45 * SECOND);
    expect(told).toEqual(['en']);
    writeFileSync(path, inLanguage('de'));
    await pass(1.5 * SECOND);
    expect(told).toEqual(['en', 'de']);
  });
});

describe('what is no change is not reported', () => {
  test('touched', async () => {
    await watch();
    utimesSync(path, new Date('2031-01-01'), new Date('2031-01-01'));
    await pass(5 * SECOND);
    expect(told).toEqual([]);
  });

  test('replaced by an equal file', async () => {
    await watch();
    writeFileSync(join(folder, 'equal'), inLanguage('en'));
    renameSync(join(folder, 'equal'), path);
    await pass(5 * SECOND);
    expect(told).toEqual([]);
  });

  test('changed and changed back between two looks, or while it was waited for quiet', async () => {
    await watch();
    writeFileSync(path, inLanguage('de'));
    writeFileSync(path, inLanguage('en'));
    await pass(1.9 * SECOND);
    writeFileSync(path, inLanguage('de'));
    await pass(0.2 * SECOND);
    writeFileSync(path, inLanguage('en'));
    await pass(5 * SECOND);
    expect(told).toEqual([]);
  });

  test('removed for a moment and written again', async () => {
    await watch();
    unlinkSync(path);
    await pass(2.5 * SECOND);
    writeFileSync(path, inLanguage('en'));
    await pass(10 * SECOND);
    expect(told).toEqual([]);
  });

  test('read only', async () => {
    await watch();
    chmodSync(path, 0o400);
    await pass(5 * SECOND);
    expect(told).toEqual([]);
  });
});

describe('a file that is being written', () => {
  test('in two halves: the half is not reported as broken', async () => {
    await watch();
    const text = inLanguage('de');
    writeFileSync(path, text.slice(0, 40));
    await pass(1.6 * SECOND);
    appendFileSync(path, text.slice(40));
    await pass(1 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('emptied first, with a pause before the content', async () => {
    await watch();
    writeFileSync(path, '');
    await pass(1.9 * SECOND);
    writeFileSync(path, inLanguage('de'));
    await pass(1 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('by a program that never stops writing: it is taken as it is after a second', async () => {
    await watch();
    for (let step = 0; step < 21; step++) {
      appendFileSync(path, `\n# ${step}`);
      await pass(100);
    }
    expect(told).toEqual(['en']);
  });

  test('a removed file is reported after it has stayed away for three seconds, once', async () => {
    await watch();
    unlinkSync(path);
    await pass(3.5 * SECOND);
    expect(told).toEqual([]);
    await pass(MINUTE);
    expect(told).toEqual(['missing']);
    writeFileSync(path, inLanguage('en'));
    await pass(1.5 * SECOND);
    expect(told).toEqual(['missing', 'en']);
  });

  test('removed for two seconds and written anew: only what is new is reported', async () => {
    await watch();
    unlinkSync(path);
    await pass(2.5 * SECOND);
    writeFileSync(path, inLanguage('de'));
    await pass(1.5 * SECOND);
    expect(told).toEqual(['de']);
  });
});

describe('a broken edit', () => {
  test('is reported within two seconds, and once; so is its repair', async () => {
    await watch();
    writeFileSync(path, inLanguage('xx'));
    await pass(2 * SECOND);
    const broken = 'settings.toml:3: locale: must be "de", "en", "es" or "ru", found "xx"';
    expect(told).toEqual([broken]);
    await pass(MINUTE);
    expect(told).toEqual([broken]);
    writeFileSync(path, inLanguage('en'));
    await pass(1.5 * SECOND);
    expect(told).toEqual([broken, 'en']);
  });

  test('another mistake is another report', async () => {
    await watch();
    writeFileSync(path, inLanguage('xx'));
    await pass(3 * SECOND);
    writeFileSync(path, inLanguage('yy'));
    await pass(3 * SECOND);
    expect(told).toHaveLength(2);
  });

  test('a folder in its place is a broken file, not the end of the watch', async () => {
    await watch();
    unlinkSync(path);
    mkdirSync(path);
    await pass(3 * SECOND);
    rmSync(path, { recursive: true });
    writeFileSync(path, inLanguage('de'));
    await pass(2 * SECOND);
    expect(told).toEqual(['settings.toml: cannot read the settings: it is a folder', 'de']);
  });
});

describe('the watch itself', () => {
  test('looks once a second while nothing happens', async () => {
    await watch();
    for (let second = 0; second < 30; second++) {
      expect(clock.pending.map(({ length }) => length)).toEqual([SECOND]);
      await pass(SECOND);
    }
  });

  test('does not report again before the last report was dealt with, and then reports the latest', async () => {
    let dealtWith = () => {};
    const first = new Promise<void>((resolve) => {
      dealtWith = resolve;
    });
    await watch({
      changed: (now) => {
        told.push(now.kind === 'loaded' ? now.settings.locale : now.kind);
        return first;
      },
    });
    writeFileSync(path, inLanguage('de'));
    await pass(SECOND);
    await clock.advance(0.5 * SECOND);
    while (told.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (const locale of ['es', 'ru']) {
      writeFileSync(path, inLanguage(locale));
      await clock.advance(10 * SECOND);
    }
    expect(told).toEqual(['de']);
    dealtWith();
    await pass(2 * SECOND);
    expect(told).toEqual(['de', 'ru']);
  });

  test('outlives a load that throws: it says so and tries again after a minute', async () => {
    let broken = true;
    await watch({
      load: async () => {
        if (broken) throw new RangeError('a bug');
        return load();
      },
    });
    writeFileSync(path, inLanguage('de'));
    await pass(30 * SECOND);
    expect(log.messages('error')).toEqual(['the settings cannot be looked at']);
    broken = false;
    await pass(40 * SECOND);
    expect(told).toEqual(['de']);
  });

  test('rejects when the report does (who cannot apply settings decides what becomes of the rest)', async () => {
    await watch({ changed: () => Promise.reject(new Error('not applied')) });
    writeFileSync(path, inLanguage('de'));
    await pass(SECOND);
    await clock.advance(500);
    await expect(running).rejects.toThrow('not applied');
    running = Promise.resolve();
  });

  test.each([0, 1, 1.1])('ends when told to, %s s after a change', async (seconds) => {
    await watch();
    writeFileSync(path, inLanguage('de'));
    await pass(seconds * SECOND);
    stop.abort();
    await running;
    expect(clock.pending).toEqual([]);
    expect(told).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')(
    'never loads again what came through a pipe or from a device (it would give nothing a second time)',
    async () => {
      let loads = 0;
      await watch({
        path: '/dev/null',
        load: () => {
          loads += 1;
          return load();
        },
      });
      // As if it were a file that those settings refer to.
      writeFileSync(path, inLanguage('de'));
      await pass(15 * SECOND);
      expect([loads, told]).toEqual([0, []]);
    },
  );
});
