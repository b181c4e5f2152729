/** Every key of the settings file: its type, range and default. To add one, add it here and in `assemble.ts`. */
import { LOG_LEVELS } from '../lib/log.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../lib/time.ts';
import { type TrustSource, trustSource } from './certificate.ts';
import {
  duration,
  durationOrOff,
  flag,
  listOf,
  oneOf,
  optional,
  port,
  required,
  seconds,
  section,
  text,
  wholeNumber,
} from './checks.ts';
import { anyOf } from './found.ts';
import { beginning, EVERY_DAY, end, maintenance, weekday } from './maintenance.ts';
import { path } from './paths.ts';
import { NO_SECRET, secretSource } from './secret-source.ts';
import { serverAddress } from './server-address.ts';
import { servers } from './servers.ts';
import { chatAddress, personId } from './telegram-ids.ts';
import { timeZone } from './time-zone.ts';
import { apiRoot, pageOrOff } from './urls.ts';

/** `[servers."NAME".server_status]` */
export const STATUS_KEYS = {
  state: optional(flag, true),
  timeout: optional(seconds(1, 86_400), 15 * SECOND),
  check: optional(oneOf(['vsstatus', 'https']), 'vsstatus'),
  status_port: optional(port, 4307),
  failures: optional(wholeNumber(1, 100), 2),
  successes: optional(wholeNumber(1, 100), 1),
  reminder: optional(durationOrOff(MINUTE, 365 * DAY), 'off'),
};

/** `[servers."NAME".forgotten]` */
export const FORGOTTEN_KEYS = {
  min_duration: optional(duration(0, 365 * DAY), HOUR),
};

/** `[[servers."NAME".maintenance]]` */
export const MAINTENANCE_KEYS = {
  days: optional(listOf(weekday, 1, 'a list of days such as ["sat", "sun"]'), EVERY_DAY),
  from: required(beginning),
  to: required(end),
};

const SYSTEM_TRUST: TrustSource = { kind: 'system' };

/** `[servers."NAME"]` */
export const SERVER_KEYS = {
  ip: required(serverAddress),
  // Both of the OAuth application, or an access token alone; without, the server is only watched.
  client_id: optional(secretSource('the id of the OAuth application'), NO_SECRET),
  client_secret: optional(secretSource('the secret of the OAuth application'), NO_SECRET),
  access_token: optional(secretSource('a ready token'), NO_SECRET),
  ssl_certificate: optional(trustSource, SYSTEM_TRUST),
  https_port: optional(port, 443),
  server_status: section(STATUS_KEYS, homeOf),
  forgotten: section(FORGOTTEN_KEYS, homeOf),
  maintenance: optional(maintenance(MAINTENANCE_KEYS, homeOf), []),
};

/** `[network]` */
export const NETWORK_KEYS = {
  check: optional(pageOrOff, 'off'),
};

/** Above the first section. */
export const FILE_KEYS = {
  'tg-api-token': required(secretSource('the token from @BotFather')),
  'tg-users-id': required(listOf(personId, 1, 'a list of Telegram ids such as [123456789, 987654321]')),
  locale: optional(text, 'en'),
  'time-zone': optional(timeZone, 'system'),
  'tg-alert-chats': optional(listOf(chatAddress, 0, 'a list of chats such as ["-1001234567890:42"]'), []),
  'tg-api-root': optional(apiRoot, 'https://api.telegram.org'),
  'tg-proxy': optional(secretSource('the address of a proxy'), NO_SECRET),
  'data-dir': optional(path, 'data'),
  'log-level': optional(oneOf(LOG_LEVELS), 'info'),
  network: section(NETWORK_KEYS, homeOf),
  servers: required(servers(SERVER_KEYS, homeOf)),
};

/** Where each key belongs, for those who put it elsewhere; a section opened above is easily overlooked. */
export function homeOf(name: string): string | undefined {
  const section = Object.hasOwn(SECTION_HOMES, name) ? SECTION_HOMES[name] : undefined;
  if (section !== undefined) return section;
  const homes = HOMES.filter(([keys]) => Object.hasOwn(keys, name)).map(([, home]) => home);
  return homes.length === 0 ? undefined : anyOf(homes);
}

const SECTION_HOMES: Readonly<Record<string, string>> = {
  network: 'in a section [network] of its own',
  maintenance: 'in [[servers."NAME".maintenance]]',
};

const HOMES: readonly (readonly [keys: object, home: string])[] = [
  [FILE_KEYS, 'at the top of the file, above the first [section]'],
  [SERVER_KEYS, 'in [servers."NAME"]'],
  [STATUS_KEYS, 'in [servers."NAME".server_status]'],
  [FORGOTTEN_KEYS, 'in [servers."NAME".forgotten]'],
  [MAINTENANCE_KEYS, 'in [[servers."NAME".maintenance]]'],
  [NETWORK_KEYS, 'in [network]'],
];
