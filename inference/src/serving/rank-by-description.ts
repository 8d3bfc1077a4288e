import { type RankedMovie, rankMovies } from "../ranking/rank-movies.ts";
import { bar, clearCandidates, createCandidates } from "../retrieval/accumulate.ts";
import type { DescribedMovie } from "./described-tastes.ts";
import type { ServingModel } from "./serving-model.ts";

export interface DescribedRequest {
  readonly near: readonly DescribedMovie[];
  readonly n: number;
}

/** @returns undefined where none of the movies is in the catalogue and may be recommended. */
export type RankByDescription = (
  model: ServingModel,
  isBarred: (movie: number) => boolean,
  request: DescribedRequest,
) => RankedMovie[] | undefined;

/**
 * Ranks as lists by neighbours are ranked, with nearness to what a user writes in the place of similarity to what they
 * watched. Over arrays that are kept from call to call.
 */
export function createRankByDescription(): RankByDescription {
  let candidates = createCandidates(0);
  return (model, isBarred, { near, n }) => {
    const movies = model.movies.length;
    if (candidates.sums.length !== movies) candidates = createCandidates(movies);
    clearCandidates(candidates);
    for (let movie = 0; movie < movies; movie += 1) if (isBarred(movie)) bar(candidates, movie);
    for (const { movieId, score } of near) {
      const movie = model.indexOfId(movieId);
      if (movie === undefined || candidates.sums[movie] === -Infinity) continue;
      candidates.sums[movie] = score;
      candidates.most = Math.max(candidates.most, candidates.sums[movie]);
    }
    if (candidates.most <= 0) return undefined;
    const ranked = rankMovies(candidates, model.standings, n);
    return ranked.some(({ similarity }) => similarity > 0) ? ranked : undefined;
  };
}
