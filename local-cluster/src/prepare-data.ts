import { type Database, openDatabase } from "@canarec/db-utils/database";
import { migrate } from "@canarec/db-utils/migrations";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { importCatalog } from "@canarec/vectordb-scripts/catalog/import-catalog";
import type { ClusterLog } from "./cluster-log.ts";
import { step } from "./cluster-log.ts";
import type { ClusterConfig } from "./config.ts";
import type { ClusterOptions } from "./options.ts";

export interface DataPreparation {
  readonly options: ClusterOptions;
  readonly config: ClusterConfig;
  readonly servers: { readonly databaseUrl: string; readonly chromaUrl: string };
  readonly log: ClusterLog;
  readonly signal: AbortSignal;
}

/** Bring the database to the newest schema and, at the first start, fill it. */
export async function prepareData(preparation: DataPreparation): Promise<void> {
  const { servers, log } = preparation;
  await using database = await openDatabase(servers.databaseUrl, { applicationName: "cluster" });
  await step(log, "schema", async () => {
    const applied = await migrate(database);
    await ensurePartitions(database, new Date());
    return { said: applied.length === 0 ? "is the newest" : "made", value: applied };
  });
  if (!(await hasMovies(database))) await importFirst(preparation, database);
}
async function hasMovies(database: Database): Promise<boolean> {
  return ((await database.pool.query("select from movies limit 1")).rowCount ?? 0) > 0;
}
async function importFirst(preparation: DataPreparation, database: Database): Promise<void> {
  await step(preparation.log, "catalogue", async () => {
    const report = await importCatalog({ database, path: preparation.options.catalog });
    return { said: `${report.imported} movies imported`, value: report };
  });
}
