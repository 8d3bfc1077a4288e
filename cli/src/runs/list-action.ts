import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { lasting } from "../output/words.ts";
import { withDatabase } from "../with-database.ts";
import { type RunView, inWords, lastedSeconds, measureOf, viewOf } from "./run-view.ts";

/** `canarec runs list` */
export async function listRunsAction(
  context: CliContext,
  options: CommonOptions & { readonly limit: number },
): Promise<void> {
  const runs = await withDatabase(context, options, async (database) =>
    (await createTrainingRunRepository(database).list(options.limit)).map(viewOf),
  );
  printResult(context, options, { runs }, (result) => runsTable(result.runs));
}

function runsTable(runs: readonly RunView[]): string {
  if (runs.length === 0) return "Nothing was trained yet: canarec train does.";
  return table(
    ["run", "state", "started", "took", "models", "interactions", "recall@20", "ndcg@20", "bundle"],
    runs.map((run) => {
      const seconds = lastedSeconds(run);
      return [
        String(run.runKey),
        run.state,
        run.startedAt.toISOString(),
        seconds === null ? null : lasting(seconds),
        Object.keys(run.parameters?.models ?? {}).join(", "),
        run.interactions,
        inWords(measureOf(run, "recall@20")),
        inWords(measureOf(run, "ndcg@20")),
        run.bundleId?.slice(0, 12) ?? run.failure?.slice(0, 60) ?? null,
      ];
    }),
  );
}
