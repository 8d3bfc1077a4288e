import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { examples, leaf } from "./leaf.ts";

/** `canarec db …`: the database as a whole. */
export function addDatabaseCommands(program: Command, context: CliContext): void {
  const group = program.command("db").description("migrate, back up and check the database");
  leaf(group, "migrate", "apply pending migrations")
    .addHelpText("after", examples("db migrate"))
    .action(async (options: object) => {
      const { migrateAction } = await import("../database/migrate-action.ts");
      await migrateAction(context, options);
    });
  leaf(group, "status", "show migrations and the size of tables")
    .addHelpText("after", examples("db status"))
    .action(async (options: object) => {
      const { databaseStatusAction } = await import("../database/status-action.ts");
      await databaseStatusAction(context, options);
    });
  leaf(group, "backup", "copy every table of one moment to a folder, with checksums")
    .argument("<folder>", "new or empty folder")
    .addHelpText("after", examples("db backup backups/2024-02-27"))
    .action(async (folder: string, options: object) => {
      const { backupAction } = await import("../database/backup-action.ts");
      await backupAction(context, folder, options);
    });
  leaf(group, "restore", "bring a backup back, and prove its checksums")
    .argument("<folder>", "folder of a backup")
    .option("--replace", "of a database that is not empty, remove what it holds first")
    .addHelpText("after", examples("db restore backups/2024-02-27"))
    .action(async (folder: string, options: object) => {
      const { restoreAction } = await import("../database/restore-action.ts");
      await restoreAction(context, folder, options);
    });
  leaf(group, "retention", "make partitions ahead, and drop what is too old to keep")
    .addHelpText("after", examples("db retention"))
    .action(async (options: object) => {
      const { retentionAction } = await import("../database/retention-action.ts");
      await retentionAction(context, options);
    });
  leaf(group, "statistics", "prove statistics equal to what the interactions say")
    .option("--recompute", "compute them anew from the interactions first")
    .addHelpText("after", examples("db statistics", "db statistics --recompute"))
    .action(async (options: object) => {
      const { statisticsAction } = await import("../database/statistics-action.ts");
      await statisticsAction(context, options);
    });
}
