/**
 * Answers "what did the client ask for?": pages, zones and dates from the query of an API call. What cannot be read is
 * refused with 400, as the server does.
 */
import type { Answer } from './answer.ts';
import { phpDate, refusal, type WireZone } from './trueconf-wire.ts';

export type Query = Record<string, string>;

/** Thrown to answer at once. */
export class Refused extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** The refusal of a parameter's value. */
export function badParameter(name: string): Refused {
  return new Refused(refusal(400, 'invalidParameter', `Invalid value of ${name}`, name));
}

/** A whole number of at least `least`. */
export function whole(query: Query, name: string, fallback: number, least: number): number {
  const value = query[name];
  if (value === undefined || value === '') return fallback;
  if (!/^-?\d{1,9}$/.test(value) || Number(value) < least) throw badParameter(name);
  return Number(value);
}

export interface Page {
  /** Counts from 1. */
  page: number;
  size: number;
}

/** Page size when the client names none. */
const STANDARD_SIZE = 50;

/** The page size; above the cap it is cut to it without a word. */
export function pageSize(query: Query, cap: number, standard = STANDARD_SIZE): number {
  return Math.min(whole(query, 'page_size', standard, 1), cap);
}

/** The page of a list whose pages count from 1. */
export function readPage(query: Query, cap: number, standard = STANDARD_SIZE): Page {
  return { page: whole(query, 'page_id', 1, 1), size: pageSize(query, cap, standard) };
}

export function cut<T>(rows: readonly T[], { page, size }: Page): T[] {
  return rows.slice((page - 1) * size, page * size);
}

/** The zone of dates: minutes east of UTC in `timezone`, otherwise the server's own. */
export function readZone(query: Query, timeZone: string): WireZone {
  if (query.timezone === undefined) return { timeZone };
  const offsetMinutes = whole(query, 'timezone', 0, -14 * 60);
  if (offsetMinutes > 14 * 60) throw badParameter('timezone');
  return { offsetMinutes };
}

/** A moment, written `YYYY-MM-DD HH:MM:SS` in the zone of the request. */
export function readDate(query: Query, name: string, zone: WireZone): number | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (!/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value)) throw badParameter(name);
  const asUtc = Date.parse(`${value.replace(' ', 'T')}Z`);
  if (Number.isNaN(asUtc)) throw badParameter(name);
  const shown = Date.parse(`${phpDate(asUtc, zone).date.slice(0, 19).replace(' ', 'T')}Z`);
  return 2 * asUtc - shown;
}
