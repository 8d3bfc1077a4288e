import type { EmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import type { TextOfMovie } from "@canarec/inference/embedding/index-movies";
import type { MovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { cosine } from "@canarec/inference/embedding/pooling";

/** The same text gives the same vector to the last bit on one machine; other CPUs differ by rounding alone. */
const LEAST_COSINE = 0.999;

export interface VectorCheck {
  /** Vectors compared with their text, embedded anew. */
  readonly sampled: number;
  /** Smallest cosine found; 1 if nothing was sampled. */
  readonly leastCosine: number;
  /** Movies whose vector is not that of their text. */
  readonly damaged: readonly TextOfMovie[];
}

/**
 * Embed some texts anew and compare them with the stored vectors. Movies without a vector are passed over.
 *
 * @param most texts to sample, spread evenly.
 */
export async function checkVectors(
  tools: {
    readonly embedder: Pick<EmbedderPool, "embed">;
    readonly vectors: MovieVectors;
    readonly signal?: AbortSignal | undefined;
  },
  texts: readonly TextOfMovie[],
  most: number,
): Promise<VectorCheck> {
  const sample = spread(texts, most);
  const stored = await tools.vectors.vectors(sample.map(({ movie }) => movie.movieId));
  const present = sample.filter(({ movie }) => stored.has(movie.movieId));
  const anew = await tools.embedder.embed(
    present.map(({ text }) => text),
    { signal: tools.signal },
  );
  const cosines = present.map(({ movie }, i) => similarity(stored.get(movie.movieId), anew[i]));
  return {
    sampled: present.length,
    leastCosine: Math.min(1, ...cosines),
    damaged: present.filter((_, i) => !((cosines[i] ?? 0) >= LEAST_COSINE)),
  };
}

/** Cosine of a stored vector, whatever its length, to a unit vector; -1 if they cannot be compared. */
function similarity(stored: Float32Array | undefined, unit: Float32Array | undefined): number {
  if (stored === undefined || stored.length !== unit?.length) return -1;
  const length = Math.sqrt(cosine(stored, stored));
  return length > 0 ? cosine(stored, unit) / length : -1;
}

/** At most `most` of `all`, evenly spread and including the first. */
export function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]).filter(
    (value) => value !== undefined,
  );
}
