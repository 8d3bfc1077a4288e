import type { Person } from "../models/cold-start/person-groups.ts";
import type { ModelName } from "../models/model.ts";
import type { DescribedMovie } from "./described-tastes.ts";
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

/** What a list is made from where the history says nothing. */
export type ColdBasis = "demographics" | "description";

export interface Recommendations {
  /** Best first, at most n. */
  readonly movies: readonly Recommendation[];
  /** Whether what is known of the user proposed at least one of them. */
  readonly personalised: boolean;
  /** What it was, where it is not the history. */
  readonly basis?: ColdBasis;
  /** Chance of each movie to have its place; absent where nothing was drawn. */
  readonly propensities?: readonly number[];
  /** Whether models were left out for want of time. */
  readonly isPartial?: boolean;
}

export interface RecommendOptions {
  readonly n: number;
  /** Dense indices never to recommend, beside what was watched. */
  readonly exclude?: readonly number[];
  /** What is told of the user; null or absent: nothing. */
  readonly person?: Person | null;
  /** Movies near to what the user writes of themselves, best first; asked for only where they are needed. */
  readonly described?: (() => readonly DescribedMovie[] | undefined) | undefined;
  /** Keys of the movies that the user hides. */
  readonly hidden?: readonly number[];
  /** Dense index of a movie that nothing bars, to see where it would be. */
  readonly letIn?: number;
  readonly explain?: boolean;
  /** Whose list it is: what slots of exploration depend on. Absent: nothing is explored. */
  readonly userId?: number;
}
