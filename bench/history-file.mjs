/** A database as the bot would have written it in a year and more: made once by SQL, in the tables of this version. */
import { mkdtempSync, rmSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { openSqlite } from './built/parts.js';

const DAY = 86_400_000;
const BUCKET = 300_000;
const BUCKETS_A_DAY = DAY / BUCKET;

/** Of a bucket in the file, and what is to stay free beside it. */
const BYTES = 30;
const RESERVE = 2 * 2 ** 30;

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Of as many of the days as the disk has room for.
 * @returns the folder, for `data-dir`, and what is in it
 */
export async function writeHistory(names, wantedDays) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-data-'));
  const file = join(folder, 'trueconf-admin-bot.sqlite');
  const { bavail, bsize } = statfsSync(folder);
  const room = Math.floor((bavail * bsize - RESERVE) / (BYTES * BUCKETS_A_DAY * names.length));
  const days = Math.max(1, Math.min(wantedDays, room));

  const store = openSqlite(file, SILENT);
  await store.makeWritable();
  await store.close();
  const db = new Database(file);
  for (const pragma of ['journal_mode = off', 'synchronous = off', 'locking_mode = exclusive']) {
    db.prepare(`pragma ${pragma}`).all();
  }
  const now = Date.now();
  const last = Math.floor(now / BUCKET) - 1;
  const first = last - days * BUCKETS_A_DAY + 1;
  const run = (sql, ...values) => db.prepare(sql).run(...values);
  run('begin');
  for (const [index, name] of names.entries()) {
    run('insert into servers (id, name) values (?, ?)', index + 1, name);
    run(
      'insert into availabilities (server, value) values (?, ?)',
      name,
      JSON.stringify({ status: 'up', since: now - DAY }),
    );
  }
  // In the order of the table. Every fifth bucket knows how many were online.
  run(
    `with recursive slots (slot) as (select ? union all select slot + 1 from slots where slot < ?)
     insert into buckets (slot, server, probes, failures, latency_min, latency_median, latency_max, users)
     select slot, id, 20, (slot * 31 + id) % 500 = 0, 3 + slot % 5, 6 + (slot + id) % 9, 20 + (slot * id) % 200,
       case slot % 5 when 0 then (slot + id) % 300 end
     from slots cross join servers`,
    first,
    last,
  );
  // An outage of ten minutes in two days, told to three people, each of the last hundred thousand.
  const trouble = JSON.stringify({ code: 'refused' });
  run(
    `with recursive outages (began) as (select ? union all select began + ? from outages where began < ?)
     insert into periods (server, kind, began, ended, trouble)
     select name, 'down', began + id * 1000, began + id * 1000 + 600000, ? from outages cross join servers`,
    now - days * DAY,
    2 * DAY,
    now - 3 * DAY,
    trouble,
  );
  run(
    `insert into outbox (channel, address, event, written_at, outcome, settled_at)
     select 'telegram', 4710 + at.value,
       json_object('kind', 'server-up', 'server', server, 'at', ended, 'downSince', began), ended, 'delivered', ended
     from periods cross join json_each('[1, 2, 3]') as at order by ended desc limit 100000`,
  );
  run('commit');
  // By word: libsql lets go of a file only when its last statement was collected as garbage.
  db.prepare('pragma locking_mode = normal').all();
  db.prepare('select count(*) from servers').all();
  db.close();
  return {
    folder,
    days,
    buckets: days * BUCKETS_A_DAY * names.length,
    megabytes: statSync(file).size / 1e6,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
