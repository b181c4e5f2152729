/** Units of time. Seconds exist only at the edges and are converted on the line where they enter. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

/** A span in milliseconds. */
export type DurationMs = number;

export const SECOND: DurationMs = 1_000;
export const MINUTE: DurationMs = 60 * SECOND;
export const HOUR: DurationMs = 60 * MINUTE;
export const DAY: DurationMs = 24 * HOUR;
