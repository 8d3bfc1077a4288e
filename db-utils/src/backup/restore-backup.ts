import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { ServiceError } from "@canarec/service-kit/errors";
import type { Database } from "../database.ts";
import { migrate, migrationStatus } from "../migrations.ts";
import { restorePartitions } from "../partitions.ts";
import { openSession } from "../session.ts";
import { COPY_SETTINGS, digestTable } from "./copy-table.ts";
import type { BackupManifest, BackupTable } from "./manifest.ts";
import { TABLE_PLANS, type TablePlan } from "./tables.ts";
import { readTable, requireEqual, verifyBackup } from "./verify-backup.ts";

/** Whoever still uses the tables has this long to let go. */
const LOCK_TIMEOUT_MS = 5_000;

export interface RestoreOptions {
  /** Remove the rows that the database has, in the same transaction. Default: refuse a database with rows. */
  readonly replace?: boolean | undefined;
}

/**
 * Read a backup into a migrated database without rows, or one without tables: all of it or nothing. The files are verified
 * before anything is written; then, before the commit, every table is read back and must have the manifest's count and
 * checksum. Into a database without tables a backup of an older schema can be read, too: it is migrated as far as the
 * backup was first, and the rest of the way afterwards.
 *
 * @throws ServiceError "data_loss" (a damaged file), "failed_precondition" (another migration, or the database has rows).
 */
export async function restoreBackup(
  db: Database,
  folder: string,
  options: RestoreOptions = {},
): Promise<BackupManifest> {
  const manifest = await verifyBackup(folder);
  const { version } = await migrationStatus(db);
  if (version === null) await migrate(db, manifest.migration);
  await requireMigration(db, manifest.migration);
  await readInto(db, folder, { manifest, replace: options.replace ?? false });
  await migrate(db);
  return manifest;
}

async function readInto(
  db: Database,
  folder: string,
  { manifest, replace }: { readonly manifest: BackupManifest; readonly replace: boolean },
): Promise<void> {
  const tables = manifest.tables.map((entry) => ({ entry, plan: planOf(entry) }));
  await using session = await openSession(db, "canarec restore");
  const { client } = session;
  await client.query("begin");
  await client.query(COPY_SETTINGS);
  const names = tables.map(({ plan }) => plan.table);
  await lockTables(client, names);
  if (replace) await emptyTables(client, names);
  await requireEmptyTables(client, names);
  await restorePartitions(client, manifest.partitions);
  for (const { entry, plan } of tables) await restoreTable(client, folder, { entry, plan });
  for (const { entry, plan } of tables) requireEqual(entry, await digestTable(client, plan));
  await client.query("commit");
  await client.query("analyze");
}

async function requireMigration(db: Database, migration: string): Promise<void> {
  const { version, newer } = await migrationStatus(db);
  if (version === migration && newer === 0) return;
  throw new ServiceError(
    "failed_precondition",
    `the backup is of migration ${migration}, the database at ${db.address} has ${version ?? "none"}`,
  );
}

function planOf(entry: BackupTable): TablePlan {
  const plan = TABLE_PLANS.find(({ table }) => table === entry.table);
  if (plan === undefined) {
    throw new ServiceError("failed_precondition", `this version knows no table ${entry.table}`);
  }
  // The order of columns that the file was written in.
  return { ...plan, columns: entry.columns };
}

async function lockTables(client: pg.ClientBase, tables: readonly string[]): Promise<void> {
  await client.query(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await client.query(`lock table ${tables.join(", ")} in exclusive mode`);
}

async function emptyTables(client: pg.ClientBase, tables: readonly string[]): Promise<void> {
  await client.query(`truncate ${tables.join(", ")}`);
}

async function requireEmptyTables(client: pg.ClientBase, tables: readonly string[]): Promise<void> {
  for (const table of tables) {
    const { rowCount } = await client.query(`select from ${table} limit 1`);
    if (rowCount !== 0) {
      throw new ServiceError(
        "failed_precondition",
        `the table ${table} has rows: a backup is restored into an empty database only`,
      );
    }
  }
}

async function restoreTable(
  client: pg.ClientBase,
  folder: string,
  { entry, plan }: { entry: BackupTable; plan: TablePlan },
): Promise<void> {
  const columns = plan.columns.map((name) => pg.escapeIdentifier(name)).join(", ");
  const sink = client.query(copyFrom(`copy ${plan.table} (${columns}) from stdin`));
  requireEqual(entry, await readTable(folder, entry, sink));
  if (plan.identity !== null) await advanceSequence(client, plan.table, plan.identity);
}

async function advanceSequence(client: pg.ClientBase, table: string, column: string) {
  await client.query(
    `select setval(pg_get_serial_sequence($1, $2), coalesce(max(${column}), 0) + 1, false) from ${table}`,
    [table, column],
  );
}
