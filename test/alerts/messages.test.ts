/** The words of alerts that no timeline shows, and that nothing from outside becomes markup. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCompose } from '../../src/alerts/messages.ts';
import type { Screen } from '../../src/channels/port.ts';
import type { Event, Refusal } from '../../src/domain/events.ts';
import type { ConferenceId, ServerName } from '../../src/domain/names.ts';
import { createFormats } from '../../src/i18n/formats.ts';
import { loadTranslator } from '../../src/i18n/translator.ts';
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { START } from '../support/virtual-clock.ts';
import { ALPHA, BETA, down, rows, stillDown, stopped, up } from './rows.ts';

const translator = await loadTranslator('en');

interface Facts {
  readonly down?: readonly { readonly server: ServerName; readonly since: EpochMs }[];
  readonly monitored?: number;
}

function write(events: readonly Event[], now = START, facts: Facts = {}): Screen {
  const compose = createCompose({
    translator,
    formats: createFormats('en', 'UTC'),
    facts: { monitoredServers: () => facts.monitored ?? 10, downServers: () => facts.down ?? [] },
    buttonData: {
      open: (server) => `open ${server}`,
      mute: (server, length) => `mute ${server} ${length}`,
      acknowledge: (server) => `acknowledge ${server}`,
      servers: () => 'servers',
    },
  });
  const written = rows(...events);
  return compose(written, now, written.at(-1)?.writtenAt ?? now);
}

const by = { id: 7, name: 'Boris' };

describe('words', () => {
  test('an outage that began on another day says which', () => {
    expect(write([down(ALPHA, START - DAY)], START).text).toContain('Since 31 Dec 2029 10:00 (1 day)');
  });

  test.each<[Refusal, string]>([
    ['blocked', 'the person has blocked the bot'],
    ['kicked', 'the bot was removed from the chat'],
    ['chat-not-found', 'there is no such chat, or the person has never pressed Start'],
  ])('a recipient who cannot be told: %s', (refusal, reason) => {
    const { text } = write([{ kind: 'recipient-refused', at: START, recipient: '-100:4', refusal }]);
    expect(text).toBe(`⚠️ Alerts no longer reach <code>-100:4</code>: ${reason}`);
  });

  test('a stopped conference without a topic is called by its id, and what is not known is not said', () => {
    const conference = {
      id: 'room-7' as ConferenceId,
      topic: undefined,
      owner: 'o',
      people: undefined,
      reason: undefined,
    };
    const { text } = write([{ kind: 'conference-stopped', server: ALPHA, at: START, by, conference }]);
    expect(text).toBe('⏹ Boris stopped the conference <b>room-7</b> on alpha');
  });

  test('several conferences that one person stopped on one server are one message, a line each', () => {
    const { text, keyboard } = write(
      ['Daily', undefined, 'A & <b>B</b>'].map((topic) => stopped(ALPHA, START, topic)),
    );
    expect(text.split('\n')).toEqual([
      '⏹ Boris stopped 3 conferences on alpha',
      '• Daily',
      '• id-undefined',
      '• A &amp; &lt;b&gt;B&lt;/b&gt;',
    ]);
    expect(keyboard).toEqual([[{ label: 'Open alpha', data: 'open alpha' }]]);
  });

  test('of many stopped conferences twenty are named, the others counted', () => {
    const many = (count: number) =>
      write(Array.from({ length: count }, (_, index) => stopped(ALPHA, START, `T${index}`))).text.split('\n');
    const named = Array.from({ length: 20 }, (_, index) => `• T${index}`);
    expect(many(20)).toEqual(['⏹ Boris stopped 20 conferences on alpha', ...named]);
    expect(many(21)).toEqual(['⏹ Boris stopped 21 conferences on alpha', ...named, 'and 1 more']);
    expect(many(60)).toEqual(['⏹ Boris stopped 60 conferences on alpha', ...named, 'and 40 more']);
  });

  test('stops that are told late say so, by the last of them', () => {
    const { text } = write([stopped(ALPHA, START - SECOND, 'A'), stopped(ALPHA, START, 'B')], START + MINUTE);
    expect(text.split('\n').slice(1, 3)).toEqual(['• A', '• B']);
    expect(text).toContain('1 min late: it could not be delivered since 10:00');
  });

  test('nobody is cut off when nothing was running', () => {
    const event = { ...down(ALPHA, START), occupancy: { at: START, conferences: 0, people: 0 } } as Event;
    expect(write([event]).text).not.toContain('Cut off');
  });

  test('one person, one conference: the singular', () => {
    const event = { ...down(ALPHA, START), occupancy: { at: START, conferences: 1, people: 1 } } as Event;
    expect(write([event]).text).toContain('1 person, 1 conference');
  });

  test('reminders of several servers are a line each', () => {
    const { text } = write([stillDown(ALPHA, START, START - HOUR), stillDown(BETA, START, START - 2 * HOUR)]);
    expect(text.split('\n')).toEqual([
      '🔴 <b>alpha</b> is still down, for 1 hr now: the connection was refused',
      '🔴 <b>beta</b> is still down, for 2 hr now: the connection was refused',
    ]);
  });

  const LATE = 'late: it could not be delivered since 10:00';

  test('late is from a minute on', () => {
    expect(write([up(ALPHA, START)], START + MINUTE - 1).text).not.toContain(LATE);
    expect(write([up(ALPHA, START)], START + MINUTE).text).toContain(LATE);
  });

  test('a server that it tells of is not named once more as also down', () => {
    const { text } = write([down(ALPHA, START)], START, {
      down: [ALPHA, BETA].map((server) => ({ server, since: START })),
    });
    expect(text.split('\n').at(-1)).toBe('Also down: beta');
  });
});

describe('the bot may be blind itself', () => {
  const BLIND = 'stopped answering together';
  const failing = (...ages: number[]) =>
    ages.map((age, index) => ({ server: `s${index}` as ServerName, since: START - age }));

  test('failures within a minute count as one, told before or not (probes are spread over their interval)', () => {
    const facts = { monitored: 5, down: failing(0, 30 * SECOND, MINUTE) };
    expect(write([down('s0' as ServerName, START)], START, facts).text).toContain(`3 of 5 servers ${BLIND}`);
  });

  test('one that had failed long before does not count', () => {
    const facts = { monitored: 5, down: failing(0, 30 * SECOND, MINUTE + 1) };
    expect(write([down('s0' as ServerName, START)], START, facts).text).not.toContain(BLIND);
  });

  test('it is not said when somebody comes up', () => {
    const facts = { monitored: 5, down: failing(0, 0, 0) };
    expect(write([up(ALPHA, START)], START, facts).text).not.toContain(BLIND);
  });
});

describe('buttons', () => {
  const data = ({ keyboard }: Screen) => keyboard.map((line) => line.map((button) => button.data));

  test('one server that is down: open it, mute it for 1 or 8 hours, take care of it', () => {
    expect(data(write([down(ALPHA, START)]))).toEqual([
      ['open alpha'],
      [`mute alpha ${HOUR}`, `mute alpha ${8 * HOUR}`],
      ['acknowledge alpha'],
    ]);
  });

  test('one server that is up again can only be opened (there is nothing to take care of)', () => {
    expect(data(write([up(ALPHA, START)]))).toEqual([['open alpha']]);
    expect(data(write([down(ALPHA, START), up(ALPHA, START + SECOND)]))).toEqual([['open alpha']]);
  });

  test('a server that was up and is down again can be muted', () => {
    expect(data(write([up(ALPHA, START), down(ALPHA, START + SECOND)]))).toHaveLength(3);
  });

  test('eight servers have a button each, more lead to the list', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => down(`s${index}` as ServerName, START));
    expect(data(write(many(8)))).toHaveLength(8);
    expect(data(write(many(9))).at(-1)).toEqual(['servers']);
    expect(data(write(many(9)))).toHaveLength(9);
  });
});

describe('names from outside', () => {
  const anyName = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      '<b>bold',
      '</b>',
      '&amp;',
      '"><a href="x">',
      '{{server}}',
      '$t(alert.down)',
      '%s',
      '\u202e',
    ),
  );

  test('never become markup, and never are taken for a placeholder', () => {
    fc.assert(
      fc.property(anyName, anyName, (server, person) => {
        const name = server as ServerName;
        const conference = {
          id: 'c' as ConferenceId,
          topic: person,
          owner: 'o',
          people: 3,
          reason: 'empty' as const,
        };
        const events: Event[] = [
          down(name, START),
          up(name, START),
          stillDown(name, START),
          { kind: 'outage-acknowledged', server: name, at: START, by: { id: 1, name: person } },
          { kind: 'monitoring-switched', server: name, at: START, by: { id: 1, name: person }, on: false },
          { kind: 'conference-stopped', server: name, at: START, by, conference },
        ];
        const told = [
          ...events.map((event) => [event]),
          [stopped(name, START, person), stopped(name, START, person)],
        ];
        for (const group of told) {
          const { text } = write(group, START, {
            down: [{ server: `other ${server}` as ServerName, since: START }],
          });
          const withoutTags = text.replaceAll(/<\/?(b|i|code)>/g, '');
          expect(withoutTags).not.toMatch(/[<>]/);
          expect(text.split('<b>').length).toBe(text.split('</b>').length);
          expect(text).toContain(
            server
              .replaceAll('&', '&amp;')
              .replaceAll('<', '&lt;')
              .replaceAll('>', '&gt;')
              .replaceAll('"', '&quot;'),
          );
        }
      }),
    );
  });
});
