import { openDatabase } from "@canarec/db-utils/database";
import { migrate, migrationStatus } from "@canarec/db-utils/migrations";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";

/** `canarec db migrate` */
export async function migrateAction(context: CliContext, options: CommonOptions): Promise<void> {
  const servers = findServers(context, options);
  await using database = await openDatabase(servers.databaseUrl());
  const applied = await migrate(database);
  const { version } = await migrationStatus(database);
  printResult(context, options, { applied, version }, () =>
    applied.length === 0
      ? `Nothing to apply: the database is at ${version ?? "no migration"}.`
      : `Applied ${applied.join(", ")}.`,
  );
}
