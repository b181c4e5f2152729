/** Brands for strings that must not be mixed up, and the order of names. */

declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** The key of a server's section in the settings: what the operator calls it and what buttons show. */
export type ServerName = Brand<'ServerName'>;

/** Which conference (API `id`, `named_conf_id`): what a link points to and what is stopped. */
export type ConferenceId = Brand<'ConferenceId'>;

/** Which run of a conference (API `session_id`, and `conference_id` in `logs/calls`). */
export type SessionId = Brand<'SessionId'>;

/** As a person would look for them: `video-2` before `video-10`. Without `Intl`, whose first use costs megabytes. */
export function sortByName<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return items
    .map((item) => ({ item, parts: nameOf(item).toLowerCase().split(/(\d+)/) }))
    .sort((a, b) => compareParts(a.parts, b.parts))
    .map(({ item }) => item);
}

/** Every second part is a number. */
function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const difference = index % 2 === 1 ? Number(part) - Number(other) : 0;
    if (difference !== 0) return difference;
    if (part !== other) return part < other ? -1 : 1;
  }
  return a.length - b.length;
}
