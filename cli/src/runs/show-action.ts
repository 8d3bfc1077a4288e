import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { table } from "../output/table.ts";
import { counted, lasting, sized } from "../output/words.ts";
import { metricsTable } from "../train/train-report.ts";
import { withDatabase } from "../with-database.ts";
import { type RunView, found, lastedSeconds } from "./run-view.ts";

/** `canarec runs show` */
export async function showRunAction(
  context: CliContext,
  runKey: number,
  options: CommonOptions,
): Promise<void> {
  const run = await withDatabase(context, options, async (database) =>
    found(await createTrainingRunRepository(database).find(runKey), runKey),
  );
  printResult(context, options, run, runInWords);
}

function runInWords(run: RunView): string {
  const took = lastedSeconds(run);
  const { metrics, durations, parameters } = run;
  const lines = [
    `Run ${run.runKey}, ${run.state}${took === null ? "" : ` after ${lasting(took)}`}: begun ${run.startedAt.toISOString()} by ${run.code}, seed ${run.seed}.`,
    ...(run.failure === null ? [] : [`It failed: ${run.failure}`]),
    ...dataOf(run),
    ...(run.bundleId === null ? [] : [`Bundle ${run.bundleId}, ${sized(run.bytes ?? 0)}.`]),
  ];
  if (parameters !== null) {
    const weights = new Map(parameters.blend.terms.map(({ signal, weight }) => [signal, weight]));
    const rows = Object.entries(parameters.models).map(([name, config]) => [
      name,
      (weights.get(name) ?? 0).toFixed(3),
      durations?.[name] === undefined ? null : lasting(durations[name]),
      Object.entries(config)
        .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
        .join(", "),
    ]);
    lines.push("", table(["model", "weight", "fit", "parameters"], rows));
    if (parameters.choice === "chosen")
      lines.push("", "An experiment: no build follows it unless its own bundle is promoted.");
  }
  if (metrics !== null) {
    const on = `On a ${metrics.protocol} split, ${counted(metrics.users, "user")}:`;
    lines.push("", on, "", metricsTable(metrics));
  }
  return lines.join("\n");
}

function dataOf({ interactions, users, movies, since, dataHash, watermark }: RunView): string[] {
  if (interactions === null || dataHash === null) return [];
  const from = since === null ? "" : ` since ${since.toISOString()}`;
  const until =
    typeof watermark?.highEventAt === "string" ? `, events until ${watermark.highEventAt}` : "";
  return [
    `Data ${dataHash.slice(0, 12)}: ${counted(interactions, "interaction")} of ${counted(users ?? 0, "user")} with ${counted(movies ?? 0, "movie")}${from}${until}.`,
  ];
}
