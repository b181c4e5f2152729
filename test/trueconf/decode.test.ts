/** Any JSON is either understood or refused with its path; nothing else ever happens. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ServerTrouble } from '../../src/domain/trouble.ts';
import { decodeCalls, decodeParticipants, decodeUsers } from '../../src/trueconf/decode.ts';
import { readDate } from '../../src/trueconf/php-date.ts';
import { Reader } from '../../src/trueconf/reader.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const read = (value: unknown) => new Reader('test', value);

/** JSON whose objects often have the fields that are looked for. */
const fields = fc.constantFrom(
  ...[
    'list',
    'cnt',
    'count',
    'participants',
    'users',
    'next_page_id',
    'conference_id',
    'named_conf_id',
    'topic',
  ],
  ...[
    'class',
    'owner',
    'start_time',
    'end_time',
    'duration',
    'date',
    'timezone',
    'role',
    'id',
    'display_name',
  ],
  ...['status', 'participant_count', '__proto__', 'toString'],
);
const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(
    null,
    '',
    '0',
    '12',
    '2026-06-01 10:00:00.000000',
    'Europe/London',
    '\ud800',
    'x'.repeat(9000),
  ),
);
const { json } = fc.letrec((tie) => ({
  json: fc.oneof({ depthSize: 'medium' }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('json'), { maxLength: 4 }),
  object: fc
    .array(fc.tuple(fields, tie('json')), { maxLength: 8 })
    // As JSON.parse does it: `__proto__` is a field like any other.
    .map((pairs) =>
      JSON.parse(`{${pairs.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`),
    ),
}));

describe.each([
  ['decodeCalls', (value: unknown) => decodeCalls(read(value), NOW)],
  ['decodeParticipants', (value: unknown) => decodeParticipants(read(value), 'anna')],
  ['decodeUsers', (value: unknown) => decodeUsers(read(value))],
])('%s', (_name, decode) => {
  const list = (value: unknown) => ({ list: [value], participants: [value], users: [value] });

  test('throws nothing but a trouble with a path, whatever the JSON, unless all of it is nothing or a bare value', () => {
    fc.assert(
      fc.property(fc.oneof(json, json.map(list)), (value) => {
        try {
          decode(value);
        } catch (error) {
          expect(error).toBeInstanceOf(ServerTrouble);
          const { trouble } = error as ServerTrouble;
          if (value === null) expect(trouble).toEqual({ code: 'empty-answer' });
          else if (typeof value !== 'object') expect(trouble).toEqual({ code: 'not-json' });
          else expect(trouble).toEqual({ code: 'unexpected-answer', path: expect.stringMatching(/^[a-z]/) });
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function row(given: object): object {
  return { conference_id: 's', class: 10, end_time: null, duration: 60, ...given };
}

function firstOf(given: object) {
  return [...decodeCalls(read({ cnt: 1, list: [row(given)] }), NOW).running.values()][0];
}

test('the path of what is not understood leads to it', () => {
  const list = [row({}), row({}), row({ conference_id: null })];
  expect(() => decodeCalls(read({ cnt: 3, list }), NOW)).toThrow(/list\[2]\.conference_id/);
});

test('ids and texts that come out can be sent: whole characters, and not absurdly long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
      const conference = firstOf({ topic: text, named_conf_id: text, owner: text });
      for (const out of [conference?.topic, conference?.id, conference?.owner]) {
        expect((out ?? '').length).toBeLessThanOrEqual(512);
        expect(() => encodeURIComponent(out ?? '')).not.toThrow();
      }
    }),
  );
});

test.each([
  ['two\nlines', 'two lines'],
  ['\r\n a\t\v\f \u0085\u2028\u2029b \r', 'a b'],
  ['nul\u0000and\u001b[31mescape\u007f', 'nul and [31mescape'],
  ['\u202egnp.exe\u202c', 'gnp.exe'],
  ['\u2066a\u2067b\u2068c\u2069 \u202ad\u202be\u202df', 'abc def'],
  ['no-break\u00a0space', 'no-break space'],
  ['שלום \u200fعالم 👩‍👩‍👧', 'שלום \u200fعالم 👩‍👩‍👧'],
])('the topic and the names %j are shown on one line, in the direction they have: %j', (text, shown) => {
  expect(firstOf({ topic: text, owner: text })).toMatchObject({ topic: shown, owner: shown });
  const people = decodeParticipants(
    read({ participants: [{ id: 'p', display_name: text, role: 1 }] }),
    'anna',
  );
  expect(people.participants[0]?.name).toBe(shown);
  const users = decodeUsers(read({ users: [{ id: 'u', display_name: text, status: 1 }] }));
  expect(users.online[0]?.name).toBe(shown);
});

test('whatever a text holds, it is shown on one line, unturned and without spaces around it', () => {
  const odd = fc.constantFrom('\n', '\r', '\t', ' ', '\u2028', '\u0000', '\u202e', '\u2066', '\u2069', 'x');
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: odd, maxLength: 40 }),
  );
  fc.assert(
    fc.property(text, (topic) => {
      const shown = firstOf({ topic })?.topic ?? 'nothing';
      expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]| {2}/u);
      expect(shown).toBe(shown.trim());
      expect(shown).not.toBe('');
    }),
    { numRuns: 1000 },
  );
});

test.each(['\u202e\u202c', ' \n ', '\u0000'])('a topic of %j is none', (topic) => {
  expect(firstOf({ topic })).toMatchObject({ topic: undefined });
});

test('an id is left as it is: it is sent back', () => {
  expect(firstOf({ named_conf_id: 'a \u202e b' })).toMatchObject({ id: 'a \u202e b' });
});

test('a text is cut, an id is not: half an id is the id of something else', () => {
  const long = 'x'.repeat(600);
  expect(firstOf({ topic: long, named_conf_id: long })).toMatchObject({
    topic: 'x'.repeat(512),
    id: undefined,
  });
});

test.each([
  [null],
  [undefined],
  [''],
  [0],
  [false],
  ['0000-00-00 00:00:00'],
  [{ date: '-0001-11-30 00:00:00.000000' }],
])('an end of %o means that it runs', (end_time) => {
  expect(decodeCalls(read({ cnt: 1, list: [row({ end_time })] }), NOW)).toMatchObject({
    reachedEnded: false,
  });
});

test('an end that cannot be read is a trouble: taken for ended, it would hide what runs behind it', () => {
  expect(() => decodeCalls(read({ cnt: 1, list: [row({ end_time: 'soon' })] }), NOW)).toThrow(/end_time/);
});

test('PHP writes a list with gaps as an object, and it is a list still', () => {
  const users = { 3: { id: 'a', status: 1 }, 7: { id: 'b', status: '2' } };
  expect(decodeUsers(read({ users })).online.map((user) => user.id)).toEqual(['a', 'b']);
});

test('the duration wins over a start that another zone has moved, and gives the start', () => {
  const start_time = { date: '2026-06-01 12:59:00.000000', timezone_type: 3, timezone: 'UTC' };
  expect(firstOf({ start_time, duration: 60 })).toMatchObject({ duration: 60_000, startedAt: NOW - 60_000 });
});

test('without a duration the start gives it', () => {
  const start_time = { date: '2026-06-01 11:00:00.000000', timezone_type: 3, timezone: 'UTC' };
  expect(firstOf({ start_time, duration: null })).toMatchObject({ duration: 3_600_000 });
});

test('with neither it is a trouble: how long it has lasted decides whether it is forgotten', () => {
  expect(() => firstOf({ duration: null })).toThrow(/duration/);
});

test.each([
  ['anna@a.example', 'anna@b.example', 'participant'],
  ['anna@a.example', 'ANNA@A.example', 'owner'],
  ['anna', 'anna@a.example', 'owner'],
  ['anna@a.example', 'anna', 'owner'],
  ['ann', 'anna@a.example', 'participant'],
  ['x', '', 'participant'],
])('%s in the conference of %s is %s', (id, owner, role) => {
  expect(decodeParticipants(read({ participants: [{ id, role: 1 }] }), owner).participants[0]?.role).toBe(
    role,
  );
});

test.each([
  [
    { date: '2020-10-31 23:05:45.000000', timezone_type: 3, timezone: 'Europe/London' },
    '2020-10-31T23:05:45Z',
  ],
  [
    { date: '2020-07-31 23:05:45.500000', timezone_type: 3, timezone: 'Europe/London' },
    '2020-07-31T22:05:45.500Z',
  ],
  [{ date: '2020-07-31 23:05:45', timezone_type: 1, timezone: '+03:00' }, '2020-07-31T20:05:45Z'],
  [{ date: '2020-07-31 23:05:45', timezone: 'Nowhere/Land' }, '2020-07-31T23:05:45Z'],
  ['2020-07-31 23:05:45', '2020-07-31T23:05:45Z'],
  ['2020-07-31T23:05:45+0300', '2020-07-31T20:05:45Z'],
  [1596236745, '2020-07-31T23:05:45Z'],
  ['1596236745', '2020-07-31T23:05:45Z'],
  [1596236745000, '2020-07-31T23:05:45Z'],
])('the date %o is %s', (value, iso) => {
  expect(readDate(value)).toBe(Date.parse(iso));
});

test.each([
  [null],
  [''],
  [0],
  [-5],
  [Number.NaN],
  [1e300],
  ['soon'],
  ['2020-13-45 99:00:00'],
  [{ date: null }],
  [[]],
])('%o is no date', (value) => {
  expect(readDate(value)).toBeUndefined();
});
