import path from "node:path";
import { restoreBackup } from "@canarec/db-utils/backup/restore-backup";
import { openDatabase } from "@canarec/db-utils/database";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { type BackupResult, backupInWords, backupResult } from "./backup-result.ts";

interface Options extends CommonOptions {
  readonly replace?: boolean;
}

/** `canarec db restore`: into a database without rows, which may be without tables, too. */
export async function restoreAction(
  context: CliContext,
  folder: string,
  options: Options,
): Promise<void> {
  const source = path.resolve(context.folder, folder);
  const servers = findServers(context, options);
  await using database = await openDatabase(servers.databaseUrl(), { statementTimeoutMs: 0 });
  const manifest = await restoreBackup(database, source, { replace: options.replace });
  printResult<BackupResult>(context, options, backupResult(source, manifest), (result) =>
    backupInWords("Restored", result),
  );
}
