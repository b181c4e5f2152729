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
const LATEST = 12 * SECOND;

/** At most so long between two looks at a server, which is when it is found that a reminder is due. */
const ROUND = 20 * SECOND;

/** Rows that came so soon after each other were going to be one message anyway. */
const ONE_MESSAGE = 10 * SECOND;

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
  /** The looks in a row that contradict it, all in the same way. */
  readonly run: { readonly seen: 'up' | 'down'; readonly count: number; readonly from: number } | undefined;
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
    if (believed === stateOf(belief)) return;
    if (believed === stateOf(before)) belief = before;
    else flaws.push(`${hhmm(at)}: ${believed} is believed, and ${stateOf(belief)} was seen`);
  };
  for (const event of history) {
    switch (event.kind) {
      case 'look': {
        if (!isWatched) break;
        const after = look(belief, event);
        if (stateOf(after) !== stateOf(belief)) before = belief;
        belief = after;
        break;
      }
      case 'restart':
        if (isWatched) settle(event.believed, event.at);
        belief = { ...unseenUntil(event.at, belief), run: undefined };
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

const stateOf = ({ status, unstableSince }: Belief) =>
  unstableSince === undefined ? status : `${status}, unstable`;

/** Whether an unstable server has kept still is known only of the time in which somebody looked. */
function unseenUntil(at: number, belief: Belief): Belief {
  return belief.unstableSince === undefined ? belief : { ...belief, changes: [...belief.changes, at] };
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
  const before = belief.run?.seen === seen ? belief.run : { count: 0, from };
  const run = { seen, count: before.count + 1, from: before.from } as const;
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
  /** The whole message. */
  readonly text: string;
}

const DEEDS: ReadonlySet<Word> = new Set<Word>(['watched', 'unwatched', 'acknowledged']);

/** @param isFaithful whether everything must have reached them: they were there all the time */
export function complaints(world: SoakWorld, addresses: readonly string[], isFaithful: boolean): string[] {
  const found: string[] = [];
  for (const [server, history] of world.histories) {
    const { belief, flaws } = follow(history);
    found.push(...flaws.map((flaw) => `${server}: ${flaw}`));
    for (const address of addresses) {
      const told = toldAbout(world.messages, address, server);
      const obstacles = world.obstacles.filter((one) => concerns(one, address, server));
      const about = told.filter(({ word }) => !DEEDS.has(word));
      const flawsHere = compare(belief.news, about, obstacles, isFaithful);
      if (isFaithful) {
        const done = world.deeds.filter((one) => one.server === server && one.by !== address);
        flawsHere.push(
          ...unlike(
            done,
            told.filter(({ word }) => DEEDS.has(word)),
          ),
          ...badReminders(world, server, about, obstacles),
        );
      }
      if (flawsHere.length > 0) {
        found.push(
          `${server} to ${address}:\n  ${[...flawsHere, `news: ${belief.news.map(show).join(' · ')}`, `told: ${told.map(show).join(' · ')}`].join('\n  ')}`,
        );
      }
    }
  }
  return found;
}

const show = ({ at, word, since = '' }: { at: number; word: Word; since?: string }) =>
  `${new Date(at).toISOString().slice(11, 21)} ${word} ${since}`.trim();

function toldAbout(messages: readonly Message[], address: string, server: string): Told[] {
  const said = messages
    .filter((message) => message.address === address)
    .map(({ at, text, isUnmarked }): Heard => {
      const here = statementsIn(text).filter((statement) => statement.server === server);
      return { isUnmarked, statements: here.map((statement) => ({ at, text, ...statement })) };
    });
  const only = (isWanted: (told: Told) => boolean) =>
    said.map((one): Heard => ({ ...one, statements: one.statements.filter(isWanted) }));
  const deeds = heard(only(({ word }) => DEEDS.has(word)));
  return [...heard(only(({ word }) => !DEEDS.has(word))), ...deeds].sort((a, b) => a.at - b.at);
}

interface Heard {
  readonly isUnmarked: boolean;
  readonly statements: readonly Told[];
}

/** What may be said again, because the program does not know that it was told, and is said again next, counts once. */
function heard(messages: readonly Heard[]): readonly Told[] {
  let later: readonly Told[] = [];
  for (const { isUnmarked, statements } of [...messages].reverse()) {
    const next = later;
    // Of an outage a newer beginning may be told by then, and of one that the bot could not see another.
    const isSaidAgain = statements.every(({ word }, place) => word === next[place]?.word);
    later = isUnmarked && isSaidAgain ? next : [...statements, ...next];
  }
  return later;
}

/** What people did is told to all others, once and in order. */
function unlike(done: readonly { readonly word: Word }[], told: readonly Told[]): string[] {
  const [was, said] = [done, told].map((words) => words.map(({ word }) => word).join());
  return was === said ? [] : [`done: ${was}, told: ${said}`];
}

/** Of an outage that nobody cares about everybody is reminded, at its pace. */
function badReminders(
  world: SoakWorld,
  server: string,
  told: readonly Told[],
  obstacles: readonly Obstacle[],
): string[] {
  const every = world.remindsEvery(server) ?? Number.POSITIVE_INFINITY;
  const end = { at: world.clock.now(), word: 'down' } as const;
  return told.flatMap((one, index) => {
    if (one.word !== 'down' && one.word !== 'still-down') return [];
    const next = told[index + 1] ?? end;
    const isDisturbed =
      obstacles.some(({ from, to }) => from <= next.at && to >= one.at - MINUTE) ||
      world.histories.get(server)?.some(({ kind, at }) => kind !== 'look' && at >= one.at && at <= next.at);
    if (isDisturbed) return [];
    const isCaredFor = world.deeds.some(
      ({ word, ...deed }) =>
        word === 'acknowledged' && deed.server === server && deed.at >= one.at - LATEST && deed.at < next.at,
    );
    const waited = next.at - one.at;
    if (next.word === 'still-down' && isCaredFor) return [`reminded though somebody is on it: ${show(next)}`];
    if (next.word === 'still-down' && waited < every - LATEST) return [`reminded too soon: ${show(next)}`];
    return waited > every + ROUND + LATEST && !isCaredFor ? [`not reminded after ${show(one)}`] : [];
  });
}

function concerns(obstacle: Obstacle, address: string, server: string): boolean {
  return (obstacle.address ?? address) === address && (obstacle.server ?? server) === server;
}

/** When nothing stands in the way any more. A gap that is too short for a message is none. */
function freeFrom(at: number, obstacles: readonly Obstacle[]): number {
  const inOrder = [...obstacles].sort((a, b) => a.from - b.from);
  return inOrder.reduce((free, { from, to }) => (from <= free + LATEST ? Math.max(free, to) : free), at);
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
        (left.word === 'steady-down' && newer.word === 'up') ||
        // Monitoring was switched, or the server left the settings, before it came up.
        (left.word === 'down' && newer.word === 'down' && news[index + 1] === newer);
      if (!replaces) return false;
      return newer.at <= freeFrom(left.at, obstacles) + ONE_MESSAGE;
    });
  };
  for (const [index, one] of told.entries()) {
    const isAlone = told.filter(({ at, text }) => at === one.at && text === one.text).length === 1;
    if (!isAlone && (one.word === 'still-down' || one.word === 'unstable')) {
      flaws.push(`told together with what makes it obsolete, or the other way round: ${show(one)}`);
    }
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
        ({ kind }) => !(isEnd && (kind === 'mute' || kind === 'maintenance' || kind === 'perhaps')),
      );
      flaws.push(...untimely(here, one, inTheWay), ...misleading(here, one, obstacles, isEnd));
      const following = news[place + 1];
      const isOver = following?.word === 'up' && told[index + 1]?.at !== one.at && following.at < one.at;
      if (one.word === 'down' && isOver) flaws.push(`told as down when it was up again: ${show(one)}`);
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
  const ready = freeFrom(news.at, inTheWay);
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

/** So long after it could have gone out a message says that it is late. */
const LATE = MINUTE;

/** It says that it is late, or was held, when it was not, or does not say so. */
function misleading(news: News, told: Told, obstacles: readonly Obstacle[], isEnd: boolean): string[] {
  const flaws: string[] = [];
  const isQuiet = ({ kind }: Obstacle) => kind === 'mute' || kind === 'maintenance' || kind === 'perhaps';
  const quiet = obstacles.filter(isQuiet);
  const saysLate = / late: it could not be delivered since /.test(told.text);
  const saysHeld = told.text.includes('Held back while it was quiet here:');
  const during = (from: number) => (one: Obstacle) => one.from <= told.at && one.to >= from;
  if (!saysLate && told.at - news.at > LATE + 5 * SECOND && !quiet.some(during(news.at))) {
    flaws.push(`late, and does not say so: ${show(told)}`);
  }
  const isExcused = (one: Obstacle) => !isQuiet(one) || one.kind === 'perhaps';
  if (saysLate && !obstacles.some((one) => isExcused(one) && during(told.at - LATE)(one))) {
    flaws.push(`says that it is late: ${show(told)}`);
  }
  const wasHeld = quiet.some(
    ({ kind, from, to }) => kind !== 'perhaps' && from + SECOND < news.at && to > news.at && to <= told.at,
  );
  if (!saysHeld && wasHeld && !isEnd) flaws.push(`was held, and does not say so: ${show(told)}`);
  if (saysHeld && !quiet.some(({ to }) => to <= told.at)) flaws.push(`says that it was held: ${show(told)}`);
  return flaws;
}

/** Telegram takes about one message a second in a chat, and twenty a minute in a group. */
export function floods(world: SoakWorld, address: string): string[] {
  // One that the program does not know of is repeated sooner.
  const sent = world.messages
    .filter((message) => message.address === address && !message.isUnmarked)
    .map(({ at }) => at);
  const most = address.startsWith('-') ? 20 : 60;
  return sent.flatMap((at, index) => {
    const before = sent[index - 1] ?? 0;
    const isNewRun = world.starts.some((start) => start >= before && start <= at);
    const isCrowded = (at - before < SECOND && !isNewRun) || at - (sent[index - most] ?? 0) < MINUTE;
    return isCrowded ? [`too much to ${address} at ${new Date(at).toISOString()}`] : [];
  });
}

/** An administrator is told how the bot's own disk is; the newer word may make the older one obsolete. */
export function ownTroubles(world: SoakWorld, address: string): string[] {
  const told = world.messages
    .filter((message) => message.address === address)
    .flatMap(({ text, isUnmarked }) => {
      if (text.includes('cannot write down what it knows')) return [{ kind: 'storage-trouble', isUnmarked }];
      return text.includes('writes down again what it knows') ? [{ kind: 'storage-mended', isUnmarked }] : [];
    })
    .filter(({ kind, isUnmarked }, index, all) => !(isUnmarked && all[index + 1]?.kind === kind))
    .map(({ kind }) => kind);
  const wanted = address.startsWith('-') ? [] : world.ownNews.map(({ kind }) => kind);
  let next = 0;
  for (const kind of wanted) if (kind === told[next]) next += 1;
  const isRight = next === told.length && told.at(-1) === wanted.at(-1);
  return isRight ? [] : [`to ${address}: disk ${wanted.join()}; told ${told.join()}`];
}

/** That somebody blocked the bot is told to the others, once until a message gets through again, restarts or not. */
export function refusals(world: SoakWorld, address: string, who: string): string[] {
  const tries = world.channel.attempts.filter((one) => one.address === who && one.delivery.kind !== 'retry');
  const news = tries.filter(
    ({ delivery }, index) => delivery.kind === 'refused' && tries[index - 1]?.delivery.kind !== 'refused',
  );
  // Nobody knows how far it came with what it did when it was killed.
  const unsure = tries.filter(({ at }) => world.deaths.includes(at)).length;
  const told = world.messages.filter(
    (one) => one.address === address && one.text.includes(`Alerts no longer reach <code>${who}</code>`),
  );
  const again = told.filter(({ isUnmarked }) => isUnmarked).length;
  const isRight = told.length >= news.length - unsure && told.length - again <= news.length + unsure;
  return isRight ? [] : [`to ${address}: ${news.length} times refused to ${who}, told ${told.length} times`];
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
      .filter(({ word }) => !DEEDS.has(word) && word !== 'still-down')
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
    .filter(({ word }) => !DEEDS.has(word) && word !== 'still-down')
    .at(-1)?.word;
  if (last === 'unstable') return undefined;
  return last === undefined || last === 'up' || last === 'steady-up';
}

/** Of one server to one recipient: nobody is told twice in a row that it is down, or up. */
export function repetitions(world: SoakWorld, address: string): string[] {
  return [...world.histories.keys()].flatMap((server) => {
    const told = toldAbout(world.messages, address, server).filter(
      ({ word }) => !DEEDS.has(word) && word !== 'still-down',
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

/** That the bot is cut off is told once for each time that it is. */
export function blindness(world: SoakWorld, address: string): string[] {
  const told = world.messages
    .filter((message) => message.address === address && /^⚪ .*stopped answering/m.test(message.text))
    .filter(({ isUnmarked }, index, all) => !(isUnmarked && index < all.length - 1));
  return told.flatMap(({ at }, index) => {
    const last = told[index - 1]?.at ?? 0;
    // That it was told may have been written down when it was killed, and not what follows from it.
    const isNews = [...world.cuts, ...world.deaths].some((moment) => moment < at && moment >= last);
    return isNews ? [] : [`to ${address}: cut off at ${new Date(at).toISOString()}, told without a reason`];
  });
}

/** Whether the last word about the bot's own sight is that it sees. */
export function isToldToSee(world: SoakWorld, address: string): boolean {
  const headline = /^⚪ .*(stopped answering|Still no answer)|^🟢 .*The bot gets answers again/m;
  const said = world.messages
    .filter((message) => message.address === address)
    .flatMap(({ text }) => headline.exec(text)?.[0] ?? []);
  return said.at(-1)?.startsWith('⚪') !== true;
}
