/**
 * When is that? TrueConf sends dates as dumps of PHP's DateTime, as strings and as unix times. Asked with
 * `timezone=0`, so that a date without a zone is UTC.
 */
import { type EpochMs, SECOND } from '../lib/time.ts';

/** `undefined` for anything that is no date, PHP's zero dates included. */
export function readDate(value: unknown): EpochMs | undefined {
  if (typeof value === 'number') return fromUnix(value);
  if (typeof value === 'string')
    return /^\d+$/.test(value) ? fromUnix(Number(value)) : fromText(value, 'UTC');
  if (typeof value !== 'object' || value === null) return undefined;
  const { date, timezone } = value as { date?: unknown; timezone?: unknown };
  return typeof date === 'string'
    ? fromText(date, typeof timezone === 'string' ? timezone : 'UTC')
    : undefined;
}

/** Above this a unix time is in milliseconds: as seconds it would be the year 5138. */
const MILLISECONDS_FROM = 1e11;

function fromUnix(value: number): EpochMs | undefined {
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return inReach(value < MILLISECONDS_FROM ? value * SECOND : value);
}

const DATE = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d{1,3})?\d*\s*(Z|[+-]\d{2}:?\d{2})?$/;

function fromText(text: string, zone: string): EpochMs | undefined {
  const [, day, time, fraction = '', offset] = DATE.exec(text.trim()) ?? [];
  if (day === undefined || day.startsWith('0000')) return undefined;
  const local = Date.parse(`${day}T${time}Z`);
  if (Number.isNaN(local)) return undefined;
  return inReach(local - offsetOf(offset ?? zone, local) + Math.round(Number(`0${fraction}`) * SECOND));
}

/** Milliseconds east of UTC; 0 for a zone that nobody knows. */
function offsetOf(zone: string, local: EpochMs): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  if (sign) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60 * SECOND;
  if (zone === 'Z' || zone === 'UTC') return 0;
  try {
    const format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    return Date.parse(`${format.format(local).replace(' ', 'T')}Z`) - local;
  } catch {
    return 0;
  }
}

/** What `Date` can hold. */
function inReach(at: EpochMs): EpochMs | undefined {
  return Math.abs(at) <= 8.64e15 ? at : undefined;
}
