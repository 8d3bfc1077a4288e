import type { ModelName } from "../models/model.ts";
import type { RankedMovie } from "../ranking/rank-movies.ts";
import type { Reason } from "../retrieval/explain.ts";

/** One movie of a list. */
export interface Recommendation extends RankedMovie {
  /** The watched movies behind it, most important first, where an explanation was asked for. */
  readonly reasons?: readonly Reason[];
  /** What each model adds to its score, in shares of all that speak for it; where learned and asked for. */
  readonly models?: Readonly<Partial<Record<ModelName, number>>>;
  /** Rating that the user would give, normalised, in [0, 1]; where a model predicts ratings. */
  readonly predictedRating?: number;
}

export interface Recommendations {
  /** Best first, at most n. */
  readonly movies: readonly Recommendation[];
  /** Whether the user's history proposed at least one of them. */
  readonly personalised: boolean;
  /** Chance of each movie to have its place; absent where nothing was drawn. */
  readonly propensities?: readonly number[];
}

export interface RecommendOptions {
  readonly n: number;
  /** Dense indices never to recommend, beside what was watched. */
  readonly exclude?: readonly number[];
  /** Keys of the movies that the user hides. */
  readonly hidden?: readonly number[];
  /** Dense index of a movie that nothing bars, to see where it would be. */
  readonly letIn?: number;
  readonly explain?: boolean;
  /** Whose list it is: what slots of exploration depend on. Absent: nothing is explored. */
  readonly userId?: number;
}
