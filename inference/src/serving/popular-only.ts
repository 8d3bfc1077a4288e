import type { Recommendations } from "./recommendation.ts";
import type { ServingModel } from "./serving-model.ts";

/** The varied popular list, for users whose history says nothing of their taste. */
export function popularOnly(
  model: ServingModel,
  isBarred: (movie: number) => boolean,
  n: number,
): Recommendations {
  const chosen = new Set<number>();
  // The popular list is cut; what was watched or excluded may be more than the cut leaves.
  for (const list of [model.popular, model.standings.order]) {
    for (const movie of list) {
      if (chosen.size >= n) break;
      if (!isBarred(movie)) chosen.add(movie);
    }
  }
  const movies = Array.from(chosen, (movie) => ({
    movie,
    score: model.standings.standing[movie] ?? 0,
    similarity: 0,
  }));
  return { movies, personalised: false };
}
