import { type Random, randomStream } from "./random.ts";

/** Length of every taste vector. */
export const FACTORS = 16;

/** How much of a movie's place in taste space its own character makes, beside genres and decade. */
const CHARACTER_SHARE = 0.45;

/** Weight of the decade against one genre. */
const DECADE_WEIGHT = 0.4;

/** What the place of a movie in taste space depends on. */
export interface MovieTraits {
  readonly movieId: string;
  readonly year: number | null;
  readonly genres: readonly string[];
}

/** The directions of taste space that genres and decades have; they follow from the seed. */
export interface TasteSpace {
  genre(name: string): Float32Array;
  decade(year: number): Float32Array;
}

/** Remembers each direction, which every movie and user of that genre shares. */
export function createTasteSpace(seed: number): TasteSpace {
  const known = new Map<string, Float32Array>();
  const named = (kind: string, name: string | number) => {
    const key = `${kind} ${name}`;
    const factors = known.get(key) ?? direction(randomStream(seed, kind, name));
    known.set(key, factors);
    return factors;
  };
  return {
    genre: (name) => named("genre", name.toLowerCase()),
    decade: (year) => named("decade", Math.floor(year / 10)),
  };
}

/**
 * Where a movie lies in taste space: its genres and its decade, which a content model can find, and
 * a character of its own, which only behaviour tells.
 *
 * @returns FACTORS numbers of length 1.
 */
export function movieFactors(space: TasteSpace, movie: MovieTraits, random: Random): Float32Array {
  const factors = new Float32Array(FACTORS);
  for (const genre of movie.genres) add(factors, space.genre(genre), 1);
  if (movie.year !== null) add(factors, space.decade(movie.year), DECADE_WEIGHT);
  normalise(factors);
  add(factors, direction(random), CHARACTER_SHARE);
  return normalise(factors);
}

/**
 * Where a user lies: near the genres that they love, the movies of some decade, and a bent of their own.
 *
 * @param loved genres, best loved first.
 * @returns FACTORS numbers of length 1.
 */
export function userTaste(
  space: TasteSpace,
  loved: readonly string[],
  random: Random,
): Float32Array {
  const taste = new Float32Array(FACTORS);
  for (const [n, genre] of loved.entries()) {
    add(taste, space.genre(genre), 1 - 0.25 * n);
  }
  add(taste, space.decade(1960 + 10 * random.below(7)), DECADE_WEIGHT);
  normalise(taste);
  add(taste, direction(random), CHARACTER_SHARE);
  return normalise(taste);
}

/** One to three of the genres, best loved first; fewer where fewer exist. */
export function lovedGenres(genres: readonly string[], random: Random): string[] {
  const loved = new Set<string>();
  for (let n = 1 + random.below(3); n > 0; n -= 1) {
    const genre = genres[random.below(genres.length)];
    if (genre !== undefined) loved.add(genre);
  }
  return [...loved];
}

/** Cosine of two places in taste space, in [-1, 1]. */
export function fit(taste: Float32Array, factors: Float32Array): number {
  let sum = 0;
  for (let f = 0; f < FACTORS; f += 1) sum += (taste[f] ?? 0) * (factors[f] ?? 0);
  return sum;
}

function direction(random: Random): Float32Array {
  const vector = new Float32Array(FACTORS);
  for (let f = 0; f < FACTORS; f += 1) vector[f] = random.normal();
  return normalise(vector);
}

function add(to: Float32Array, other: Float32Array, weight: number): void {
  for (let f = 0; f < FACTORS; f += 1) to[f] = (to[f] ?? 0) + weight * (other[f] ?? 0);
}

function normalise(vector: Float32Array): Float32Array {
  const length = Math.sqrt(fit(vector, vector)) || 1;
  for (let f = 0; f < FACTORS; f += 1) vector[f] = (vector[f] ?? 0) / length;
  return vector;
}
