/**
 * Which addresses does a host name have? Node asks the system on four threads, of which look-ups may hold two, so
 * one dead name could delay everybody's connections. Here a name holds one thread at most, answers are kept for a
 * while, and a name that waits for a thread is also asked over the network, which needs none.
 */
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { HttpFailure } from './http-failure.ts';
import { type DurationMs, MINUTE, SECOND } from './time.ts';

/** Younger answers are used as they are. */
const FRESH: DurationMs = 30 * SECOND;
/** Younger answers are used while a new one is being looked for. */
const USABLE: DurationMs = 5 * MINUTE;

type Addresses = readonly dns.LookupAddress[];

export interface NameSources {
  /** Hosts file and all; holds a thread while it runs. */
  system(host: string): Promise<Addresses>;
  /** DNS servers only; holds no thread. */
  network(host: string): Promise<Addresses>;
  /** The system gets this long before the network is asked as well. */
  readonly patience: DurationMs;
  /** Monotonic milliseconds. */
  now(): DurationMs;
}

interface Name {
  found?: { readonly addresses: Addresses; readonly at: DurationMs };
  search?: Promise<Addresses>;
  holdsThread: boolean;
}

/** A look-up function for `net.connect`, which fails with `dns` only. One for the whole process serves best. */
export function createLookup(sources: NameSources = systemSources()): LookupFunction {
  const names = new Map<string, Name>();

  async function askSystem(host: string, name: Name): Promise<Addresses> {
    name.holdsThread = true;
    try {
      return await sources.system(host);
    } finally {
      name.holdsThread = false;
    }
  }

  function ask(host: string, name: Name): Promise<Addresses> {
    if (name.holdsThread) return sources.network(host);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => sources.network(host).then(resolve, () => {}), sources.patience);
      askSystem(host, name)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
  }

  async function search(host: string, name: Name): Promise<Addresses> {
    try {
      const addresses = await ask(host, name);
      name.found = { addresses, at: sources.now() };
      return addresses;
    } catch (error) {
      delete name.found;
      throw error;
    } finally {
      delete name.search;
    }
  }

  async function find(host: string): Promise<Addresses> {
    const name = names.get(host) ?? { holdsThread: false };
    names.set(host, name);
    const { found } = name;
    const age = found ? sources.now() - found.at : Number.POSITIVE_INFINITY;
    if (found && age < FRESH) return found.addresses;
    name.search ??= search(host, name);
    if (!found || age >= USABLE) return name.search;
    name.search.catch(() => {});
    return found.addresses;
  }

  return (host, options, callback) => {
    find(host).then(
      (addresses) => {
        const family = options.family === 'IPv4' ? 4 : options.family === 'IPv6' ? 6 : options.family;
        const fitting = family ? addresses.filter((address) => address.family === family) : addresses;
        const [first] = fitting;
        if (!first) callback(new HttpFailure('dns'), '');
        else if (options.all) callback(null, [...fitting]);
        else callback(null, first.address, first.family);
      },
      // Its own code may be that of the name server's connection, which says nothing of the host.
      (error) => callback(new HttpFailure('dns', error), ''),
    );
  };
}

function systemSources(): NameSources {
  let resolver: dns.promises.Resolver | undefined;
  return {
    system: (host) => dns.promises.lookup(host, { all: true }),
    network: async (host) => {
      resolver ??= new dns.promises.Resolver({ timeout: SECOND, tries: 2 });
      const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      const addresses = [
        ...(v4.status === 'fulfilled' ? v4.value : []).map((address) => ({ address, family: 4 })),
        ...(v6.status === 'fulfilled' ? v6.value : []).map((address) => ({ address, family: 6 })),
      ];
      if (addresses.length === 0) throw v4.status === 'rejected' ? v4.reason : new Error('no address');
      return addresses;
    },
    patience: SECOND,
    now: () => performance.now(),
  };
}
