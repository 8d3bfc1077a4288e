import type { Reason } from "../retrieval/explain.ts";
import { sharedTies } from "../retrieval/shared-ties.ts";
import type { Recommendation } from "../serving/recommender.ts";
import type { ServingModel } from "../serving/serving-model.ts";
import { describeMovie } from "./describe-movie.ts";

/** Watched movies named behind a recommended one. */
const WATCHED = 3;
/** People, and genres, named besides. */
const TIES = 2;

/** Names by movie key; undefined where they could not be read. */
export type PeopleOf = ReadonlyMap<number, readonly string[]> | undefined;

/** Keys of the movies whose people explain these recommendations. */
export function explainingKeys(model: ServingModel, movies: readonly Recommendation[]): number[] {
  const indices = movies.flatMap(({ movie, reasons = [] }) =>
    reasons.length === 0 ? [] : [movie, ...reasons.map(({ index }) => index)],
  );
  return [...new Set(indices)].flatMap((index) => model.movies[index]?.movieKey ?? []);
}

/**
 * What is behind a recommended movie: the watched movies that carried most of its score, then the people and the
 * genres that it has in common with those that carried it.
 */
export function becauseOf(
  model: ServingModel,
  people: PeopleOf,
  { movie, reasons = [] }: Recommendation,
): object[] {
  if (reasons.length === 0) return [{ kind: "popular_and_well_rated" }];
  const watched = reasons.slice(0, WATCHED).map(({ index, share }) => ({
    kind: "watched",
    ...describeMovie(model, index),
    share: rounded(share),
  }));
  const namesOf = (index: number) => people?.get(model.movies[index]?.movieKey ?? -1) ?? [];
  const genresOf = (index: number) => model.movies[index]?.genres ?? [];
  return [
    ...watched,
    ...tiesOf("person", namesOf, movie, reasons),
    ...tiesOf("genre", genresOf, movie, reasons),
  ];
}

function tiesOf(
  kind: "person" | "genre",
  namesOf: (index: number) => readonly string[],
  movie: number,
  reasons: readonly Reason[],
): object[] {
  const carriers = reasons.map(({ index, share }) => ({ names: namesOf(index), share }));
  return sharedTies(namesOf(movie), carriers, TIES).map(({ name, share }) => ({
    kind,
    name,
    share: rounded(share),
  }));
}

/** To four digits. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
