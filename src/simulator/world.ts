/**
 * Answers "how do I get a whole world at once?": several simulated TrueConf Servers with people, conferences and
 * forgotten ones, the same for the same seed; and bare servers by the thousand for measurements.
 */

import { startTrueConf, type TrueConfSimulator, type TrueConfSimulatorOptions } from './trueconf.ts';
import type { SimulatedParticipant } from './trueconf-conferences.ts';
import { createRandom, PEOPLE, pick, SERVERS, TOPICS } from './world-names.ts';

export interface WorldOptions {
  /** Default 3. */
  servers?: number;
  /** Default 1. */
  seed?: number;
  /** An address in 127.0.0.0/8 for each server, from `firstAddress` on; default false: all on 127.0.0.1. */
  ownAddresses?: boolean;
  /** Default 127.77.0.1. */
  firstAddress?: string;
  /** Running conferences of each server; default 6. Every third one is forgotten. */
  conferences?: number;
  /** Ended conferences of each server; default 10. */
  history?: number;
  /** Users of each server; default 40. */
  users?: number;
  /** For every server. */
  server?: Omit<TrueConfSimulatorOptions, 'host'>;
}

interface WorldServer {
  /** What an operator would call it: the name on the buttons. */
  name: string;
  simulator: TrueConfSimulator;
}

export interface World {
  readonly servers: WorldServer[];
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;
const START_TOGETHER = 100;

/** Starts servers full of life. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { servers: count = 3, seed = 1, conferences = 6, history = 10, users = 40 } = options;
  const simulators = await start(count, options);
  const servers = simulators.map((simulator, place) => {
    const random = createRandom(seed * 1_000_003 + place);
    populate(simulator, random, { conferences, history, users }, options.server?.now?.() ?? Date.now());
    const round = Math.floor(place / SERVERS.length);
    const name = `${SERVERS[place % SERVERS.length]}${round === 0 ? '' : ` ${round + 1}`}`;
    return { name, simulator };
  });
  return { servers, close: () => closeAll(simulators) };
}

/** Starts empty servers with an address each and, unless asked otherwise, plain HTTP and few kept requests. */
export async function startMany(
  count: number,
  options: Omit<TrueConfSimulatorOptions, 'host'> & { firstAddress?: string } = {},
): Promise<{ servers: TrueConfSimulator[]; close(): Promise<void> }> {
  const { firstAddress, ...server } = options;
  const servers = await start(count, {
    ownAddresses: true,
    ...(firstAddress === undefined ? {} : { firstAddress }),
    server: { tls: false, keptRequests: 50, ...server },
  });
  return { servers, close: () => closeAll(servers) };
}

async function start(count: number, options: WorldOptions): Promise<TrueConfSimulator[]> {
  const { ownAddresses = false, firstAddress = '127.77.0.1', server = {} } = options;
  const started: TrueConfSimulator[] = [];
  try {
    while (started.length < count) {
      const places = Array.from(
        { length: Math.min(START_TOGETHER, count - started.length) },
        (_, i) => started.length + i,
      );
      const host = (place: number) => (ownAddresses ? addressAt(firstAddress, place) : '127.0.0.1');
      const outcomes = await Promise.allSettled(
        places.map((place) =>
          startTrueConf({ serverName: `s${place + 1}.example`, ...server, host: host(place) }),
        ),
      );
      for (const outcome of outcomes) if (outcome.status === 'fulfilled') started.push(outcome.value);
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  } catch (error) {
    await closeAll(started);
    throw error;
  }
  return started;
}

async function closeAll(simulators: readonly TrueConfSimulator[]): Promise<void> {
  await Promise.all(simulators.map((simulator) => simulator.close()));
}

/** The address that is `places` behind the first. */
export function addressAt(first: string, places: number): string {
  const number = first.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + places;
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function populate(
  server: TrueConfSimulator,
  random: () => number,
  counts: { conferences: number; history: number; users: number },
  now: number,
): void {
  const minutes = (least: number, most: number) => Math.round(least + random() * (most - least)) * MINUTE_MS;
  for (let number = 0; number < counts.users; number++) {
    const [login, displayName] = PEOPLE[number % PEOPLE.length] as (typeof PEOPLE)[number];
    const id = number < PEOPLE.length ? login : `${login}${Math.floor(number / PEOPLE.length) + 1}`;
    server.users.push({ id, displayName, status: pick(random, [0, 0, 0, 1, 1, 2, 5]) });
  }
  const person = (role: number): SimulatedParticipant => {
    const [login, displayName] = pick(random, PEOPLE);
    return { id: `${login}@${server.serverName}`, displayName, role };
  };
  const crowd = (size: number) => {
    const people = Array.from({ length: size }, () => person(1));
    return [...new Map(people.map((participant) => [participant.id, participant])).values()];
  };
  for (let number = 0; number < counts.conferences; number++) {
    const owner = person(2);
    const others = crowd(2 + Math.floor(random() * 4)).filter(({ id }) => id !== owner.id);
    // Forgotten in turn: the owner alone is left, or everybody but the moderators.
    const isForgotten = number % 3 === 2;
    const participants = !isForgotten ? [owner, ...others] : number % 2 === 0 ? [owner] : others;
    server.addConference({
      topic: pick(random, TOPICS),
      owner: owner.id,
      participants,
      startedAt: now - (isForgotten ? minutes(70, 900) : minutes(1, 55)),
    });
  }
  for (let number = 0; number < counts.history; number++) {
    const startedAt = now - minutes(1000, 10_000);
    const owner = person(2);
    server.addConference({
      topic: pick(random, TOPICS),
      owner: owner.id,
      participants: [owner],
      startedAt,
      endedAt: startedAt + minutes(5, 120),
    });
  }
}
