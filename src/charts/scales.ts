/** Which numbers and times stand at the axes, and where does an axis end? Pure. */
import { DAY, type DurationMs, type EpochMs, HOUR, MINUTE } from '../lib/time.ts';
import type { Zone } from '../lib/zone.ts';
import type { Column } from './series.ts';

/** From 0 to `top`. */
export interface ValueScale {
  readonly top: number;
  /** Whole numbers, 0 and `top` among them. */
  readonly ticks: readonly number[];
}

/** How many steps an axis has at most. */
const MOST_STEPS = 4;

/** @param least the axis goes at least up to here, so that nothing but zeros has an axis, too */
export function valueScale(highest: number, least: number): ValueScale {
  const wanted = Math.max(highest, least, 1);
  const step = ROUND_STEPS.find((size) => size * MOST_STEPS >= wanted) ?? wanted;
  const steps = Math.ceil(wanted / step);
  return { top: steps * step, ticks: Array.from({ length: steps + 1 }, (_, index) => index * step) };
}

/** 1, 2, 5, 10, 20, 25, 50, 100, 200… */
const ROUND_STEPS: readonly number[] = Array.from({ length: 12 }, (_, power) => 10 ** power).flatMap((size) =>
  [1, 2, 2.5, 5].map((factor) => factor * size).filter(Number.isInteger),
);

/** An axis that must also hold values this many times as high as nearly all others would flatten these. */
const FLATTENED = 3;

/**
 * How high the axis of latencies goes. A few slow answers among many fast ones do not stretch it: they are beyond it,
 * which the picture says.
 */
export function latencyTop(columns: readonly Column[]): number {
  const highest = Math.max(0, ...columns.map(({ high }) => high));
  const usual = Math.max(
    quantile(
      columns.map(({ high }) => high),
      0.9,
    ),
    quantile(
      columns.map(({ middle }) => middle),
      0.98,
    ),
  );
  return highest > FLATTENED * usual ? 1.5 * usual : highest;
}

function quantile(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return values[Math.floor(share * (values.length - 1))] ?? 0;
}

export interface TimeTick {
  readonly at: EpochMs;
  /** The first of its day on the clock on the wall. */
  readonly isMidnight: boolean;
}

const STEPS: readonly DurationMs[] = [
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
];
/** So that 25 hours have the same steps as 24. */
const MOST_TICKS = 7;

export interface TimeScale {
  readonly ticks: readonly TimeTick[];
  /** Ticks are midnights, and what stands between two of them is a day. */
  readonly isDaily: boolean;
}

/** Ticks at round times of the clock on the wall, also across a day of 23 or 25 hours. */
export function timeScale(from: EpochMs, to: EpochMs, zone: Pick<Zone, 'wallAt' | 'firstAt'>): TimeScale {
  const step = STEPS.find((size) => (to - from) / size <= MOST_TICKS) ?? DAY;
  const ticks: TimeTick[] = [];
  // A day more on both sides, because the clock may have been changed in between.
  const end = zone.wallAt(to) + DAY;
  for (let wall = Math.floor((zone.wallAt(from) - DAY) / step) * step; wall <= end; wall += step) {
    const at = zone.firstAt(wall);
    // Twice the same: the clock skipped both.
    if (at >= from && at <= to && at !== ticks.at(-1)?.at) ticks.push({ at, isMidnight: wall % DAY === 0 });
  }
  return { ticks, isDaily: step === DAY };
}
