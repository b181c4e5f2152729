/** A name that cannot be found costs one thread, and nobody else's time. */
import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { createConnector } from '../../src/lib/connector.ts';
import { createLookup, type NameSources } from '../../src/lib/host-names.ts';
import { openOrigin } from '../../src/lib/http.ts';
import { failureOf } from './sockets.ts';

const HERE: LookupAddress = { address: '127.0.0.1', family: 4 };
const GET = { method: 'GET', path: '/', answerTimeout: 60_000 } as const;
const SIX: LookupAddress = { address: '::1', family: 6 };

/** Sources whose answers a test gives by hand. */
function sources(given: Partial<NameSources> = {}) {
  const asked: string[] = [];
  let now = 0;
  const names: NameSources = {
    now: () => now,
    patience: 5,
    network: () => new Promise(() => {}),
    ...given,
    system: (host) => {
      asked.push(host);
      return given.system ? given.system(host) : Promise.resolve([HERE, SIX]);
    },
  };
  return { names, asked, forward: (ms: number) => (now += ms) };
}

function find(lookup: ReturnType<typeof createLookup>, host: string, options = {}) {
  return new Promise((resolve, reject) =>
    lookup(host, { all: true, ...options }, (error, found, family) =>
      error ? reject(error) : resolve(family === undefined ? found : { address: found, family }),
    ),
  );
}

test('many who ask for one name ask once', async () => {
  const { names, asked } = sources();
  const lookup = createLookup(names);
  const answers = await Promise.all(Array.from({ length: 50 }, () => find(lookup, 'a.test')));
  expect(answers).toEqual(Array(50).fill([HERE, SIX]));
  expect(asked).toEqual(['a.test']);
});

test('an answer is good for half a minute; then it is used once more while a new one is looked for', async () => {
  const { names, asked, forward } = sources();
  const lookup = createLookup(names);
  await find(lookup, 'a.test');
  forward(29_999);
  await find(lookup, 'a.test');
  expect(asked).toHaveLength(1);
  forward(1);
  expect(await find(lookup, 'a.test')).toEqual([HERE, SIX]);
  expect(asked).toHaveLength(2);
});

test('an answer older than five minutes is waited for', async () => {
  let answer = [HERE];
  const { names, forward } = sources({ system: async () => answer });
  const lookup = createLookup(names);
  await find(lookup, 'a.test');
  forward(300_000);
  answer = [SIX];
  expect(await find(lookup, 'a.test')).toEqual([SIX]);
});

test('a name that loses its address is said to have none from the next look on', async () => {
  let isGone = false;
  const { names, forward } = sources({
    system: async () => {
      if (isGone) throw Object.assign(new Error('gone'), { code: 'ENOTFOUND' });
      return [HERE];
    },
  });
  const lookup = createLookup(names);
  await find(lookup, 'a.test');
  isGone = true;
  forward(30_000);
  await find(lookup, 'a.test');
  await new Promise(setImmediate);
  await expect(find(lookup, 'a.test')).rejects.toMatchObject({ code: 'dns' });
});

test('a failure is not kept: the next who asks asks anew', async () => {
  let isGone = true;
  const { names } = sources({
    system: async () => {
      if (isGone) throw Object.assign(new Error('gone'), { code: 'ENOTFOUND' });
      return [HERE];
    },
  });
  const lookup = createLookup(names);
  await expect(find(lookup, 'a.test')).rejects.toMatchObject({ cause: { message: 'gone' } });
  isGone = false;
  expect(await find(lookup, 'a.test')).toEqual([HERE]);
});

test('a name that hangs holds one thread however often it is asked for, and the network is asked instead', async () => {
  const { names, asked } = sources({ system: () => new Promise(() => {}), network: async () => [HERE] });
  const lookup = createLookup(names);
  expect(await find(lookup, 'dead.test')).toEqual([HERE]);
  expect(await Promise.all([1, 2, 3].map(() => find(lookup, 'dead.test')))).toEqual(Array(3).fill([HERE]));
  expect(asked).toEqual(['dead.test']);
});

test('a name that hangs everywhere delays no other', async () => {
  const { names } = sources({
    system: (host) => (host === 'dead.test' ? new Promise(() => {}) : Promise.resolve([HERE])),
  });
  const lookup = createLookup(names);
  void find(lookup, 'dead.test');
  expect(await find(lookup, 'a.test')).toEqual([HERE]);
});

test.each(['ECONNREFUSED', 'ETIMEOUT', 'ESERVFAIL', 'EREFUSED'])(
  'a look-up that ends with %s is dns: it is the name server that fails, not the host',
  async (code) => {
    let isGone = false;
    const { names, forward } = sources({
      system: () => new Promise(() => {}),
      network: async () => {
        if (isGone) throw Object.assign(new Error('query'), { code });
        return [HERE];
      },
    });
    const lookup = createLookup(names);
    // The system holds its thread from here on, so that the next time only the network is asked.
    await find(lookup, 'dead.test');
    isGone = true;
    forward(300_000);
    const connector = createConnector(lookup);
    const origin = openOrigin('http://dead.test:1', { connectTimeout: 60_000, connector });
    expect(await failureOf(origin.request(GET))).toBe('dns');
  },
);

test('families are respected, and one address is given to who wants one', async () => {
  const lookup = createLookup(sources().names);
  expect(await find(lookup, 'a.test', { family: 6 })).toEqual([SIX]);
  expect(await find(lookup, 'a.test', { family: 'IPv4' })).toEqual([HERE]);
  expect(await find(lookup, 'a.test', { all: false })).toEqual(HERE);
  const four = createLookup(sources({ system: async () => [HERE] }).names);
  await expect(find(four, 'a.test', { family: 6 })).rejects.toMatchObject({ code: 'dns' });
});

test('the system finds localhost', async () => {
  expect(await find(createLookup(), 'localhost')).toContainEqual(
    expect.objectContaining({ family: expect.any(Number) }),
  );
});
