import type { RankingParameters } from "./parameters.ts";

/** Counts of each of n movies, as live as they are known. */
export interface MovieCounts {
  readonly watchers: ArrayLike<number>;
  readonly ratingCounts: ArrayLike<number>;
  /** In twentieths of the normalised rating. */
  readonly ratingSums: ArrayLike<number>;
  /** Viewers, decayed by the half-life; to which time does not matter. */
  readonly viewers: ArrayLike<number>;
}

/** Units in which sums of ratings are kept: a half point of 10 is one. */
export const RATING_UNITS = 20;

/**
 * How popular each movie is, in [0, 1]:
 *
 *     log(1 + v) / log(1 + max v),  v = decayed viewers + allTimeShare · watchers
 *
 * The logarithm, because viewers follow a power law; the watchers of all time, so that a quiet
 * stream does not leave everything at 0.
 */
export function popularityOf(counts: MovieCounts, parameters: RankingParameters): Float64Array {
  const { viewers, watchers } = counts;
  const popularity = new Float64Array(viewers.length);
  let most = 0;
  for (let i = 0; i < popularity.length; i += 1) {
    const value = Math.log1p((viewers[i] ?? 0) + parameters.allTimeShare * (watchers[i] ?? 0));
    popularity[i] = value;
    if (value > most) most = value;
  }
  if (most === 0) return popularity;
  for (let i = 0; i < popularity.length; i += 1) popularity[i] = (popularity[i] as number) / most;
  return popularity;
}

/**
 * Bayesian mean rating of each movie, normalised, in (0, 1]:
 *
 *     (C · m + sum) / (C + count),  m = mean of all ratings, C = ratingPriorCount
 *
 * so that one enthusiast does not outrank a thousand. Without any rating at all, 1/2.
 */
export function bayesianMeans(counts: MovieCounts, parameters: RankingParameters): Float64Array {
  const { ratingPriorCount: prior } = parameters;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < counts.ratingCounts.length; i += 1) {
    sum += counts.ratingSums[i] ?? 0;
    count += counts.ratingCounts[i] ?? 0;
  }
  const mean = count === 0 ? 0.5 : sum / count / RATING_UNITS;
  const means = new Float64Array(counts.ratingCounts.length);
  for (let i = 0; i < means.length; i += 1) {
    const ratings = counts.ratingCounts[i] ?? 0;
    means[i] = (prior * mean + (counts.ratingSums[i] ?? 0) / RATING_UNITS) / (prior + ratings);
  }
  return means;
}

/**
 * What a movie scores before similarity: the same for every user.
 *
 *     popularityWeight · popularity + ratingWeight · r
 *
 * where r is the Bayesian mean, scaled so that the worst of the catalogue has 0 and the best 1.
 */
export function standingOf(counts: MovieCounts, parameters: RankingParameters): Float64Array {
  const popularity = popularityOf(counts, parameters);
  const means = bayesianMeans(counts, parameters);
  let worst = Infinity;
  let best = -Infinity;
  for (let i = 0; i < means.length; i += 1) {
    const value = means[i] as number;
    if (value < worst) worst = value;
    if (value > best) best = value;
  }
  const spread = best > worst ? best - worst : 1;
  const standing = new Float64Array(means.length);
  for (let i = 0; i < standing.length; i += 1) {
    standing[i] =
      parameters.popularityWeight * (popularity[i] as number) +
      parameters.ratingWeight * (((means[i] as number) - worst) / spread);
  }
  return standing;
}

/** Standings are ordered to nine digits: as 30 bits, by 10 at a time. */
const STANDING_STEPS = 2 ** 30;
const DIGIT_BITS = 10;
const DIGITS = 3;

/**
 * All movies by standing, best first, ties (to nine digits) to the smaller id: a radix sort, ten times
 * as fast as one by comparing, which would hold up answers.
 *
 * @param standing in [0, 1].
 */
export function orderByStanding(standing: Float64Array, idRanks: Int32Array): Int32Array {
  const keys = new Int32Array(standing.length);
  let order = new Int32Array(standing.length);
  for (let movie = 0; movie < keys.length; movie += 1) {
    const below = (1 - (standing[movie] as number)) * STANDING_STEPS;
    keys[movie] = Math.max(0, Math.min(STANDING_STEPS - 1, Math.round(below)));
    order[idRanks[movie] as number] = movie; // ties stay in this order
  }
  let spare = new Int32Array(standing.length);
  for (let digit = 0; digit < DIGITS; digit += 1) {
    sortByDigit(order, spare, keys, digit * DIGIT_BITS);
    [order, spare] = [spare, order];
  }
  return order;
}

/** A stable pass of the radix sort: `from` into `into`, by ten bits of the keys. */
function sortByDigit(from: Int32Array, into: Int32Array, keys: Int32Array, shift: number): void {
  const mask = 2 ** DIGIT_BITS - 1;
  const places = new Int32Array(2 ** DIGIT_BITS + 1);
  const digitOf = (movie: number) => ((keys[movie] as number) >> shift) & mask;
  for (let movie = 0; movie < keys.length; movie += 1) {
    const next = digitOf(movie) + 1;
    places[next] = (places[next] as number) + 1;
  }
  for (let digit = 1; digit < places.length; digit += 1) {
    places[digit] = (places[digit] as number) + (places[digit - 1] as number);
  }
  for (let place = 0; place < from.length; place += 1) {
    const movie = from[place] as number;
    const digit = digitOf(movie);
    const target = places[digit] as number;
    into[target] = movie;
    places[digit] = target + 1;
  }
}

/** Place of each movie among all ids in order of code units: the tie rule, as numbers. */
export function ranksOfIds(ids: readonly string[]): Int32Array {
  const order = Array.from(ids.keys()).sort((a, b) => ((ids[a] ?? "") < (ids[b] ?? "") ? -1 : 1));
  const ranks = new Int32Array(ids.length);
  order.forEach((movie, rank) => (ranks[movie] = rank));
  return ranks;
}
