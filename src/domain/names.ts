/** Brands for strings that must not be mixed up. */

declare const brand: unique symbol;
type Brand<Name extends string> = string & { readonly [brand]: Name };

/** The key of a server's section in the settings: what the operator calls it and what buttons show. */
export type ServerName = Brand<'ServerName'>;

/** Which conference (API `id`, `named_conf_id`): what a link points to and what is stopped. */
export type ConferenceId = Brand<'ConferenceId'>;

/** Which run of a conference (API `session_id`, and `conference_id` in `logs/calls`). */
export type SessionId = Brand<'SessionId'>;
