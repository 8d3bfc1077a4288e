import type { ModelName } from "../models/model.ts";
import { type BarRule, DEFAULT_BAR_RULE } from "../retrieval/bar-rule.ts";
import type { PackedHistory } from "../retrieval/packed-history.ts";
import { createRecommendByNeighbours } from "./recommend-by-neighbours.ts";
import { createRecommendByModels } from "./recommend-by-models.ts";
import { createRecommendWithoutHistory } from "./recommend-without-history.ts";
import type { RecommendOptions, Recommendations } from "./recommendation.ts";
import type { ServingModel } from "./serving-model.ts";

export type {
  ColdBasis,
  Recommendation,
  RecommendOptions,
  Recommendations,
} from "./recommendation.ts";

export interface Recommender {
  /** What it takes for watched. */
  readonly barring: BarRule;
  recommend(
    model: ServingModel,
    history: PackedHistory,
    options: RecommendOptions,
  ): Recommendations;
}

/** What a list may cost. */
export interface ScoringBudget {
  /** Once so much has passed, models that have not been asked are left out; the first one never is. */
  readonly budgetMs: number;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
  /** Told of each model that was left out of a list. */
  readonly onSkipped: (model: ModelName) => void;
}

export interface RecommenderOptions {
  /** Absent: any minute is watched. */
  readonly barring?: BarRule;
  /** Absent: all the time that it takes. */
  readonly budget?: ScoringBudget;
}

/** Makes lists: by the bundle's learned models where it has any, else by neighbours. */
export function createRecommender(options: RecommenderOptions = {}): Recommender {
  const { barring = DEFAULT_BAR_RULE, budget } = options;
  const withoutHistory = createRecommendWithoutHistory();
  const byNeighbours = createRecommendByNeighbours(barring, withoutHistory);
  const byModels = createRecommendByModels({ rule: barring, withoutHistory, budget });
  return {
    barring,
    recommend: (model, history, options) =>
      model.learned === undefined
        ? byNeighbours(model, history, options)
        : byModels(model, model.learned, { history, options }),
  };
}
