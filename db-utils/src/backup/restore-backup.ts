import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { ServiceError } from "@canarec/service-kit/errors";
import { createTokenRepository } from "../audit/token-repository.ts";
import type { Database } from "../database.ts";
import { migrate, migrationStatus } from "../migrations.ts";
import { restorePartitions } from "../partitions.ts";
import { openSession } from "../session.ts";
import { COPY_SETTINGS, digestTable } from "./copy-table.ts";
import { lockTables } from "./lock-tables.ts";
import type { BackupManifest, BackupTable } from "./manifest.ts";
import { keepSurvivingRows } from "./surviving-rows.ts";
import { TABLE_PLANS, type TablePlan } from "./tables.ts";
import { readTable, requireEqual, verifyBackup } from "./verify-backup.ts";

/** Whoever still uses the tables has this long to let go. */
const LOCK_WAIT_MS = 15_000;

export interface RestoreOptions {
  /**
   * Remove the rows that the database has, in the same transaction. Default: refuse a database with rows. What it knows of
   * operators' tokens, of the audit, of messages and of troubles is added to what the backup has.
   */
  readonly replace?: boolean | undefined;
  /** How long others may go on using the tables, in ms. Default 15,000. */
  readonly lockWaitMs?: number | undefined;
}

/** What was read from a backup. */
export interface RestoredBackup {
  readonly manifest: BackupManifest;
  /**
   * Names of valid tokens of which the database knew nothing before, in their order: one that was revoked after the
   * backup is valid again.
   */
  readonly tokensAsOfBackup: readonly string[];
}

/**
 * Read a backup into a migrated database without rows, or one without tables: all of it or nothing. The files are verified
 * before anything is written; then, before the commit, every table is read back and must have the manifest's count and
 * checksum. Into a database without tables a backup of an older schema can be read, too: it is migrated as far as the
 * backup was first, and the rest of the way afterwards.
 *
 * @throws ServiceError "data_loss" (a damaged file), "failed_precondition" (another migration, or the database has rows),
 *   "unavailable" (a table is in use).
 */
export async function restoreBackup(
  db: Database,
  folder: string,
  options: RestoreOptions = {},
): Promise<RestoredBackup> {
  const manifest = await verifyBackup(folder);
  const { version } = await migrationStatus(db);
  if (version === null) await migrate(db, manifest.migration);
  await requireMigration(db, manifest.migration);
  const { replace = false, lockWaitMs = LOCK_WAIT_MS } = options;
  if (replace) await requireCurrentSchema(db);
  const asOfBackup = await readInto(db, folder, { manifest, replace, lockWaitMs });
  await migrate(db);
  return { manifest, tokensAsOfBackup: asOfBackup ?? (await validTokens(db)) };
}

/** @returns names of valid tokens that a replaced database did not know; undefined where none is replaced. */
async function readInto(
  db: Database,
  folder: string,
  {
    manifest,
    replace,
    lockWaitMs,
  }: { readonly manifest: BackupManifest; readonly replace: boolean; readonly lockWaitMs: number },
): Promise<readonly string[] | undefined> {
  const tables = manifest.tables.map((entry) => ({ entry, plan: planOf(entry) }));
  await using session = await openSession(db, "canarec restore");
  const { client } = session;
  const names = tables.map(({ plan }) => plan.table);
  if (!replace) await requireEmptyTables(client, names); // holds nobody up where it is refused
  await client.query("begin");
  await client.query(COPY_SETTINGS);
  const mode = replace ? "access exclusive" : "exclusive";
  await lockTables(client, { tables: names, mode, waitMs: lockWaitMs });
  const surviving = replace ? await keepSurvivingRows(client) : undefined;
  if (replace) await emptyTables(client, names);
  await requireEmptyTables(client, names);
  await restorePartitions(client, manifest.partitions);
  for (const { entry, plan } of tables) await restoreTable(client, folder, { entry, plan });
  for (const { entry, plan } of tables) requireEqual(entry, await digestTable(client, plan));
  const unknownTokens = await surviving?.merge();
  await client.query("commit");
  await client.query("analyze");
  return unknownTokens;
}

/** What survives is read from tables as this version knows them. */
async function requireCurrentSchema(db: Database): Promise<void> {
  if ((await migrationStatus(db)).pending.length === 0) return;
  throw new ServiceError(
    "failed_precondition",
    `the database at ${db.address} lacks migrations: a backup of an older version is restored into a database without tables`,
  );
}

async function validTokens(db: Database): Promise<readonly string[]> {
  const tokens = await createTokenRepository(db).list();
  return tokens.filter(({ revokedAt }) => revokedAt === null).map(({ name }) => name);
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
