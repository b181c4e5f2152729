/**
 * Draws charts one at a time, for a bounded time, and keeps each for a minute. Loads nothing that draws: that is done
 * by a process of its own (`child.ts`).
 */
import { childOf } from '../lib/abort.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { singleFlight } from '../lib/single-flight.ts';
import { type DurationMs, type EpochMs, MINUTE, SECOND } from '../lib/time.ts';
import { Turns } from '../lib/turns.ts';
import type { Chart } from './chart.ts';
import { paintInChild } from './child.ts';
import { type Drawing, toDrawing } from './drawing.ts';
import { ChartFailed } from './failure.ts';

export interface Picture {
  readonly png: Buffer;
  /** When what it shows was read. */
  readonly at: EpochMs;
}

export interface Charts {
  /**
   * Who asks for the same within a minute gets the same picture. Throws `ChartFailed`, what `read` throws, or the
   * signal's reason. `undefined`: there is nothing to show.
   *
   * @param key what makes two pictures the same: server, span, language
   */
  draw(key: string, read: () => Promise<Chart>, signal?: AbortSignal): Promise<Picture | undefined>;
}

export type Paint = (drawing: Drawing, signal: AbortSignal) => Promise<Buffer>;

export interface ChartsOptions {
  readonly clock: Clock;
  /** Default: in a process of its own. */
  readonly paint?: Paint;
  /** How long painting may take, in real time. Default 10 s. */
  readonly limit?: DurationMs;
}

const LIMIT: DurationMs = 10 * SECOND;
const KEPT_FOR: DurationMs = MINUTE;
/** Some forty KiB each. */
const MOST_KEPT = 8;
/** Under way or waiting; who comes then had to wait too long. */
const MOST_UNDER_WAY = 8;

interface Kept {
  readonly picture: Picture | undefined;
  readonly until: EpochMs;
}

type Flight = (signal?: AbortSignal) => Promise<Picture | undefined>;

export function openCharts({ clock, paint = paintInChild, limit = LIMIT }: ChartsOptions): Charts {
  const turns = new Turns(1);
  const kept = new Map<string, Kept>();
  const flights = new Map<string, Flight>();

  const make = async (read: () => Promise<Chart>, signal: AbortSignal): Promise<Picture | undefined> => {
    await turns.enter(signal);
    try {
      const at = clock.now();
      const drawing = toDrawing(await read());
      return drawing && { png: await within(limit, signal, (own) => paint(drawing, own)), at };
    } finally {
      turns.leave();
    }
  };

  const keep = (key: string, picture: Picture | undefined) => {
    kept.delete(key);
    kept.set(key, { picture, until: clock.now() + KEPT_FOR });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
  };

  const start = (key: string, read: () => Promise<Chart>): Flight => {
    if (flights.size >= MOST_UNDER_WAY) throw new ChartFailed('busy', 'too many charts at once');
    const flight = singleFlight(async (signal) => {
      try {
        const picture = await make(read, signal);
        keep(key, picture);
        return picture;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    });
    flights.set(key, flight);
    return flight;
  };

  return {
    draw: async (key, read, signal) => {
      signal?.throwIfAborted();
      for (const [old, { until }] of kept) if (until <= clock.now()) kept.delete(old);
      const known = kept.get(key);
      if (known) return known.picture;
      return (flights.get(key) ?? start(key, read))(signal);
    },
  };
}

async function within(
  limit: DurationMs,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Buffer>,
): Promise<Buffer> {
  const own = childOf(signal);
  const done = new AbortController();
  // The real clock on purpose: a process takes its time whatever a test's clock shows.
  systemClock.sleep(limit, done.signal).then(
    () => own.abort(new ChartFailed('slow', `a chart was not painted within ${limit} ms`)),
    () => {},
  );
  try {
    return await work(own.signal);
  } finally {
    own.release();
    done.abort();
  }
}
