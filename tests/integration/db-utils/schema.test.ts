import { getTableColumns, getTableName, is } from "drizzle-orm";
import { PgTable, getTableConfig } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TABLE_PLANS } from "@canarec/db-utils/backup/tables";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate, migrationStatus, requireMigrated } from "@canarec/db-utils/migrations";
import * as schema from "@canarec/db-utils/schema/index";
import { type FreshDatabase, emptyDatabase, freshDatabase } from "../../servers.ts";

const tables: readonly PgTable[] = Object.values(schema).filter((value) => is(value, PgTable));

let fresh: FreshDatabase;
let db: Database;

beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
});

afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await fresh[Symbol.asyncDispose]();
});

describe("the schema in code", () => {
  it.each(tables.map((table) => [getTableName(table), table] as const))(
    "has the columns that the database has: %s",
    async (name, table) => {
      const { rows } = await db.pool.query<{ name: string; type: string; required: boolean }>(
        `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required
         from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
        [name],
      );
      const inCode = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType().replace("numeric(3, 1)", "numeric(3,1)"),
        required: column.notNull,
      }));
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(inCode.sort(byName)).toEqual(rows.sort(byName));
    },
  );

  it("knows every table of the database, and so does a backup", async () => {
    const { rows } = await db.pool.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
         and relname <> 'schema_migrations' order by 1`,
    );
    const inDatabase = rows.map(({ name }) => name);
    expect(tables.map(getTableName).sort()).toEqual(inDatabase);
    expect(TABLE_PLANS.map(({ table }) => table).sort()).toEqual(inDatabase);
  });

  it("has the checks that the database has", async () => {
    const { rows } = await db.pool.query<{ name: string }>(
      `select conname as name from pg_constraint
       where contype = 'c' and connamespace = 'public'::regnamespace and conparentid = 0
         and not (select relispartition from pg_class where oid = conrelid) order by 1`,
    );
    const inCode = tables.flatMap((table) => getTableConfig(table).checks.map(({ name }) => name));
    expect(inCode.sort()).toEqual(rows.map(({ name }) => name));
  });

  it("gives every foreign key an index to look up by, or says why not", async () => {
    const { rows } = await db.pool.query<{ key: string }>(
      `select conrelid::regclass || ' (' || string_agg(attname, ', ') || ')' as key
       from pg_constraint c join pg_attribute on attrelid = conrelid and attnum = any(conkey)
       where contype = 'f' and conparentid = 0 and not exists (
         select from pg_index i where i.indrelid = c.conrelid and i.indkey[0] = c.conkey[1])
       group by c.oid, conrelid order by 1`,
    );
    // Movies are never deleted one by one, and a write to these tables is on the hot path.
    expect(rows.map(({ key }) => key)).toEqual([
      "interactions (movie_key)",
      "movie_embeddings (movie_key)",
      "movie_neighbours (movie_key)",
    ]);
  });
});

describe("a wrong row", () => {
  const watched = "first_watched_at, last_watched_at, furthest_minute";
  it.each([
    ["movies", "insert into movies (movie_id, source) values ('', 'demo')"],
    ["movies", "insert into movies (movie_id, source) values (repeat('é', 129), 'demo')"],
    [
      "movies",
      "insert into movies (movie_id, source, metadata_state) values ('a', 'demo', 'known')",
    ],
    ["users", "insert into users (user_id) values (-1)"],
    ["users", "insert into users (user_id) values (9007199254740992)"],
    ["interactions", "insert into interactions (user_id, movie_key) values (1, 1)"],
    [
      "interactions",
      "insert into interactions (user_id, movie_key, furthest_minute) values (1, 1, 1)",
    ],
    [
      "interactions",
      `insert into interactions (user_id, movie_key, ${watched}) values (1, 1, now(), now() - interval '1 s', 1)`,
    ],
    [
      "interactions",
      "insert into interactions (user_id, movie_key, rating, rating_raw, rated_at) values (1, 1, 0.7, 3.3, now())",
    ],
    [
      "interactions",
      "insert into interactions (user_id, movie_key, rating, rating_raw, rated_at) values (1, 1, 1.2, 6, now())",
    ],
    ["movie_hours", "insert into movie_hours values (1, '2024-01-01T00:00:01Z', 1)"],
    [
      "bundles",
      "insert into bundles (bundle_id, bytes, schema_version, collection, watermark, manifest) values ('x', 0, 1, 'c', '{}', '{}')",
    ],
  ])("is refused by a check of %s: %s", async (table, sql) => {
    await expect(db.pool.query(sql)).rejects.toMatchObject({
      code: "23514",
      constraint: expect.stringContaining(`${table}_`) as string,
    });
  });
});

describe("migrate", () => {
  it("applies everything once, though two call it at the same moment", async () => {
    await using empty = await emptyDatabase();
    await using database = await openDatabase(empty.url);
    const before = await migrationStatus(database);
    expect(before).toMatchObject({ version: null, applied: [], newer: 0 });
    await expect(requireMigrated(database)).rejects.toThrow("run canarec db migrate");
    const done = await Promise.all([migrate(database), migrate(database)]);
    expect(done.flat()).toEqual(before.pending);
    await requireMigrated(database);
    expect(await migrationStatus(database)).toEqual({
      version: before.pending.at(-1),
      applied: before.pending,
      pending: [],
      newer: 0,
    });
  });

  it("tells of migrations that a newer version applied", async () => {
    await using own = await freshDatabase();
    await using database = await openDatabase(own.url);
    await database.pool.query(
      "insert into schema_migrations (hash, created_at) values ('x', 9e15)",
    );
    expect(await migrationStatus(database)).toMatchObject({ pending: [], newer: 1 });
    await requireMigrated(database);
  });
});
