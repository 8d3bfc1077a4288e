import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { mersenne } from "pure-rand/generator/mersenne";
import type { Interactions } from "@canarec/inference/models/interactions";

/** How many there are to be. */
export interface Size {
  readonly users: number;
  readonly movies: number;
  /** At least so many, few more. */
  readonly interactions: number;
}

/** A user's number of movies is at least this, and the rest exponential. */
const LEAST = 20;
/** Movie of rank r is drawn in proportion to about 1 / r beyond the first few. */
const HEAD = 30;

/**
 * Likes whose numbers are as in a large rating data set: users' lengths skewed, movies' more so. There is no taste in
 * them: for measures of time and memory alone.
 */
export function syntheticInteractions({ users, movies, interactions }: Size): Interactions {
  const generator = mersenne(1);
  const uniform = () => uniformFloat64(generator);
  const mean = interactions / users;
  const starts = new Int32Array(users + 1);
  for (let user = 0; user < users; user += 1) {
    const length = LEAST - (mean - LEAST) * Math.log(1 - uniform());
    starts[user + 1] = (starts[user] as number) + Math.min(Math.floor(length), movies >> 2);
  }
  const count = starts[users] as number;
  const movieOf = new Int32Array(count);
  const isTaken = new Uint8Array(movies);
  const span = Math.log((movies + HEAD) / HEAD);
  for (let user = 0; user < users; user += 1) {
    const row = movieOf.subarray(starts[user], starts[user + 1]);
    for (let at = 0; at < row.length;) {
      const movie = Math.min(movies - 1, Math.floor(HEAD * Math.exp(span * uniform()) - HEAD));
      if (isTaken[movie] === 1) continue;
      isTaken[movie] = 1;
      row[at] = movie;
      at += 1;
    }
    for (const movie of row) isTaken[movie] = 0;
    row.sort();
  }
  const [preferences, times] = [new Float32Array(count).fill(1), new Float64Array(count)];
  return { users, movies, starts, movieOf, preferences, times };
}
