import { RATING_UNITS } from "../ranking/standing.ts";
import type { ServingModel } from "../serving/serving-model.ts";

/** What every list says of a movie. */
export function describeMovie(model: ServingModel, movie: number) {
  const { movieId, title = null, year = null, genres = [] } = model.movies[movie] ?? {};
  return { id: movieId ?? "", title, year, genres };
}

/** All that is in memory of a movie. */
export function describeInFull(model: ServingModel, movie: number) {
  const { counts } = model;
  const ratings = counts.ratingCounts[movie] ?? 0;
  const mean = (counts.ratingSums[movie] ?? 0) / ratings / RATING_UNITS;
  return {
    ...describeMovie(model, movie),
    runtimeMinutes: model.movies[movie]?.runtimeMinutes ?? null,
    watchers: counts.watchers[movie] ?? 0,
    ratings,
    /** Normalised, in (0, 1]. */
    meanRating: ratings > 0 ? Math.round(mean * 1e4) / 1e4 : null,
  };
}
