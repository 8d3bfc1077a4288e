import pg from "pg";
import { ServiceError } from "@canarec/service-kit/errors";

const LOCK_NOT_AVAILABLE = "55P03";

export interface TableLock {
  readonly tables: readonly string[];
  /** `exclusive` lets others read; `access exclusive` does not, and is what removing rows at once needs. */
  readonly mode: "exclusive" | "access exclusive";
  /** So long others may go on using them, in ms. */
  readonly waitMs: number;
}

/**
 * Lock all tables, inside the caller's transaction. Whoever writes several of them locks them in an order of their own, so
 * nothing is held while waiting: one table is waited for and the others must be free at once, else all are let go and the
 * one that was not free is waited for. So no deadlock comes of it, on either side.
 *
 * @throws ServiceError "unavailable" naming the table that was in use for all of the time.
 */
export async function lockTables(
  client: pg.ClientBase,
  { tables, mode, waitMs }: TableLock,
): Promise<void> {
  const until = performance.now() + waitMs;
  await client.query("savepoint before_locks");
  let busy = tables[0];
  while (busy !== undefined) {
    const first = busy;
    const leftMs = Math.ceil(until - performance.now());
    if (leftMs <= 0 || !(await lock(client, first, { mode, waitMs: leftMs }))) {
      throw new ServiceError(
        "unavailable",
        `the table ${first} is in use for longer than ${waitMs / 1_000} s: stop the services, or try again`,
      );
    }
    busy = undefined;
    for (const table of tables) {
      if (await lock(client, table, { mode, waitMs: 0 })) continue;
      busy = table;
      break;
    }
  }
  await client.query("release savepoint before_locks");
  await client.query(`set local lock_timeout = ${waitMs}`);
}

/** @returns whether it is locked; if not, no table is any longer. */
async function lock(
  client: pg.ClientBase,
  table: string,
  { mode, waitMs }: { readonly mode: TableLock["mode"]; readonly waitMs: number },
): Promise<boolean> {
  const name = pg.escapeIdentifier(table);
  try {
    await client.query(`set local lock_timeout = ${waitMs}`);
    await client.query(`lock table ${name} in ${mode} mode${waitMs === 0 ? " nowait" : ""}`);
    return true;
  } catch (failure) {
    if (!(failure instanceof pg.DatabaseError) || failure.code !== LOCK_NOT_AVAILABLE) {
      throw failure;
    }
    await client.query("rollback to savepoint before_locks");
    return false;
  }
}
