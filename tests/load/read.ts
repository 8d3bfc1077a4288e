// Interactions from Postgres into the typed arrays that models learn from: rows a second and memory.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { DEFAULT_PREFERENCE } from "@canarec/inference/models/preference";
import { readInteractions } from "@canarec/inference/training/read-interactions";
import { startPostgres } from "@canarec/local-cluster/postgres";
import { Resources } from "@canarec/service-kit/lifecycle";
import { fillInteractions } from "./read-parts/fill-interactions.ts";

const MOVIES = 27_000;
const EACH = 200;
/** On disk, with the index; measured, with room. */
const BYTES_A_ROW = 200;
/** For a database that is thrown away. */
const SETTINGS = {
  fsync: "off",
  full_page_writes: "off",
  synchronous_commit: "off",
  autovacuum: "off",
};

/**
 * Writes so many interactions to a Postgres of its own, then reads them as training does:
 *
 *   npm run bench -- read [--interactions 50000000] [--cores 0,1]
 */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      interactions: { type: "string", default: "50000000" },
      cores: { type: "string" },
    },
  });
  const wanted = Number(values.interactions);
  if (!(wanted >= EACH)) throw new Error(`expected at least ${EACH} interactions`);
  if (values.cores !== undefined) {
    execFileSync("taskset", ["-a", "-cp", values.cores, String(process.pid)], { stdio: "ignore" });
  }
  await using opened = new Resources();
  const home = mkdtempSync(path.join(tmpdir(), "canarec-read-"));
  opened.defer(() => {
    rmSync(home, { recursive: true, force: true });
  });
  assertRoom(home, wanted * BYTES_A_ROW);
  const postgres = opened.use(await startPostgres({ home, settings: SETTINGS }));
  const database = opened.use(await openDatabase(postgres.url, { statementTimeoutMs: 0 }));
  await migrate(database);
  const startMs = performance.now();
  await fillInteractions(database, {
    users: Math.round(wanted / EACH),
    movies: MOVIES,
    each: EACH,
  });
  const { rows } = await database.pool.query<{ bytes: number }>(
    `select sum(pg_total_relation_size(relid)) as bytes from pg_partition_tree('interactions')`,
  );
  print(`written in ${secondsSince(startMs)} s, ${gigabytes(rows[0]?.bytes ?? 0)} with the index`);
  await read(database);
}

async function read(database: Database): Promise<void> {
  const before = process.memoryUsage();
  const startMs = performance.now();
  let countedMs = NaN;
  const { interactions, isRated, userIds } = await database.transaction(
    ({ client }) =>
      readInteractions(client, {
        indexOf: (movieKey) => (movieKey <= MOVIES ? movieKey - 1 : undefined),
        minutes: new Float32Array(MOVIES).fill(100),
        rule: DEFAULT_PREFERENCE,
        period: { since: null, until: null },
        progress: () => (countedMs = Number.isNaN(countedMs) ? performance.now() : countedMs),
      }),
    { isolation: "repeatable read" },
  );
  const seconds = (performance.now() - startMs) / 1_000;
  const { starts, movieOf, preferences, times } = interactions;
  const arrays = [starts, movieOf, preferences, times, isRated, userIds];
  const kept = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const peak = process.resourceUsage().maxRSS * 1_024;
  const count = movieOf.length;
  print(`${count} interactions of ${interactions.users} users in ${seconds.toFixed(1)} s`);
  print(`  rows a second                 ${(count / seconds).toFixed(0)}`);
  print(`  until the first rows came     ${((countedMs - startMs) / 1_000).toFixed(1)} s`);
  print(
    `  arrays                        ${gigabytes(kept)}: ${(kept / count).toFixed(2)} bytes each`,
  );
  print(`  peak memory of the process    ${gigabytes(peak)}, before ${gigabytes(before.rss)}`);
  print(`  beside the arrays, at most    ${gigabytes(peak - kept)}`);
}

function assertRoom(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize > bytes) return;
  throw new Error(`${gigabytes(bytes)} are needed in ${folder}, ${gigabytes(bavail * bsize)} free`);
}

const secondsSince = (startMs: number): string =>
  ((performance.now() - startMs) / 1_000).toFixed(1);
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
