/** Every number that retrieval and ranking take; part of a bundle, so that a build is reproducible. */
export interface RankingParameters {
  /** Share of similarity in the blend, in [0, 1]. */
  readonly similarityWeight: number;
  /** Share of popularity in the blend, in [0, 1]. */
  readonly popularityWeight: number;
  /** Share of the Bayesian mean rating in the blend, in [0, 1]. */
  readonly ratingWeight: number;
  /** Ratings that the prior mean counts for. */
  readonly ratingPriorCount: number;
  /** Hours after which a viewer counts half towards popularity. */
  readonly popularityHalfLifeHours: number;
  /** How much a watcher of all time counts, beside a viewer of this hour. */
  readonly allTimeShare: number;
  /** Most watched movies whose neighbours are looked at: the most influential ones. */
  readonly historyLimit: number;
  /** Days, before the user's latest event, after which an interaction counts half as much. */
  readonly recencyHalfLifeDays: number;
  /** Least weight that age leaves, in [0, 1]: taste fades, it does not vanish. */
  readonly recencyFloor: number;
  /** Normalised rating up to which a movie says nothing for its neighbours, in (0, 1). */
  readonly neutralRating: number;
  /** Weight of a movie watched to its end and not rated, against one with the best rating. */
  readonly watchedWeight: number;
  /** Share of its length below which a watched movie says nothing for its neighbours. */
  readonly leastShareWatched: number;
}

/**
 * The defaults. Similarity leads, since it is all that differs from user to user; popularity and
 * rating choose among movies that are about as similar.
 */
export const DEFAULT_RANKING: RankingParameters = {
  similarityWeight: 0.6,
  popularityWeight: 0.2,
  ratingWeight: 0.2,
  ratingPriorCount: 20,
  popularityHalfLifeHours: 72,
  allTimeShare: 0.05,
  historyLimit: 100,
  recencyHalfLifeDays: 60,
  recencyFloor: 0.2,
  neutralRating: 0.5,
  watchedWeight: 0.7,
  leastShareWatched: 0.2,
};
