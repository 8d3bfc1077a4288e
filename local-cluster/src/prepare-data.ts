import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { type ClusterLog, partLine, step } from "./cluster-log.ts";
import type { ClusterConfig } from "./config.ts";

export interface DataPreparation {
  /** Absolute path of the cluster's state. */
  readonly home: string;
  /** `demo`, or the path of a catalogue file. */
  readonly catalog: string;
  readonly config: ClusterConfig;
  readonly databaseUrl: string;
  readonly chromaUrl: string;
  readonly log: ClusterLog;
  /** Ends the preparation between two pieces of work; the next start goes on from there. */
  readonly signal: AbortSignal;
}

/**
 * Bring the database to the newest schema and, until there is a bundle to serve from, make one:
 * import the catalogue, embed it, find the neighbours, build.
 */
export async function prepareData(preparation: DataPreparation): Promise<void> {
  const { databaseUrl, log, signal } = preparation;
  await using database = await openDatabase(databaseUrl, { applicationName: "local-cluster" });
  await step(log, "schema", async () => {
    const applied = await migrate(database);
    await ensurePartitions(database, new Date());
    return { said: applied.length === 0 ? "is the newest" : "brought to the newest", value: 0 };
  });
  const hasMovies = await hasRows(database, "movies");
  if (hasMovies && preparation.catalog !== "demo") {
    const said =
      "--catalog is for a new home, and was not read: canarec catalog import brings more";
    log.line(partLine("catalogue", said));
  }
  if (await hasRows(database, "bundles where state = 'complete'")) return;
  signal.throwIfAborted();
  // Loaded when needed, because it takes longer than all else of a later start.
  const { importFirst, makeFirstBundle } = await import("./first-data.ts");
  if (!hasMovies) await importFirst(preparation, database);
  signal.throwIfAborted();
  await makeFirstBundle(preparation, database);
}

async function hasRows(database: Database, where: string): Promise<boolean> {
  return ((await database.pool.query(`select from ${where} limit 1`)).rowCount ?? 0) > 0;
}
