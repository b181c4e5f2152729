/** Writes rows into a table, each in place of the one with the same key: the one statement that all tables share. */
import type { Insertable, Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Rows in one statement: SQLite takes 32,766 parameters. */
const ROWS_AT_ONCE = 500;

type AnyTable = Record<string, unknown>;

/** @param rows each with the same columns */
export async function upsert<Table extends keyof Tables>(
  trx: Transaction<Tables>,
  table: Table,
  key: readonly (keyof Tables[Table] & string)[],
  rows: readonly Insertable<Tables[Table]>[],
): Promise<void> {
  // kysely cannot type a statement over a table that is not known; the parameters above are checked.
  const db = trx as unknown as Kysely<Record<string, AnyTable>>;
  const [first] = rows;
  if (!first) return;
  const others = Object.keys(first).filter((column) => !key.some((part) => part === column));
  for (let index = 0; index < rows.length; index += ROWS_AT_ONCE) {
    await db
      .insertInto<string>(table)
      .values(rows.slice(index, index + ROWS_AT_ONCE) as AnyTable[])
      .onConflict((conflict) =>
        conflict
          .columns([...key])
          .doUpdateSet((eb) =>
            Object.fromEntries(others.map((column) => [column, eb.ref(`excluded.${column}`)])),
          ),
      )
      .execute();
  }
}
