import { MOVIE_KEY, type PackedHistory, STRIDE } from "../retrieval/packed-history.ts";
import type { ServingModel } from "./serving-model.ts";

/**
 * Name every movie that must not be in a user's list: what they watched or rated, what is excluded, and
 * what nobody is shown.
 */
export function barredMovies(
  model: Pick<ServingModel, "indexOf" | "keptFromAll">,
  history: PackedHistory,
  exclude: readonly number[],
  bar: (movie: number) => void,
): void {
  for (let row = 0; row < history.length; row += STRIDE) {
    const movie = model.indexOf(history[row + MOVIE_KEY] as number);
    if (movie !== undefined) bar(movie);
  }
  for (const movie of exclude) bar(movie);
  for (const movie of model.keptFromAll) bar(movie);
}
