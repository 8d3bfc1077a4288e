import { factorCholesky, solveCholesky } from "./linear-algebra/cholesky.ts";
import { tallGram } from "./linear-algebra/tall-gram.ts";
import type { MatrixProducts, MovieFeatures } from "./model.ts";

/** A place among the factors for each text: factors ≈ weights · (embedding, 1). */
export interface ContentMap {
  readonly dimensions: number;
  readonly factors: number;
  /** (factors × (dimensions + 1)), the constants last in their rows. */
  readonly weights: Float64Array;
}

/** What a content map is learned from. */
export interface ContentMapExamples {
  readonly features: Pick<MovieFeatures, "embeddings" | "dimensions">;
  /** (movies × factors). */
  readonly places: Float32Array;
  readonly factors: number;
  /** Dense indices of the movies to learn from; those without an embedding are left out. */
  readonly movies: Int32Array;
  /** On the weights, not on the constants: in units of movies, above 0. */
  readonly ridge: number;
}

/**
 * Learn by ridge regression from movies whose factors are known to foretell those of movies that nobody watched (as in
 * Gantner et al. 2010, "Learning Attribute-to-Feature Mappings for Cold-Start Recommendations").
 *
 * @returns undefined where no movie to learn from is embedded.
 */
export async function fitContentMap(
  { features, places, factors, movies, ridge }: ContentMapExamples,
  products: MatrixProducts,
): Promise<ContentMap | undefined> {
  const { dimensions } = features;
  const known = movies.filter((movie) => isEmbedded(features, movie));
  if (known.length === 0) return undefined;
  const width = dimensions + 1;
  const rows = new Float32Array(known.length * width).fill(1);
  for (const [at, movie] of known.entries()) rows.set(embeddingOf(features, movie), at * width);
  const triangle = await tallGram(rows, width, { products, scale: 1 });
  for (let k = 0; k < dimensions; k += 1) {
    triangle[k * (width + 1)] = (triangle[k * (width + 1)] as number) + ridge;
  }
  factorCholesky(triangle, width);
  const weights = new Float64Array(factors * width);
  for (let factor = 0; factor < factors; factor += 1) {
    const target = weights.subarray(factor * width, (factor + 1) * width);
    for (const [at, movie] of known.entries()) {
      const place = places[movie * factors + factor] as number;
      for (let k = 0; k < width; k += 1) {
        target[k] = (target[k] as number) + place * (rows[at * width + k] as number);
      }
    }
    solveCholesky(triangle, width, target);
  }
  return { dimensions, factors, weights };
}

/** Whether a movie has an embedding: a row of zeros is none. */
export function isEmbedded(
  features: Pick<MovieFeatures, "embeddings" | "dimensions">,
  movie: number,
): boolean {
  return embeddingOf(features, movie).some((value) => value !== 0);
}

/** Where the map puts a movie, (factors). */
export function placeOf(
  { dimensions, factors, weights }: ContentMap,
  features: Pick<MovieFeatures, "embeddings" | "dimensions">,
  movie: number,
): Float32Array {
  const embedding = embeddingOf(features, movie);
  return new Float32Array(factors).map((_, factor) => {
    const row = weights.subarray(factor * (dimensions + 1), (factor + 1) * (dimensions + 1));
    return embedding.reduce((sum, x, k) => sum + x * (row[k] as number), row[dimensions] as number);
  });
}

/** (dimensions), or empty beyond the rows that there are. */
function embeddingOf(
  { embeddings, dimensions }: Pick<MovieFeatures, "embeddings" | "dimensions">,
  movie: number,
): Float32Array {
  return embeddings.subarray(movie * dimensions, (movie + 1) * dimensions);
}
