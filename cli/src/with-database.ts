import { type Database, openDatabase } from "@canarec/db-utils/database";
import { requireMigrated } from "@canarec/db-utils/migrations";
import type { CliContext, CommonOptions } from "./cli-context.ts";
import { type Servers, findServers } from "./find-servers.ts";

/**
 * Open the cluster's database for one command. Commands may work on whole tables: no statement is
 * ended for taking long.
 *
 * @throws ServiceError "failed_precondition" when migrations are lacking.
 */
export async function withDatabase<T>(
  context: CliContext,
  options: CommonOptions,
  work: (database: Database, servers: Servers) => Promise<T>,
): Promise<T> {
  const servers = findServers(context, options);
  await using database = await openDatabase(servers.databaseUrl(), {
    applicationName: "canarec cli",
    statementTimeoutMs: 0,
    max: 4,
  });
  await requireMigrated(database);
  return await work(database, servers);
}
