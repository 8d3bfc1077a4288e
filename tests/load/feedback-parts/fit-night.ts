import type { LearnedModel } from "@canarec/inference/bundle/codec/contents";
import type { Interactions } from "@canarec/inference/models/interactions";
import { createPlainProducts } from "@canarec/inference/models/linear-algebra/plain-products";
import type { ModelName, MovieFeatures } from "@canarec/inference/models/model";
import { fitModels } from "@canarec/inference/training/fit-models";
import { planModels } from "@canarec/inference/training/model-plan";

/** For a few hundred users and movies: less to hold back, fewer factors than there are genres and decades together. */
const SMALL = {
  ease: { lambda: 20 },
  ials: { factors: 16, iterations: 8, lambda: 0.05 },
};

/** Fit models to one night's data, on this thread. */
export async function fitNight(
  names: readonly ModelName[],
  interactions: Interactions,
  features: MovieFeatures,
): Promise<readonly LearnedModel[]> {
  const { models } = await fitModels(
    { interactions, ratings: interactions, features },
    planModels(names, SMALL),
    {
      products: createPlainProducts(),
      progress: () => undefined,
      signal: new AbortController().signal,
      nowMs: () => 0,
    },
  );
  return models;
}
