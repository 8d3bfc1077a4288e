import { type Database, openDatabase } from "@canarec/db-utils/database";
import { ensurePartitions } from "@canarec/db-utils/partitions";
import { Resources, disposable } from "@canarec/service-kit/lifecycle";
import { freshDatabase } from "./servers.ts";

/** A database of one's own with the tables by day of now; gone when disposed. */
export interface PartitionedDatabase extends AsyncDisposable {
  readonly url: string;
  readonly db: Database;
}

export async function partitionedDatabase(): Promise<PartitionedDatabase> {
  await using opened = new Resources();
  const { url } = opened.use(await freshDatabase());
  const db = opened.use(await openDatabase(url));
  await ensurePartitions(db, new Date());
  return disposable(opened, { url, db });
}
