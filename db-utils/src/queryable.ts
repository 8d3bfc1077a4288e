import type pg from "pg";

/** Where a statement can be sent: the pool, or the connection of a transaction. */
export type Queryable = Pick<pg.ClientBase, "query">;
