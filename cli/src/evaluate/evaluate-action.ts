import { ServiceError } from "@canarec/service-kit/errors";
import { starPreference } from "@canarec/vectordb-scripts/catalog/read-ratings";
import type { CliContext } from "../cli-context.ts";
import { printResult } from "../output/print.ts";
import { type EvaluateCommandOptions, metricsOf } from "./command-options.ts";
import { evaluateBundle } from "./evaluate-bundle.ts";
import { evaluationInWords } from "./evaluation-report.ts";
import { type Rounds, fitRounds } from "./fit-rounds.ts";
import { ratingsAction } from "./ratings-action.ts";
import { referenceAction } from "./reference-action.ts";
import { reportRounds } from "./report-rounds.ts";

/**
 * `canarec evaluate`
 *
 * @throws ServiceError "invalid_argument" for options that do not go together.
 */
export async function evaluateAction(
  context: CliContext,
  options: EvaluateCommandOptions,
): Promise<void> {
  checkTogether(options);
  if (options.reference === true) {
    await referenceAction(context, options);
    return;
  }
  const { bundle, folds } = options;
  if (folds !== undefined) {
    await ratingsAction(context, { ...options, folds });
    return;
  }
  const rounds = await (bundle === undefined
    ? fitRounds(context, options)
    : askBundle(context, { ...options, bundle }));
  printResult(context, options, reportRounds(rounds, options), evaluationInWords);
}

function checkTogether(options: EvaluateCommandOptions): void {
  const { slices, against, seeds, bundle, data, folds, grid, models } = options;
  const refuse = (message: string) => {
    throw new ServiceError("invalid_argument", message);
  };
  if (slices === true && against === undefined) refuse("--slices needs --against");
  if (bundle === undefined && against !== undefined && models?.includes(against) === false) {
    refuse(`${against} is not among the models evaluated`);
  }
  if (grid !== undefined && folds === undefined) refuse("--grid needs --folds");
  if (slices === true && seeds > 1) refuse("--slices looks at one split: not with --seeds");
  if (bundle !== undefined && (data !== undefined || seeds > 1)) {
    refuse("--bundle is asked for what came after it in the cluster: not with --data or --seeds");
  }
}

async function askBundle(
  context: CliContext,
  options: EvaluateCommandOptions & { readonly bundle: string },
): Promise<Rounds> {
  const { k, liked, seed } = options;
  const wanted = { metrics: metricsOf(k), listLength: k, likedFrom: starPreference(liked) };
  const { name, facts, split, contenders } = await evaluateBundle(context, options, wanted);
  return { name, facts, protocol: "temporal", seeds: [seed], rounds: [{ split, contenders }] };
}
