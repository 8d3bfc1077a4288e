import type { Interactions } from "../interactions.ts";
import { starsOf } from "./star-ratings.ts";

/** How far users and movies are from the mean, in stars. */
export interface Biases {
  readonly mean: number;
  /** (users). */
  readonly users: Float64Array;
  /** (movies). */
  readonly movies: Float64Array;
}

/** Passes over the ratings: the biases then stand still in all digits that matter. */
const PASSES = 20;

/**
 * Least squares of stars by mean + user + movie, each bias damped: Σ (stars − …)² + damping (Σ user² + Σ movie²), by turns
 * (Koren 2009, "The BellKor Solution", 2).
 */
export function biasesOf(ratings: Interactions, damping: number): Biases {
  const { movieOf, preferences } = ratings;
  let mean = 0;
  for (const preference of preferences) mean += starsOf(preference) / preferences.length;
  const biases = {
    mean,
    users: new Float64Array(ratings.users),
    movies: new Float64Array(ratings.movies),
  };
  const userOf = new Int32Array(movieOf.length);
  for (let user = 0; user < ratings.users; user += 1) {
    userOf.fill(user, ratings.starts[user], ratings.starts[user + 1]);
  }
  const [byMovie, byUser] = [
    { own: biases.movies, ownOf: movieOf, other: biases.users, otherOf: userOf },
    { own: biases.users, ownOf: userOf, other: biases.movies, otherOf: movieOf },
  ];
  for (let pass = 0; pass < PASSES; pass += 1) {
    for (const turn of [byMovie, byUser]) fitTurn(preferences, turn, { mean, damping });
  }
  return biases;
}

interface Turn {
  readonly own: Float64Array;
  readonly ownOf: Int32Array;
  readonly other: Float64Array;
  readonly otherOf: Int32Array;
}

function fitTurn(
  preferences: Float32Array,
  { own, ownOf, other, otherOf }: Turn,
  { mean, damping }: { readonly mean: number; readonly damping: number },
): void {
  const counts = new Int32Array(own.length);
  own.fill(0);
  for (let at = 0; at < preferences.length; at += 1) {
    const place = ownOf[at] as number;
    const rest =
      starsOf(preferences[at] as number) - mean - (other[otherOf[at] as number] as number);
    own[place] = (own[place] as number) + rest;
    counts[place] = (counts[place] as number) + 1;
  }
  for (let place = 0; place < own.length; place += 1) {
    if (counts[place] !== 0)
      own[place] = (own[place] as number) / ((counts[place] as number) + damping);
  }
}
