import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createGzip, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COPY_SETTINGS, copyTable } from "@canarec/db-utils/backup/copy-table";
import { type BackupTable, formatManifest, parseManifest } from "@canarec/db-utils/backup/manifest";
import { proveBackup } from "@canarec/db-utils/backup/prove-backup";
import { restoreBackup } from "@canarec/db-utils/backup/restore-backup";
import { rotateBackups } from "@canarec/db-utils/backup/rotate-backups";
import { openScratchDatabase } from "@canarec/db-utils/backup/scratch-database";
import { listBackups, readStoredBackup } from "@canarec/db-utils/backup/stored-backups";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { TABLE_PLANS } from "@canarec/db-utils/backup/tables";
import { migrate, migrationStatus } from "@canarec/db-utils/migrations";
import { openSession } from "@canarec/db-utils/session";
import { messageOf } from "@canarec/service-kit/errors";
import { emptyDatabase, temporaryFolder } from "../../servers.ts";
import { insertMovies } from "./catalogue-fixture.ts";
import { NOW, type StoredBackup, openStoredBackup } from "./stored-backup.ts";

let source: Database;
let stored: StoredBackup;

beforeAll(async () => {
  stored = await openStoredBackup(async (database) => {
    await insertMovies(database, 3);
    await database.pool.query("insert into tags (name) values ('slow')");
  });
  ({ source } = stored);
});
afterAll(() => stored[Symbol.asyncDispose]());

describe("proveBackup", () => {
  it("restores it beside the database, notes that, and leaves nothing there", async () => {
    using temporary = temporaryFolder();
    const copy = await stored.copyTo(temporary.path);
    expect((await readStoredBackup(copy)).verification).toBeNull();
    const before = await databases(source);
    const { manifest, verification } = await proveBackup(source, copy, () => NOW);
    expect(verification.rows).toBe(manifest.tables.reduce((sum, { rows }) => sum + rows, 0));
    expect((await readStoredBackup(copy)).verification).toEqual(verification);
    expect(await databases(source)).toEqual(before);
  });

  it("drops what a run that was killed has left", async () => {
    using temporary = temporaryFolder();
    const copy = await stored.copyTo(temporary.path);
    const before = await databases(source);
    let name: string;
    {
      await using scratch = await openScratchDatabase(source);
      name = scratch.database.address.split("/").at(-1) ?? "";
      await expect(proveBackup(source, copy, () => NOW)).rejects.toThrow("is being verified");
    }
    await source.pool.query(`create database ${name}`);
    await proveBackup(source, copy, () => NOW);
    expect(await databases(source)).toEqual(before);
  });

  it("goes on once the connection of one that held its lock is gone", async () => {
    using temporary = temporaryFolder();
    const copy = await stored.copyTo(temporary.path);
    const before = await databases(source);
    const cutOff = await openScratchDatabase(source);
    await source.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'canarec scratch database' and datname = current_database()`,
    );
    const proven = () => proveBackup(source, copy, () => NOW).catch(messageOf);
    await expect.poll(proven, { timeout: 60_000 }).toMatchObject({
      verification: { at: NOW.toISOString() },
    });
    expect(await databases(source)).toEqual(before);
    await Promise.allSettled([cutOff[Symbol.asyncDispose]()]); // its connection is gone
  });

  it("says what is wrong with one whose rows the database refuses, and does not note it", async () => {
    using temporary = temporaryFolder();
    const copy = await stored.copyTo(temporary.path);
    await damageRow(copy);
    const before = await databases(source);
    await expect(proveBackup(source, copy, () => NOW)).rejects.toThrow(/invalid input syntax/);
    expect((await readStoredBackup(copy)).verification).toBeNull();
    expect(await databases(source)).toEqual(before);
  });
});

/** A file whose checksum is right and whose rows are no rows: only a restore can find that. */
async function damageRow(path: string): Promise<void> {
  const text = Buffer.from("not a number\tx\n");
  await writeFile(join(path, "genres.copy.gz"), gzipSync(text));
  const sha256 = createHash("sha256").update(text).digest("hex");
  const { sha256: _own, ...manifest } = await verifyManifest(path);
  const tables = manifest.tables.map((entry) =>
    entry.table === "genres" ? { ...entry, rows: 1, sha256 } : entry,
  );
  await writeFile(join(path, "manifest.json"), formatManifest({ ...manifest, tables }));
}

async function verifyManifest(path: string) {
  return parseManifest(await readFile(join(path, "manifest.json"), "utf8"));
}

async function databases(db: Database): Promise<unknown[]> {
  const { rows } = await db.pool.query<{ datname: string }>(
    "select datname from pg_database where datname like 'canarec_scratch%' order by 1",
  );
  return rows;
}

describe("rotateBackups", () => {
  it("adds a proven one, and removes what is past its retention", async () => {
    using temporary = temporaryFolder();
    const parent = join(temporary.path, "backups");
    const retention = { daily: 1, weekly: 0 };
    const made: string[] = [];
    for (const day of [1, 2]) {
      const now = () => new Date(NOW.getTime() + day * 86_400_000);
      const rotation = await rotateBackups(source, parent, { now, retention });
      made.push(rotation.folder);
      expect(rotation.removed).toEqual(day < 2 ? [] : [made[0]]);
    }
    const { backups, unreadable } = await listBackups(parent);
    expect(unreadable).toEqual([]);
    expect(backups.map(({ folder: each }) => each)).toEqual([made[1]]);
    for (const { verification } of backups) expect(verification).not.toBeNull();
  });
});

describe("restoreBackup of an older schema", () => {
  it("reads a backup of an older schema into a database without tables, and brings it up to date", async () => {
    using temporary = temporaryFolder();
    await using old = await emptyDatabase();
    await using before = await openDatabase(old.url);
    await migrate(before, OLD_MIGRATION);
    await before.pool.query("insert into tags (name) values ('slow')");
    await backupOfOldSchema(before, temporary.path);
    await using empty = await emptyDatabase();
    await using db = await openDatabase(empty.url);
    await restoreBackup(db, temporary.path);
    expect((await migrationStatus(db)).pending).toEqual([]);
    expect((await db.pool.query("select name from tags")).rows).toEqual([{ name: "slow" }]);
  });
});

/** Before the tables of training and of the gate. */
const OLD_MIGRATION = "0005_release_tags";

/** As a version of that time wrote it. */
async function backupOfOldSchema(db: Database, path: string): Promise<void> {
  await using session = await openSession(db, "old backup");
  await session.client.query(`begin; ${COPY_SETTINGS}`);
  const { rows } = await session.client.query<{ table: string; column: string }>(
    `select table_name as "table", column_name as "column" from information_schema.columns
     where table_schema = 'public'`,
  );
  const had = new Set(rows.map(({ table, column }) => `${table}.${column}`));
  const tables: BackupTable[] = [];
  for (const plan of TABLE_PLANS) {
    const columns = plan.columns.filter((column) => had.has(`${plan.table}.${column}`));
    if (columns.length === 0) continue;
    const file = `${plan.table}.copy.gz`;
    const sinks = [createGzip(), createWriteStream(join(path, file))] as const;
    const digest = await copyTable(session.client, { ...plan, columns }, [...sinks]);
    tables.push({ table: plan.table, columns, file, ...digest });
  }
  expect(tables.length).toBeLessThan(TABLE_PLANS.length);
  const manifest = formatManifest({
    ...{ format: 1, createdAt: NOW.toISOString(), migration: OLD_MIGRATION },
    ...{ method: "copy", methodReason: "old", serverVersion: "18.0" },
    ...{ tables, partitions: [], dump: null },
  });
  await writeFile(join(path, "manifest.json"), manifest);
}
