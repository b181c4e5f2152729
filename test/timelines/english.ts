/** What the alerts say in English, word for word, in one place: a wording that is improved is changed here once. */

/** Cause, and what to do about it. */
const TROUBLES = {
  refused: [
    'the connection was refused',
    'Check that TrueConf Server is running and that the port in the settings is right.',
  ],
  'connect-timeout': [
    'no connection could be made in time',
    'Check that the machine is running and that no firewall drops the connection.',
  ],
  'answer-timeout': [
    'it accepted the connection but did not answer in time',
    'The server may be overloaded or stuck. Try again; if it stays so, restart TrueConf Server.',
  ],
  '503': [
    'it answered with HTTP status 503',
    "Look at the server's log, and at the proxy in front of it if there is one.",
  ],
  'tls-untrusted': [
    'its certificate is self-signed or from an unknown authority',
    'Save its certificate to a file and set ssl_certificate to that file.',
  ],
  dns: ['its host name has no address', 'Check ip in the settings and the DNS server that the bot uses.'],
} as const;

export type TroubleName = keyof typeof TROUBLES;

export interface DownWords {
  /** Clock time of the first failed probe. */
  readonly since: string;
  /** Until the message was written; `undefined`: first seen down. */
  readonly lasting?: string;
  readonly why?: TroubleName;
  readonly web?: 'answers' | 'silent';
}

/** An alert about one server. */
export function down(server: string, { since, lasting, why = 'refused', web }: DownWords): string[] {
  const [cause, advice] = TROUBLES[why];
  return [
    `🔴 <b>${server} is down</b>`,
    `Cause: ${cause}`,
    ...(web === undefined ? [] : [WEB[web]]),
    `What to do? ${advice}`,
    lasting === undefined
      ? `Since ${since} or earlier: it was already down when the bot first looked`
      : `Since ${since} (${lasting})`,
  ];
}

const WEB = {
  answers: 'Its web server answers, so the machine is reachable: the conference engine does not answer.',
  silent: 'Its web server does not answer either: the whole server seems to be down or cut off.',
};

/** The part of an alert about several servers that tells of outages. */
export function downList(...servers: readonly [name: string, since: string, why?: TroubleName][]): string[] {
  const many = servers.length === 1 ? '1 server is down' : `${servers.length} servers are down`;
  return [
    `🔴 <b>${many}</b>`,
    ...servers.map(
      ([name, since, why = 'refused']) => `• <b>${name}</b> since ${since}: ${TROUBLES[why][0]}`,
    ),
  ];
}

export function up(server: string, lasting: string, from: string, to: string): string[] {
  return [upHeadline(server, lasting), `Down from ${from} to ${to}`];
}

export function upHeadline(server: string, lasting: string): string {
  return `🟢 <b>${server} is up again</b>, it was down for ${lasting}`;
}

export function upList(...servers: readonly [name: string, lasting: string][]): string[] {
  const many = servers.length === 1 ? '1 server is up again' : `${servers.length} servers are up again`;
  return [`🟢 <b>${many}</b>`, ...servers.map(([name, lasting]) => `• <b>${name}</b>, down for ${lasting}`)];
}

/** An outage that is over before it could be told. */
export function wasDown(server: string, from: string, to: string, lasting: string): string {
  return `🟢 <b>${server}</b> was down from ${from} to ${to} (${lasting}): ${TROUBLES.refused[0]}. It is up again.`;
}

export function stillDown(server: string, lasting: string): string[] {
  return [`🔴 <b>${server} is still down</b>, for ${lasting} now`, `Cause: ${TROUBLES.refused[0]}`];
}

export function cutOff(seenAt: string, people: string, conferences: string): string {
  return `Cut off (last seen at ${seenAt}): ${people}, ${conferences}`;
}

export function alsoDown(names: string): string {
  return `Also down: ${names}`;
}

export function maybeBlind(count: number, total: number): string {
  return `⚠️ ${count} of ${total} servers stopped answering together. The cause may be the bot's own network.`;
}

export function late(from: string, by: string): string {
  return `<i>${by} late: it could not be delivered since ${from}.</i>`;
}

export function isOnIt(person: string, server: string): string {
  return `👀 ${person} is on it: <b>${server}</b>`;
}

export function nobodyTold(server: string): string {
  return `<b>${server}</b> is not down, or no longer. Nobody was told.`;
}

export function monitoringOff(person: string, server: string): string {
  return `⚠️ ${person} switched monitoring of <b>${server}</b> off. Nobody will be told when it goes down.`;
}

export function monitoringOn(person: string, server: string): string {
  return `${person} switched monitoring of <b>${server}</b> on`;
}

export function hasBlocked(address: string): string {
  return `⚠️ Alerts no longer reach <code>${address}</code>: the person has blocked the bot`;
}
