import type {
  ChangeCursor,
  EmbeddingRepository,
} from "@canarec/db-utils/embeddings/embedding-repository";
import type { NeighbourRepository } from "@canarec/db-utils/embeddings/neighbour-repository";
import type { EmbedderPool } from "../embedding/embedder-pool.ts";
import { indexMovies } from "../embedding/index-movies.ts";
import type { MovieVectors } from "../embedding/movie-vectors.ts";

/** Movies of one round: a few seconds of embedding. */
const ROUND = 100;

/** What embedding new movies needs. Embedder and vectors are opened when there is something to do. */
export interface EmbeddingParts {
  readonly embeddings: EmbeddingRepository;
  readonly lists: NeighbourRepository;
  readonly embedder: () => Promise<EmbedderPool>;
  readonly vectors: () => Promise<MovieVectors>;
  readonly signal: AbortSignal;
}

export interface EmbeddingRound {
  /** Movies embedded now. */
  readonly embedded: readonly number[];
  /** Movies whose neighbours were written now. */
  readonly changed: readonly number[];
  /** Whether more may be waiting. */
  readonly isFull: boolean;
}

/**
 * Rounds of embedding: movies without a vector, and movies whose row changed since the last round.
 *
 * @param since rows that changed before are taken to be embedded.
 */
export function createEmbeddingRounds(
  parts: EmbeddingParts,
  since: Date,
): () => Promise<EmbeddingRound> {
  let cursor: ChangeCursor = { updatedAt: since.toISOString(), movieKey: 0 };
  return async () => {
    const missing = await parts.embeddings.missing(ROUND);
    const changed = await parts.embeddings.changedSince(cursor, ROUND);
    const keys = [...new Set([...missing, ...changed.map(({ movieKey }) => movieKey)])];
    const isFull = missing.length === ROUND || changed.length === ROUND;
    if (keys.length === 0) return { embedded: [], changed: [], isFull };
    const [embedder, vectors] = await Promise.all([parts.embedder(), parts.vectors()]);
    const { embeddings, lists, signal } = parts;
    const report = await indexMovies({ embedder, vectors, embeddings, lists, signal }, keys);
    cursor = changed.at(-1) ?? cursor;
    return { embedded: report.embedded, changed: report.listsWritten, isFull };
  };
}
