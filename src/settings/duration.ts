/** Spans of time as the operator writes them: "15s", "90m", "1h30m", "2d". Pure. */
import { DAY, type DurationMs, HOUR, MINUTE, SECOND } from '../lib/time.ts';

const PARTS = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;

/** `undefined` when the text is no duration. */
export function parseDuration(text: string): DurationMs | undefined {
  const parts = PARTS.exec(text);
  if (text === '' || !parts) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return (days ?? 0) * DAY + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND;
}

/** The way back, e.g. "1h30m"; milliseconds are dropped. */
export function showDuration(duration: DurationMs): string {
  const parts = [
    [Math.floor(duration / DAY), 'd'],
    [Math.floor(duration / HOUR) % 24, 'h'],
    [Math.floor(duration / MINUTE) % 60, 'm'],
    [Math.floor(duration / SECOND) % 60, 's'],
  ] as const;
  const shown = parts.map(([amount, unit]) => (amount > 0 ? `${amount}${unit}` : '')).join('');
  return shown === '' ? '0s' : shown;
}
