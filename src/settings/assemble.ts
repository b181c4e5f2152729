/** Turns what was read into `Settings`: fetches secrets and certificates, and checks what one key alone cannot tell. */
import type { ServerName } from '../domain/names.ts';
import type { Secret } from '../lib/secret.ts';
import { resolveTrust } from './certificate.ts';
import { oneOf, type Read } from './checks.ts';
import type { KeyPath } from './key-path.ts';
import { resolvePath } from './paths.ts';
import type { Place } from './problems.ts';
import type { FILE_KEYS, FORGOTTEN_KEYS, SERVER_KEYS, STATUS_KEYS } from './schema.ts';
import { resolveSecret, resolveText, type SecretSurroundings } from './secret-source.ts';
import { type NamedServer, refuseLookalikes } from './servers.ts';
import type { ServerSettings, Settings, StatusSettings } from './settings.ts';
import { isProxyUrl } from './urls.ts';

export interface Surroundings extends SecretSurroundings {
  /** Languages that exist. */
  readonly locales: readonly string[];
  readonly lineOf: (path: KeyPath) => number | undefined;
}

/** `undefined` when something is wrong; then at least one mistake was recorded. */
export async function assemble(
  read: Read<typeof FILE_KEYS>,
  place: Place,
  surroundings: Surroundings,
): Promise<Settings | undefined> {
  const token = await readToken(read, place, surroundings);
  const proxy = await resolveSecret(read['tg-proxy'], place.at('tg-proxy'), surroundings);
  const isProxyGood = !proxy || isProxyUrl(proxy.reveal(), place.at('tg-proxy'));
  const locale =
    read.locale === undefined ? undefined : oneOf(surroundings.locales).read(read.locale, place.at('locale'));

  const lineOfServer = ({ name }: { readonly name: string }) => surroundings.lineOf(['servers', name]) ?? 0;
  // JavaScript moves keys such as "10" to the front.
  const inOrder = [...(read.servers ?? [])].sort((a, b) => lineOfServer(a) - lineOfServer(b));
  const servers: ServerSettings[] = [];
  for (const server of inOrder) {
    const settings = await assembleServer(server, place.at('servers', server.name), surroundings);
    if (settings) servers.push(settings);
  }
  const names = inOrder.map(({ name }) => name);
  refuseLookalikes(names, place.at('servers'), surroundings.lineOf);

  const whole = allPresent({
    token,
    proxy,
    administrators: read['tg-users-id'],
    alertChats: read['tg-alert-chats'],
    apiRoot: read['tg-api-root'],
    locale,
    timeZone: read['time-zone'],
    dataDir: read['data-dir'],
    logLevel: read['log-level'],
    check: read.network?.check,
  });
  if (!whole || !isProxyGood) return undefined;
  return {
    telegram: {
      token: whole.token,
      administrators: whole.administrators,
      alertChats: whole.alertChats,
      apiRoot: whole.apiRoot,
      proxy: whole.proxy ?? undefined,
    },
    locale: whole.locale,
    timeZone: whole.timeZone,
    dataDir: resolvePath(surroundings.folder, whole.dataDir),
    logLevel: whole.logLevel,
    network: { check: whole.check === 'off' ? undefined : whole.check },
    servers,
  };
}

async function assembleServer(
  { name, keys }: NamedServer<typeof SERVER_KEYS>,
  place: Place,
  surroundings: Surroundings,
): Promise<ServerSettings | undefined> {
  const clientId = await resolveText(keys.client_id, place.at('client_id'), surroundings);
  const clientSecret = await resolveSecret(keys.client_secret, place.at('client_secret'), surroundings);
  const accessToken = await resolveSecret(keys.access_token, place.at('access_token'), surroundings);
  const tls = await resolveTrust(keys.ssl_certificate, place.at('ssl_certificate'), surroundings);
  const status = assembleStatus(keys.server_status);
  const forgotten = assembleForgotten(keys.forgotten);

  if (accessToken === null && (clientId === null || clientSecret === null)) {
    // No mistake: the predecessor watched servers without, and its example has such ones.
    place.warn(
      'has neither client_id and client_secret nor an access_token, so the bot can watch this server ' +
        'and nothing more; copy the two from the OAuth application',
    );
  }
  const whole = allPresent({
    clientId,
    clientSecret,
    accessToken,
    tls,
    status,
    forgotten,
    maintenance: keys.maintenance,
    host: keys.ip,
    httpsPort: keys.https_port,
  });
  return (
    whole && {
      ...whole,
      name: name as ServerName,
      clientId: whole.clientId ?? '',
      clientSecret: whole.clientSecret ?? undefined,
      accessToken: whole.accessToken ?? undefined,
    }
  );
}

function assembleStatus(keys: Read<typeof STATUS_KEYS> | undefined): StatusSettings | undefined {
  const whole = keys && allPresent(keys);
  return (
    whole && {
      monitored: whole.state,
      probeInterval: whole.timeout,
      check: whole.check,
      statusPort: whole.status_port,
      thresholds: { failures: whole.failures, successes: whole.successes },
      reminder: whole.reminder === 'off' ? undefined : whole.reminder,
    }
  );
}

function assembleForgotten(
  keys: Read<typeof FORGOTTEN_KEYS> | undefined,
): ServerSettings['forgotten'] | undefined {
  const whole = keys && allPresent(keys);
  return whole && { minDuration: whole.min_duration };
}

async function readToken(
  read: Read<typeof FILE_KEYS>,
  place: Place,
  surroundings: Surroundings,
): Promise<Secret | undefined> {
  const here = place.at('tg-api-token');
  const token = await resolveSecret(read['tg-api-token'], here, surroundings);
  if (token === null) return here.refuse('is empty; write the token that @BotFather gave you');
  if (token === undefined) return undefined;
  const value = token.reveal();
  if (/^\d+:[\w-]{30,}$/.test(value)) return token;
  if (/example|replace/i.test(value)) {
    return here.refuse('is still the example value; write the token that @BotFather gave you');
  }
  return here.refuse(
    /^(bot|["'\s])|["'\s]$/.test(value)
      ? 'must be the token alone, without "bot", quotes or spaces around it'
      : 'does not look like a token of a bot: digits, a colon, then at least 30 letters, digits, "-" or "_"',
  );
}

/** Narrows away `undefined`, which stands for a mistake that is already recorded. */
function allPresent<T extends object>(
  parts: T,
): { readonly [K in keyof T]: Exclude<T[K], undefined> } | undefined {
  const isWhole = Object.values(parts).every((part) => part !== undefined);
  return isWhole ? (parts as { readonly [K in keyof T]: Exclude<T[K], undefined> }) : undefined;
}
