import { blendScores } from "../models/blend/blend-scores.ts";
import type { BlendTerm } from "../models/blend/blend.ts";
import type { ModelName } from "../models/model.ts";
import { scoreCandidates } from "../models/ranker/ranker.ts";
import { shapeScores } from "../models/blend/shape-scores.ts";
import { type PackedHistory, withoutRow } from "../retrieval/packed-history.ts";
import type { BarReason, BarRule } from "../retrieval/bar-rule.ts";
import { barredMovies } from "./barred-movies.ts";
import { type CrowdedOut, crowdedOut } from "./crowded-out.ts";
import type { LearnedModels } from "./learned-models.ts";
import { recommendLearned } from "./recommend-learned.ts";
import type { RecommendOptions, Recommender } from "./recommender.ts";
import type { ServingModel } from "./serving-model.ts";
import { userRow } from "./user-row.ts";

/** What one model says of a movie, beside the other candidates. */
export interface ModelVerdict {
  readonly model: string;
  /** In the blend. */
  readonly weight: number;
  /** The model's own; comparable within it alone. */
  readonly score: number;
  /** From 1, equal scores sharing the best of their places. */
  readonly rank: number;
  /** Rank that would bring the movie into the list if no other model changed its mind; null: none would. */
  readonly rankNeeded: number | null;
}

/** Why a movie is not in a user's list, or that it is. */
export interface NotListed {
  /** Place in the list as it is now, from 1, exploration left out; null: it is not in it. */
  readonly place: number | null;
  /** Never in it, whatever its score. */
  readonly isBarred: boolean;
  /** Why it is barred, each once; empty for a movie that is not. */
  readonly barredBecause: readonly BarReason[];
  /** Whether anything is known of the user's taste; without it the list is the popular one. Ranks are then by standing, or by the groups that the user is of. */
  readonly personalised: boolean;
  /** By score among all candidates, from 1; as if it were not barred. */
  readonly rank: number;
  readonly candidates: number;
  readonly score: number;
  /** Of the list's last movie; null for an empty list. */
  readonly scoreNeeded: number | null;
  /** Where its score would do, and the list is one of learned models: what keeps it out for variety; else null. */
  readonly crowdedOut: CrowdedOut | null;
  /** Empty where a bundle has no learned models. */
  readonly models: readonly ModelVerdict[];
}

export interface ExplainNotRequest extends Pick<
  RecommendOptions,
  "hidden" | "person" | "described"
> {
  readonly history: PackedHistory;
  /** Dense index. */
  readonly movie: number;
  /** Length of the list. */
  readonly n: number;
}

/** Why is a movie not in the list? By the models where the bundle has learned any, else by neighbours. */
export function explainNot(
  model: ServingModel,
  recommender: Recommender,
  request: ExplainNotRequest,
): NotListed {
  const { history, movie, n, ...known } = request;
  const listed = recommender.recommend(model, history, { n, ...known });
  const { movies: list, personalised, basis } = listed;
  const at = list.findIndex((one) => one.movie === movie);
  const place = at < 0 ? null : at + 1;
  const reasons = new Set<BarReason>();
  barredMovies(model, { ...known, history, rule: recommender.barring }, (barred, reason) => {
    if (barred === movie) reasons.add(reason);
  });
  const shared = { place, isBarred: reasons.size > 0, barredBecause: [...reasons], personalised };
  if (model.learned === undefined || !personalised || basis !== undefined) {
    return { ...shared, ...rankInAll(model, recommender, request), crowdedOut: null };
  }
  const { learned } = model;
  const { mayBeListed, ...asked } = askModels(
    model,
    { learned, rule: recommender.barring },
    request,
  );
  const isCrowdedOut = mayBeListed && place === null && !shared.isBarred;
  const listedMovies = list.map((one) => one.movie);
  return {
    ...{ ...shared, ...asked },
    crowdedOut: isCrowdedOut ? crowdedOut(learned, listedMovies, movie) : null,
  };
}

type Ranked = Pick<NotListed, "rank" | "candidates" | "score" | "scoreNeeded" | "models">;

interface RankedByModels extends Ranked {
  /** Whether it would be in a list by scores alone, equal ones to the smaller index. */
  readonly mayBeListed: boolean;
}

/** By ranking the whole catalogue; a movie that is barred is let in. */
function rankInAll(
  model: ServingModel,
  recommender: Recommender,
  { history, movie, n, ...known }: ExplainNotRequest,
): Ranked {
  const all = recommender.recommend(model, withoutMovie(model, history, movie), {
    n: model.movies.length,
    ...known,
    letIn: movie,
  }).movies;
  const at = all.findIndex((one) => one.movie === movie);
  const last = all[Math.min(n, all.length) - 1];
  return {
    rank: at + 1,
    candidates: all.length,
    score: all[at]?.score ?? 0,
    scoreNeeded: last?.score ?? null,
    models: [],
  };
}

function askModels(
  model: ServingModel,
  { learned, rule }: { readonly learned: LearnedModels; readonly rule: BarRule },
  { history, hidden, movie, n }: ExplainNotRequest,
): RankedByModels {
  const barred = new Uint8Array(model.movies.length);
  barredMovies(model, { history, hidden, letIn: movie, rule }, (one) => (barred[one] = 1));
  const user = userRow(withoutMovie(model, history, movie), model, learned.rule, learned.known);
  const mayAsk = () => true;
  const asked = recommendLearned(model, learned, { user, barred, n, also: [movie], mayAsk });
  const { candidates, signals } = asked;
  const blended = new Float32Array(candidates.length);
  blendScores(learned.blend, signals, blended);
  const at = candidates.indexOf(movie);
  const score = blended[at] as number;
  const needed = [...blended].sort((a, b) => b - a)[Math.min(n, blended.length) - 1] ?? score;
  // Lists are made without models of weight 0; what these say is told all the same.
  const scoresOf = (name: ModelName) =>
    signals[name] ?? scoreCandidates(learned.scorers.get(name), user, model.newcomers, candidates);
  const models = learned.blend.terms.map((term) =>
    verdictOf(term, scoresOf(term.signal), { at, gap: needed - score }),
  );
  const rank = rankAmong(blended, score);
  const equalBefore = blended.subarray(0, at).filter((other) => other === score).length;
  const mayBeListed = rank + equalBefore <= n;
  return { rank, candidates: candidates.length, score, scoreNeeded: needed, models, mayBeListed };
}

function verdictOf(
  { signal, shape, weight }: BlendTerm,
  scores: Float32Array,
  { at, gap }: { readonly at: number; readonly gap: number },
): ModelVerdict {
  const shaped = new Float32Array(scores.length);
  shapeScores(shape, scores, shaped);
  const score = scores[at] as number;
  const needed = (shaped[at] as number) + Math.max(0, gap) / weight;
  const most = shaped.reduce((so, value) => Math.max(so, value), -Infinity);
  const rankNeeded = weight > 0 && needed <= most ? rankAmong(shaped, needed) : null;
  return { model: signal, weight, score, rank: rankAmong(scores, score), rankNeeded };
}

/** As if the user had never met it: else a barred movie would speak for itself. */
function withoutMovie(model: ServingModel, history: PackedHistory, movie: number): PackedHistory {
  return withoutRow(history, model.movies[movie]?.movieKey ?? NaN);
}

/** One more than there are larger ones. */
function rankAmong(values: Float32Array, value: number): number {
  let larger = 0;
  for (const other of values) if (other > value) larger += 1;
  return larger + 1;
}
