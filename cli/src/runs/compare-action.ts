import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { plotMeasure } from "../output/plot.ts";
import { printResult } from "../output/print.ts";
import { type Cell, table } from "../output/table.ts";
import { withDatabase } from "../with-database.ts";
import { differencesOf } from "./differences.ts";
import { type RunView, found, inWords, measureOf } from "./run-view.ts";

/** What `canarec runs compare` tells. */
interface Comparison {
  readonly measure: string;
  readonly runs: readonly RunView[];
  /** What is not the same in all of them; values in the order of the runs. */
  readonly differences: readonly { readonly what: string; readonly values: readonly string[] }[];
}

/** `canarec runs compare` */
export async function compareRunsAction(
  context: CliContext,
  keys: readonly number[],
  options: CommonOptions & { readonly measure: string },
): Promise<void> {
  const runs = await withDatabase(context, options, async (database) => {
    const repository = createTrainingRunRepository(database);
    return Promise.all(keys.map(async (key) => found(await repository.find(key), key)));
  });
  const { measure } = options;
  const comparison = { measure, runs, differences: differencesOf(runs) };
  printResult<Comparison>(context, options, comparison, comparedInWords);
}

function comparedInWords({ measure, runs, differences }: Comparison): string {
  const head = ["", ...runs.map(({ runKey }) => `run ${runKey}`)];
  const measures = ["recall@20", "ndcg@10", "ndcg@20", "ndcg@100"].map((name): Cell[] => [
    name,
    ...runs.map((run) => inWords(measureOf(run, name))),
  ]);
  const users = runs.map(({ metrics }) => (metrics === null ? null : metrics.users));
  const differing = differences.map(({ what, values }): Cell[] => [what, ...values]);
  const points = runs.flatMap((run): [number, number][] => {
    const found = measureOf(run, measure);
    return found === null ? [] : [[run.runKey, found.mean]];
  });
  const lines = [
    table(head, [...measures, ["users", ...users]]),
    "",
    differing.length === 0 ? "Nothing else differs." : table(head, differing),
  ];
  if (!sameData(runs))
    lines.push("", "Their data differ: so do the users that they were measured on.");
  if (points.length > 1) lines.push("", plotMeasure(`${measure} of the blend`, "run", points));
  return lines.join("\n");
}

function sameData(runs: readonly RunView[]): boolean {
  return new Set(runs.map(({ dataHash }) => dataHash)).size <= 1;
}
