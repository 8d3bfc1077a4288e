import type { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { addBackupCommands } from "./db-backup.ts";
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
  addBackupCommands(group, context);
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
