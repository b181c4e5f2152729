/** The borders between folders, one place per side effect, and that the page about them tells the truth. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Allowed,
  IMPORT_TABLE,
  type ImportRow,
  isWithin,
  parseTable,
  rowOf,
} from './support/import-table.ts';
import { type SourceFile, sourceFiles } from './support/source-files.ts';

const FILES = sourceFiles();
const PATHS = new Set(FILES.map(({ path }) => path));
const PAGE = new URL('../docs/architecture.md', import.meta.url);

/** `from imports what`, for every import that the claim refuses. */
function offences(refuses: (file: SourceFile, target: string, typesOnly: boolean) => boolean): string[] {
  return FILES.flatMap((file) =>
    file.imports
      .filter(({ target, typesOnly }) => refuses(file, target, typesOnly))
      .map(({ target }) => `${file.path} imports ${target}`),
  );
}

function isAllowed(row: ImportRow, file: SourceFile, target: string, typesOnly: boolean): boolean {
  if (isWithin(target, row.part)) return true;
  if ('mayNot' in row) return !row.mayNot.some((name) => isWithin(target, name));
  return row.may.some((allowed) => {
    if (!isWithin(target, allowed.name)) return false;
    if (allowed.typesOnly && !typesOnly) return false;
    // A declaration file describes what that one file imports.
    const isOnly = file.path === `${row.part}/${allowed.only}` || file.path.endsWith('.d.ts');
    return allowed.only === undefined || isOnly;
  });
}

test('the source was found and read', () => {
  expect(FILES.length).toBeGreaterThan(100);
  expect(FILES.find(({ path }) => path === 'lib/clock.ts')?.imports).toEqual([
    { target: 'lib/time.ts', typesOnly: true },
  ]);
  expect(FILES.find(({ path }) => path === 'main.ts')?.imports.map(({ target }) => target)).toContain(
    'commands/run.ts',
  );
});

describe('who may import whom', () => {
  test('every file is in a row of the table (a new folder needs a decision)', () => {
    expect(FILES.filter(({ path }) => !rowOf(path)).map(({ path }) => path)).toEqual([]);
  });

  test.each(IMPORT_TABLE.map((row) => [row.part, row] as const))('%s keeps to its row', (_part, row) => {
    const broken = offences(
      (file, target, typesOnly) => rowOf(file.path) === row && !isAllowed(row, file, target, typesOnly),
    );
    expect(broken).toEqual([]);
  });

  test('only main imports commands, and only commands import the app (parts know nothing of the whole)', () => {
    expect(offences(({ path }, target) => isWithin(target, 'app.ts') && !isWithin(path, 'commands'))).toEqual(
      [],
    );
    expect(
      offences(
        ({ path }, target) =>
          isWithin(target, 'commands') && path !== 'main.ts' && !isWithin(path, 'commands'),
      ),
    ).toEqual([]);
    expect(offences((_file, target) => target === 'main.ts')).toEqual([]);
  });

  test('only the demo imports the simulator (it is not what runs at a customer)', () => {
    const mayHaveIt = (path: string) => isWithin(path, 'simulator') || path === 'commands/demo.ts';
    expect(offences(({ path }, target) => isWithin(target, 'simulator') && !mayHaveIt(path))).toEqual([]);
  });

  test('every relative import leads to a file', () => {
    const isLocal = (target: string) => rowOf(target) !== undefined && target.endsWith('.ts');
    expect(offences((_file, target) => isLocal(target) && !PATHS.has(target))).toEqual([]);
  });

  test('there are no import cycles', () => {
    expect(cycles()).toEqual([]);
  });
});

describe('one place per side effect', () => {
  const places: [string, string][] = [
    ['undici', 'lib/http.ts'],
    ['pino', 'lib/log.ts'],
    ['luxon', 'i18n/formats.ts'],
    ['i18next', 'i18n/translator.ts'],
    ['smol-toml', 'settings'],
    ['libsql', 'storage/sqlite.ts'],
    ['kysely', 'storage'],
    ['node-telegram-bot-api', 'channels/telegram'],
    ['commander', 'main.ts'],
    ['selfsigned', 'simulator'],
    ['vega', 'charts'],
    ['@resvg/resvg-js', 'charts/paint.ts'],
    ['hono', 'simulator/demo-page.ts'],
    ['@hono/node-server', 'simulator/demo-page.ts'],
  ];

  test.each(places)('%s is imported in %s only', (name, place) => {
    const elsewhere = offences(
      ({ path }, target) => isWithin(target, name) && !isWithin(path, place) && !path.endsWith('.d.ts'),
    );
    expect(elsewhere).toEqual([]);
  });

  test('what paints is loaded by the process that paints only (45 MiB that the bot must not keep)', () => {
    const isPart = (path: string) => path === 'charts/paint.ts' || path === 'charts/painter.ts';
    expect(
      FILES.flatMap(({ path, imports }) =>
        imports
          .filter(({ target, typesOnly }) => isPart(target) && !typesOnly && !isPart(path))
          .map(({ target }) => `${path} imports ${target}`),
      ),
    ).toEqual([]);
  });

  /** Why time there is the machine's own and not the clock's that is passed in. */
  const TIMERS: Record<string, string> = {
    'lib/clock.ts': 'the clock itself',
    'lib/http-exchange.ts': 'the limits of one exchange over a real socket',
    'lib/host-names.ts': "the system's own look-up of names has no limit",
    'commands/run.ts': 'the end of the process when a stop takes too long',
    'commands/demo.ts': 'the end of a bot that does not stop when it is told to',
  };

  test('timers are set where the clock is, and in a few named places (else tests could not move the time)', () => {
    const setting = FILES.filter(
      ({ path, code }) => !isWithin(path, 'simulator') && /\bset(?:Timeout|Interval)\s*\(/.test(code),
    ).map(({ path }) => path);
    expect(setting.sort()).toEqual(Object.keys(TIMERS).sort());
  });

  test("nothing wakes Node's own fetch and its second copy of undici (8 MiB and 20 ms)", () => {
    const global =
      /\bglobalThis\.fetch\b|\bnew\s+(?:Response|Headers|Request)\b|(?:await|return|=>|[=(,?!&|])\s*fetch\s*\(/;
    expect(FILES.filter(({ code }) => global.test(code)).map(({ path }) => path)).toEqual([]);
  });

  test('nobody but the command writes to the terminal or ends the process', () => {
    const direct = /\bprocess\.(?:exit|stdout|stderr|exitCode)\b|\bconsole\./;
    const allowed = (path: string) => isWithin(path, 'commands') || path === 'main.ts';
    expect(
      FILES.filter(({ path, code }) => direct.test(code) && !allowed(path)).map(({ path }) => path),
    ).toEqual([]);
  });

  test('the time is asked of the clock (a direct look at it cannot be moved by a test)', () => {
    const looking = FILES.filter(
      ({ path, code }) => /\bDate\.now\s*\(/.test(code) && !isWithin(path, 'simulator'),
    );
    expect(looking.map(({ path }) => path)).toEqual(['lib/clock.ts']);
  });
});

describe('docs/architecture.md', () => {
  test('shows the same table', () => {
    const sorted = (rows: readonly ImportRow[]) =>
      rows.map((row) =>
        'may' in row
          ? {
              part: row.part,
              may: [...row.may].sort((a: Allowed, b: Allowed) => a.name.localeCompare(b.name)),
            }
          : { part: row.part, mayNot: [...row.mayNot].sort() },
      );
    expect(sorted(parseTable(readFileSync(PAGE, 'utf8')))).toEqual(sorted(IMPORT_TABLE));
  });
});

/** Each cycle once, as the files on it. */
function cycles(): string[] {
  const graph = new Map(
    FILES.map(({ path, imports }) => [
      path,
      imports.map(({ target }) => target).filter((to) => PATHS.has(to)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const seen = trail.indexOf(path);
    if (seen >= 0) {
      found.push([...trail.slice(seen), path].join(' > '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}
