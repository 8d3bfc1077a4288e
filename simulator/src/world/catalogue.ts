import { type Random, randomStream } from "./random.ts";
import { type MovieTraits, type TasteSpace, movieFactors } from "./tastes.ts";

/** What the platform knows of a movie. */
export interface MovieFacts extends MovieTraits {
  readonly title: string | null;
  /** Unknown lengths are drawn. */
  readonly runtimeMinutes: number | null;
}

/** A movie of the simulated platform, with what only the simulation knows. */
export interface Movie {
  /** Position in the catalogue, from 0. */
  readonly index: number;
  readonly facts: MovieFacts;
  /** Minutes from the first to the last; positive. */
  readonly lengthMinutes: number;
  /** Place in taste space: FACTORS numbers of length 1. */
  readonly factors: Float32Array;
  /** How good it is for everybody, about standard normal. */
  readonly quality: number;
  /** Weight by which users come across it, in [1, 1000]; Zipf over the catalogue. */
  readonly appeal: number;
  /** When it came to the platform; -Infinity if it was always there. */
  readonly addedMs: number;
}

export interface Catalogue {
  readonly movies: readonly Movie[];
  /** Genres of at least one movie in a hundred (or of any, where none is so frequent), sorted. */
  readonly genres: readonly string[];
  find(movieId: string): Movie | undefined;
  /** A movie that comes to the platform later; a known id is left as it is. */
  add(facts: MovieFacts, addedMs: number): Movie;
}

/** Exponent of the popularity law: appeal of rank r among n is about (n / r) ** 0.8. */
const ZIPF_EXPONENT = 0.8;
const LARGEST_APPEAL = 1_000;

/** A premiere is this many times as visible as it will be later. */
const NOVELTY = 30;
const NOVELTY_MEAN_MS = 2 * 86_400_000;

const SHORTEST_MINUTES = 40;
const LONGEST_MINUTES = 240;

/** @param movies the opening catalogue; the first of several with one id counts. */
export function createCatalogue(
  seed: number,
  space: TasteSpace,
  movies: readonly MovieFacts[],
): Catalogue {
  const all: Movie[] = [];
  const byId = new Map<string, Movie>();
  const add = (facts: MovieFacts, addedMs: number): Movie => {
    const known = byId.get(facts.movieId);
    if (known) return known;
    const random = randomStream(seed, "movie", facts.movieId);
    const traits = drawTraits(space, facts, random);
    const movie = { index: all.length, facts, addedMs, ...traits };
    all.push(movie);
    byId.set(facts.movieId, movie);
    return movie;
  };
  for (const facts of movies) add(facts, Number.NEGATIVE_INFINITY);
  return { movies: all, genres: usualGenres(all), find: (movieId) => byId.get(movieId), add };
}

function drawTraits(
  space: TasteSpace,
  facts: MovieFacts,
  random: Random,
): Pick<Movie, "lengthMinutes" | "factors" | "quality" | "appeal"> {
  const rank = 1 - random.uniform(); // in (0, 1], as a share of the catalogue
  const appeal = Math.min(LARGEST_APPEAL, rank ** -ZIPF_EXPONENT);
  const minutes = Math.round(facts.runtimeMinutes ?? 105 + 14 * random.normal());
  return {
    lengthMinutes: Math.min(LONGEST_MINUTES, Math.max(SHORTEST_MINUTES, minutes)),
    factors: movieFactors(space, facts, random),
    quality: 0.9 * random.normal() + 0.8 * (0.5 - rank), // what many see is a little better
    appeal,
  };
}

function usualGenres(movies: readonly Movie[]): string[] {
  const uses = new Map<string, number>();
  for (const { facts } of movies) {
    for (const genre of facts.genres) uses.set(genre, (uses.get(genre) ?? 0) + 1);
  }
  const usual = [...uses].filter(([, count]) => count >= movies.length / 100);
  return (usual.length > 0 ? usual : [...uses]).map(([genre]) => genre).sort();
}

/** How visible a movie is at a time: its appeal, and more around its premiere. */
export function visibility(movie: Movie, nowMs: number): number {
  const ageMs = nowMs - movie.addedMs;
  if (ageMs < 0) return 0;
  return movie.appeal + NOVELTY * Math.exp(-ageMs / NOVELTY_MEAN_MS);
}

/**
 * Draws movies in proportion to their visibility at `nowMs`.
 *
 * @returns a function that answers undefined only for an empty catalogue.
 */
export function movieSampler(
  movies: readonly Movie[],
  nowMs: number,
): (random: Random) => Movie | undefined {
  const sums = new Float64Array(movies.length);
  let total = 0;
  for (const [index, movie] of movies.entries()) {
    total += visibility(movie, nowMs);
    sums[index] = total;
  }
  return (random) => movies[firstAbove(sums, random.uniform() * total)];
}

function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] ?? 0) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
