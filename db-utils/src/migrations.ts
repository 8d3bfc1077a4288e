import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/node-postgres";
import { migrate as applyMigrations } from "drizzle-orm/node-postgres/migrator";
import { z } from "zod";
import { ServiceError } from "@canarec/service-kit/errors";
import type { Database } from "./database.ts";

const MIGRATIONS_FOLDER = fileURLToPath(new URL("../drizzle", import.meta.url));
const MIGRATIONS_TABLE = "schema_migrations";

/** Any constant: it only has to be the same for every migration of a database. */
const MIGRATION_LOCK = 7_226_001;

/** A migration waits no longer for another one, or for a table in use. */
const LOCK_TIMEOUT_MS = 60_000;

const journal = z.looseObject({
  entries: z.array(z.looseObject({ tag: z.string(), when: z.number() })),
});

export interface MigrationStatus {
  /** The newest migration applied; null in an empty database. */
  readonly version: string | null;
  readonly applied: readonly string[];
  /** Not yet applied, in order. */
  readonly pending: readonly string[];
  /** Migrations in the database that this code does not have: a newer version applied them. */
  readonly newer: number;
}

/**
 * Bring the schema up to date: every pending migration in one transaction, one process at a time.
 *
 * @param last the newest that is applied, for a backup of an older schema. Default: all.
 * @returns the migrations that were applied, in order.
 * @throws ServiceError "failed_precondition" for a `last` that this version does not have.
 */
export async function migrate(db: Database, last?: string): Promise<readonly string[]> {
  using folder = migrationsUntil(last);
  const client = await db.pool.connect();
  try {
    await client.query(`set statement_timeout = 0; set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query({ text: `select pg_advisory_lock(${MIGRATION_LOCK})`, ...unbounded });
    const before = await migrationStatus(db);
    await applyMigrations(drizzle(client), {
      migrationsFolder: folder.path,
      migrationsSchema: "public",
      migrationsTable: MIGRATIONS_TABLE,
    });
    const after = await migrationStatus(db);
    return before.pending.filter((tag) => !after.pending.includes(tag));
  } finally {
    client.release(true); // with the connection go its lock and its settings
  }
}

/** `pg`'s own limit of a query, off: waiting for the lock may take its time. */
const unbounded = { query_timeout: 2 * LOCK_TIMEOUT_MS };

/** Compare the migrations of this code with those that the database has. */
export async function migrationStatus(db: Database): Promise<MigrationStatus> {
  const known = knownMigrations();
  const moments = await appliedMoments(db);
  const applied = known.filter(({ when }) => moments.has(when)).map(({ tag }) => tag);
  return {
    version: applied.at(-1) ?? null,
    applied,
    pending: known.filter(({ when }) => !moments.has(when)).map(({ tag }) => tag),
    newer: moments.size - applied.length,
  };
}

/**
 * A service's check at its start: it never migrates, and does not run on a schema older than its own.
 *
 * @throws ServiceError "failed_precondition"
 */
export async function requireMigrated(db: Database): Promise<void> {
  const { pending } = await migrationStatus(db);
  if (pending.length === 0) return;
  throw new ServiceError(
    "failed_precondition",
    `the database at ${db.address} lacks the migrations ${pending.join(", ")}: run canarec db migrate`,
  );
}

/** The folder of the migrations up to one of them: a copy, where that is not the newest. */
function migrationsUntil(last: string | undefined): Disposable & { readonly path: string } {
  const known = readJournal();
  if (last === undefined || last === known.entries.at(-1)?.tag) {
    return { path: MIGRATIONS_FOLDER, [Symbol.dispose]: () => undefined };
  }
  const count = known.entries.findIndex(({ tag }) => tag === last) + 1;
  if (count === 0) {
    throw new ServiceError("failed_precondition", `this version has no migration ${last}`);
  }
  const entries = known.entries.slice(0, count);
  const path = mkdtempSync(join(tmpdir(), "canarec-migrations-"));
  mkdirSync(join(path, "meta"));
  writeFileSync(join(path, "meta", "_journal.json"), JSON.stringify({ ...known, entries }));
  for (const { tag } of entries)
    cpSync(join(MIGRATIONS_FOLDER, `${tag}.sql`), join(path, `${tag}.sql`));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function knownMigrations(): readonly { readonly tag: string; readonly when: number }[] {
  return readJournal().entries;
}

function readJournal(): z.output<typeof journal> {
  const text = readFileSync(`${MIGRATIONS_FOLDER}/meta/_journal.json`, "utf8");
  return journal.parse(JSON.parse(text));
}

async function appliedMoments(db: Database): Promise<ReadonlySet<number>> {
  const table = await db.pool.query<{ exists: boolean }>(
    "select to_regclass($1) is not null as exists",
    [`public.${MIGRATIONS_TABLE}`],
  );
  if (table.rows[0]?.exists !== true) return new Set();
  const { rows } = await db.pool.query<{ created_at: number }>(
    `select created_at from public.${MIGRATIONS_TABLE}`,
  );
  return new Set(rows.map((row) => row.created_at));
}
