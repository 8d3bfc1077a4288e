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

/** What `canarec db restore` tells. */
export interface BackupRestored extends BackupResult {
  /** Whose tokens are valid as the backup has it, and unknown to the database before. */
  readonly tokensAsOfBackup: readonly string[];
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
  const { manifest, tokensAsOfBackup } = await restoreBackup(database, source, {
    replace: options.replace,
  });
  const result = { ...backupResult(source, manifest), tokensAsOfBackup };
  printResult<BackupRestored>(context, options, result, inWords);
}

function inWords(result: BackupRestored): string {
  const { tokensAsOfBackup: names, createdAt } = result;
  const said = backupInWords("Restored", result);
  if (names.length === 0) return said;
  return `${said}\nTokens as of the backup: ${names.join(", ")}. One revoked after ${createdAt} is valid again: canarec token list`;
}
