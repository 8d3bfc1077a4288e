import path from "node:path";
import { createBackup } from "@canarec/db-utils/backup/create-backup";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { withDatabase } from "../with-database.ts";
import { type BackupResult, backupInWords, backupResult } from "./backup-result.ts";

/** `canarec db backup` */
export async function backupAction(
  context: CliContext,
  folder: string,
  options: CommonOptions,
): Promise<void> {
  const target = path.resolve(context.folder, folder);
  const manifest = await withDatabase(context, options, (database) =>
    createBackup(database, target, { now: new Date() }),
  );
  printResult<BackupResult>(context, options, backupResult(target, manifest), (result) =>
    backupInWords("Backed up", result),
  );
}
