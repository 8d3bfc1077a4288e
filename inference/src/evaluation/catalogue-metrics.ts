import type { Interactions } from "../models/interactions.ts";

/** How often each movie is in a list, (movies). */
export function appearances(lists: readonly Int32Array[], movies: number): Int32Array {
  const counts = new Int32Array(movies);
  for (const list of lists) for (const movie of list) counts[movie] = (counts[movie] ?? 0) + 1;
  return counts;
}

/** Share of the movies that are in at least one list, in [0, 1]; 0 of no movies. */
export function coverageOf(counts: Int32Array): number {
  return counts.length === 0 ? 0 : counts.filter((count) => count > 0).length / counts.length;
}

/**
 * The Gini coefficient of how often movies are shown, in [0, 1): 0 where all are shown alike, (n − 1) / n where
 * one is shown alone. Movies that are never shown count. 0 where nothing is shown.
 */
export function giniOf(counts: Int32Array): number {
  const n = counts.length;
  let [total, weighted] = [0, 0];
  counts
    .slice()
    .sort()
    .forEach((count, place) => {
      total += count;
      weighted += (2 * (place + 1) - n - 1) * count;
    });
  return total === 0 ? 0 : weighted / (n * total);
}

/**
 * How surprising each movie is, (movies), in bits, ≥ 0: −log₂ of the share of users who have met it, one user added
 * who met all (self-information: Zhou et al. 2010).
 */
export function surpriseOf(training: Interactions): Float64Array {
  const watchers = appearances([training.movieOf], training.movies);
  return Float64Array.from(watchers, (count) => Math.log2((training.users + 1) / (count + 1)));
}

/** Mean surprise of a list's movies, in bits; 0 of an empty list. */
export function noveltyOf(list: Int32Array, surprise: Float64Array): number {
  let sum = 0;
  for (const movie of list) sum += surprise[movie] ?? 0;
  return list.length === 0 ? 0 : sum / list.length;
}

/** How unlike two movies are, symmetric, in [0, 1]. */
export type Distance = (one: number, other: number) => number;

/** Mean distance over all pairs of a list, in [0, 1] (Ziegler et al. 2005); 0 of fewer than two movies. */
export function diversityOf(list: Int32Array, distance: Distance): number {
  let sum = 0;
  for (let one = 1; one < list.length; one += 1) {
    for (let other = 0; other < one; other += 1) {
      sum += distance(list[one] ?? 0, list[other] ?? 0);
    }
  }
  return list.length < 2 ? 0 : (2 * sum) / (list.length * (list.length - 1));
}

/** Jaccard distance of two movies' genres: 1 − shared / all; 0 where neither has any. */
export function genreDistance(genres: readonly (readonly string[])[]): Distance {
  const sets = genres.map((names) => new Set(names));
  const none = new Set<string>();
  return (one, other) => {
    const [a, b] = [sets[one] ?? none, sets[other] ?? none];
    let shared = 0;
    for (const genre of a) shared += b.has(genre) ? 1 : 0;
    const all = a.size + b.size - shared;
    return all === 0 ? 0 : 1 - shared / all;
  };
}
