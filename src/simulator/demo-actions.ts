/** Answers "what may the page do?": reads an action that may be anything and carries it out in the simulated world. */
import type { Feed } from './demo-feed.ts';
import type { ActAnswer, ConferenceAction, DemoPerson, ServerState } from './demo-protocol.ts';
import type { DemoServer } from './demo-world.ts';
import type { TelegramSimulator } from './telegram.ts';

export interface Stage {
  readonly people: readonly DemoPerson[];
  readonly telegram: TelegramSimulator;
  readonly servers: readonly DemoServer[];
  readonly feed: Feed;
}

/** An action that makes no sense, or no longer. */
export class NoSuchThing extends Error {}

/** As much as Telegram takes in one message. */
const LONGEST_TEXT = 4096;
const STATES: readonly ServerState[] = ['running', 'unplugged', 'hanging', 'slow', 'failing'];
const CONFERENCE_ACTIONS: readonly ConferenceAction[] = [
  'join',
  'leave',
  'moderator-leaves',
  'moderator-joins',
  'hour-later',
  'end',
];

/** Throws `NoSuchThing`. */
export async function act(stage: Stage, given: unknown): Promise<ActAnswer> {
  const action = new Fields(given);
  const kind = action.text('kind');
  const { feed, telegram } = stage;
  if (kind === 'write') {
    const text = action.text('text').trim().slice(0, LONGEST_TEXT);
    if (text !== '') telegram.write(personOf(stage, action), text);
    return {};
  }
  if (kind === 'tap') {
    const person = personOf(stage, action);
    const place = { chatId: person.id, messageId: action.number('messageId') };
    return { tap: telegram.press(person, place, action.text('data')) };
  }
  if (kind === 'cut-telegram') {
    const isCut = action.flag('cut');
    await telegram.setFault({ kind: isCut ? 'away' : 'none' });
    feed.telegramCut(isCut);
    return {};
  }
  const server = serverOf(stage, action);
  if (kind === 'set-state') await server.setState(oneOf(STATES, action.text('state')));
  else if (kind === 'revoke-tokens') server.simulator.revokeTokens();
  else if (kind === 'set-certificate') server.setCertificate(action.flag('trusted'));
  else if (!server.act(oneOf(CONFERENCE_ACTIONS, kind), action.text('session'))) {
    throw new NoSuchThing('nothing to do there any more');
  }
  feed.serverChanged(server);
  return {};
}

function serverOf({ servers }: Stage, action: Fields): DemoServer {
  const key = action.text('server');
  const server = servers.find((one) => one.key === key);
  if (!server) throw new NoSuchThing('no such server');
  return server;
}

function personOf({ people }: Stage, action: Fields): DemoPerson {
  const id = action.number('person');
  const person = people.find((one) => one.id === id);
  if (!person) throw new NoSuchThing('no such person');
  return person;
}

function oneOf<T extends string>(known: readonly T[], given: string): T {
  const found = known.find((one) => one === given);
  if (found === undefined) throw new NoSuchThing(`no such thing: ${given}`);
  return found;
}

class Fields {
  readonly #given: Record<string, unknown>;

  constructor(given: unknown) {
    this.#given = typeof given === 'object' && given !== null ? { ...given } : {};
  }

  text(name: string): string {
    return this.#read(name, 'string');
  }

  number(name: string): number {
    return this.#read(name, 'number');
  }

  flag(name: string): boolean {
    return this.#read(name, 'boolean');
  }

  #read<T>(name: string, type: 'string' | 'number' | 'boolean'): T {
    const value = this.#given[name];
    if (typeof value !== type) throw new NoSuchThing(`${name} must be a ${type}`);
    return value as T;
  }
}
