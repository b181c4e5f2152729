/**
 * Answers "which servers does a newcomer meet?": a busy one, a quiet one, and one whose certificate nobody has signed.
 * The same every time, but for the dates. What is done to them is done through here.
 */
import { authority, type Certificate, issuedBy, selfSigned } from './certificate.ts';
import { type DemoName, PEOPLE, TOPICS } from './demo-people.ts';
import type { ConferenceAction, ConferenceView, ServerState, ServerView } from './demo-protocol.ts';
import { createListener } from './listener.ts';
import {
  type Fault,
  type SimulatedConference,
  type SimulatedParticipant,
  startTrueConf,
  type TrueConfSimulator,
} from './trueconf.ts';
import { addressAt } from './world.ts';
import { createRandom, pick } from './world-names.ts';

/** For the settings of whoever watches it. */
export interface DemoServer {
  readonly key: string;
  readonly name: string;
  readonly simulator: TrueConfSimulator;
  view(): ServerView;
  setState(state: ServerState): Promise<void>;
  setCertificate(trusted: boolean): void;
  /** False: there is no such conference (any more), or nobody of that kind in it. */
  act(kind: ConferenceAction, sessionId: string): boolean;
}

export interface DemoWorld {
  readonly servers: readonly DemoServer[];
  /** PEM of the authority that has signed the certificates of the first two. */
  readonly authority: string;
  close(): Promise<void>;
}

interface Plan {
  readonly key: string;
  readonly name: string;
  readonly conferences: number;
  /** Users who are in no conference. */
  readonly others: number;
  readonly trusted: boolean;
}

const PLANS: readonly Plan[] = [
  { key: 'busy', name: 'video.example.com', conferences: 40, others: 20, trusted: true },
  { key: 'quiet', name: 'Klinik am Südpark', conferences: 2, others: 12, trusted: true },
  { key: 'self-signed', name: 'backup.example.net', conferences: 5, others: 20, trusted: false },
];

const FIRST_ADDRESS = '127.77.0.1';
/** Demos that may run at once with addresses of their own. */
const BLOCKS = 10;
const BLOCK_SIZE = 256;
const GUARD = { place: 250, port: 4306 };
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const FAULTS: Record<ServerState, Fault> = {
  running: { kind: 'none' },
  unplugged: { kind: 'down' },
  hanging: { kind: 'hanging' },
  slow: { kind: 'slow', latencyMs: 3_000 },
  failing: { kind: 'status', status: 502 },
};

/**
 * Starts the servers on their usual ports at addresses of their own, or on free ports where that is not allowed.
 * @param first address of the first server; default: one that no other demo on this machine uses
 */
export async function createDemoWorld(first?: string): Promise<DemoWorld> {
  const signer = await authority('Demo authority');
  const block = first === undefined ? await freeBlock() : { first, leave: async () => {} };
  const started: DemoServer[] = [];
  const close = async () => {
    await Promise.all(started.map(({ simulator }) => simulator.close()));
    await block.leave();
  };
  try {
    for (const [place, plan] of PLANS.entries()) {
      started.push(await startServer(plan, place, addressAt(block.first, place), signer));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { servers: started, authority: signer.cert, close };
}

/** So that one demo never takes a port of another whose server is unplugged just then. */
async function freeBlock(): Promise<{ readonly first: string; leave(): Promise<void> }> {
  for (let block = 0; block < BLOCKS; block++) {
    const first = addressAt(FIRST_ADDRESS, block * BLOCK_SIZE);
    try {
      const guard = await createListener({
        host: addressAt(first, GUARD.place),
        port: GUARD.port,
        handle: (_request, response) => response.writeHead(404).end(),
      });
      return { first, leave: () => guard.become('refusing') };
    } catch {
      // Taken, or a system with no address but 127.0.0.1.
    }
  }
  return { first: FIRST_ADDRESS, leave: async () => {} };
}

async function startServer(
  plan: Plan,
  place: number,
  address: string,
  signer: Certificate,
): Promise<DemoServer> {
  const simulator = await onUsualPorts(address, plan.key);
  const own = await selfSigned(simulator.host);
  const signed = await issuedBy(signer, simulator.host);
  const random = createRandom(place + 1);
  populate(simulator, plan, random);

  let state: ServerState = 'running';
  let trusted = plan.trusted;
  const setCertificate = (wanted: boolean) => {
    trusted = wanted;
    simulator.showCertificate(wanted ? signed : own);
  };
  setCertificate(plan.trusted);
  const { host, apiPort } = simulator;
  return {
    key: plan.key,
    name: plan.name,
    simulator,
    view: () => ({
      key: plan.key,
      name: plan.name,
      address: `https://${host}${apiPort === 443 ? '' : `:${apiPort}`}`,
      state,
      hasTrustedCertificate: trusted,
      users: simulator.users.filter(({ status }) => status > 0).length,
      conferences: simulator.conferences.filter(isRunning).map(viewOf),
    }),
    setState: async (wanted) => {
      state = wanted;
      await simulator.setFault(FAULTS[wanted]);
    },
    setCertificate,
    act: (kind, sessionId) => act(simulator, random, kind, sessionId),
  };
}

/** Ports below 1024 are not for everybody, and not every system has more than 127.0.0.1. */
async function onUsualPorts(host: string, key: string): Promise<TrueConfSimulator> {
  const serverName = `${key}.example`;
  const places = [
    { host, apiPort: 443, statusPort: 4307 },
    { host, apiPort: 0, statusPort: 0 },
  ];
  for (const place of places) {
    try {
      return await startTrueConf({ ...place, serverName });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!['EACCES', 'EADDRINUSE', 'EADDRNOTAVAIL', 'EPERM'].includes(code ?? '')) throw error;
    }
  }
  return startTrueConf({ serverName });
}

const isRunning = ({ endedAt }: SimulatedConference) => endedAt === null;
const isModerator = ({ role }: SimulatedParticipant) => role === 2;

function viewOf({ sessionId, topic, startedAt, participants }: SimulatedConference): ConferenceView {
  const people = participants.map((person) => ({
    id: person.id,
    name: person.displayName,
    isModerator: isModerator(person),
  }));
  return { sessionId, topic, startedAt, people };
}

/** Everybody is in one conference at most; of the others some are online. */
function populate(server: TrueConfSimulator, plan: Plan, random: () => number): void {
  const now = Date.now();
  const people = shuffled(PEOPLE, random);
  for (let number = 0; number < plan.conferences; number++) {
    const [owner, ...others] = people.splice(0, 2 + Math.floor(random() * 5));
    if (!owner) return;
    const age = plan.key === 'busy' ? AGES[number] : undefined;
    const moderators = age?.left === 'guests' ? [] : [participantOf(server, owner, 2)];
    const guests = age?.left === 'moderator' ? [] : others.map((name) => participantOf(server, name, 1));
    server.addConference({
      topic: TOPICS[number % TOPICS.length] ?? null,
      owner: `${owner.login}@${server.serverName}`,
      participants: [...moderators, ...guests],
      startedAt: now - (age?.ms ?? Math.round(MINUTE_MS * (2 + random() * 45))),
    });
    for (const { login, shown } of [
      ...(moderators.length ? [owner] : []),
      ...(guests.length ? others : []),
    ]) {
      server.users.push({ id: login, displayName: shown, status: 5 });
    }
  }
  for (const { login, shown } of people.slice(0, plan.others)) {
    server.users.push({ id: login, displayName: shown, status: pick(random, [0, 0, 1, 1, 2]) });
  }
}

/** The first conferences of the busy server: forgotten in both ways, and one that lasts long but is looked after. */
const AGES: readonly { readonly ms: number; readonly left: 'moderator' | 'guests' | 'all' }[] = [
  { ms: 3.4 * HOUR_MS, left: 'moderator' },
  { ms: 1.7 * HOUR_MS, left: 'guests' },
  { ms: 2.2 * HOUR_MS, left: 'all' },
];

function participantOf(
  server: TrueConfSimulator,
  { login, shown }: DemoName,
  role: number,
): SimulatedParticipant {
  return { id: `${login}@${server.serverName}`, displayName: shown, role };
}

function act(
  server: TrueConfSimulator,
  random: () => number,
  kind: ConferenceAction,
  sessionId: string,
): boolean {
  const conference = server.conferences.find((one) => one.sessionId === sessionId && isRunning(one));
  if (!conference) return false;
  const leave = (person: SimulatedParticipant | undefined) => {
    if (person) server.leave(sessionId, person.id);
    return person !== undefined;
  };
  const join = (role: number) => {
    const inside = new Set(conference.participants.map(({ id }) => id));
    const people = PEOPLE.map((name) => participantOf(server, name, role)).filter(
      ({ id }) => !inside.has(id),
    );
    if (people.length > 0) server.join(sessionId, pick(random, people));
    return people.length > 0;
  };
  switch (kind) {
    case 'join':
      return join(1);
    case 'moderator-joins':
      return join(2);
    case 'leave':
      return leave(conference.participants.findLast((person) => !isModerator(person)));
    case 'moderator-leaves':
      return leave(conference.participants.find(isModerator));
    case 'hour-later':
      conference.startedAt -= HOUR_MS;
      return true;
    case 'end':
      server.end(sessionId);
      return true;
  }
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
