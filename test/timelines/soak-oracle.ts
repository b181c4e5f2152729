/**
 * What should everybody have been told? Written from the documented rules and from what the servers themselves saw of
 * the probes, without a line of the program's own; then compared with what they were told.
 */
import type { Statement, Word } from '../support/told.ts';
import { statementsIn } from '../support/told.ts';
import type { Message, Obstacle, SoakWorld, Witnessed } from './soak-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** More changes than this within this span make a server unstable; it is so until it has kept still for that long. */
const MOST_CHANGES = 5;
const CHANGES_WITHIN = 30 * MINUTE;
const STEADY_AFTER = 15 * MINUTE;

/**
 * From the probe that confirmed it to the message, when nothing stands in the way: the others are asked first, which
 * takes as long as it takes to find them silent, and then it waits for company.
 */
const LATEST = 25 * SECOND;

/** Rows that came so soon after each other were going to be one message anyway. */
const ONE_MESSAGE = 20 * SECOND;

/** Something that was confirmed and is to be told. */
export interface News {
  /** When it was confirmed. */
  readonly at: number;
  readonly word: Word;
  /** `HH:MM` */
  readonly since: string;
}

interface Belief {
  readonly status: 'unknown' | 'up' | 'down';
  readonly since: number;
  /** The looks in a row that contradict it. */
  readonly run: { readonly count: number; readonly from: number } | undefined;
  readonly changes: readonly number[];
  readonly unstableSince: number | undefined;
  readonly news: readonly News[];
}

const NOTHING: Belief = {
  status: 'unknown',
  since: 0,
  run: undefined,
  changes: [],
  unstableSince: undefined,
  news: [],
};

const hhmm = (at: number) => new Date(at).toISOString().slice(11, 16);

/** What is to be told about a server after all that happened to it, and what is believed in the end. */
export function follow(history: readonly Witnessed[]): { readonly belief: Belief; readonly flaws: string[] } {
  const flaws: string[] = [];
  let belief = NOTHING;
  let before = NOTHING;
  let isWatched = true;
  /** A change that was confirmed and did not get written down is found again, or is over. */
  const settle = (believed: string, at: number) => {
    if (believed === belief.status) return;
    if (believed === before.status) belief = before;
    else flaws.push(`${hhmm(at)}: ${believed} is believed, and ${belief.status} was seen`);
  };
  for (const event of history) {
    switch (event.kind) {
      case 'look': {
        if (!isWatched) break;
        const after = look(belief, event);
        if (after.status !== belief.status) before = belief;
        belief = after;
        break;
      }
      case 'restart':
        if (isWatched) settle(event.believed, event.at);
        belief = { ...belief, run: undefined };
        break;
      case 'reconnect':
        if (isWatched) settle(event.believed, event.at);
        break;
      case 'switch':
        if (!event.on) settle(event.believed, event.at);
        isWatched = event.on;
        belief = { ...NOTHING, news: belief.news };
        break;
      case 'removal':
        if (isWatched) settle(event.believed, event.at);
        isWatched = true;
        belief = { ...NOTHING, news: belief.news };
        break;
    }
    // What is behind this cannot be taken back by what comes.
    if (event.kind !== 'look') before = belief;
  }
  return { belief, flaws };
}

function look(belief: Belief, { answered, from, at, failures, successes }: LookSeen): Belief {
  const seen = answered ? 'up' : 'down';
  if (belief.status === seen) {
    const still = { ...belief, run: undefined };
    const last = belief.changes.at(-1) ?? 0;
    if (belief.unstableSince === undefined || at - last < STEADY_AFTER) return still;
    const word = seen === 'up' ? 'steady-up' : 'steady-down';
    const news = [...belief.news, { at, word, since: hhmm(belief.since) } as const];
    return { ...still, changes: [], unstableSince: undefined, news };
  }
  const run = { count: (belief.run?.count ?? 0) + 1, from: belief.run?.from ?? from };
  if (run.count < (answered ? successes : failures)) return { ...belief, run };
  const after = { ...belief, status: seen, since: run.from, run: undefined } as const;
  // Seen up for the first time: nobody needs to know.
  if (seen === 'up' && belief.status === 'unknown') return after;
  const changes = [...belief.changes.filter((change) => change > run.from - CHANGES_WITHIN), run.from];
  if (belief.unstableSince !== undefined) return { ...after, changes };
  if (changes.length <= MOST_CHANGES) {
    return { ...after, changes, news: [...belief.news, { at, word: seen, since: hhmm(run.from) }] };
  }
  const unstableSince = changes.at(-1 - MOST_CHANGES) ?? 0;
  const news = [...belief.news, { at, word: 'unstable', since: hhmm(unstableSince) } as const];
  return { ...after, changes, unstableSince, news };
}

type LookSeen = Extract<Witnessed, { kind: 'look' }>;

/** Something that somebody was told about one server. */
interface Told extends Statement {
  readonly at: number;
}

const SWITCHED: ReadonlySet<Word> = new Set<Word>(['watched', 'unwatched']);

/** @param isFaithful whether everything must have reached them: they were there all the time */
export function complaints(world: SoakWorld, addresses: readonly string[], isFaithful: boolean): string[] {
  const found: string[] = [];
  for (const [server, history] of world.histories) {
    const { belief, flaws } = follow(history);
    found.push(...flaws.map((flaw) => `${server}: ${flaw}`));
    for (const address of addresses) {
      const told = toldAbout(world.messages, address, server);
      const obstacles = world.obstacles.filter((one) => concerns(one, address, server));
      const about = told.filter(({ word }) => !SWITCHED.has(word));
      const flawsHere = compare(belief.news, about, obstacles, isFaithful);
      const switches = world.switches
        .filter((one) => one.server === server && one.by !== address)
        .map(({ on }) => (on ? 'watched' : 'unwatched'));
      const switchesTold = told.map(({ word }) => word).filter((word) => SWITCHED.has(word));
      if (isFaithful && switches.join() !== switchesTold.join()) {
        flawsHere.push(`switched ${switches.join()}, told ${switchesTold.join()}`);
      }
      if (flawsHere.length > 0) {
        found.push(
          `${server} to ${address}:\n  ${[...flawsHere, `news: ${belief.news.map(show).join(' · ')}`, `told: ${about.map(show).join(' · ')}`].join('\n  ')}`,
        );
      }
    }
  }
  return found;
}

const show = ({ at, word, since = '' }: { at: number; word: Word; since?: string }) =>
  `${new Date(at).toISOString().slice(11, 21)} ${word} ${since}`.trim();

function toldAbout(messages: readonly Message[], address: string, server: string): Told[] {
  return messages
    .filter((message) => message.address === address)
    .flatMap(({ at, text }) =>
      statementsIn(text)
        .filter((statement) => statement.server === server)
        .map((statement) => ({ at, ...statement })),
    );
}

function concerns(obstacle: Obstacle, address: string, server: string): boolean {
  return (obstacle.address ?? address) === address && (obstacle.server ?? server) === server;
}

/** Each piece of news once and in order, unless newer news of the same message has made it obsolete. */
function compare(
  news: readonly News[],
  told: readonly Told[],
  obstacles: readonly Obstacle[],
  isFaithful: boolean,
): string[] {
  const flaws: string[] = [];
  let next = 0;
  let last: Told | undefined;
  const mayBeLeftOut = (index: number): boolean => {
    const left = news[index] as News;
    return news.slice(index + 1).some((newer) => {
      const replaces =
        newer.word === 'unstable' ||
        newer.word.startsWith('steady') ||
        ((left.word.startsWith('steady') || left.word === 'unstable') && newer.word === 'down') ||
        // Monitoring was switched, or the server left the settings, before it came up.
        (left.word === 'down' && newer.word === 'down' && news[index + 1] === newer);
      if (!replaces) return false;
      const isHindered = obstacles.some(({ from, to }) => from <= newer.at && to >= left.at);
      return isHindered || newer.at - left.at <= ONE_MESSAGE;
    });
  };
  for (const [index, one] of told.entries()) {
    if (one.word === 'still-down') {
      const isDown = last?.word === 'down' || last?.word === 'steady-down';
      if (isFaithful && !isDown) flaws.push(`reminded after ${last?.word}: ${show(one)}`);
      continue;
    }
    const before = last;
    last = one;
    const isThis = (what: News | undefined, place: number) =>
      what !== undefined &&
      place >= next &&
      what.word === one.word &&
      what.at <= one.at &&
      (one.word === 'up' || one.since === undefined || one.since === what.since);
    // Two outages of one minute, with a switch between them, are told as the newer unless both are told.
    const isSaidAgain = told
      .slice(index + 1)
      .some(({ word, since }) => word === one.word && since === one.since);
    const isNewest = one.word === 'down' && one.since !== undefined && !isSaidAgain;
    const place = isNewest ? news.findLastIndex(isThis) : news.findIndex(isThis);
    if (place < 0) {
      flaws.push(`told and not (or no longer) news: ${show(one)}`);
      continue;
    }
    if (isFaithful) {
      for (let left = next; left < place; left++) {
        if (!mayBeLeftOut(left)) flaws.push(`never told: ${show(news[left] as News)}`);
      }
      const here = news[place] as News;
      // The end of an outage that was told is always told.
      const isEnd = one.word === 'up' && before?.word === 'down' && before.at < here.at;
      const inTheWay = obstacles.filter(
        ({ kind }) => !(isEnd && (kind === 'mute' || kind === 'maintenance')),
      );
      flaws.push(...untimely(here, one, inTheWay));
    }
    next = place + 1;
  }
  if (!isFaithful) return flaws;
  for (let left = next; left < news.length; left++) {
    if (!mayBeLeftOut(left)) flaws.push(`never told: ${show(news[left] as News)}`);
  }
  return flaws;
}

/** Too late with nothing in the way, or in spite of a mute. */
function untimely(news: News, told: Told, obstacles: readonly Obstacle[]): string[] {
  const inTheWay = obstacles.filter(({ from, to }) => from <= told.at && to >= news.at);
  const ready = Math.max(news.at, ...inTheWay.map(({ to }) => to));
  if (told.at > ready + LATEST) {
    const late = Math.round((told.at - ready) / SECOND);
    return [`${late} s late: ${show(news)}, told ${show(told)}`];
  }
  const isQuiet = inTheWay.some(
    ({ kind, from, to }) =>
      (kind === 'mute' && from + SECOND < told.at && to > told.at) ||
      (kind === 'maintenance' && from + SECOND < news.at && to > told.at),
  );
  return isQuiet && news.word === 'down' ? [`told although it was to be quiet: ${show(told)}`] : [];
}

/**
 * What somebody was told last about a server is not how it is in the end. What was confirmed before monitoring was
 * switched, or the server left the settings, says nothing about it any more, even when it could be told only after that.
 */
export function misbeliefs(world: SoakWorld, address: string): string[] {
  return [...world.histories].flatMap(([server, history]) => {
    const isReset = ({ kind }: Witnessed) => kind === 'switch' || kind === 'removal';
    const reset = history.findLast(isReset)?.at ?? 0;
    const last = toldAbout(world.messages, address, server)
      .filter(({ word }) => !SWITCHED.has(word) && word !== 'still-down')
      .at(-1);
    const { belief } = follow(history);
    const about = last && belief.news.findLast(({ at, word }) => word === last.word && at <= last.at);
    if (!last || !about || about.at <= reset) {
      const isKnown = belief.status === 'up' || (last !== undefined && reset > 0);
      return isKnown ? [] : [`${server} to ${address}: ${belief.status}, and never told`];
    }
    const isUp = last.word === 'up' || last.word === 'steady-up';
    return isUp === (belief.status === 'up')
      ? []
      : [`${server} to ${address}: ${belief.status}, and last told ${show(last)}`];
  });
}

/** How everybody sees a server now. `undefined`: as one that keeps changing. */
export function lastToldUp(world: SoakWorld, address: string, server: string): boolean | undefined {
  const last = toldAbout(world.messages, address, server)
    .filter(({ word }) => !SWITCHED.has(word) && word !== 'still-down')
    .at(-1)?.word;
  if (last === 'unstable') return undefined;
  return last === undefined || last === 'up' || last === 'steady-up';
}

/** Of one server to one recipient: nobody is told twice in a row that it is down, or up. */
export function repetitions(world: SoakWorld, address: string): string[] {
  return [...world.histories.keys()].flatMap((server) => {
    const told = toldAbout(world.messages, address, server).filter(
      ({ word }) => !SWITCHED.has(word) && word !== 'still-down',
    );
    return told
      .filter(({ word }, index) => word === told[index - 1]?.word)
      .map((one) => `${server} to ${address}: told again: ${show(one)}; all: ${told.map(show).join(' · ')}`);
  });
}

/** Nobody is told of an outage of which the probes saw nothing. */
export function inventions(world: SoakWorld, address: string): string[] {
  return [...world.histories].flatMap(([server, history]) => {
    const looks = history.filter((event): event is LookSeen => event.kind === 'look');
    return toldAbout(world.messages, address, server)
      .filter(({ word }) => word === 'down')
      .filter(({ at, since }) => {
        const failed = looks.filter((one) => one.at <= at && !one.answered);
        return !failed.some(({ from }) => since === undefined || hhmm(from) === since);
      })
      .map((one) => `${server} to ${address}: no probe saw this: ${show(one)}`);
  });
}

/** Whether the last word about the bot's own sight is that it sees. */
export function isToldToSee(world: SoakWorld, address: string): boolean {
  const about = world.messages.filter(
    (message) =>
      message.address === address && /stopped answering together|sees the servers again/.test(message.text),
  );
  const last = about.at(-1)?.text ?? '';
  return !last.includes('stopped answering together');
}
