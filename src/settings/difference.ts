/** What is different between two settings, so that only what changed is restarted? Pure; names keys and never values. */
import type { ServerName } from '../domain/names.ts';
import { Secret } from '../lib/secret.ts';
import type { ServerSettings, Settings, StatusSettings, TelegramSettings } from './settings.ts';

export interface SettingsDifference {
  /** As they are now, in the order of the file. */
  readonly added: readonly ServerSettings[];
  /** As they were. A server with a new name is one that was removed and one that was added. */
  readonly removed: readonly ServerSettings[];
  readonly changed: readonly ChangedServer[];
  /** Those that stay stand in another order, which is that of the buttons. */
  readonly reordered: boolean;
  /** What is different above the servers. */
  readonly parts: ReadonlySet<SettingsPart>;
}

export interface ChangedServer {
  readonly before: ServerSettings;
  readonly after: ServerSettings;
  /** Where it is reached or how it is asked: what was opened to it must be opened anew. */
  readonly connection: boolean;
  /** When it is looked at and what is told of it. */
  readonly rules: boolean;
  /** As the file calls them. */
  readonly keys: readonly string[];
}

/** `telegram`: token, API root or proxy, which need a new line to Telegram. */
export type SettingsPart =
  | 'telegram'
  | 'administrators'
  | 'alert-chats'
  | 'locale'
  | 'time-zone'
  | 'log-level'
  | 'network';

export function differenceBetween(before: Settings, after: Settings): SettingsDifference {
  const old = byName(before.servers);
  const now = byName(after.servers);
  const staying = (servers: readonly ServerSettings[], others: ReadonlyMap<ServerName, unknown>) =>
    servers.filter(({ name }) => others.has(name)).map(({ name }) => name);
  return {
    added: after.servers.filter(({ name }) => !old.has(name)),
    removed: before.servers.filter(({ name }) => !now.has(name)),
    changed: after.servers.flatMap((server) => {
      const earlier = old.get(server.name);
      const change = earlier && changeOf(earlier, server);
      return change ? [change] : [];
    }),
    reordered: !isSame(staying(before.servers, now), staying(after.servers, old)),
    parts: new Set([
      ...differing(before, after, SETTINGS_PARTS),
      ...differing(before.telegram, after.telegram, TELEGRAM_PARTS),
    ]),
  };
}

export function isNothing(difference: SettingsDifference): boolean {
  const { added, removed, changed, reordered, parts } = difference;
  return added.length + removed.length + changed.length + parts.size === 0 && !reordered;
}

/** For the log: names of servers and keys. What is not different is left out. */
export function summarize(difference: SettingsDifference): object {
  const { added, removed, changed, reordered, parts } = difference;
  return {
    ...(added.length > 0 && { added: added.map(({ name }) => name) }),
    ...(removed.length > 0 && { removed: removed.map(({ name }) => name) }),
    ...(changed.length > 0 && { changed: changed.map(({ after, keys }) => ({ server: after.name, keys })) }),
    ...(reordered && { reordered }),
    ...(parts.size > 0 && { parts: [...parts] }),
  };
}

/** What a value of each key brings with it when it is different. No part: compared elsewhere, or not changed while running. */
type PartsOf<T> = { readonly [K in keyof T]-?: SettingsPart | undefined };

const SETTINGS_PARTS: PartsOf<Settings> = {
  telegram: undefined,
  locale: 'locale',
  timeZone: 'time-zone',
  dataDir: undefined,
  logLevel: 'log-level',
  network: 'network',
  servers: undefined,
};

const TELEGRAM_PARTS: PartsOf<TelegramSettings> = {
  token: 'telegram',
  apiRoot: 'telegram',
  proxy: 'telegram',
  administrators: 'administrators',
  alertChats: 'alert-chats',
};

function differing<T>(before: T, after: T, parts: PartsOf<T>): SettingsPart[] {
  return keysOf(parts).flatMap((key) => {
    const part = parts[key];
    return part === undefined || isSame(before[key], after[key]) ? [] : [part];
  });
}

interface Meaning {
  readonly key: string;
  readonly concerns: 'connection' | 'rules';
}

const connection = (key: string): Meaning => ({ key, concerns: 'connection' });
const rules = (key: string): Meaning => ({ key, concerns: 'rules' });

const SERVER_MEANINGS: Readonly<Record<keyof Omit<ServerSettings, 'name' | 'status'>, Meaning>> = {
  host: connection('ip'),
  clientId: connection('client_id'),
  clientSecret: connection('client_secret'),
  accessToken: connection('access_token'),
  tls: connection('ssl_certificate'),
  httpsPort: connection('https_port'),
  forgotten: rules('forgotten'),
  maintenance: rules('maintenance'),
};

const STATUS_MEANINGS: Readonly<Record<keyof StatusSettings, Meaning>> = {
  check: connection('check'),
  statusPort: connection('status_port'),
  monitored: rules('state'),
  probeInterval: rules('timeout'),
  thresholds: rules('failures or successes'),
  reminder: rules('reminder'),
};

function changeOf(before: ServerSettings, after: ServerSettings): ChangedServer | undefined {
  const meanings = [
    ...keysOf(SERVER_MEANINGS)
      .filter((key) => !isSame(before[key], after[key]))
      .map((key) => SERVER_MEANINGS[key]),
    ...keysOf(STATUS_MEANINGS)
      .filter((key) => !isSame(before.status[key], after.status[key]))
      .map((key) => STATUS_MEANINGS[key]),
  ];
  if (meanings.length === 0) return undefined;
  return {
    before,
    after,
    connection: meanings.some(({ concerns }) => concerns === 'connection'),
    rules: meanings.some(({ concerns }) => concerns === 'rules'),
    keys: meanings.map(({ key }) => key),
  };
}

/** Not Node's own comparison, to which all secrets are equal. */
function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.reveal() === b.reveal();
  if (a instanceof Secret || b instanceof Secret || !isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && isSame(a[key], b[key]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function keysOf<T extends object>(record: T): (keyof T)[] {
  return Object.keys(record) as (keyof T)[];
}

function byName(servers: readonly ServerSettings[]): ReadonlyMap<ServerName, ServerSettings> {
  return new Map(servers.map((server) => [server.name, server]));
}
