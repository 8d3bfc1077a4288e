// Sizes and plans of the hot queries with 27,000 movies and 1 million users.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createBackup } from "@canarec/db-utils/backup/create-backup";
import { proveBackup } from "@canarec/db-utils/backup/prove-backup";
import { restoreBackup } from "@canarec/db-utils/backup/restore-backup";
import { openScratchDatabase } from "@canarec/db-utils/backup/scratch-database";
import { readStoredBackup } from "@canarec/db-utils/backup/stored-backups";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { readKnownUser } from "@canarec/db-utils/users/read-known-user";
import { migrate } from "@canarec/db-utils/migrations";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { openSession } from "@canarec/db-utils/session";
import { createStatisticsRepository } from "@canarec/db-utils/statistics/repository";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { Resources } from "@canarec/service-kit/lifecycle";
import { fillSql } from "./database-parts/fill.ts";
import { HOT_QUERIES } from "./database-parts/hot-queries.ts";

/**
 * `npm run bench -- database [--users 1000000] [--movies 27000] [--interactions 10000000] [--backup]`
 *
 * Prints, as Markdown: rows and bytes of each table, the plans of the hot queries as `EXPLAIN (ANALYZE, BUFFERS)` gives
 * them, and how long whole passes over the tables take.
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      users: { type: "string", default: "1000000" },
      movies: { type: "string", default: "27000" },
      interactions: { type: "string", default: "10000000" },
      backup: { type: "boolean", default: false },
    },
  });
  const scale = {
    users: Number(values.users),
    movies: Number(values.movies),
    interactions: Number(values.interactions),
  };
  await using opened = new Resources();
  const home = mkdtempSync(path.join(tmpdir(), "canarec-bench-"));
  opened.defer(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const postgres = opened.use(await startPostgres({ home }));
  const db = opened.use(await openDatabase(postgres.url, { statementTimeoutMs: 0 }));
  await migrate(db);
  await ensurePartitions(db, new Date());
  await timed("fill", () => fill(db, fillSql(scale)));
  const statistics = createStatisticsRepository(db);
  await timed("statistics from nothing", () => statistics.recompute());
  await timed("vacuum analyze", () => db.pool.query("vacuum analyze"));
  await printSizes(db);
  await printPlans(db);
  await timed("proof of the statistics", () => statistics.verify());
  await printHistoryRate(db, scale.users);
  if (values.backup) {
    await measureBackup(db, path.join(home, "backup"));
  }
}

/** Written; restored beside the database and compared; restored by itself. */
async function measureBackup(db: Database, folder: string): Promise<void> {
  await timed("backup", () => createBackup(db, folder, { now: new Date(), pgDump: null }));
  const { bytes, rows } = await readStoredBackup(folder);
  say(`backup: ${(bytes / 1e6).toFixed(0)} MB, ${rows.toLocaleString("en")} rows`);
  await timed("verification", () => proveBackup(db, folder, () => new Date()));
  await using scratch = await openScratchDatabase(db);
  await timed("restore", () => restoreBackup(scratch.database, folder));
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function timed(what: string, work: () => Promise<unknown>): Promise<void> {
  const startMs = performance.now();
  await work();
  say(`${what}: ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
}

/** Foreign keys are true by construction: checking them row by row would take most of the time. */
async function fill(db: Database, statements: readonly string[]): Promise<void> {
  await using session = await openSession(db, "bench fill");
  await session.client.query(
    "set session_replication_role = replica; set synchronous_commit = off",
  );
  for (const statement of statements) await session.client.query(statement);
}

async function printSizes(db: Database): Promise<void> {
  const { rows } = await db.pool.query<{
    table: string;
    rows: number;
    heap: number;
    index: number;
  }>(
    `select regexp_replace(relname, '_(p[0-9]|d[0-9]{8})$', '') as "table", sum(reltuples)::bigint as rows,
            sum(pg_table_size(oid)) as heap, sum(pg_indexes_size(oid)) as index
     from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
     group by 1 having sum(reltuples) > 0 order by sum(pg_total_relation_size(oid)) desc`,
  );
  const mb = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
  say(
    "\n| Table | Rows | Table, MB | Indexes, MB | Bytes a row, with indexes |\n|---|---|---|---|---|",
  );
  for (const row of rows) {
    const perRow = ((row.heap + row.index) / row.rows).toFixed(0);
    say(
      `| ${row.table} | ${row.rows.toLocaleString("en")} | ${mb(row.heap)} | ${mb(row.index)} | ${perRow} |`,
    );
  }
}

async function printPlans(db: Database): Promise<void> {
  await using session = await openSession(db, "bench plans");
  const { client } = session;
  for (const { name, setting, sql } of HOT_QUERIES) {
    await client.query("begin");
    if (setting !== undefined) await client.query(setting);
    await client.query("savepoint warm");
    await client.query(sql); // once, so that what is measured is not the disk
    await client.query("rollback to warm");
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `explain (analyze, buffers, costs off) ${sql}`,
    );
    await client.query("rollback");
    say(`\n### ${name}\n\n\`\`\`\n${rows.map((row) => row["QUERY PLAN"]).join("\n")}\n\`\`\``);
  }
}

const HISTORY_SECONDS = 10;
const HISTORY_CONNECTIONS = 8;

/** Histories of ever different users, as a replica reads them. */
async function printHistoryRate(db: Database, users: number): Promise<void> {
  const endMs = performance.now() + HISTORY_SECONDS * 1000;
  let reads = 0;
  let entries = 0;
  const cpu = process.cpuUsage();
  const read = async () => {
    while (performance.now() < endMs) {
      // The first fiftieth of users has histories of 100.
      const userId = 1 + Math.floor((Math.random() * users) / 50);
      const { entries: history } = await readKnownUser(db, userId);
      entries += history.length;
      reads += 1;
    }
  };
  await Promise.all(Array.from({ length: HISTORY_CONNECTIONS }, read));
  const { user, system } = process.cpuUsage(cpu);
  say(
    `\nhistories of different users: ${Math.round(reads / HISTORY_SECONDS)}/s with ${HISTORY_CONNECTIONS} connections, ` +
      `${(entries / reads).toFixed(0)} interactions each, ${((user + system) / reads).toFixed(0)} µs of client CPU each`,
  );
}
