/**
 * The tables in SQLite, version by version. What is here has run at somebody's: it is never edited, only added to, and
 * `test/fixtures/storage/` gets a file of the version before.
 */

/** The statements that lead from version n - 1 to n; the first leads from an empty file to 1. */
export type Migration = readonly string[];

export const MIGRATIONS: readonly Migration[] = [
  [
    'create table availabilities (server text primary key not null, value text not null) strict',
    'create table stabilities (server text primary key not null, value text not null) strict',
    'create table switches (server text primary key not null, monitored integer not null) strict',
    'create table outage_notes (server text primary key not null, last_told integer, acknowledged_by text) strict',
    `create table mutes (server text not null, channel text not null, address text not null, until integer not null,
      primary key (server, channel, address)) strict`,
    'create table certificates (server text primary key not null, ends_at integer not null, told_days integer) strict',
    `create table outbox (id integer primary key, channel text not null, address text not null,
      event text not null, written_at integer not null, outcome text, settled_at integer,
      check ((outcome is null) = (settled_at is null))) strict`,
    'create index outbox_waiting on outbox (id) where settled_at is null',
    'create index outbox_settled on outbox (settled_at, id) where settled_at is not null',
    'create table audit (id integer primary key, server text not null, at integer not null, entry text not null) strict',
    `create table periods (server text not null, kind text not null, began integer not null, ended integer, trouble text,
      primary key (server, kind, began)) strict`,
    'create index periods_ended on periods (ended)',
    'create table servers (id integer primary key, name text not null unique) strict',
    // By time first: what is written together lies together, at the end, and so does what is forgotten. A server's day
    // is 288 short look-ups. By server first, 2,000 servers would rewrite 8 MiB every five minutes, with pages half full.
    `create table buckets (slot integer, server integer, probes integer not null, failures integer not null,
      latency_min integer, latency_median integer, latency_max integer, users integer,
      primary key (slot, server)) strict, without rowid`,
  ],
  [
    `create table moves (channel text not null, address text not null, moved_to text not null,
      primary key (channel, address)) strict`,
    'alter table periods add column end_unseen integer',
  ],
];
