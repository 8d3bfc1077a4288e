import type { LearnedModel } from "../bundle/codec/contents.ts";
import { type Interactions } from "../models/interactions.ts";
import type { FitTools, MatrixProducts, ModelName, MovieFeatures } from "../models/model.ts";
import { type ModelPlan, modelOf } from "./model-plan.ts";

/** What models are fitted to. */
export interface FitData {
  readonly interactions: Interactions;
  /** The rows of it that are ratings, for models of ratings. */
  readonly ratings: Interactions;
  readonly features: MovieFeatures;
}

export interface FitOptions {
  readonly products: MatrixProducts;
  /** @param share of this model's work, in [0, 1]. */
  readonly progress: (model: ModelName, share: number) => void;
  readonly signal: AbortSignal;
  /** Monotonic, in milliseconds. */
  readonly nowMs: () => number;
}

export interface FittedModels {
  readonly models: readonly LearnedModel[];
  /** By model. */
  readonly seconds: Readonly<Partial<Record<ModelName, number>>>;
}

/** Models that predict ratings: what was only watched says nothing to them. */
const OF_RATINGS: readonly ModelName[] = ["svd"];

/**
 * Fit models one after the other; other work has its turn between their steps.
 *
 * @throws ServiceError as the models do; the signal's reason once it is aborted.
 */
export async function fitModels(
  data: FitData,
  plans: readonly ModelPlan[],
  options: FitOptions,
): Promise<FittedModels> {
  const models: LearnedModel[] = [];
  const seconds: Partial<Record<ModelName, number>> = {};
  for (const plan of plans) {
    const startMs = options.nowMs();
    models.push(await fitModel(data, plan, options));
    seconds[plan.name] = (options.nowMs() - startMs) / 1_000;
  }
  return { models, seconds };
}

/** Fit one. @throws as fitModels does. */
export async function fitModel(
  { interactions, ratings, features }: FitData,
  { name, config }: ModelPlan,
  { products, progress, signal }: FitOptions,
): Promise<LearnedModel> {
  const tools: FitTools = {
    features,
    products,
    signal,
    progress: async (share) => {
      progress(name, share);
      await new Promise(setImmediate); // signals and timers have their turn
    },
  };
  const rows = OF_RATINGS.includes(name) ? ratings : interactions;
  return { name, config, artifact: await modelOf(name).fit(rows, config, tools) };
}
