/**
 * Soaks: ten simulated minutes (and some hours) in which everything goes wrong by chance, and then an oracle compares
 * what everybody was told with what has happened. `SOAK_SEED=7 npx vitest run test/timelines/soak.test.ts` plays that
 * chance again, `SOAK_SEED=100 SOAK_SEEDS=50` those from 100 on.
 */
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRandom } from '../../src/simulator/world-names.ts';
import { temporaryFolder } from '../storage/folders.ts';
import type { BehaviourName } from '../support/scripted-server.ts';
import { START } from '../support/virtual-clock.ts';
import {
  blindness,
  complaints,
  floods,
  follow,
  inventions,
  isToldToSee,
  lastToldUp,
  misbeliefs,
  ownTroubles,
  refusals,
  repetitions,
} from './soak-oracle.ts';
import { type Death, FAITHFUL, type Person, SoakWorld, type TelegramMode } from './soak-world.ts';
import { PEOPLE } from './timeline.ts';

const SECOND = 1_000;

const FIRST_SEED = Number(process.env.SOAK_SEED ?? 1);
const SEEDS = Number(process.env.SOAK_SEEDS ?? (process.env.SOAK_SEED ? 1 : 8));
const seeds = (count = SEEDS) => Array.from({ length: count }, (_, index) => FIRST_SEED + index);

const SERVERS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta'];
const GOOD: readonly BehaviourName[] = ['answers', 'answers', 'answers after 4 s'];
const BAD: readonly BehaviourName[] = [
  'refuses',
  'drops every packet',
  'hangs',
  'answers 503',
  'has no address',
];
const MODES: readonly TelegramMode[] = ['away', 'hanging', 'limiting', 'losing'];
const DEATHS: readonly Death[] = ['at once', 'before a write', 'after a write', 'after a message'];

/** More at once would mean that the bot itself may be cut off. */
const MOST_BAD = 2;

/** Decides by chance, second by second, what happens to a world. */
class Driver {
  readonly world: SoakWorld;
  readonly #random: () => number;
  /** What comes later, by the second in which it does. */
  readonly #later: { readonly at: number; readonly does: () => unknown }[] = [];
  #seconds = 0;
  /** The one that people look at: it was the last that changed. */
  #talkedAbout = SERVERS[0] as string;
  /** What was done, for a seed that fails. */
  readonly deeds: string[] = [];

  constructor(seed: number, folder: string | undefined) {
    this.#random = createRandom(seed);
    this.world = new SoakWorld({ servers: SERVERS, folder, random: createRandom(seed + 1_000_003) });
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }

  between(least: number, most: number): number {
    return Math.round(least + this.#random() * (most - least));
  }

  async does(what: string, deed: () => unknown): Promise<void> {
    this.deeds.push(`${new Date(this.world.clock.now()).toISOString().slice(11, 19)} ${what}`);
    await deed();
    await this.world.clock.settle();
  }

  after(seconds: number, what: string, deed: () => unknown): void {
    this.#later.push({ at: this.#seconds + seconds, does: () => this.does(what, deed) });
  }

  /** At no moment at which anything else is due. @param second what may happen in each */
  async play(seconds: number, second: () => Promise<void> = async () => {}): Promise<void> {
    const { clock } = this.world;
    for (let played = 0; played < seconds; played++) {
      this.#seconds += 1;
      await clock.advanceTo(START + this.#seconds * SECOND + 137);
      for (const one of this.#later.filter(({ at }) => at === this.#seconds)) await one.does();
      await second();
    }
  }

  /** What is planned for later happens now. */
  async catchUp(): Promise<void> {
    const open = this.#later.filter(({ at }) => at > this.#seconds).sort((a, b) => a.at - b.at);
    this.#later.length = 0;
    for (const one of open) await one.does();
  }

  /** Others do not answer, or will not the next time. */
  #isEnough(name: string): boolean {
    const { world } = this;
    const others = SERVERS.filter((one) => one !== name);
    return (
      others.filter((one) => BAD.includes(world.behaviour(one)) || world.hasHiccup(one)).length >= MOST_BAD
    );
  }

  // What can happen.

  async aServerChanges(): Promise<void> {
    const name = this.pick(SERVERS);
    this.#talkedAbout = name;
    const isBad = BAD.includes(this.world.behaviour(name));
    const how = isBad || this.#isEnough(name) ? this.pick(GOOD) : this.pick(BAD);
    await this.does(`${name} ${how}`, () => this.world.behave(name, how));
  }

  /** One that does not make up its mind. */
  async aServerFlaps(): Promise<void> {
    if (SERVERS.some((one) => BAD.includes(this.world.behaviour(one)))) return;
    const name = this.pick(SERVERS);
    this.#talkedAbout = name;
    for (let index = 0, at = 1; index < 8; index++, at += this.between(12, 40)) {
      this.after(at, `${name} flaps`, () => {
        const isUp = GOOD.includes(this.world.behaviour(name));
        this.world.behave(name, isUp && !this.#isEnough(name) ? 'refuses' : 'answers');
      });
    }
  }

  async aProbeIsLost(): Promise<void> {
    const name = this.pick(SERVERS);
    if (this.#isEnough(name)) return;
    await this.does(`a probe of ${name} is lost`, () => this.world.hiccup(name));
  }

  /** Often the one that has just changed. */
  #oneOfThose(): string {
    const { present } = this.world;
    return this.chance(0.5) && present.includes(this.#talkedAbout) ? this.#talkedAbout : this.pick(present);
  }

  async telegramFails(): Promise<void> {
    const mode = this.pick(MODES);
    const to = this.chance(0.5) ? this.pick(FAITHFUL) : undefined;
    await this.does(`telegram is ${mode} ${to ?? ''}`, () => this.world.telegram(mode, to));
    this.after(this.between(2, 100), `telegram is fine ${to ?? ''}`, () => this.world.telegram('fine', to));
  }

  async carolRefuses(): Promise<void> {
    const carol = String(PEOPLE.carol);
    await this.does('carol blocks the bot', () => this.world.telegram('refusing', carol));
    this.after(this.between(5, 60), 'carol does so no longer', () => this.world.telegram('fine', carol));
  }

  async somebodyMutes(): Promise<void> {
    const now = this.world.clock.now();
    const mutes = this.world.obstacles.filter(({ kind, to }) => kind === 'mute' && to > now);
    const early = this.chance(0.5) ? undefined : mutes[0];
    const server = early?.server ?? this.#oneOfThose();
    const to = early?.address ?? this.pick(FAITHFUL);
    const minutes = early ? 0 : this.pick([1, 2, 4]);
    if (!this.world.present.includes(server)) return;
    await this.does(`${to} mutes ${server} for ${minutes} min`, () => this.world.mute(server, to, minutes));
  }

  async somebodyAcknowledges(): Promise<void> {
    const server = this.#oneOfThose();
    await this.does(`boris is on ${server}`, () => this.world.acknowledge(server, 'boris'));
  }

  /** One at a time, so that enough others are watched. */
  async monitoringIsSwitched(): Promise<void> {
    const off = this.world.present.find((name) => !this.world.isWatched(name));
    const server = off ?? this.#oneOfThose();
    const who = this.pick<Person>(['anna', 'boris']);
    const on = off !== undefined;
    await this.does(`${who} switches ${server} ${on ? 'on' : 'off'}`, () =>
      this.world.switchMonitoring(server, on, who),
    );
  }

  async settingsChange(): Promise<void> {
    const { world } = this;
    const missing = SERVERS.find((name) => !world.present.includes(name));
    const server = this.#oneOfThose();
    switch (this.pick(['interval', 'port', 'thresholds', 'servers', 'people'] as const)) {
      case 'interval': {
        const interval = this.pick([1, 2, 5, 10, 15]);
        return this.does(`${server} every ${interval} s`, () => world.edit(server, { interval }));
      }
      case 'port': {
        const port = this.between(400, 499);
        return this.does(`${server} at port ${port}`, () => world.edit(server, { port }));
      }
      case 'thresholds': {
        const thresholds = { failures: this.pick([1, 2, 3]), successes: this.pick([1, 2]) };
        return this.does(`${server} ${JSON.stringify(thresholds)}`, () => world.edit(server, thresholds));
      }
      case 'servers':
        if (missing !== undefined) return this.does(`${missing} is added`, () => world.add(missing));
        return this.does(`${server} is removed`, () => world.remove(server));
      case 'people': {
        const isThere = world.people.includes('carol');
        return this.does(`carol ${isThere ? 'goes' : 'comes'}`, () => world.invite('carol', !isThere));
      }
    }
  }

  async theDiskFails(): Promise<void> {
    const how = this.pick(['full', 'io-error', 'read-only'] as const);
    await this.does(`the disk: ${how}`, () => this.world.disk(how));
    this.after(this.between(5, 150), 'the disk works', () => this.world.disk(undefined));
  }

  async restarts(): Promise<void> {
    // What the disk did not take is gone with the process, which is a rule of its own.
    this.world.disk(undefined);
    await this.does('stops', () => this.world.stop());
    this.after(this.between(1, 40), 'starts', () => this.world.start());
  }

  async isKilled(): Promise<void> {
    // What the disk did not take would be gone with the process.
    if (!this.world.isWrittenDown) return;
    this.world.disk(undefined);
    const when = this.pick(DEATHS);
    await this.does(`is killed ${when}`, () => this.world.kill(when));
    this.after(this.between(5, 40), 'starts again', async () => {
      if (this.world.isRunning) this.world.kill('at once');
      await this.world.start();
    });
  }

  async theChatMoves(): Promise<void> {
    await this.does('the chat moves', () => this.world.moveChat());
  }

  async theSettingsFollow(): Promise<void> {
    await this.does('the settings name the chat that has moved', () => this.world.nameNewChat());
  }

  async isCutOff(): Promise<void> {
    await this.does('the network is gone', () => this.world.cutOff(true));
    this.after(this.between(5, 120), 'the network is back', () => this.world.cutOff(false));
  }
}

interface Story {
  readonly minutes: number;
  readonly onDisk: boolean;
}

/** Chances for each second. */
async function misfortune(driver: Driver, share: number): Promise<void> {
  if (driver.chance(0.04 * share)) await driver.aServerChanges();
  if (driver.chance(0.004 * share)) await driver.aServerFlaps();
  if (driver.chance(0.02 * share)) await driver.aProbeIsLost();
  if (driver.chance(0.015 * share)) await driver.telegramFails();
  if (driver.chance(0.003 * share)) await driver.theChatMoves();
  if (!driver.world.isRunning || driver.world.isDoomed) return;
  if (driver.chance(0.004 * share)) await driver.theSettingsFollow();
  if (driver.chance(0.004 * share)) await driver.carolRefuses();
  if (driver.chance(0.015 * share)) await driver.somebodyMutes();
  if (driver.chance(0.01 * share)) await driver.somebodyAcknowledges();
  if (driver.chance(0.01 * share)) await driver.monitoringIsSwitched();
  if (driver.chance(0.015 * share)) await driver.settingsChange();
  if (driver.chance(0.006 * share)) await driver.theDiskFails();
  if (driver.chance(0.004 * share)) await driver.restarts();
  else if (driver.chance(0.01 * share)) await driver.isKilled();
}

/** Until nothing stands in the way any more, every mute has ended, and who was unstable is steady. */
async function peace(driver: Driver): Promise<void> {
  const { world } = driver;
  await driver.catchUp();
  if (!world.isRunning) await world.start();
  world.disk(undefined);
  world.telegram('fine');
  for (const name of SERVERS) {
    if (!world.present.includes(name)) await world.add(name);
    if (!world.isWatched(name)) await world.switchMonitoring(name, true, 'anna');
  }
  await driver.play(60);
  // Of the others that are still down everybody is reminded.
  await driver.somebodyAcknowledges();
  await driver.play(25 * 60);
}

async function soak(seed: number, { minutes, onDisk }: Story): Promise<void> {
  const driver = new Driver(seed, onDisk ? temporaryFolder() : undefined);
  const { world } = driver;
  onTestFinished(async () => {
    if (world.isRunning) await world.stop();
  });
  await world.start();
  await driver.play(minutes * 60, () => misfortune(driver, minutes > 30 ? 0.3 : 1));
  await peace(driver);

  const found = complaints(world, FAITHFUL, true);
  found.push(...complaints(world, [String(PEOPLE.carol)], false));
  for (const address of FAITHFUL) {
    found.push(...misbeliefs(world, address), ...floods(world, address), ...blindness(world, address));
    found.push(...ownTroubles(world, address), ...refusals(world, address, String(PEOPLE.carol)));
  }
  found.push(...world.strangersTold.map((address) => `${address} is not in the settings, and was told`));
  for (const [server, history] of world.histories) {
    const isUp = world.truths.get(server)?.isUp;
    const { status } = follow(history).belief;
    if (status !== (isUp ? 'up' : 'down'))
      found.push(`${server} is ${isUp ? 'up' : 'down'}, and ${status} was seen`);
  }
  const now = world.clock.now();
  const waiting = (await world.store.outbox())
    .filter(({ writtenAt }) => writtenAt < now - 5 * SECOND)
    .map(({ recipient, event }) => `${recipient.address} ${event.kind}`);
  found.push(...waiting.map((row) => `still waits: ${row}`));
  expect(found.length > 0 ? [...found, ...driver.deeds] : found).toEqual([]);
  expect(world.log.messages('error').filter((message) => !EXPECTED_ERRORS.has(message))).toEqual([]);
  // A soak in which nothing happens proves nothing.
  expect(world.messages.length).toBeGreaterThan(minutes / 2);
}

const EXPECTED_ERRORS: ReadonlySet<string> = new Set([
  'a recipient cannot be told',
  'the storage fails: everything is kept in memory',
]);

describe('everybody is told each change once and in order, and knows in the end how it is', () => {
  test.each(seeds())(
    'ten minutes, in memory, SOAK_SEED=%i',
    (seed) => soak(seed, { minutes: 10, onDisk: false }),
    120_000,
  );

  test.each(seeds())(
    'ten minutes, on a disk that fails at times, SOAK_SEED=%i',
    (seed) => soak(seed, { minutes: 10, onDisk: true }),
    120_000,
  );

  test.each(seeds(Math.ceil(SEEDS / 4)))(
    'four hours, on disk, SOAK_SEED=%i',
    (seed) => soak(seed, { minutes: 240, onDisk: true }),
    300_000,
  );
});

/** After so long without anything in the way everybody must know how a server is. */
const LATEST_TRUTH = 75 * SECOND;

async function cutOffs(seed: number, { minutes, onDisk }: Story): Promise<void> {
  const driver = new Driver(seed, onDisk ? temporaryFolder() : undefined);
  const { world } = driver;
  onTestFinished(async () => {
    if (world.isRunning) await world.stop();
  });
  const found = new Set<string>();
  const look = () => {
    const now = world.clock.now();
    const isUndisturbed = (address: string, server: string) =>
      !world.obstacles.some(
        ({ from, to, ...one }) =>
          (one.address ?? address) === address &&
          (one.server ?? server) === server &&
          from <= now &&
          to >= now - LATEST_TRUTH,
      );
    for (const [server, { since, isUp }] of world.truths) {
      if (since > now - LATEST_TRUTH) continue;
      for (const address of FAITHFUL) {
        if (!isUndisturbed(address, server)) continue;
        const told = lastToldUp(world, address, server);
        if (told === !isUp)
          found.add(
            `${server} to ${address}: ${isUp ? 'up' : 'down'} since ${new Date(since).toISOString()}, and told otherwise`,
          );
      }
    }
  };
  await world.start();
  let isOver = 0;
  await driver.play(minutes * 60, async () => {
    if (driver.chance(0.02)) await driver.aServerChanges();
    if (driver.chance(0.01)) await driver.aProbeIsLost();
    if (driver.chance(0.005)) await driver.telegramFails();
    if (world.isRunning && !world.isDoomed) {
      if (driver.chance(0.01)) await driver.somebodyMutes();
      if (driver.chance(0.003)) await driver.theDiskFails();
      if (driver.chance(0.002)) await driver.restarts();
      else if (driver.chance(0.003)) await driver.isKilled();
    }
    const now = world.clock.now();
    if (now > isOver && driver.chance(0.015)) {
      await driver.isCutOff();
      isOver = now + 130 * SECOND;
    }
    if (now % (5 * SECOND) < SECOND) look();
  });
  await driver.catchUp();
  if (!world.isRunning) await world.start();
  await driver.play(25 * 60);
  look();
  for (const address of FAITHFUL) {
    const flaws = [repetitions, inventions, blindness, floods, ownTroubles].flatMap((of) =>
      of(world, address),
    );
    for (const flaw of flaws) found.add(flaw);
    if (!isToldToSee(world, address)) found.add(`${address} still believes that the bot is cut off`);
  }
  expect(found.size > 0 ? [...found, ...driver.deeds] : []).toEqual([]);
  expect(world.messages.some(({ text }) => text.includes('stopped answering'))).toBe(true);
}

describe('cut off now and then: nobody is told twice or of what no probe saw, and all know how it is when it is over', () => {
  test.each(seeds())(
    'half an hour, SOAK_SEED=%i',
    (seed) => cutOffs(seed, { minutes: 30, onDisk: false }),
    120_000,
  );
});
