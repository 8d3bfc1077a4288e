import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type pg from "pg";
import { ServiceError } from "@canarec/service-kit/errors";
import { makeFolder } from "@canarec/service-kit/make-folder";
import { unusablePath } from "@canarec/service-kit/unusable-path";
import type { Database } from "../database.ts";
import { migrationStatus } from "../migrations.ts";
import { dailyPartitions } from "../partitions.ts";
import { openSession } from "../session.ts";
import { COPY_SETTINGS, copyTable } from "./copy-table.ts";
import {
  BACKUP_FORMAT,
  type BackupManifest,
  type BackupTable,
  formatManifest,
  parseManifest,
} from "./manifest.ts";
import { choosePgDump, dumpDatabase } from "./pg-dump.ts";
import { TABLE_PLANS } from "./tables.ts";

/** Rows compress to a fifth at the fastest level already, and a higher one takes most of the time. */
const GZIP_LEVEL = 1;

export interface BackupOptions {
  readonly now: Date;
  /** Path or name of the tool to use where it is new enough. Default `pg_dump`; null: never. */
  readonly pgDump?: string | null;
  /** Hears of each table that is done. */
  readonly onTable?: ((table: BackupTable) => void) | undefined;
}

/**
 * Write every table into `folder`, as of one moment, beside whatever goes on: gzipped COPY files and `manifest.json`.
 * The folder appears only when all is written.
 *
 * @throws ServiceError "failed_precondition" when the folder is there already, or the schema is not up to date;
 *   "invalid_argument" for a path that is no folder, or cannot be written.
 */
export async function createBackup(
  db: Database,
  folder: string,
  options: BackupOptions,
): Promise<BackupManifest> {
  const migration = await currentMigration(db);
  if (!(await isFree(folder))) {
    throw new ServiceError("failed_precondition", `${folder} is there already and not empty`);
  }
  const partial = `${folder}.partial`;
  await makeAnew(partial);
  try {
    const text = formatManifest({
      format: BACKUP_FORMAT,
      createdAt: options.now.toISOString(),
      migration,
      ...(await writeSnapshot(db, partial, options)),
    });
    await writeFile(join(partial, "manifest.json"), text);
    await rm(folder, { recursive: true, force: true }); // empty, if there
    await rename(partial, folder);
    return parseManifest(text);
  } catch (failure) {
    await rm(partial, { recursive: true, force: true });
    throw failure;
  }
}

/** Whether nothing is there, or an empty folder. */
async function isFree(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return true;
    throw unusablePath(folder, cause, "write");
  }
}

async function makeAnew(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
    makeFolder(folder, 0o700);
  } catch (cause) {
    throw unusablePath(folder, cause, "write");
  }
}

async function currentMigration(db: Database): Promise<string> {
  const { version, pending, newer } = await migrationStatus(db);
  if (version === null || pending.length > 0 || newer > 0) {
    throw new ServiceError(
      "failed_precondition",
      `the schema of ${db.address} is not that of this version: run canarec db status`,
    );
  }
  return version;
}

type Snapshot = Pick<
  BackupManifest,
  "method" | "methodReason" | "serverVersion" | "tables" | "partitions" | "dump"
>;

async function writeSnapshot(
  db: Database,
  folder: string,
  options: BackupOptions,
): Promise<Snapshot> {
  await using session = await openSession(db, "canarec backup");
  const { client } = session;
  await client.query("begin isolation level repeatable read read only");
  await client.query(COPY_SETTINGS);
  const { version, snapshot } = await describeSnapshot(client);
  const partitions = [...(await dailyPartitions(client))];
  const tables: BackupTable[] = [];
  for (const plan of TABLE_PLANS) {
    const file = `${plan.table}.copy.gz`;
    const sink = createWriteStream(join(folder, file), { mode: 0o600 });
    const digest = await copyTable(client, plan, [createGzip({ level: GZIP_LEVEL }), sink]);
    const entry = { table: plan.table, columns: [...plan.columns], file, ...digest };
    tables.push(entry);
    options.onTable?.(entry);
  }
  const dumped = await writeDump(db, { folder, snapshot, version }, options.pgDump);
  await client.query("commit");
  return { ...dumped, serverVersion: version, tables, partitions };
}

async function describeSnapshot(
  client: pg.ClientBase,
): Promise<{ version: string; snapshot: string }> {
  const { rows } = await client.query<{ version: string; snapshot: string }>(
    "select current_setting('server_version') as version, pg_export_snapshot() as snapshot",
  );
  const [found] = rows;
  if (found === undefined) throw new Error("a select of settings returned no row");
  return found;
}

async function writeDump(
  db: Database,
  { folder, snapshot, version }: { folder: string; snapshot: string; version: string },
  tool: string | null = "pg_dump",
): Promise<Pick<BackupManifest, "method" | "methodReason" | "dump">> {
  const choice =
    tool === null
      ? { tool: null, reason: "pg_dump was not asked for" }
      : await choosePgDump(tool, Number.parseInt(version, 10));
  if (choice.tool === null) return { method: "copy", methodReason: choice.reason, dump: null };
  const file = "database.dump";
  const path = join(folder, file);
  const url = db.pool.options.connectionString ?? "";
  await dumpDatabase({ tool: choice.tool, url, snapshot, path });
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const dump = { file, tool: choice.version, sha256: hash.digest("hex") };
  return { method: "copy+pg_dump", methodReason: choice.reason, dump };
}
