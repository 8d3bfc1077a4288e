import { type BarReason, type BarRule, hadReason } from "../retrieval/bar-rule.ts";
import {
  FURTHEST_MINUTE,
  MOVIE_KEY,
  type PackedHistory,
  RATING,
  STRIDE,
} from "../retrieval/packed-history.ts";
import type { ServingModel } from "./serving-model.ts";

/** What bars movies from one list. */
export interface BarredFrom {
  readonly history: PackedHistory;
  /** Keys of the movies that the user hides. */
  readonly hidden?: readonly number[] | undefined;
  /** Dense indices that the request leaves out. */
  readonly exclude?: readonly number[] | undefined;
  /** Dense index of a movie that nothing bars, to see where it would be. */
  readonly letIn?: number | undefined;
  readonly rule: BarRule;
}

/**
 * Name every movie that must not be in a user's list, with the reason: what they have rated, watched or hidden, what
 * is excluded, and what nobody is shown. One that is barred twice is named twice.
 */
export function barredMovies(
  model: Pick<ServingModel, "indexOf" | "movies" | "keptFromAll">,
  { history, hidden = [], exclude = [], letIn, rule }: BarredFrom,
  bar: (movie: number, reason: BarReason) => void,
): void {
  for (let row = 0; row < history.length; row += STRIDE) {
    const movie = model.indexOf(history[row + MOVIE_KEY] as number);
    if (movie === undefined || movie === letIn) continue;
    const rating = history[row + RATING] as number;
    const furthestMinute = history[row + FURTHEST_MINUTE] as number;
    const minutes = model.movies[movie]?.runtimeMinutes ?? null;
    const reason = hadReason({ rating, furthestMinute, minutes }, rule);
    if (reason !== undefined) bar(movie, reason);
  }
  for (const key of hidden) {
    const movie = model.indexOf(key);
    if (movie !== undefined && movie !== letIn) bar(movie, "hidden");
  }
  for (const movie of exclude) if (movie !== letIn) bar(movie, "excluded");
  for (const movie of model.keptFromAll) if (movie !== letIn) bar(movie, "kept_from_all");
}
