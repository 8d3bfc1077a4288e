import { type RetentionReport, applyRetention } from "@canarec/db-utils/retention/prune";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { counted } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";

/** `canarec db retention` */
export async function retentionAction(context: CliContext, options: CommonOptions): Promise<void> {
  const report = await withDatabase(context, options, (database) =>
    applyRetention(database, new Date()),
  );
  printResult(context, options, report, inWords);
}

function inWords(report: RetentionReport): string {
  return [
    `Made ${counted(report.partitionsMade.length, "partition")}, dropped ${counted(report.partitionsDropped.length, "partition")}.`,
    `Deleted ${counted(report.rejectedLines, "rejected line")}, ${counted(report.rejectionCounts, "count")} of them, ${counted(report.jobRuns, "run")} of jobs and ${counted(report.bundles.length, "bundle")}.`,
  ].join("\n");
}
