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
  readonly since?: string;
  /** Went down while the bot was off, and was first seen down then. */
  readonly awaySeen?: string;
  /** Has been silent since then, while the bot may have been cut off. */
  readonly silentSince?: string;
  /** Until the message was written; `undefined`: first seen down. */
  readonly lasting?: string;
  readonly why?: TroubleName;
  readonly web?: 'answers' | 'silent';
}

/** An alert about one server. */
export function down(
  server: string,
  { since, awaySeen, silentSince, lasting, why = 'refused', web }: DownWords,
): string[] {
  return [
    `🔴 <b>${server} is down</b>`,
    ...causeOf(why, web),
    awaySeen !== undefined
      ? `It went down while the bot was not running. First seen down at ${awaySeen}`
      : silentSince !== undefined
        ? `It has not answered since ${silentSince}, and still does not now that the bot gets answers again`
        : lasting === undefined
          ? `Since ${since} or earlier: it was already down when the bot first looked`
          : `Since ${since} (${lasting})`,
  ];
}

/** Why it is down, and what to do about it. */
export function causeOf(why: TroubleName = 'refused', web?: 'answers' | 'silent'): string[] {
  const [cause, advice] = TROUBLES[why];
  return [`Cause: ${cause}`, ...(web === undefined ? [] : [WEB[web]]), `What to do? ${advice}`];
}

const WEB = {
  answers: 'Its web server answers, so the machine is reachable: the conference engine does not answer.',
  silent: 'Its web server does not answer either: the whole server seems to be down or cut off.',
};

type DownLine = [name: string, since: string, why?: TroubleName];

/** The part of an alert about several servers that tells of outages. */
export function downList(...servers: readonly [DownLine, ...DownLine[]]): string[] {
  const [[name, since, why = 'refused']] = servers;
  if (servers.length === 1) return [`🔴 <b>${name} is down</b> since ${since}: ${TROUBLES[why][0]}`];
  return [
    `🔴 <b>${servers.length} servers are down</b>`,
    ...servers.map(
      ([name, since, why = 'refused']) => `• <b>${name}</b> since ${since}: ${TROUBLES[why][0]}`,
    ),
  ];
}

export function up(server: string, lasting: string, from: string, to: string): string[] {
  return [upHeadline(server, lasting), `Down from ${from} to ${to}`];
}

type UpLine = [name: string, lasting: string];

export function upHeadline(server: string, lasting: string): string {
  return `🟢 <b>${server} is up again</b>, it was down for ${lasting}`;
}

export function upList(...servers: readonly [UpLine, ...UpLine[]]): string[] {
  const [[name, lasting]] = servers;
  if (servers.length === 1) return [upHeadline(name, lasting)];
  const lines = servers.map((one) => `• <b>${one[0]}</b>, down for ${one[1]}`);
  return [`🟢 <b>${servers.length} servers are up again</b>`, ...lines];
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

/** They were taken out of the settings, or their monitoring was switched off, before they could be told. */
export function unwatched(names: string): string {
  return `No longer monitored, so the present state is not known: ${names}`;
}

/** Back while the bot was not running: nobody knows how long it was down. */
export function upUnseen(server: string, from: string, to: string): string[] {
  return [
    `🟢 <b>${server} is up again</b>`,
    `Down from ${from}. It came back some time before ${to}, while the bot was not running.`,
  ];
}

/** Who is on it again, before it went down in brackets. */
export function backAgain(now: string, before?: string): string {
  return `On it again: ${now}${before === undefined ? '' : ` (before: ${before})`}`;
}

/** Most servers fell silent together. @param names in a row, as many as are shown */
export function blind(silent: number, total: number, since: string, names: string, surely = false): string[] {
  const headline =
    silent === 1
      ? `⚪ <b>${names} stopped answering</b>, at ${since}`
      : silent === 2
        ? `⚪ <b>Two servers stopped answering together</b>, at ${since}`
        : `⚪ <b>${silent} of ${total} servers stopped answering together</b>, at ${since}`;
  return [
    headline,
    surely
      ? whyBlind(silent, total)
      : "The cause may be the bot's own network, so they do not count as down.",
    ...blindAdvice(names, surely),
  ];
}

export function stillBlind(
  silent: number,
  total: number,
  since: string,
  lasting: string,
  names: string,
  surely = false,
): string[] {
  return [
    `⚪ <b>Still no answer</b> since ${since} (${lasting}). Servers not seen: ${silent} of ${total}`,
    surely ? whyBlind(silent, total) : 'Telegram can be reached, so it may be the servers after all.',
    ...blindAdvice(names, surely),
  ];
}

/** Something other than the servers is silent too. */
function whyBlind(silent: number, total: number): string {
  return silent < total
    ? "The network check does not answer either, so the cause may be the bot's own network. They do not count as down."
    : 'Nothing else on the network answers either: the bot itself is cut off.';
}

function blindAdvice(names: string, surely: boolean): string[] {
  return [
    notSeen(names),
    'Check the network of the machine that the bot runs on. You are told when the bot gets answers again.',
    ...(surely
      ? []
      : [
          'To let the bot tell the two apart, set <code>check</code> under <code>[network]</code> in its settings.',
        ]),
  ];
}

export function notSeen(names: string): string {
  return `Not seen: ${names}`;
}

export function sawNothing(from: string, to: string, lasting: string): string {
  return `What happened from ${from} to ${to} (${lasting}) is not known.`;
}

export const SEES_AGAIN = '🟢 <b>The bot gets answers again</b>';

export function seesAgain(from: string, to: string, lasting: string): string[] {
  return [SEES_AGAIN, sawNothing(from, to, lasting)];
}

export function stillSilent(names: string): string {
  return `Still silent: ${names}`;
}

export function unstable(server: string, changes: number, since: string): string {
  return `🟠 <b>${server} is unstable</b>: ${changes} changes between up and down since ${since}`;
}

/** The state that an unstable server was in when that was told. */
export function lastChange(moment: string, status: 'up' | 'down'): string {
  return `The last of them, ${moment}: ${status === 'up' ? 'up again' : `down (${TROUBLES.refused[0]})`}`;
}

export const UNSTABLE_QUIET =
  'Single changes are no longer told. You are told when it has been steady for 15 minutes.';

export function steady(server: string, status: 'up' | 'down', since: string, unstableSince: string): string {
  const headline =
    status === 'up'
      ? `🟢 <b>${server} is steady again</b>, up since ${since}`
      : `🔴 <b>${server} stays down</b>, since ${since}`;
  return `${headline}. It was unstable from ${unstableSince} on.`;
}

/** What comes above a message about what a mute or maintenance held back. */
export function wasHeld(): string[] {
  return ['🔕 Held back while it was quiet here:', ''];
}

export function certificateEnds(server: string, days: number, on: string): string {
  return `⚠️ The certificate of <b>${server}</b> ends in ${days} day${days === 1 ? '' : 's'}, on ${on}`;
}

export function certificateEnded(server: string, on: string): string {
  return `⚠️ The certificate of <b>${server}</b> ended on ${on}`;
}

export const CERTIFICATE_ADVICE_LATE =
  'Renew it: apps and browsers refuse a server whose certificate has ended.';

export const CERTIFICATE_ADVICE =
  'Renew it in time: apps and browsers refuse a server whose certificate has ended.';

export function settingsBroken(...problems: readonly string[]): string[] {
  return [
    '⚠️ <b>The settings were changed and cannot be used</b>',
    ...`<pre>${problems.join('\n')}</pre>`.split('\n'),
    'What they said before stays in force. Mend the file; the bot reads it by itself.',
  ];
}

export const SETTINGS_MENDED = '🟢 The settings are in order again and in force.';

export const STORAGE_FULL = [
  '⚠️ <b>The bot cannot write down what it knows</b>',
  'The disk is full. Free some space; the bot goes on writing by itself.',
  'It watches and alerts on. After a restart it would not know what it has told, nor your mutes.',
];

export const STORAGE_MENDED = '🟢 The bot writes down again what it knows. Nothing was lost.';

export function late(from: string, by: string): string {
  return `<i>${by} late: it could not be delivered since ${from}.</i>`;
}

export function isOnIt(person: string, server: string): string {
  return `👀 ${person} is on it: <b>${server}</b>`;
}

export function nobodyTold(server: string): string {
  return `<b>${server}</b> is not down (any more). Nobody was told.`;
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
