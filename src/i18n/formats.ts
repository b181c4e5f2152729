/** Times and durations as a person of one language and time zone reads them. The only file that imports luxon. */
import { DateTime } from 'luxon';
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE, SECOND } from '../lib/time.ts';

export interface Formats {
  /** `10:45:12`; with the day when it was not today. For "read at". */
  moment(at: EpochMs, now: EpochMs): string;
  /** `10:45`; with the day when it was not today. For "since". */
  time(at: EpochMs, now: EpochMs): string;
  /** When something that lasted for `span` began or ended: to the second where minutes would say "from 10:44 to 10:44". */
  edge(at: EpochMs, now: EpochMs, span: DurationMs): string;
  /** The two largest units that matter: `2 d 3 h`, `1 h 5 min`, `40 s`; seconds only below ten minutes. */
  duration(span: DurationMs): string;
  /** `10:45` */
  clock(at: EpochMs): string;
  /** `Mon` */
  weekday(at: EpochMs): string;
  /** `17 Nov` */
  date(at: EpochMs): string;
  number(value: number): string;
  /** `99.98 %`, rounded down: what was not whole is not shown as whole. @param share from 0 to 1 */
  percent(share: number): string;
}

const UNITS: readonly (readonly [unit: 'day' | 'hour' | 'minute' | 'second', span: DurationMs])[] = [
  ['day', DAY],
  ['hour', HOUR],
  ['minute', MINUTE],
  ['second', SECOND],
];

/** From here on seconds are noise. */
const SECONDS_BELOW: DurationMs = 10 * MINUTE;

/** @param timeZone an IANA name, or `system` */
export function createFormats(locale: string, timeZone: string): Formats {
  // Made when first needed: the first format of a process takes 7 MiB, and a quiet night needs none.
  const language = once(() => (isLanguageTag(locale) ? locale : 'en'));
  const units = once(
    () =>
      new Map(
        UNITS.map(([unit]) => [
          unit,
          new Intl.NumberFormat(language(), { style: 'unit', unit, unitDisplay: 'short' }),
        ]),
      ),
  );
  const local = (at: EpochMs) => DateTime.fromMillis(at, { zone: timeZone, locale: language() });
  // A German day is an ordinal number.
  const dayAndMonth = () => (language().startsWith('de') ? 'd. MMM' : 'd MMM');
  const dated = (at: EpochMs, now: EpochMs, clock: string): string => {
    const moment = local(at);
    const today = local(now);
    if (moment.hasSame(today, 'day')) return moment.toFormat(clock);
    return moment.toFormat(`${dayAndMonth()}${moment.hasSame(today, 'year') ? '' : ' yyyy'} ${clock}`);
  };

  const percents = once(
    () => new Intl.NumberFormat(language(), { style: 'percent', maximumFractionDigits: 2 }),
  );

  const numbers = once(() => new Intl.NumberFormat(language()));

  return {
    clock: (at) => local(at).toFormat('HH:mm'),
    weekday: (at) => local(at).toFormat('ccc'),
    date: (at) => local(at).toFormat(dayAndMonth()),
    number: (value) => numbers().format(value),
    percent: (share) => percents().format(Math.floor(share * 10_000) / 10_000),
    moment: (at, now) => dated(at, now, 'HH:mm:ss'),
    time: (at, now) => dated(at, now, 'HH:mm'),
    edge: (at, now, span) => dated(at, now, span < SECONDS_BELOW ? 'HH:mm:ss' : 'HH:mm'),
    duration: (span) => {
      const grain = span < SECONDS_BELOW ? SECOND : MINUTE;
      let rest = Math.max(0, Math.floor(span / grain) * grain);
      const first = UNITS.findIndex(([, size]) => rest >= size);
      if (first === -1) return units().get('second')?.format(0) ?? '0';
      return UNITS.slice(first, first + 2)
        .map(([unit, size]) => {
          const amount = Math.floor(rest / size);
          rest -= amount * size;
          return amount > 0 ? units().get(unit)?.format(amount) : undefined;
        })
        .filter((part) => part !== undefined)
        .join(' ');
    },
  };
}

/** A file of the operator's own may have a name that is no language tag. */
function isLanguageTag(locale: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
