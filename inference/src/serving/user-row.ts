import type { UserInteractions } from "../models/interactions.ts";
import { type PreferenceRule, preferenceOf } from "../models/preference.ts";
import {
  FURTHEST_MINUTE,
  LAST_WATCHED_AT,
  MOVIE_KEY,
  type PackedHistory,
  RATED_AT,
  RATING,
  STRIDE,
  rowCount,
} from "../retrieval/packed-history.ts";
import type { MovieLengths } from "../retrieval/signals.ts";

/** Interactions that models are told of: the newest. Beyond them a list hardly changes, and costs more. */
export const TOLD = 500;

/**
 * A history as models have learned to read it: of movies that they know, the newest 500, of equal times the
 * smaller index, in ascending order.
 *
 * @param known movies that the models know: those with smaller dense indices.
 */
export function userRow(
  history: PackedHistory,
  movies: MovieLengths,
  rule: PreferenceRule,
  known: number,
): UserInteractions {
  const rows = rowCount(history);
  const row = {
    movieOf: new Int32Array(rows),
    preferences: new Float32Array(rows),
    times: new Float64Array(rows),
  };
  let count = 0;
  // Rows ascend by key, and so do dense indices of the movies that a bundle has.
  for (let at = 0; at < history.length; at += STRIDE) {
    const movie = movies.indexOf(history[at + MOVIE_KEY] as number);
    if (movie === undefined || movie >= known) continue;
    row.movieOf[count] = movie;
    row.preferences[count] = preferenceOf(
      {
        rating: history[at + RATING] as number,
        furthestMinute: history[at + FURTHEST_MINUTE] as number,
        minutes: movies.minutes[movie] as number,
      },
      rule,
    );
    row.times[count] = latestOf(history[at + LAST_WATCHED_AT], history[at + RATED_AT]);
    count += 1;
  }
  return newest(row, count);
}

function latestOf(watched = NaN, rated = NaN): number {
  if (Number.isNaN(rated)) return watched;
  return watched > rated ? watched : rated;
}

function newest(
  { movieOf, preferences, times }: UserInteractions,
  count: number,
): UserInteractions {
  if (count <= TOLD) {
    return {
      movieOf: movieOf.subarray(0, count),
      preferences: preferences.subarray(0, count),
      times: times.subarray(0, count),
    };
  }
  const kept = Array.from({ length: count }, (_, place) => place)
    .sort((a, b) => (times[b] as number) - (times[a] as number) || a - b)
    .slice(0, TOLD)
    .sort((a, b) => a - b);
  return {
    movieOf: Int32Array.from(kept, (place) => movieOf[place] as number),
    preferences: Float32Array.from(kept, (place) => preferences[place] as number),
    times: Float64Array.from(kept, (place) => times[place] as number),
  };
}
