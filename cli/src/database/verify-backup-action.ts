import path from "node:path";
import { type ProvenBackup, proveBackup } from "@canarec/db-utils/backup/prove-backup";
import { listBackups } from "@canarec/db-utils/backup/stored-backups";
import { openDatabase } from "@canarec/db-utils/database";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { findServers } from "../find-servers.ts";
import { printResult } from "../output/print.ts";
import { lasting } from "../output/words.ts";
import { type BackupResult, backupInWords, backupResult } from "./backup-result.ts";

/** What `canarec db verify-backup` tells. */
export interface BackupProven extends BackupResult {
  readonly verified: { readonly at: string; readonly seconds: number };
}

/** `canarec db verify-backup`: of a backup, or of the newest in a folder of backups. Any server will do. */
export async function verifyBackupAction(
  context: CliContext,
  folder: string,
  options: CommonOptions,
): Promise<void> {
  const given = path.resolve(context.folder, folder);
  const target = (await listBackups(given)).backups[0]?.folder ?? given;
  const servers = findServers(context, options);
  await using database = await openDatabase(servers.databaseUrl(), { statementTimeoutMs: 0 });
  const proven = await proveBackup(database, target, () => new Date());
  printResult<BackupProven>(context, options, provenResult(target, proven), (result) =>
    [
      backupInWords("Restored", result),
      `Into a scratch database, which is gone, in ${lasting(result.verified.seconds)}: every table equal.`,
    ].join("\n"),
  );
}

function provenResult(folder: string, { manifest, verification }: ProvenBackup): BackupProven {
  const { at, seconds } = verification;
  return { ...backupResult(folder, manifest), verified: { at, seconds } };
}
