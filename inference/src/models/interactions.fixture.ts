import { type Interaction, type Interactions, interactionsFrom } from "./interactions.ts";
import { createPlainProducts } from "./linear-algebra/plain-products.ts";
import type { FitTools, MovieFeatures } from "./model.ts";

/** Movies and users of a fixture are of two tastes: the even and the odd. */
export const TASTES = 2;
const DIMENSIONS = 8;
const HOUR_MS = 3_600_000;

/** Numbers in [0, 1) for tests; the same seed gives the same (Lehmer 1951). */
export function fixtureDraws(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state - 1) / 2_147_483_646;
  };
}

/**
 * Users who like most movies of their own taste and dislike some of the other, one an hour. What a
 * model of taste must find.
 */
export function tasteInteractions(users: number, movies: number, seed = 1): Interactions {
  const draw = fixtureDraws(seed);
  const rows: Interaction[] = [];
  for (let user = 0; user < users; user += 1) {
    for (let movie = 0; movie < movies; movie += 1) {
      const isOwn = user % TASTES === movie % TASTES;
      const [isWatched, strength, time] = [draw() < (isOwn ? 0.6 : 0.15), draw(), draw()];
      if (!isWatched) continue;
      const preference = (isOwn ? 0.3 : -0.1) + (isOwn ? 0.7 : -0.6) * strength;
      rows.push({ user, movie, preference, time: Math.round(1e6 * time) * HOUR_MS });
    }
  }
  return interactionsFrom(rows, { users, movies });
}

/** Movies of one taste lie near one another, share a genre and, in threes, a person. */
export function tasteFeatures(movies: number): MovieFeatures {
  const draw = fixtureDraws(7);
  const embeddings = new Float32Array(movies * DIMENSIONS);
  for (let movie = 0; movie < movies; movie += 1) {
    const row = Float64Array.from({ length: DIMENSIONS }, (_, d) =>
      d === movie % TASTES ? 1 : 0.5 * draw() - 0.25,
    );
    const length = Math.hypot(...row);
    embeddings.set(
      row.map((value) => value / length),
      movie * DIMENSIONS,
    );
  }
  return {
    embeddings,
    dimensions: DIMENSIONS,
    genres: Array.from({ length: movies }, (_, movie) => [`genre ${movie % TASTES}`]),
    people: Array.from({ length: movies }, (_, movie) => {
      const group = Math.floor(movie / (3 * TASTES));
      return [`person ${movie % TASTES} of ${group}`];
    }),
  };
}

/** What fitting on a fixture of that many movies may use. */
export function fixtureTools(movies: number, changes: Partial<FitTools> = {}): FitTools {
  return {
    features: tasteFeatures(movies),
    products: createPlainProducts(),
    progress: async () => undefined,
    ...changes,
  };
}
