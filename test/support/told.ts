/** What an alert says about servers, read from its English words as a person would: in the order of its lines. */

export type Word =
  | 'down'
  | 'up'
  | 'still-down'
  | 'unstable'
  | 'steady-up'
  | 'steady-down'
  | 'watched'
  | 'unwatched'
  | 'acknowledged';

export interface Statement {
  readonly server: string;
  readonly word: Word;
  /** `HH:MM`, as far as the line tells it. */
  readonly since?: string;
}

const NAME = String.raw`(?<server>[\w.-]+)`;
const TIME = String.raw`(?<since>\d\d:\d\d)`;

/** Lines that say it in themselves. */
const LINES: readonly (readonly [RegExp, ...Word[]])[] = [
  [new RegExp(`^🔴 ${NAME} is down$`), 'down'],
  [new RegExp(`^🔴 ${NAME} is down since ${TIME}: `), 'down'],
  [new RegExp(`^• ${NAME} since ${TIME}: `), 'down'],
  [new RegExp(`^🟢 ${NAME} is up again(?:, | · |$)`), 'up'],
  [new RegExp(`^• ${NAME}, down (?:for|from) `), 'up'],
  [new RegExp(`^🟢 ${NAME} was down from ${TIME}.* It (?:is up again\\.|came back .*)$`), 'down', 'up'],
  [new RegExp(`^🔴 ${NAME} is still down, `), 'still-down'],
  [new RegExp(`^🟠 ${NAME} is unstable: .* since ${TIME}`), 'unstable'],
  [new RegExp(`^🟢 ${NAME} is steady again, up since ${TIME}`), 'steady-up'],
  [new RegExp(`^🔴 ${NAME} stays down, since ${TIME}`), 'steady-down'],
  [new RegExp(`switched monitoring of ${NAME} on$`), 'watched'],
  [new RegExp(`switched monitoring of ${NAME} off\\.`), 'unwatched'],
  [new RegExp(`^👀 .* is on it: ${NAME}$`), 'acknowledged'],
];

/** The line of an alert about one outage that says when it began. */
const SINCE = new RegExp(
  `^(?:Since|It has not answered since|It went down while .* First seen down at) ${TIME}`,
);

/** @param text with or without tags */
export function statementsIn(text: string): Statement[] {
  const statements: Statement[] = [];
  for (const line of text.replaceAll(/<[^>]+>/g, '').split('\n')) {
    const since = SINCE.exec(line)?.groups?.since;
    const last = statements.at(-1);
    if (since !== undefined && last) statements.splice(-1, 1, { ...last, since });
    for (const [pattern, ...words] of LINES) {
      const { server, since: from } = pattern.exec(line)?.groups ?? {};
      if (server === undefined) continue;
      for (const word of words) statements.push({ server, word, ...(from && { since: from }) });
    }
  }
  return statements;
}
