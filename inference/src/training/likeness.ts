import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { mersenne } from "pure-rand/generator/mersenne";
import type { LikenessSpace } from "../models/blend/vary-list.ts";
import type { MovieFeatures } from "../models/model.ts";

/** Cosines of MiniLM's 384 dimensions survive to about ±0.1, at a sixth of the room. */
const DIMENSIONS = 64;

/**
 * Embeddings in fewer dimensions, by a random projection, which keeps cosines (Johnson, Lindenstrauss 1984; signs
 * alone: Achlioptas 2003). Rows of unit length; of zeros for movies without an embedding. The same for the same
 * embeddings and seed.
 */
export function likenessOf(
  { embeddings, dimensions, genres }: MovieFeatures,
  seed: number,
): LikenessSpace {
  const movies = genres.length;
  if (dimensions === 0) return { vectors: new Float32Array(0), dimensions: 0 };
  const signs = signsOf(dimensions * DIMENSIONS, seed);
  const vectors = new Float32Array(movies * DIMENSIONS);
  for (let movie = 0; movie < movies; movie += 1) {
    const from = embeddings.subarray(movie * dimensions, (movie + 1) * dimensions);
    project(from, signs, vectors.subarray(movie * DIMENSIONS, (movie + 1) * DIMENSIONS));
  }
  return { vectors, dimensions: DIMENSIONS };
}

function signsOf(count: number, seed: number): Int8Array {
  const generator = mersenne(seed);
  return Int8Array.from({ length: count }, () => (uniformFloat64(generator) < 0.5 ? -1 : 1));
}

function project(from: Float32Array, signs: Int8Array, into: Float32Array): void {
  let squares = 0;
  for (let to = 0; to < into.length; to += 1) {
    let sum = 0;
    for (let d = 0; d < from.length; d += 1) {
      sum += (from[d] as number) * (signs[to * from.length + d] as number);
    }
    into[to] = sum;
    squares += sum * sum;
  }
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let to = 0; to < into.length; to += 1) into[to] = (into[to] as number) * scale;
}
