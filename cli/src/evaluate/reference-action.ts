import { averageSeeds } from "@canarec/inference/evaluation/average-seeds";
import { PROTOCOLS, type Protocol } from "@canarec/inference/evaluation/split";
import { MODELS } from "@canarec/inference/models/registry";
import { ServiceError } from "@canarec/service-kit/errors";
import type { CliContext } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { type Progress, startProgress } from "../output/progress.ts";
import { table } from "../output/table.ts";
import type { EvaluateCommandOptions } from "./command-options.ts";
import { type EvaluationData, openFolder } from "./evaluation-data.ts";
import { type Round, fitRound } from "./fit-rounds.ts";
import {
  type ComparedRow,
  REFERENCE_CONFIGS,
  REFERENCE_HELD_OUT,
  REFERENCE_ROWS,
  compareRow,
} from "./reference-rows.ts";
import { wantedModels } from "./wanted-models.ts";

interface ReferenceReport {
  readonly data: string;
  readonly seeds: number;
  readonly rows: readonly ComparedRow[];
}

/**
 * `canarec evaluate --reference`: others' figures beside ours.
 *
 * @throws ServiceError "invalid_argument" without the data that the figures are of.
 */
export async function referenceAction(
  context: CliContext,
  options: EvaluateCommandOptions,
): Promise<void> {
  if (options.data === undefined) {
    throw new ServiceError("invalid_argument", "--reference needs --data: ml-latest-small");
  }
  using progress = startProgress(context, options, "evaluating");
  const opened = await openFolder(context, options.data);
  const rows: ComparedRow[] = [];
  for (const protocol of PROTOCOLS) {
    rows.push(...(await rowsOf(context, options, { opened, protocol, progress })));
  }
  const report = { data: opened.name, seeds: options.seeds, rows };
  printResult(context, options, report, referenceInWords);
}

interface Parts {
  readonly opened: EvaluationData;
  readonly protocol: Protocol;
  readonly progress: Progress;
}

/** Ours beside all figures of one protocol, of models that there are. */
async function rowsOf(
  context: CliContext,
  options: EvaluateCommandOptions,
  { opened, protocol, progress }: Parts,
): Promise<ComparedRow[]> {
  const wanted = REFERENCE_ROWS.filter(
    (row) =>
      row.protocol === protocol &&
      MODELS[row.model] !== undefined &&
      (options.models?.includes(row.model) ?? true),
  );
  const names = [...new Set(wanted.map(({ model }) => model))];
  if (names.length === 0) return [];
  const chosen = wantedModels(context, { ...options, models: names }, REFERENCE_CONFIGS);
  const asked = { ...options, protocol, liked: 4, heldOut: REFERENCE_HELD_OUT, k: 20 };
  const metrics = [...new Set(wanted.map(({ metric }) => metric))];
  const rounds: Round[] = [];
  for (let seed = options.seed; seed < options.seed + options.seeds; seed += 1) {
    rounds.push(
      await fitRound(context, asked, { opened, progress, wanted: chosen, seed, metrics }),
    );
  }
  return wanted.flatMap((row) => {
    const evaluations = rounds.flatMap(({ contenders }) =>
      contenders.filter(({ name }) => name === row.model).map(({ evaluation }) => evaluation),
    );
    const average = averageSeeds(evaluations).means[row.metric];
    const single = evaluations[0]?.means[row.metric];
    return average === undefined || single === undefined ? [] : [compareRow(row, average, single)];
  });
}

function verdictOf({ errorsApart }: ComparedRow): string {
  if (errorsApart > 2) return "better";
  return errorsApart < -2 ? "no" : "yes";
}

function referenceInWords({ data, seeds, rows }: ReferenceReport): string {
  const within = rows.filter(({ errorsApart }) => Math.abs(errorsApart) <= 2).length;
  const cells = rows.map((row) => [
    row.protocol,
    row.model,
    row.metric,
    row.value.toFixed(3),
    `${row.ours.toFixed(3)} ± ${row.ourSe.toFixed(3)}`,
    `${row.errorsApart < 0 ? "−" : "+"}${Math.abs(row.errorsApart).toFixed(1)}`,
    verdictOf(row),
  ]);
  const head = ["protocol", "model", "measure", "reference", "ours", "errors apart", "within 2"];
  return [
    `${data}, ${seeds} splits each; ± is the standard error over users`,
    "",
    table(head, cells),
    "",
    `${within} of ${rows.length} within 2 combined standard errors`,
  ].join("\n");
}
