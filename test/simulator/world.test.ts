import { afterEach, describe, expect, it } from 'vitest';
import { addressAt, createWorld, startMany } from '../../src/simulator/world.ts';
import { expectWithin } from '../support/best-of.ts';
import { ask } from './client.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
});

describe('a world', () => {
  it('is the same for the same seed, and another for another', async () => {
    const now = () => 1_800_000_000_000;
    const [one, same, other] = await Promise.all(
      [7, 7, 8].map((seed) => createWorld({ seed, servers: 2, server: { tls: false, now } })),
    );
    if (!one || !same || !other) throw new Error('no world');
    open.push(one, same, other);
    const content = (world: typeof one) =>
      world.servers.map(({ name, simulator }) => ({
        name,
        users: simulator.users,
        conferences: simulator.conferences,
      }));
    expect(content(one)).toEqual(content(same));
    expect(content(one)).not.toEqual(content(other));
  });

  it('has people, running, forgotten and ended conferences, and different names', async () => {
    const world = await createWorld({
      servers: 12,
      conferences: 6,
      history: 4,
      users: 15,
      server: { tls: false },
    });
    open.push(world);
    expect(new Set(world.servers.map(({ name }) => name)).size).toBe(12);
    for (const { simulator } of world.servers) {
      expect(new Set(simulator.users.map(({ id }) => id)).size).toBe(15);
      const running = simulator.conferences.filter(({ endedAt }) => endedAt === null);
      expect([simulator.conferences.length, running.length]).toEqual([10, 6]);
      expect(running.filter(({ startedAt }) => Date.now() - startedAt > 3_600_000)).toHaveLength(2);
    }
  });

  it('gives each server an address of its own on the ports of choice', async () => {
    const world = await createWorld({
      servers: 2,
      ownAddresses: true,
      firstAddress: '127.78.3.255',
      server: { tls: false, statusPort: 4307 },
    });
    open.push(world);
    expect(world.servers.map(({ simulator }) => simulator.host)).toEqual(['127.78.3.255', '127.78.4.0']);
    for (const { simulator } of world.servers) {
      expect((await ask(`http://${simulator.host}:4307/vsstatus`)).status).toBe(200);
    }
  });

  it('closes what it had started when one server cannot start', async () => {
    const options = {
      ownAddresses: true,
      firstAddress: '127.79.0.1',
      servers: 2,
      server: { tls: false, statusPort: 4307 } as const,
    };
    open.push(await createWorld({ ...options, servers: 1, firstAddress: '127.79.0.2' }));
    await expect(createWorld(options)).rejects.toThrow('EADDRINUSE');
    open.push(await createWorld({ ...options, servers: 1 }));
  });
});

describe('many servers', () => {
  it('start within two seconds, 500 of them', async () => {
    let many: Awaited<ReturnType<typeof startMany>> | undefined;
    await expectWithin(2_000, async () => {
      const startedAt = performance.now();
      many = await startMany(500);
      const span = performance.now() - startedAt;
      open.push(many);
      return span;
    });
    const last = many?.servers.at(-1);
    expect(last?.host).toBe(addressAt('127.77.0.1', 499));
    expect((await ask(`http://${last?.host}:${last?.statusPort}/vsstatus`)).status).toBe(200);
  });
});
