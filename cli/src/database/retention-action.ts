import { type RetentionReport, applyRetention } from "@canarec/db-utils/retention/prune";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { counted, grouped } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

/** `canarec db retention` */
export async function retentionAction(context: CliContext, options: CommonOptions): Promise<void> {
  const report = await withDatabase(context, options, (database) =>
    applyRetention(database, new Date()),
  );
  printResult(context, options, report, inWords);
}

function inWords({ partitionsMade, partitionsDropped, deleted }: RetentionReport): string {
  const rows = Object.entries(deleted).map(([table, count]) => `${grouped(count)} of ${table}`);
  return [
    `Made ${counted(partitionsMade.length, "partition")}, dropped ${counted(partitionsDropped.length, "partition")}.`,
    rows.length === 0 ? "No row was past its time." : `Deleted rows: ${rows.join(", ")}.`,
  ].join("\n");
}
