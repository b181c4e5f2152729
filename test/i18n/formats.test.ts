/** Times and durations to the character: what a person of each language and zone reads. */
import { describe, expect, test } from 'vitest';
import { createFormats } from '../../src/i18n/formats.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/lib/time.ts';
import { LANGUAGES, type Language } from './locale-files.ts';

const at = (iso: string) => Date.parse(iso);

describe('durations: the two largest units that matter', () => {
  const spans = [
    ['nothing', 0],
    ['59 s', 59 * SECOND],
    ['60 s', 60 * SECOND],
    ['61 min', 61 * MINUTE],
    ['1 d 1 h', DAY + HOUR],
    ['400 d', 400 * DAY],
  ] as const;
  const expected: Record<Language, readonly string[]> = {
    en: ['0 sec', '59 sec', '1 min', '1 hr 1 min', '1 day 1 hr', '400 days'],
    es: ['0 s', '59 s', '1 min', '1 h 1 min', '1 d 1 h', '400 d'],
    ru: ['0 с', '59 с', '1 мин', '1 ч 1 мин', '1 дн. 1 ч', '400 дн.'],
    de: ['0 Sek.', '59 Sek.', '1 Min.', '1 Std. 1 Min.', '1 Tg. 1 Std.', '400 Tg.'],
  };

  test.each(
    LANGUAGES.flatMap((language) => spans.map(([name, span], index) => ({ language, name, span, index }))),
  )('$language: $name', ({ language, span, index }) => {
    expect(spaces(createFormats(language, 'UTC').duration(span))).toBe(expected[language][index]);
  });

  const { duration } = createFormats('es', 'UTC');

  test('a second unit of zero is left out', () => {
    expect(duration(DAY)).toBe('1 d');
    expect(duration(HOUR + 59 * SECOND)).toBe('1 h');
    // Never the first and the third: "1 d 5 min" would look exact and is not.
    expect(duration(DAY + 5 * MINUTE)).toBe('1 d');
  });

  test('rounded down (nothing has lasted an hour before it has)', () => {
    expect(duration(59.6 * SECOND)).toBe('59 s');
    expect(duration(HOUR - 1)).toBe('59 min');
    expect(duration(DAY - 1)).toBe('23 h 59 min');
  });

  test('from ten minutes on without seconds (they are noise)', () => {
    expect(duration(10 * MINUTE - SECOND)).toBe('9 min 59 s');
    expect(duration(10 * MINUTE)).toBe('10 min');
    expect(duration(10 * MINUTE + 59 * SECOND)).toBe('10 min');
  });

  test('a span below zero is nothing (a clock was set back)', () => {
    expect(duration(-5 * MINUTE)).toBe('0 s');
  });
});

describe('times: the day is named only when it was another day there', () => {
  const late = at('2025-01-15T23:30:05Z');
  const hourLater = at('2025-01-16T00:30:05Z');

  test.each(LANGUAGES)('%s: the same hour is today in one zone and yesterday in another', (language) => {
    const time = (zone: string) => createFormats(language, zone).time(late, hourLater);
    expect(time('Asia/Tokyo')).toBe('08:30');
    expect(time('America/New_York')).toBe('18:30');
    expect(time('Asia/Kathmandu')).toBe('05:15');
    expect(time('UTC')).not.toBe('23:30');
    expect(time('UTC')).toMatch(/^15\b.*\b23:30$/);
  });

  test.each(LANGUAGES)('%s: a moment has seconds, midnight is 00:00 and not 24:00', (language) => {
    const formats = createFormats(language, 'UTC');
    expect(formats.moment(hourLater, hourLater)).toBe('00:30:05');
    expect(formats.time(at('2025-01-16T00:00:00Z'), hourLater)).toBe('00:00');
    expect(formats.time(at('2025-01-16T23:59:59Z'), hourLater)).toBe('23:59');
  });

  test('another month of the same year is named without the year', () => {
    const [october, december] = [at('2025-10-05T10:45:00Z'), at('2025-12-01T12:00:00Z')];
    const shown = (['en', 'es', 'ru'] as const).map((language) =>
      createFormats(language, 'UTC').time(october, december),
    );
    expect(shown).toEqual(['5 Oct 10:45', '5 oct 10:45', '5 окт. 10:45']);
  });

  const days: Record<Exclude<Language, 'de'>, readonly [sameYear: string, otherYear: string]> = {
    en: ['15 Jan 23:30', '31 Dec 2024 23:30'],
    es: ['15 ene 23:30', '31 dic 2024 23:30'],
    ru: ['15 янв. 23:30', '31 дек. 2024 23:30'],
  };

  test.each(Object.entries(days))('%s: another year is named too', (language, [sameYear, otherYear]) => {
    const { time, moment } = createFormats(language, 'UTC');
    expect(time(late, hourLater)).toBe(sameYear);
    expect(moment(late, hourLater)).toBe(`${sameYear}:05`);
    const newYear = at('2025-01-01T00:30:00Z');
    expect(time(at('2024-12-31T23:30:00Z'), newYear)).toBe(otherYear);
    // Still the old year for somebody further west, and then the day is today.
    expect(createFormats(language, 'America/New_York').time(at('2024-12-31T23:30:00Z'), newYear)).toBe(
      '18:30',
    );
  });

  // Wanted, and not so yet: `formats.ts` writes the month as it stands alone ("4 май", "5 Mär").
  test('ru: in a date the month is in the genitive', () => {
    expect(createFormats('ru', 'UTC').time(at('2025-05-04T10:45:00Z'), hourLater)).toBe('4 мая 10:45');
  });

  test('de: in a date the day is an ordinal, and the month is abbreviated with a full stop', () => {
    expect(createFormats('de', 'UTC').time(late, hourLater)).toBe('15. Jan. 23:30');
  });
});

describe('times: the clock on the wall, also on the days when it is changed', () => {
  test.each(LANGUAGES)('%s: in spring 02:00 is followed by 03:00', (language) => {
    const { time } = createFormats(language, 'Europe/Berlin');
    const now = at('2025-03-30T12:00:00Z');
    expect(time(at('2025-03-30T00:59:00Z'), now)).toBe('01:59');
    expect(time(at('2025-03-30T01:00:00Z'), now)).toBe('03:00');
  });

  test.each(LANGUAGES)('%s: in autumn an hour comes twice, and a duration still counts both', (language) => {
    const { time, duration } = createFormats(language, 'Europe/Berlin');
    const now = at('2025-10-26T12:00:00Z');
    const [first, second] = [at('2025-10-26T00:30:00Z'), at('2025-10-26T01:30:00Z')];
    expect([time(first, now), time(second, now)]).toEqual(['02:30', '02:30']);
    expect(duration(second - first)).toBe(createFormats(language, 'UTC').duration(HOUR));
  });

  test.each(LANGUAGES)('%s: a day of 25 hours is one day (23 hours ago can be today)', (language) => {
    const { time } = createFormats(language, 'Europe/Berlin');
    expect(time(at('2025-10-25T22:15:00Z'), at('2025-10-26T22:45:00Z'))).toBe('00:15');
  });
});

test.each(['our_words', 'x', ''])(
  'a locale file named "%s" is no language: dates as in English',
  (locale) => {
    const formats = createFormats(locale, 'UTC');
    expect(formats.duration(61 * MINUTE)).toBe('1 hr 1 min');
    expect(formats.time(at('2024-12-31T23:30:00Z'), at('2025-01-01T00:30:00Z'))).toBe('31 Dec 2024 23:30');
  },
);

/** Which space joins a number and its unit differs between versions of ICU; that it is one is what counts. */
function spaces(text: string): string {
  return text.replaceAll(/[\u00a0\u202f]/g, ' ');
}
