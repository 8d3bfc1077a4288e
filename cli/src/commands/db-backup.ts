import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";
import { wholeNumber } from "./parse-number.ts";

/** `canarec db backup`, `backups`, `verify-backup` and `restore`. */
export function addBackupCommands(group: Command, context: CliContext): void {
  leaf(group, "backup", "copy every table of one moment to a folder, with checksums")
    .argument("[folder]", "new or empty; with --rotate one of backups, else the scheduled job's")
    .option("--verify", "prove it: restore it into a scratch database and compare")
    .option("--rotate", "add one to the folder, verify it, remove what is past its retention")
    .option(
      "--daily <days>",
      "with --rotate: newest days kept, else as the job does",
      wholeNumber(1, 10_000),
    )
    .option(
      "--weekly <weeks>",
      "with --rotate: newest weeks kept, else so too",
      wholeNumber(0, 10_000),
    )
    .addHelpText("after", examples("db backup backups/2024-02-27 --verify", "db backup --rotate"))
    .action(async (folder: string | undefined, options: object) => {
      const { backupAction } = await import("../database/backup-action.ts");
      await backupAction(context, folder, options);
    });
  leaf(group, "backups", "list the backups of a folder, and which are proven")
    .argument(
      "[folder]",
      "else that of the scheduled job: BACKUP_FOLDER, else `backups` in the home",
    )
    .addHelpText("after", examples("db backups", "db backups /mnt/backups --json"))
    .action(async (folder: string | undefined, options: object) => {
      const { backupsAction } = await import("../database/backups-action.ts");
      await backupsAction(context, folder, options);
    });
  leaf(group, "verify-backup", "restore a backup into a scratch database, and compare")
    .argument("<folder>", "of a backup, or of backups: then the newest")
    .addHelpText("after", examples("db verify-backup .canarec/backups"))
    .action(async (folder: string, options: object) => {
      const { verifyBackupAction } = await import("../database/verify-backup-action.ts");
      await verifyBackupAction(context, folder, options);
    });
  leaf(group, "restore", "bring a backup back, and prove its checksums")
    .argument("<folder>", "folder of a backup")
    .option("--replace", "of a database that is not empty, remove what it holds first")
    .addHelpText("after", examples("db restore backups/2024-02-27"))
    .action(async (folder: string, options: object) => {
      const { restoreAction } = await import("../database/restore-action.ts");
      await restoreAction(context, folder, options);
    });
}
