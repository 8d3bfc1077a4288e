import { createGroupOrders } from "./group-orders.ts";
import { createRankByDescription } from "./rank-by-description.ts";
import type { RecommendOptions, Recommendation, Recommendations } from "./recommendation.ts";
import type { ServingModel } from "./serving-model.ts";

export type RecommendWithoutHistory = (
  model: ServingModel,
  isBarred: (movie: number) => boolean,
  options: RecommendOptions,
) => Recommendations;

/**
 * Lists for users whose history says nothing of their taste: by what they write of themselves, where the movies near to
 * it are known; else by what people of their groups like, where the bundle has learned that of any of them; else the
 * varied popular list.
 */
export function createRecommendWithoutHistory(): RecommendWithoutHistory {
  const orderOf = createGroupOrders();
  const byDescription = createRankByDescription();
  return (model, isBarred, { n, person, described }) => {
    const near = described?.();
    const ranked = near && byDescription(model, isBarred, { near, n });
    if (ranked !== undefined) return { movies: ranked, personalised: true, basis: "description" };
    const order = person ? orderOf(model, person) : undefined;
    // Both lists are cut; what is barred may be more than the cut leaves.
    const lists = [order?.movies ?? model.popular, model.standings.order];
    const scoreOf = (movie: number) =>
      order === undefined
        ? (model.standings.standing[movie] ?? 0)
        : (order.shareOf.get(movie) ?? 0);
    const movies = firstAllowed(lists, isBarred, n).map((movie): Recommendation => ({
      movie,
      score: scoreOf(movie),
      similarity: 0,
    }));
    const isPersonal = order !== undefined && movies.some(({ movie }) => order.shareOf.has(movie));
    return isPersonal
      ? { movies, personalised: true, basis: "demographics" }
      : { movies, personalised: false };
  };
}

/** The first n of the lists together that are not barred, each once. */
function firstAllowed(
  lists: readonly Iterable<number>[],
  isBarred: (movie: number) => boolean,
  n: number,
): number[] {
  const chosen = new Set<number>();
  for (const list of lists) {
    for (const movie of list) {
      if (chosen.size >= n) return [...chosen];
      if (!isBarred(movie)) chosen.add(movie);
    }
  }
  return [...chosen];
}
