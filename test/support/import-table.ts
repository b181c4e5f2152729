/**
 * Who may import whom: the table of docs/architecture.md in a form that a test can apply. A row is a file or a folder
 * with everything below it; the narrowest row counts.
 */

export interface Allowed {
  /** A folder or file below `src/`, a package, or `node:` for Node's own modules. */
  readonly name: string;
  readonly typesOnly?: true;
  /** The one file of the folder that may. */
  readonly only?: string;
}

export type ImportRow =
  | { readonly part: string; readonly may: readonly Allowed[] }
  | { readonly part: string; readonly mayNot: readonly string[] };

const types = (name: string): Allowed => ({ name, typesOnly: true });
const all = (...names: readonly string[]): Allowed[] => names.map((name) => ({ name }));

export const IMPORT_TABLE: readonly ImportRow[] = [
  {
    part: 'lib',
    may: [...all('node:'), { name: 'pino', only: 'log.ts' }, { name: 'undici', only: 'http.ts' }],
  },
  { part: 'domain', may: [...all('lib/time.ts'), types('lib/zone.ts')] },
  { part: 'settings', may: [...all('node:', 'lib', 'smol-toml'), types('domain')] },
  { part: 'trueconf', may: [...all('node:', 'lib', 'domain'), types('settings/settings.ts')] },
  { part: 'monitor', may: all('node:', 'lib', 'domain') },
  { part: 'i18n', may: [...all('node:', 'lib', 'i18next', 'luxon'), types('domain')] },
  {
    part: 'storage',
    may: [...all('node:', 'lib', 'domain', 'kysely'), { name: 'libsql', only: 'sqlite.ts' }],
  },
  {
    part: 'charts',
    may: [
      ...all('node:', 'lib', 'domain'),
      types('vega'),
      { name: 'vega', only: 'paint.ts' },
      { name: '@resvg/resvg-js', only: 'paint.ts' },
    ],
  },
  { part: 'channels/port.ts', may: [...all('lib/time.ts', 'i18n/markup.ts'), types('domain')] },
  {
    part: 'channels/telegram',
    may: [
      ...all('node:', 'lib', 'i18n/markup.ts', 'channels/port.ts', 'node-telegram-bot-api'),
      types('domain'),
    ],
  },
  { part: 'alerts', may: all('lib', 'domain', 'i18n', 'channels/port.ts', 'storage/store.ts') },
  {
    part: 'bot',
    may: [
      ...all('node:', 'lib', 'domain', 'i18n', 'channels/port.ts', 'charts/failure.ts'),
      types('charts/chart.ts'),
      types('charts/charts.ts'),
    ],
  },
  {
    part: 'simulator',
    may: [
      ...all('node:', 'selfsigned'),
      { name: 'hono', only: 'demo-page.ts' },
      { name: '@hono/node-server', only: 'demo-page.ts' },
    ],
  },
  { part: 'app.ts', mayNot: ['commands', 'main.ts', 'simulator'] },
  { part: 'commands', mayNot: ['main.ts'] },
  { part: 'main.ts', may: all('commander', 'commands', '../package.json') },
];

/** Whether `path` is that part or lies below it. */
export function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(part.endsWith(':') ? part : `${part}/`);
}

export function rowOf(path: string): ImportRow | undefined {
  return IMPORT_TABLE.find((row) => isWithin(path, row.part));
}

/** The rows of the Markdown table whose columns are headed `folder` and `may import`. */
export function parseTable(markdown: string): ImportRow[] {
  const lines = markdown.split('\n');
  const head = lines.findIndex((line) => /^\|\s*folder\s*\|\s*may import\s*\|/.test(line));
  if (head === -1) return [];
  const end = lines.findIndex((line, index) => index > head && !line.startsWith('|'));
  return lines.slice(head + 2, end === -1 ? undefined : end).map(parseRow);
}

function parseRow(line: string): ImportRow {
  const [, first = '', second = ''] = line.split('|');
  const part = names(first)[0] ?? '';
  if (/^\s*everything except/.test(second)) return { part, mayNot: names(second) };
  // A comma inside brackets belongs to its entry.
  const entries = second.split(/,(?![^(]*\))/);
  return { part, may: entries.map(parseAllowed) };
}

function parseAllowed(entry: string): Allowed {
  const [name = '', only] = names(entry);
  if (/\(types\)/.test(entry)) return { name, typesOnly: true };
  return /\(only /.test(entry) && only !== undefined ? { name, only } : { name };
}

function names(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}
