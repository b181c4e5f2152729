/** Is a text a time zone that this Node.js knows? */
import type { Check } from './checks.ts';
import { mustBe } from './found.ts';
import { didYouMean } from './suggestion.ts';

export const timeZone: Check<string> = {
  allowed: 'the IANA name of a time zone, such as "Europe/Madrid"',
  read(value, place) {
    if (typeof value !== 'string') return place.refuse(mustBe(timeZone.allowed, value));
    if (isTimeZone(value)) return value;
    const zones = Intl.supportedValuesOf('timeZone');
    // Whoever writes only the city means the zone that ends with it.
    const city = zones.find((zone) =>
      zone.toLowerCase().endsWith(`/${value.toLowerCase().replaceAll(' ', '_')}`),
    );
    const hint = city === undefined ? didYouMean(value, zones) : `; did you mean \`${city}\`?`;
    return place.refuse(mustBe(timeZone.allowed, value) + hint);
  },
};

function isTimeZone(name: string): boolean {
  // Newer Node.js takes "+03:00" too, older and Luxon's names do not.
  if (!/^[A-Za-z]/.test(name)) return false;
  // The list is cheap to ask; a format brings in 8 MiB that a quiet run never needs. It lacks only older names.
  if (name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
