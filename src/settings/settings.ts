/** What the program is told to do: the settings after loading, with every default filled in and every unit converted. */
import type { Thresholds } from '../domain/availability.ts';
import type { ForgottenRule } from '../domain/forgotten.ts';
import type { MaintenanceWindow } from '../domain/maintenance.ts';
import type { ServerName } from '../domain/names.ts';
import type { LogLevel } from '../lib/log.ts';
import type { Secret } from '../lib/secret.ts';
import type { DurationMs } from '../lib/time.ts';

export interface Settings {
  readonly telegram: TelegramSettings;
  /** `en`, `es`, `ru`, `de`, or the name of a file in `locales/`. Default `en`. */
  readonly locale: string;
  /** IANA name, or `system` (the default). */
  readonly timeZone: string;
  /** Absolute path. */
  readonly dataDir: string;
  readonly logLevel: LogLevel;
  readonly network: NetworkSettings;
  /** In the order of the file; at least one. */
  readonly servers: readonly ServerSettings[];
}

export interface TelegramSettings {
  readonly token: Secret;
  /** Telegram ids of those who may use the bot and whom it alerts; at least one. */
  readonly administrators: readonly number[];
  /** More chats that get alerts, e.g. `-1001234567890` or `-1001234567890:42` (chat and topic). */
  readonly alertChats: readonly string[];
  /** Without a slash at the end. Default `https://api.telegram.org`. */
  readonly apiRoot: string;
  /** `http(s)://` or `socks5://`; a secret because it may hold a password. */
  readonly proxy: Secret | undefined;
}

export interface NetworkSettings {
  /** A page that answers when the bot's own network works; `undefined` (the default): none is asked. */
  readonly check: string | undefined;
}

export interface ServerSettings {
  readonly name: ServerName;
  /** Host name or address, without brackets. */
  readonly host: string;
  readonly clientId: string;
  readonly clientSecret: Secret | undefined;
  /** A ready token, e.g. the control panel's secret key; used before the OAuth application. */
  readonly accessToken: Secret | undefined;
  readonly tls: TlsTrust;
  /** Default 443. */
  readonly httpsPort: number;
  readonly status: StatusSettings;
  readonly forgotten: ForgottenRule;
  /** In `timeZone`. Default none. */
  readonly maintenance: readonly MaintenanceWindow[];
}

/** `system`: verify against the known authorities; `file`: trust exactly this PEM; `any`: do not verify. */
export type TlsTrust =
  | { readonly kind: 'system' }
  | { readonly kind: 'file'; readonly path: string; readonly pem: string }
  | { readonly kind: 'any' };

export interface StatusSettings {
  /** Whether the server is watched unless somebody switched it in Telegram. */
  readonly monitored: boolean;
  /** From the start of one probe to the start of the next. Settings key `timeout`, in seconds; default 15 s. */
  readonly probeInterval: DurationMs;
  /** `vsstatus`: `http://host:statusPort/vsstatus`; `https`: `/api/v4/server` on `httpsPort`. Default `vsstatus`. */
  readonly check: 'vsstatus' | 'https';
  /** Default 4307. */
  readonly statusPort: number;
  readonly thresholds: Thresholds;
  /** "Still down" again after this; `undefined` (the default): never. */
  readonly reminder: DurationMs | undefined;
}
