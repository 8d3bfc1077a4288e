import { createTrainingRunRepository } from "@canarec/db-utils/training/run-repository";
import { plansLike } from "@canarec/inference/training/model-plan";
import { openProducts } from "@canarec/inference/training/open-products";
import type { BuildReport } from "@canarec/vectordb-scripts/bundle/build-bundle";
import { recordedTraining } from "@canarec/vectordb-scripts/bundle/record-training";
import type { TrainingRequest } from "@canarec/vectordb-scripts/bundle/train-bundle";
import type { CliContext, CommonOptions } from "../cli-context.ts";
import type { Servers } from "../find-servers.ts";
import { codeVersion } from "./code-version.ts";
import { showTraining } from "./show-training.ts";

/** For products of matrices: a build shares its machine with what serves. */
const THREADS = 2;

export type TrainAgainOptions = Omit<
  TrainingRequest,
  "chromaUrl" | "plans" | "seed" | "since" | "blend"
> & {
  readonly context: CliContext;
  readonly options: CommonOptions;
  readonly servers: Servers;
};

/**
 * Train as the run did that builds follow, on the data of now; undefined where there is none, or none of its models is
 * left in this code.
 */
export async function trainAgain({
  context,
  options,
  servers,
  ...input
}: TrainAgainOptions): Promise<(BuildReport & { readonly models: readonly string[] }) | undefined> {
  const last = await createTrainingRunRepository(input.database).followed();
  const plans = plansLike(last?.parameters);
  if (last === undefined || plans === undefined) return undefined;
  await using products = openProducts(THREADS);
  using shown = showTraining(context, options);
  const { seed, since } = last;
  const trained = await recordedTraining(
    { ...input, chromaUrl: servers.chromaUrl(), plans, seed, since },
    { ...shown.hooks, products, signal: context.signal, nowMs: () => performance.now() },
    { code: await codeVersion(), choice: "repeated" },
  );
  const { bundleId, outcome, movies, withoutNeighbours, bytes, collection, watermark } = trained;
  const models = plans.map(({ name }) => name);
  return { bundleId, outcome, movies, withoutNeighbours, bytes, collection, watermark, models };
}
