import { DEFAULT_RANKING } from "../../ranking/parameters.ts";
import type { BundleContents, CatalogueMovie } from "./contents.ts";
import { NEIGHBOURS } from "./manifest.ts";

/** What a test says of one movie; the rest is empty. */
export interface FixtureMovie extends Partial<CatalogueMovie> {
  readonly movieId: string;
  /** Dense indices of its neighbours, best first; similarity 0.9, 0.8, …  */
  readonly neighbours?: readonly number[];
  readonly watchers?: number;
  /** Normalised, in twentieths. */
  readonly ratings?: readonly number[];
  readonly viewers?: number;
}

/** A small bundle for tests, with movie keys 1 … n unless they are given. */
export function bundleFixture(movies: readonly FixtureMovie[]): BundleContents {
  const n = movies.length;
  const neighbours = new Int32Array(n * NEIGHBOURS).fill(-1);
  const similarities = new Float32Array(n * NEIGHBOURS);
  movies.forEach((movie, row) => {
    movie.neighbours?.forEach((neighbour, place) => {
      neighbours[row * NEIGHBOURS + place] = neighbour;
      similarities[row * NEIGHBOURS + place] = Math.max(0.1, 0.9 - 0.1 * place);
    });
  });
  const sum = (values: readonly number[] | undefined, power: number) =>
    (values ?? []).reduce((total, value) => total + value ** power, 0);
  return {
    watermark: { offsets: { "movielog/0": 0 }, highEventAt: null },
    collection: "movies-fixture",
    textVersion: 1,
    modelVersion: "fixture",
    ranking: DEFAULT_RANKING,
    catalogue: movies.map((movie, row) => ({
      movieKey: movie.movieKey ?? row + 1,
      movieId: movie.movieId,
      title: movie.title ?? null,
      year: movie.year ?? null,
      runtimeMinutes: movie.runtimeMinutes ?? null,
      genres: movie.genres ?? [],
    })),
    neighbours,
    similarities,
    statistics: {
      watchers: Int32Array.from(movies, (movie) => movie.watchers ?? 0),
      ratingCounts: Int32Array.from(movies, (movie) => movie.ratings?.length ?? 0),
      ratingSums: Float64Array.from(movies, (movie) => sum(movie.ratings, 1)),
      ratingSquareSums: Float64Array.from(movies, (movie) => sum(movie.ratings, 2)),
      viewers: Float64Array.from(movies, (movie) => movie.viewers ?? 0),
    },
  };
}
