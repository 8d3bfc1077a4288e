import type { MovieFeatures } from "../models/model.ts";
import { appearances } from "./catalogue-metrics.ts";
import type { Split, TestCase } from "./split.ts";

/** A part of what is to be found: some users, or some movies. */
export interface Slice {
  readonly name: string;
  /** The targets of a user that belong to it, in their order; none for a user outside it. */
  targetsOf(one: TestCase): Int32Array;
}

/** What slices by movie need to know of movies, by dense index. */
export interface MovieFacts extends Pick<MovieFeatures, "genres"> {
  /** Year of release; undefined where it is not known. */
  readonly years: readonly (number | undefined)[];
}

/** Users of whom at most so much is known are cold. */
export const COLD_AT_MOST = 10;

/** Users of whom at least so much is known are heavy. */
export const HEAVY_AT_LEAST = 100;

/** Movies that at most so many users of the training have met are new. */
export const NEW_AT_MOST = 2;

/** The least met movies that together have this share of the training's interactions are the tail. */
export const TAIL_SHARE = 0.2;

/** Cold and heavy users, new movies and the tail, and each decade and genre of the catalogue. */
export function slicesOf({ training }: Split, facts: MovieFacts): Slice[] {
  const met = appearances([training.movieOf], training.movies);
  const tailAtMost = tailLimit(met);
  const meetings = (movie: number) => met[movie] ?? 0;
  return [
    userSlice("cold users", (known) => known <= COLD_AT_MOST),
    userSlice("heavy users", (known) => known >= HEAVY_AT_LEAST),
    movieSlice("new movies", (movie) => meetings(movie) <= NEW_AT_MOST),
    movieSlice("tail", (movie) => meetings(movie) <= tailAtMost),
    ...decadesOf(facts.years).map((decade) =>
      movieSlice(`${decade}s`, (movie) => decadeOf(facts.years[movie]) === decade),
    ),
    ...[...new Set(facts.genres.flat())]
      .sort()
      .map((genre) => movieSlice(genre, (movie) => facts.genres[movie]?.includes(genre) ?? false)),
  ];
}

/**
 * The largest number of meetings that the tail's movies have: those with at most as many have no more than
 * TAIL_SHARE of all meetings. −1 where even the least met have more.
 */
function tailLimit(met: Int32Array): number {
  const ascending = met.slice().sort();
  const room = TAIL_SHARE * met.reduce((sum, count) => sum + count, 0);
  let [sum, limit] = [0, -1];
  ascending.forEach((count, place) => {
    sum += count;
    if (sum <= room && count !== ascending[place + 1]) limit = count;
  });
  return limit;
}

function userSlice(name: string, includes: (known: number) => boolean): Slice {
  const none = new Int32Array(0);
  return {
    name,
    targetsOf: ({ known, targets }) => (includes(known.movieOf.length) ? targets : none),
  };
}

function movieSlice(name: string, includes: (movie: number) => boolean): Slice {
  return { name, targetsOf: ({ targets }) => targets.filter((movie) => includes(movie)) };
}

function decadeOf(year: number | undefined): number | undefined {
  return year === undefined ? undefined : Math.floor(year / 10) * 10;
}

function decadesOf(years: MovieFacts["years"]): number[] {
  const decades = new Set(years.map(decadeOf));
  decades.delete(undefined);
  return ([...decades] as number[]).sort((a, b) => a - b);
}
