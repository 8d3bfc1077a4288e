import { ratedPreference, shareWatched } from "../models/preference.ts";
import { recencyOf } from "../models/recency.ts";
import type { RankingParameters } from "../ranking/parameters.ts";
import {
  FURTHEST_MINUTE,
  LAST_WATCHED_AT,
  MOVIE_KEY,
  type PackedHistory,
  RATED_AT,
  RATING,
  STRIDE,
} from "./packed-history.ts";

/** Movies that speak for a user's taste, and how loudly. */
export interface Signals {
  /** Number of signals; what lies beyond it in the arrays is stale. */
  count: number;
  /** Dense indices. */
  readonly indices: Int32Array;
  /** In (0, 1]. */
  readonly weights: Float64Array;
}

/** What signals need to know of the catalogue. */
export interface MovieLengths {
  /** Dense index of a movie key, or undefined for a movie that is not in the catalogue. */
  indexOf(movieKey: number): number | undefined;
  /** Minutes by dense index: the runtime, or the catalogue's typical length where it is unknown. */
  readonly minutes: Float32Array;
}

/**
 * How much a user liked a movie, in [0, 1], as far as the interaction tells.
 *
 * A rating decides where there is one: 0 up to the neutral rating, then linear to 1 at the best.
 * Else the share of the movie that was watched, times `watchedWeight`; 0 below `leastShareWatched`.
 *
 * @param rating normalised, or NaN. @param furthestMinute from 0, or NaN. @param minutes length of the movie.
 */
export function preferenceOf(
  rating: number,
  furthestMinute: number,
  minutes: number,
  parameters: RankingParameters,
): number {
  if (!Number.isNaN(rating)) return Math.max(0, ratedPreference(rating, parameters.neutralRating));
  const share = shareWatched(furthestMinute, minutes);
  return share >= parameters.leastShareWatched ? share * parameters.watchedWeight : 0;
}

/**
 * Weigh a history: preference × recency, where
 *
 *     recency = floor + (1 − floor) · 2^(−age / half-life)
 *
 * and age counts back from the user's own latest interaction, not from now: a list depends on the
 * history alone and does not change while nothing happens.
 *
 * @param into room for the whole history; holds at most `historyLimit` signals afterwards: the
 * heaviest, ties to the smaller movie key, in order of movie key.
 */
export function weighHistory(
  history: PackedHistory,
  movies: MovieLengths,
  parameters: RankingParameters,
  into: Signals,
): void {
  const latest = latestOf(history);
  into.count = 0;
  for (let row = 0; row < history.length; row += STRIDE) {
    const index = movies.indexOf(history[row + MOVIE_KEY] ?? NaN);
    if (index === undefined) continue;
    const preference = preferenceOf(
      history[row + RATING] ?? NaN,
      history[row + FURTHEST_MINUTE] ?? NaN,
      movies.minutes[index] ?? NaN,
      parameters,
    );
    if (!(preference > 0)) continue;
    const age = latest - timeOf(history, row);
    into.indices[into.count] = index;
    into.weights[into.count] = preference * recencyOf(age, parameters);
    into.count += 1;
  }
  if (into.count > parameters.historyLimit) keepHeaviest(into, parameters.historyLimit);
}

/** Signals with room for histories of up to `capacity` movies. */
export function createSignals(capacity: number): Signals {
  return { count: 0, indices: new Int32Array(capacity), weights: new Float64Array(capacity) };
}

function timeOf(history: PackedHistory, row: number): number {
  const watched = history[row + LAST_WATCHED_AT] ?? NaN;
  const rated = history[row + RATED_AT] ?? NaN;
  if (Number.isNaN(rated)) return watched;
  return watched > rated ? watched : rated;
}

function latestOf(history: PackedHistory): number {
  let latest = -Infinity;
  for (let row = 0; row < history.length; row += STRIDE) {
    latest = Math.max(latest, timeOf(history, row));
  }
  return latest;
}

/** Keep the `limit` heaviest in their order; of those that weigh the same, the first. */
function keepHeaviest(signals: Signals, limit: number): void {
  const { indices, weights, count } = signals;
  const cut = weights.slice(0, count).sort()[count - limit] as number;
  let ties = limit;
  for (let i = 0; i < count; i += 1) if ((weights[i] as number) > cut) ties -= 1;
  let kept = 0;
  for (let i = 0; i < count; i += 1) {
    const weight = weights[i] as number;
    if (weight < cut || (weight === cut && ties-- <= 0)) continue;
    indices[kept] = indices[i] as number;
    weights[kept] = weight;
    kept += 1;
  }
  signals.count = kept;
}
