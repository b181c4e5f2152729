/** Buttons: whatever is encoded fits, comes back as it was, and nothing else comes back at all. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Action,
  type ActionKind,
  conferenceKey,
  DATA_LIMIT,
  decode,
  decodeButton,
  encode,
  encodeKept,
  findServer,
  serverKey,
} from '../../src/bot/callback-data.ts';
import { encodeCrowd } from '../../src/bot/crowd.ts';
import type { ParticipantRole } from '../../src/domain/conference.ts';
import type { SessionId } from '../../src/domain/names.ts';

const text = fc.oneof(
  fc.string({ maxLength: 128 }),
  fc.string({ unit: 'binary', maxLength: 128 }),
  fc.string({ unit: fc.constantFrom('ы', 'Щ', '🏥', '🧑‍🧒', ':', '&'), minLength: 1, maxLength: 128 }),
);
const server = fc.record({ name: text, address: text });
const serverKeys = server.map(serverKey);
const conferenceKeys = text.map((session) => conferenceKey(session as SessionId));
const page = fc.nat({ max: 9999 });
const from = fc.record({ list: fc.constantFrom('conferences' as const, 'forgotten' as const), page });
const role = fc.constantFrom<ParticipantRole>('owner', 'moderator', 'participant', 'guest', 'device');
const crowd = fc
  .option(fc.array(fc.record({ id: text, name: text, role }), { maxLength: 40 }), { nil: undefined })
  .map(encodeCrowd);
const listed = fc.stringMatching(/^[\w-]{12}$/);

const actions: { readonly [Kind in ActionKind]: fc.Arbitrary<Extract<Action, { kind: Kind }>> } = {
  servers: fc.record({ kind: fc.constant('servers'), page }),
  server: fc.record({ kind: fc.constant('server'), server: serverKeys }),
  status: fc.record({ kind: fc.constant('status'), server: serverKeys }),
  'switch-monitoring': fc.record({
    kind: fc.constant('switch-monitoring'),
    server: serverKeys,
    on: fc.boolean(),
  }),
  conferences: fc.record({ kind: fc.constant('conferences'), server: serverKeys, page }),
  conference: fc.record({
    kind: fc.constant('conference'),
    server: serverKeys,
    conference: conferenceKeys,
    page,
    from,
  }),
  users: fc.record({ kind: fc.constant('users'), server: serverKeys, page }),
  forgotten: fc.record({ kind: fc.constant('forgotten'), server: serverKeys, page }),
  'ask-stop': fc.record({
    kind: fc.constant('ask-stop'),
    server: serverKeys,
    conference: conferenceKeys,
    from,
  }),
  stop: fc.record({
    kind: fc.constant('stop'),
    server: serverKeys,
    conference: conferenceKeys,
    from,
    crowd,
  }),
  'ask-stop-all': fc.record({ kind: fc.constant('ask-stop-all'), server: serverKeys, page }),
  'stop-all': fc.record({ kind: fc.constant('stop-all'), server: serverKeys, listed }),
  overview: fc.record({ kind: fc.constant('overview'), page }),
  'all-forgotten': fc.record({ kind: fc.constant('all-forgotten') }),
  mute: fc.record({ kind: fc.constant('mute'), server: serverKeys, minutes: fc.nat({ max: 1440 }) }),
  'mute-all': fc.record({ kind: fc.constant('mute-all'), minutes: fc.nat({ max: 1440 }) }),
  mutes: fc.record({ kind: fc.constant('mutes') }),
  history: fc.record({ kind: fc.constant('history'), server: serverKeys, page }),
  'all-history': fc.record({ kind: fc.constant('all-history'), page }),
  chart: fc.record({ kind: fc.constant('chart'), server: serverKeys, days: fc.constantFrom(1, 7) }),
  acknowledge: fc.record({ kind: fc.constant('acknowledge'), server: serverKeys }),
  help: fc.record({ kind: fc.constant('help') }),
  id: fc.record({ kind: fc.constant('id') }),
};

describe.each(Object.entries(actions))('%s', (_kind, action) => {
  test('comes back as it went, in at most 64 bytes of plain letters', () => {
    fc.assert(
      fc.property(action, (one) => {
        const data = encode(one);
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(DATA_LIMIT);
        expect(Buffer.byteLength(data)).toBe(data.length);
        expect(decode(data)).toEqual(one);
        expect(decodeButton(data)).toEqual({ action: one, keepsMessage: false });
      }),
    );
  });

  test('below a message that stays it comes back as it went too, in at most 64 bytes, and says that it stays', () => {
    fc.assert(
      fc.property(action, (one) => {
        const data = encodeKept(one);
        expect(Buffer.byteLength(data)).toBeLessThanOrEqual(DATA_LIMIT);
        expect(Buffer.byteLength(data)).toBe(data.length);
        expect(decodeButton(data)).toEqual({ action: one, keepsMessage: true });
        // Only once, and only in front.
        expect(decode(data)).toBeUndefined();
        expect(decodeButton(`!${data}`)).toEqual({ keepsMessage: true });
      }),
    );
  });
});

test.each<[string, Action]>([
  ['S:3', { kind: 'servers', page: 3 }],
  ['s:qLxGXh4vB0Za', { kind: 'server', server: 'qLxGXh4vB0Za' }],
  ['t:qLxGXh4vB0Za', { kind: 'status', server: 'qLxGXh4vB0Za' }],
  ['w:qLxGXh4vB0Za:1', { kind: 'switch-monitoring', server: 'qLxGXh4vB0Za', on: true }],
  ['w:qLxGXh4vB0Za:0', { kind: 'switch-monitoring', server: 'qLxGXh4vB0Za', on: false }],
  ['C:qLxGXh4vB0Za:0', { kind: 'conferences', server: 'qLxGXh4vB0Za', page: 0 }],
  [
    'c:qLxGXh4vB0Za:3n_-kQ0a:f12:2',
    {
      kind: 'conference',
      server: 'qLxGXh4vB0Za',
      conference: '3n_-kQ0a',
      page: 2,
      from: { list: 'forgotten', page: 12 },
    },
  ],
  ['u:qLxGXh4vB0Za:9', { kind: 'users', server: 'qLxGXh4vB0Za', page: 9 }],
  ['f:qLxGXh4vB0Za:1', { kind: 'forgotten', server: 'qLxGXh4vB0Za', page: 1 }],
  [
    'q:qLxGXh4vB0Za:3n_-kQ0a:c0',
    {
      kind: 'ask-stop',
      server: 'qLxGXh4vB0Za',
      conference: '3n_-kQ0a',
      from: { list: 'conferences', page: 0 },
    },
  ],
  [
    'x:qLxGXh4vB0Za:3n_-kQ0a:f12:-',
    {
      kind: 'stop',
      server: 'qLxGXh4vB0Za',
      conference: '3n_-kQ0a',
      from: { list: 'forgotten', page: 12 },
      crowd: '-',
    },
  ],
  ['Q:qLxGXh4vB0Za:0', { kind: 'ask-stop-all', server: 'qLxGXh4vB0Za', page: 0 }],
  ['X:qLxGXh4vB0Za:AbC_-9876543', { kind: 'stop-all', server: 'qLxGXh4vB0Za', listed: 'AbC_-9876543' }],
  ['o:7', { kind: 'overview', page: 7 }],
  ['F', { kind: 'all-forgotten' }],
  ['m:qLxGXh4vB0Za:480', { kind: 'mute', server: 'qLxGXh4vB0Za', minutes: 480 }],
  ['M:0', { kind: 'mute-all', minutes: 0 }],
  ['n', { kind: 'mutes' }],
  ['a:qLxGXh4vB0Za', { kind: 'acknowledge', server: 'qLxGXh4vB0Za' }],
  ['y:qLxGXh4vB0Za:40', { kind: 'history', server: 'qLxGXh4vB0Za', page: 40 }],
  ['Y:1', { kind: 'all-history', page: 1 }],
  ['g:qLxGXh4vB0Za:7', { kind: 'chart', server: 'qLxGXh4vB0Za', days: 7 }],
  ['h', { kind: 'help' }],
  ['i', { kind: 'id' }],
])('%s means for ever what it meant (buttons in chats are older than the program)', (data, action) => {
  expect(encode(action)).toBe(data);
  expect(decode(data)).toEqual(action);
});

test('no string makes decode throw, and what it accepts is exactly what encode would make', () => {
  const near = fc.oneof(...Object.values<fc.Arbitrary<Action>>(actions)).map(encode);
  const spoiled = fc
    .tuple(near, fc.nat({ max: 64 }), text)
    .map(([data, at, extra]) => data.slice(0, at) + extra + data.slice(at));
  fc.assert(
    fc.property(fc.oneof(text, near, spoiled), (data) => {
      const action = decode(data);
      if (action) expect(encode(action)).toBe(data);
      for (const each of [data, `!${data}`]) {
        const { action: known, keepsMessage } = decodeButton(each);
        // Also of what means nothing any more: the message below which it stands is a record all the same.
        expect(keepsMessage).toBe(each.startsWith('!'));
        if (known) expect((keepsMessage ? encodeKept : encode)(known)).toBe(each);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  'S:NaN',
  'S:-1',
  'S:1.5',
  'S:Infinity',
  'S:1e3',
  'S: 1',
  'S:',
  'm:AAAAAAAAAAAA:NaN',
  'C:AAAAAAAAAAAA:-0',
])('%s is nothing that a button says (numbers are whole)', (data) => {
  expect(decode(data)).toBeUndefined();
});

test.each(['constructor', '__proto__', 'toString:x', 's'.repeat(65), 'S:0:', 'S:0:0'])(
  '%s is no action',
  (data) => {
    expect(decode(data)).toBeUndefined();
  },
);

describe('which server a key means', () => {
  const one = { name: 'one', address: 'one.example:443:4307' };
  const two = { name: 'two', address: 'two.example:443:4307' };

  test('each of many is found by its own key', () => {
    const unique = fc.uniqueArray(server, { selector: ({ name }) => name, minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(unique, (servers) => {
        for (const each of servers) expect(findServer(servers, serverKey(each))).toBe(each);
      }),
    );
  });

  test('a renamed one is found by its address', () => {
    fc.assert(
      fc.property(server, text, (before, name) => {
        const after = { ...before, name };
        expect(findServer([two, after], serverKey(before))).toBe(after);
      }),
    );
  });

  test('one that moved is found by its name', () => {
    expect(findServer([one, two], serverKey({ ...two, address: 'moved.example:443:4307' }))).toBe(two);
  });

  test('two at one address are not guessed between', () => {
    const servers = [one, { name: 'alias', address: one.address }];
    expect(findServer(servers, serverKey({ ...one, name: 'former' }))).toBeUndefined();
  });

  test('one that has gone is not found, whatever the key', () => {
    expect(findServer([one], serverKey(two))).toBeUndefined();
    fc.assert(fc.property(text, (key) => void findServer([one, two], key)));
    for (const key of ['', 'x', serverKey(one).slice(0, 5)])
      expect(findServer([one, two], key)).toBeUndefined();
  });
});

test('two runs of a conference have two keys (an old button must not stop the next run)', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      fc.pre(a !== b);
      expect(conferenceKey(a as SessionId)).not.toBe(conferenceKey(b as SessionId));
    }),
  );
});
