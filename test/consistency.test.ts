/** Do code, texts, example and documentation name the same things? Reads files as text; runs nothing of the bot. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../src/bot/bot.ts';
import { EXIT } from '../src/commands/exit-codes.ts';
import { REFUSALS } from '../src/domain/events.ts';
import { TROUBLE_CODES } from '../src/domain/trouble.ts';
import { TEXTS, TROUBLE_VALUES } from '../src/i18n/texts.ts';
import {
  FILE_KEYS,
  FORGOTTEN_KEYS,
  MAINTENANCE_KEYS,
  NETWORK_KEYS,
  SERVER_KEYS,
  STATUS_KEYS,
} from '../src/settings/schema.ts';
import { settingsOf, TOKEN } from './settings/load-text.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (...path: readonly string[]) => readFileSync(join(ROOT, ...path), 'utf8');

const LOCALE_FILES = readdirSync(join(ROOT, 'locales')).filter((name) => name.endsWith('.json'));
const readme = read('README.md');
const errors = read('docs', 'errors.md');
const english: Readonly<Record<string, string>> = JSON.parse(read('locales', 'en.json'));
const manifest = JSON.parse(read('package.json'));

describe('what can happen and what can go wrong', () => {
  // Types leave nothing behind at run time, so this list is read from the source.
  const eventKinds = wordsIn(read('src', 'domain', 'events.ts'), /readonly kind: '([a-z-]+)'/g);

  test('the list read from the source is not empty (else the tests below would prove nothing)', () => {
    expect(eventKinds).toContain('server-down');
  });

  test('each trouble code has a cause, an advice and an entry in docs/errors.md, and there are no others', () => {
    const codes = sorted(TROUBLE_CODES);
    expect(keysBelow('cause')).toEqual(codes);
    expect(keysBelow('advice')).toEqual(codes);
    expect(entries('Why a server could not be asked').map(({ code }) => code)).toEqual([...TROUBLE_CODES]);
  });

  test('each refusal has a text and an entry in docs/errors.md, and there are no others', () => {
    expect(keysBelow('refusal')).toEqual(sorted(REFUSALS));
    expect(entries('Why a recipient gets no alerts').map(({ code }) => code)).toEqual([...REFUSALS]);
  });

  test('docs/errors.md quotes what people really read (they search for it)', () => {
    for (const [section, family] of [
      ['Why a server could not be asked', 'cause'],
      ['Why a recipient gets no alerts', 'refusal'],
    ] as const) {
      for (const { code, quote } of entries(section)) expect(quote, code).toBe(english[`${family}.${code}`]);
    }
  });

  test('each entry of docs/errors.md says what to do', () => {
    for (const section of ['Why a server could not be asked', 'Why a recipient gets no alerts']) {
      for (const { code, body } of entries(section)) expect(body, code).toMatch(/\*\*What to do:\*\* \S/);
    }
  });

  test('each kind of event stands in docs/errors.md with a text that exists, and there are no others', () => {
    const rows = tableIn(errors, 'What is told');
    expect(rows.map(([kind]) => bare(kind))).toEqual(eventKinds);
    for (const [kind, , text] of rows) expect(TEXTS, kind).toHaveProperty([bare(text)]);
  });

  test('each state of the line to Telegram stands in docs/errors.md (the log names it)', () => {
    const source = read('src', 'channels', 'telegram', 'line.ts');
    const [, union = ''] = /type LineTrouble =([\s\S]*?)\n\n/.exec(source) ?? [];
    const codes = wordsIn(union, /^ {2}\| '([a-z-]+)'/gm);
    expect(codes).toContain('away');
    expect(tableIn(errors, 'Telegram cannot be polled').map(([code]) => bare(code))).toEqual(codes);
  });
});

describe('lines of the log', () => {
  const written = sources(join(ROOT, 'src'))
    .filter((path) => !path.includes(join('src', 'simulator')))
    .flatMap((path) =>
      wordsIn(readFileSync(path, 'utf8'), /\blog\.(?:warn|error)\(\s*\{[^;]*?\},\s*'([^']+)'/g),
    );
  const described = tableIn(errors, 'Lines of the log').flatMap(([line]) => wordsIn(line, /`([^`]+)`/g));

  test('each warning and error stands in docs/errors.md (the log is where operators look first)', () => {
    expect(written).toContain('Telegram cannot be polled');
    expect(written.filter((line) => !described.includes(line))).toEqual([]);
  });

  test('docs/errors.md describes no line that is never written', () => {
    const text = sources(join(ROOT, 'src'))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n');
    expect(described.filter((line) => !text.includes(`'${line}'`))).toEqual([]);
  });
});

describe('exit codes', () => {
  const codes = Object.values(EXIT).sort((a, b) => a - b);

  test('the README and docs/errors.md list them all and no others', () => {
    expect(tableIn(readme, 'Running under systemd').map(([code]) => Number(code))).toEqual(codes);
    const rows = tableIn(errors, 'Exit codes').map(([code, name]) => [bare(name), Number(code)]);
    expect(Object.fromEntries(rows)).toEqual(EXIT);
  });

  test('systemd does not start again what only a person can mend', () => {
    const unit = read('deploy', 'trueconf-admin-bot.service');
    const prevented = /^RestartPreventExitStatus=(.*)$/m.exec(unit)?.[1]?.split(' ').map(Number);
    expect(prevented).toEqual([EXIT.usage, EXIT.tokenRefused, EXIT.settings]);
    expect(unit).toMatch(/^Restart=on-failure$/m);
  });
});

describe('settings', () => {
  /** Sections of the schema, by what the README and the example call them. A section inside is no key of its own. */
  const sections = [
    { heading: 'At the top of the file', path: '', keys: without(FILE_KEYS, 'network', 'servers') },
    { heading: '`[network]`', path: 'network', keys: Object.keys(NETWORK_KEYS) },
    {
      heading: '`[servers."NAME"]`',
      path: 'servers',
      keys: without(SERVER_KEYS, 'server_status', 'forgotten', 'maintenance'),
    },
    { heading: '`[servers."NAME".server_status]`', path: 'server_status', keys: Object.keys(STATUS_KEYS) },
    { heading: '`[servers."NAME".forgotten]`', path: 'forgotten', keys: Object.keys(FORGOTTEN_KEYS) },
    {
      heading: '`[[servers."NAME".maintenance]]`',
      path: 'maintenance',
      keys: Object.keys(MAINTENANCE_KEYS),
    },
  ];

  test.each(sections)('the README lists every key of $heading and no other', ({ heading, keys }) => {
    expect(tableIn(readme, heading).map(([key]) => bare(key))).toEqual(keys);
  });

  test.each(sections)('the example shows every key of $heading in its place', ({ path, keys }) => {
    expect(exampleKeys(path)).toEqual(keys);
  });

  test('a default written in the README changes nothing when it is written into the file', async () => {
    const required = [
      `tg-api-token = "${TOKEN}"`,
      'tg-users-id = [1]',
      '[servers.main]',
      'ip = "10.1.2.3"',
      'client_id = "id"',
      'client_secret = "a-secret"',
    ];
    const written = sections.map(({ heading }) =>
      tableIn(readme, heading).flatMap(([key, , value]) =>
        value.startsWith('`') ? [`${bare(key)} = ${bare(value)}`] : [],
      ),
    );
    const [file = [], network = [], server = [], status = [], forgotten = []] = written;
    expect(status).toContain('timeout = 15');
    const spelledOut = [
      ...[...required.slice(0, 2), ...file, '[network]', ...network, ...required.slice(2), ...server],
      ...['[servers.main.server_status]', ...status, '[servers.main.forgotten]', ...forgotten],
    ];
    expect(await plainSettings(spelledOut)).toEqual(await plainSettings(required));
  });

  test('docs/errors.md explains every mistake that has a fixture', () => {
    const explained = tableIn(errors, 'Settings').flatMap(([says]) => wordsIn(says, /`([^`]+)`/g));
    const folder = join(ROOT, 'test', 'fixtures', 'settings', 'bad');
    const told = readdirSync(folder)
      .filter((file) => file.endsWith('.txt'))
      .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'));
    expect(told.length).toBeGreaterThan(100);
    const isExplained = (line: string) =>
      explained.some((says) => says.split('…').every((piece) => line.includes(piece.trim())));
    expect(told.filter((line) => !isExplained(line))).toEqual([]);
  });

  /** Every text loads its own folder, so folders are left out of the comparison. */
  async function plainSettings(lines: readonly string[]) {
    const { dataDir, ...settings } = await settingsOf(lines.join('\n'));
    return { ...JSON.parse(JSON.stringify(settings)), dataDir: dataDir.split('/').at(-1) };
  }
});

describe('commands', () => {
  const names = Object.keys(COMMANDS);

  test('each has a line in the menu, and there are no others', () => {
    expect(keysBelow('command')).toEqual(sorted(names));
  });

  test.each(LOCALE_FILES)('the help text of %s mentions every command once', (file) => {
    const help: string = JSON.parse(read('locales', file))['help.text'];
    expect(sorted(wordsIn(help, /(?<![\w<])\/([a-z]+)/g))).toEqual(sorted(names));
  });

  test('the README mentions every command', () => {
    const mentioned = new Set(wordsIn(read('CHANGELOG.md') + readme, /`\/([a-z]+)`/g));
    for (const name of names) expect(mentioned, name).toContain(name);
  });
});

describe('texts', () => {
  const source = sources(join(ROOT, 'src'))
    .filter((path) => !path.endsWith(join('i18n', 'texts.ts')) && !path.includes(join('src', 'simulator')))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');

  /** Texts that are chosen by a value; the part before it. */
  const families = [
    'alert.steady-',
    'availability.',
    'chart.failed-',
    'command.',
    'forgotten.reason.',
    'role.',
  ];

  test('every text is used (a text that nobody shows is translated four times for nothing)', () => {
    const unused = Object.keys(TEXTS).filter(
      (key) => !source.includes(`'${key}'`) && !families.some((family) => key.startsWith(family)),
    );
    expect(unused).toEqual([]);
  });

  test.each([...families, 'cause.', 'advice.', 'refusal.', 'storage.'])(
    'the texts %s… are chosen by a value',
    (family) => {
      expect(source).toContain(`\`${family}\${`);
    },
  );

  test('causes and advice name only what a trouble carries', () => {
    for (const [key, text] of Object.entries(english)) {
      if (!/^(cause|advice)\./.test(key)) continue;
      for (const name of wordsIn(text, /\{\{(\w+)\}\}/g)) expect(TROUBLE_VALUES, key).toContain(name);
    }
  });
});

describe('how to run and test it', () => {
  test('what .ci/run runs is what the README tells a person to run', () => {
    const commands = read('.ci', 'run').trim().split('\n');
    expect(readme).toContain(`\`\`\`sh\n${commands.at(-1)}\n\`\`\``);
  });

  test('every npm script that a document names exists', () => {
    const documents = [readme, errors, read('CONTRIBUTING.md'), read('docs', 'dependencies.md')].join('\n');
    const named = wordsIn(documents, /npm (?:run )?(start|test|(?<=run )[a-z-]+)/g);
    expect(named).toContain('bench');
    for (const name of named) expect(manifest.scripts, name).toHaveProperty(name);
  });

  test('the README and package.json ask for the same Node.js', () => {
    const [oldest, next] = manifest.engines.node.match(/\d+\.\d+/g) ?? [];
    expect(readme).toContain(`${oldest}, ${next} or newer`);
  });
});

describe('dependencies', () => {
  test.each([
    ['At run time', 'dependencies'],
    ['For development', 'devDependencies'],
  ] as const)(
    'docs/dependencies.md, «%s», lists those of package.json in their versions',
    (heading, field) => {
      const rows = tableIn(read('docs', 'dependencies.md'), heading);
      expect(Object.fromEntries(rows.map(([name, version]) => [bare(name), version]))).toEqual(
        manifest[field],
      );
    },
  );
});

describe('documents', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...below('docs')];

  test.each(documents)('%s links only to what is there', (document) => {
    const folder = join(ROOT, document, '..');
    for (const [, target = ''] of read(document).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const [path = '', anchor] = target.split('#');
      const text = path === '' ? read(document) : readFileSync(join(folder, path), 'utf8');
      if (anchor !== undefined) expect(anchorsOf(text), `${document}: ${target}`).toContain(anchor);
    }
  });

  /** A path with a slash in backquotes, from the root or from `src/`; capitals stand for a name of one's own. */
  test.each(documents)('%s names only files that are there', (document) => {
    const named = wordsIn(
      read(document),
      /`((?:[a-z][\w.-]*\/)+[a-z][\w.-]*\.(?:ts|json|md|toml|mjs|service))`/g,
    );
    const isThere = (path: string) => existsSync(join(ROOT, path)) || existsSync(join(ROOT, 'src', path));
    expect(named.filter((path) => !isThere(path))).toEqual([]);
  });

  function below(folder: string): string[] {
    return readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file));
  }
});

function wordsIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].flatMap(([, word]) => (word === undefined ? [] : [word])))];
}

function sorted(words: readonly string[]): string[] {
  return [...words].sort();
}

/** `cause.dns` gives `dns`; plural forms count once. */
function keysBelow(family: string): string[] {
  const prefix = `${family}.`;
  return sorted(
    Object.keys(english)
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length)),
  );
}

function without(keys: object, ...left: readonly string[]): string[] {
  return Object.keys(keys).filter((key) => !left.includes(key));
}

/** The part of a Markdown text below a heading, up to the next heading of the same or a higher level. */
function part(document: string, heading: string): string {
  const lines = document.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`there is no heading «${heading}»`);
  const level = lines[start]?.indexOf(' ') ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** The rows of the first table below a heading, without its head. */
function tableIn(document: string, heading: string): [string, string, string, ...string[]][] {
  const lines = part(document, heading).split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const rest = start < 0 ? [] : lines.slice(start);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(2, end < 0 ? undefined : end).map((line) => {
    const [first = '', second = '', third = '', ...more] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    return [first, second, third, ...more];
  });
}

/** Without the backquotes around it. */
function bare(cell: string): string {
  return cell.replace(/^`(.*)`$/, '$1');
}

/** `### `code``, the quoted text of the bot, and the rest. */
function entries(
  heading: string,
): { readonly code: string; readonly quote: string; readonly body: string }[] {
  return part(errors, heading)
    .split(/^### /m)
    .slice(1)
    .map((text) => {
      const [, code = '', quote = '', body = ''] = /^`([a-z-]+)`\n\n> (.*)\n\n([\s\S]*)$/.exec(text) ?? [];
      return { code, quote, body };
    });
}

/** Keys in a section of the example, shown or commented out, in their order. */
function exampleKeys(section: string): string[] {
  const keys: string[] = [];
  let current = '';
  for (const line of read('settings.example.toml').split('\n')) {
    const header = /^#?\[+(servers|network)(?:\."[^"]+")?(?:\.([a-z_]+))?\]+$/.exec(line);
    if (header) current = header[2] ?? header[1] ?? '';
    const key = /^#?([a-z_-]+) = /.exec(line)?.[1];
    if (key !== undefined && current === section && !keys.includes(key)) keys.push(key);
  }
  return keys;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}

/** What a heading is called in a link, as GitHub and GitLab do it. */
function anchorsOf(document: string): string[] {
  return [...document.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
