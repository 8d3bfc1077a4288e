import type { DrawKey } from "../models/blend/slot-draws.ts";
import type { UserInteractions } from "../models/interactions.ts";
import type { ModelName } from "../models/model.ts";
import type { BarRule } from "../retrieval/bar-rule.ts";
import type { PackedHistory } from "../retrieval/packed-history.ts";
import { barredMovies } from "./barred-movies.ts";
import { explainLearned } from "./explain-learned.ts";
import type { LearnedModels } from "./learned-models.ts";
import { type LearnedList, recommendLearned } from "./recommend-learned.ts";
import type { RecommendWithoutHistory } from "./recommend-without-history.ts";
import type { RecommendOptions, Recommendation, Recommendations } from "./recommendation.ts";
import type { ScoringBudget } from "./recommender.ts";
import type { ServingModel } from "./serving-model.ts";
import { userRow } from "./user-row.ts";

export interface ModelsRequest {
  readonly history: PackedHistory;
  readonly options: RecommendOptions;
}

export type RecommendByModels = (
  model: ServingModel,
  learned: LearnedModels,
  request: ModelsRequest,
) => Recommendations;

export interface RecommendByModelsParts {
  readonly rule: BarRule;
  readonly withoutHistory: RecommendWithoutHistory;
  /** Absent: all the time that it takes. */
  readonly budget?: ScoringBudget | undefined;
}

/** Lists by the blend of a bundle's models. Who has liked nothing that the models know gets one without a history. */
export function createRecommendByModels({
  rule,
  withoutHistory,
  budget,
}: RecommendByModelsParts): RecommendByModels {
  let barred = new Uint8Array(0);
  return (model, learned, { history, options }) => {
    const { n, userId, explain = false } = options;
    if (barred.length !== model.movies.length) barred = new Uint8Array(model.movies.length);
    else barred.fill(0);
    barredMovies(model, { ...options, history, rule }, (movie) => {
      barred[movie] = 1;
    });
    const user = userRow(history, model, learned.rule, learned.known);
    if (!user.preferences.some((preference) => preference > 0)) {
      return withoutHistory(model, (movie) => barred[movie] === 1, options);
    }
    const draw = userId === undefined ? undefined : drawKey(model, user, userId);
    const asked = { user, barred, n, mayAsk: timeKeeper(budget), ...(draw && { draw }) };
    const list = recommendLearned(model, learned, asked);
    for (const name of list.skipped) budget?.onSkipped(name);
    const movies = recommendationsOf(list);
    return {
      movies: explain ? explainLearned({ model, learned, user, list }, movies) : movies,
      personalised: true,
      ...(list.propensities && { propensities: list.propensities }),
      isPartial: list.skipped.length > 0,
    };
  };
}

/** Changes with every interaction that models are told of. */
function drawKey(model: ServingModel, user: UserInteractions, userId: number): DrawKey {
  let latest = 0;
  for (const time of user.times) if (time > latest) latest = time;
  const { bundleId } = model;
  return { userId, bundleId, historyVersion: `${user.times.length}@${latest}` };
}

/** The first model is asked whatever it takes; others while there is time. */
function timeKeeper(budget: ScoringBudget | undefined): (model: ModelName) => boolean {
  if (budget === undefined) return () => true;
  const { nowMs, budgetMs } = budget;
  const startMs = nowMs();
  let asked = 0;
  return () => asked++ === 0 || nowMs() - startMs < budgetMs;
}

/** Scores as chances in (0, 1) that order as the blend's logits do; the best movie has similarity 1. */
function recommendationsOf({ movies, scores }: LearnedList): Recommendation[] {
  const best = Math.max(...scores);
  return movies.map((movie, place) => {
    const score = scores[place] as number;
    return { movie, score: 1 / (1 + Math.exp(-score)), similarity: Math.exp(score - best) };
  });
}
