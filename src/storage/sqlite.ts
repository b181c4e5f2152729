/**
 * Opens the database file: the only place that knows libsql, and what SQLite does in its own way. A file that it cannot
 * use it leaves as it is.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';
import type Libsql from 'libsql';
import type { Log } from '../lib/log.ts';
import { type SqlConnection, SqlStore } from './sql-store.ts';
import { MIGRATIONS, type Migration } from './sqlite-migrations.ts';
import { StorageTrouble, type StorageTroubleCode } from './storage-trouble.ts';
import type { Tables } from './tables.ts';

/** By `await`: when it cannot be loaded for an `import` above, Node.js 20 ends the process although the error is caught. */
const { default: Database } = await import('libsql');

/** In the file's header, by which our files are known: `TCAB`. */
const APPLICATION_ID = 0x54434142;

/**
 * Makes the folder and the file when they are not there, and brings older tables up to date. When the file cannot be
 * made for now, the store is empty, is not writable, and makes it before the first write that succeeds.
 * @throws {StorageTrouble} and has then changed nothing in the file
 */
export function openSqlite(path: string, log: Log, migrations: readonly Migration[] = MIGRATIONS): SqlStore {
  const file = new SqliteFile(path, migrations);
  const version = file.open();
  if (version > 0 && version < migrations.length)
    log.info({ from: version, to: migrations.length }, 'the database was brought up to date');
  const dialect = new SqliteDialect({ database: file });
  return new SqlStore(new Kysely<Tables>({ dialect }), file, log);
}

/**
 * Until they are closed, so that no lock goes with the garbage: also a file that was refused, next to which the bot goes
 * on in memory, keeps a second bot away.
 */
const OPEN = new Set<SqliteFile>();

/** More than the program has; those with lists of values differ by the length of the list. */
const MOST_STATEMENTS = 200;

/** One connection, which holds the file for itself until it is closed or the process ends, in whatever way. */
class SqliteFile implements SqliteDatabase, SqlConnection {
  readonly #path: string;
  readonly #migrations: readonly Migration[];
  #db: Libsql.Database | undefined;
  /** Why there is no file with tables yet. */
  #unmade: StorageTrouble | undefined;
  #synchronous = '';
  /** Of the file that was opened; `undefined`: it has not been written to. */
  #identity: string | undefined;
  #isWritable = false;

  /** A new one takes SQLite as long as a small write, and memory until it is collected. */
  readonly #statements = new Map<string, Libsql.Statement>();

  constructor(path: string, migrations: readonly Migration[]) {
    this.#path = path;
    this.#migrations = migrations;
  }

  /** @returns the version of the tables that were found; 0: there were none */
  open(): number {
    const isNew = isMissing(this.#path);
    try {
      return this.#openOrMake();
    } catch (error) {
      if (!(isNew && error instanceof StorageTrouble && error.mayHeal)) throw error;
      this.#unmade = error;
      return 0;
    }
  }

  #openOrMake(): number {
    this.#connect();
    this.#lock();
    const version = this.#version();
    if (version < this.#migrations.length) {
      const trouble = this.#tryToWrite();
      if (trouble) throw trouble;
      this.#migrate(version);
    }
    return version;
  }

  #version(): number {
    const version = this.#number('pragma user_version');
    if (version > this.#migrations.length) throw new StorageTrouble('newer-schema', this.#path);
    const isEmpty = this.#number('select count(*) from sqlite_schema') === 0;
    const isOurs = this.#number('pragma application_id') === APPLICATION_ID && version > 0;
    if (!(isEmpty || isOurs) || this.#isCutOff()) throw new StorageTrouble('damaged', this.#path);
    return version;
  }

  /** Not over a file that somebody has put there meanwhile, of which the bot knows nothing. */
  #makeLate(): void {
    this.close();
    if (!isMissing(this.#path)) throw new StorageTrouble('file-gone', this.#path);
    this.#openOrMake();
    this.#unmade = undefined;
  }

  #connect(): void {
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      this.#db = new Database(this.#path);
    } catch (error) {
      const isFull = (error as { code?: string }).code === 'ENOSPC';
      throw new StorageTrouble(isFull ? 'full' : 'unusable-folder', dirname(this.#path), error);
    }
  }

  /**
   * For as long as the file is open, so that a second bot on it, which would tell everything twice, gets nowhere. The
   * lock goes with the process, and needs no shared memory, which network folders do not have.
   *
   * Two that try at once may both fail, each with a shared lock that keeps the other out and is not given back by word.
   * By closing it is, for no statement was made yet.
   */
  #lock(): void {
    try {
      this.#explained(() => this.#open.exec('pragma locking_mode = exclusive; begin exclusive; rollback'));
      OPEN.add(this);
    } catch (error) {
      this.#db?.close();
      this.#db = undefined;
      throw error;
    }
  }

  /** By word: libsql closes a connection for real only when its last statement was collected as garbage. */
  #unlock(): void {
    try {
      this.#run('pragma locking_mode = normal');
      this.#run('select count(*) from sqlite_schema');
    } catch {
      // What cannot be read has no lock.
    }
  }

  /** Shorter than its own header says. While there is a log beside it, the rest may still be in there. */
  #isCutOff(): boolean {
    const wal = statSync(`${this.#path}-wal`, { throwIfNoEntry: false });
    if (wal && wal.size > 0) return false;
    const pages = this.#number('pragma page_count');
    return statSync(this.#path).size < pages * this.#number('pragma page_size');
  }

  makeWritable(): StorageTrouble | undefined {
    return this.#unmade ?? this.#tryToWrite();
  }

  #tryToWrite(): StorageTrouble | undefined {
    try {
      this.#identity = this.#identityNow();
      // Commits go into a log beside the file, which is one wait for the disk instead of three.
      this.#run('pragma journal_mode = wal');
      // It shrinks again after a large write.
      this.#run('pragma journal_size_limit = 8388608');
      this.#run('begin immediate');
      this.#run('rollback');
      this.#isWritable = true;
      return undefined;
    } catch (error) {
      if (!(error instanceof StorageTrouble && error.mayHeal)) throw error;
      // The file is there: it is the log beside it that cannot be made.
      const isReadOnly = error.code === 'unusable-folder';
      return isReadOnly ? new StorageTrouble('read-only', this.#path, error.cause) : error;
    }
  }

  /** A file that could only be read when it was opened stays so for as long as it is open. */
  #openAnew(): void {
    this.close();
    this.#openOrMake();
    const trouble = this.#isWritable ? undefined : this.#tryToWrite();
    if (trouble) throw trouble;
  }

  /** All or nothing. */
  #migrate(from: number): void {
    this.#run('begin immediate');
    try {
      for (const statement of this.#migrations.slice(from).flat()) this.#run(statement);
      this.#run(`pragma application_id = ${APPLICATION_ID}`);
      this.#run(`pragma user_version = ${this.#migrations.length}`);
      this.#run('commit');
    } catch (error) {
      if (this.#db?.inTransaction) this.#run('rollback');
      throw error;
    }
  }

  /**
   * What a server's administrators are told must survive a loss of power: `full` waits for the disk. `normal` survives
   * the end of the process in any way.
   */
  beforeTransaction(isLasting: boolean): void {
    if (this.#unmade) this.#makeLate();
    // SQLite would go on writing into a file that nobody will ever find again.
    if (this.#identityNow() !== this.#identity) throw new StorageTrouble('file-gone', this.#path);
    if (!this.#isWritable) this.#openAnew();
    const synchronous = isLasting ? 'full' : 'normal';
    if (synchronous === this.#synchronous) return;
    this.#run(`pragma synchronous = ${synchronous}`);
    this.#synchronous = synchronous;
  }

  prepare(sql: string): SqliteStatement {
    if (this.#unmade) return NOTHING;
    // After some errors SQLite has rolled back itself; to tell it again is an error that would hide the first one.
    if (sql === 'rollback' && !this.#db?.inTransaction) return NOTHING;
    const statement = this.#explained(() => this.#prepared(sql));
    return {
      reader: statement.reader,
      all: (parameters) => this.#explained(() => statement.all(bindable(parameters))),
      run: (parameters) => this.#explained(() => statement.run(bindable(parameters))),
      iterate: (parameters) => statement.iterate(bindable(parameters)),
    };
  }

  #prepared(sql: string): Libsql.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#open.prepare(sql);
    if (this.#statements.size < MOST_STATEMENTS) this.#statements.set(sql, statement);
    return statement;
  }

  /** Puts everything into the one file. When that fails the next start does it. */
  close(): void {
    if (!this.#db) return;
    try {
      const isOurs = this.#identity !== undefined && this.#identityNow() === this.#identity;
      if (isOurs) this.#run('pragma journal_mode = delete');
    } catch {
      // The log stays beside it.
    }
    this.#unlock();
    this.#statements.clear();
    this.#db.close();
    this.#db = undefined;
    this.#isWritable = false;
    this.#synchronous = '';
    OPEN.delete(this);
  }

  /** @throws {StorageTrouble} when nobody can say, e.g. a network folder that is away */
  #identityNow(): string | undefined {
    try {
      const file = statSync(this.#path, { throwIfNoEntry: false, bigint: true });
      return file && `${file.dev} ${file.ino}`;
    } catch (error) {
      throw new StorageTrouble('unusable-folder', dirname(this.#path), error);
    }
  }

  get #open(): Libsql.Database {
    // Also between two tries to open it anew.
    if (!this.#db) throw new StorageTrouble('io-error', this.#path, 'it is not open');
    return this.#db;
  }

  /** @returns the rows, if there are any */
  #run(sql: string): unknown[] {
    return this.#explained(() => this.#open.prepare(sql).all());
  }

  #number(sql: string): number {
    const [row] = this.#run(sql);
    return Number(Object.values(row as object)[0]);
  }

  #explained<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      const code = codeOf(error);
      throw code ? new StorageTrouble(code, this.#path, error) : error;
    }
  }
}

const NOTHING: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [].values(),
};

/** By SQLite's primary result code, see https://sqlite.org/rescode.html. */
const CODES: Readonly<Record<number, StorageTroubleCode>> = {
  3: 'unusable-folder', // PERM
  5: 'in-use', // BUSY
  6: 'in-use', // LOCKED
  7: 'io-error', // NOMEM
  8: 'read-only', // READONLY
  10: 'io-error', // IOERR
  11: 'damaged', // CORRUPT
  13: 'full', // FULL
  14: 'unusable-folder', // CANTOPEN
  15: 'io-error', // PROTOCOL
  22: 'io-error', // NOLFS
  26: 'damaged', // NOTADB
};

/** `undefined`: it is not the disk, e.g. a statement that breaks a constraint. */
function codeOf(error: unknown): StorageTroubleCode | undefined {
  const { rawCode } = error as { readonly rawCode?: number };
  return rawCode === undefined ? undefined : CODES[rawCode & 0xff];
}

/** libsql ends the process when it is given anything else. */
function bindable(parameters: readonly unknown[]): unknown[] {
  for (const value of parameters) {
    const isKnown = value === null || typeof value === 'string' || typeof value === 'number';
    if (!isKnown) throw new TypeError(`${typeof value} cannot be stored`);
  }
  return [...parameters];
}

/** Or empty. One that cannot be looked at may hold something. */
function isMissing(path: string): boolean {
  try {
    return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
  } catch (error) {
    return (error as { code?: string }).code === 'ENOTDIR';
  }
}
