import type { EmbeddedText } from "@canarec/db-utils/embeddings/embedding-repository";
import type { SkippedMovie, TextOfMovie } from "@canarec/inference/embedding/index-movies";

/** What the catalogue says, and what the vector store holds. */
export interface EmbeddingState {
  readonly texts: readonly TextOfMovie[];
  readonly skipped: readonly SkippedMovie[];
  /** Text hashes of the vectors, by external id. */
  readonly vectorHashes: ReadonlyMap<string, string>;
  /** Keys of the movies that Postgres records as having a vector. */
  readonly recorded: ReadonlySet<number>;
}

/** What separates the vector store from the catalogue. Every movie with a text is in one of the first four. */
export interface EmbeddingPlan {
  /** Their vector is that of their text, and recorded. */
  readonly unchanged: number;
  /** No vector. */
  readonly missing: readonly TextOfMovie[];
  /** A vector of another text. */
  readonly stale: readonly TextOfMovie[];
  /** The right vector, but not recorded: a run ended between the two writes. */
  readonly unrecorded: readonly EmbeddedText[];
  /** Vectors that belong to no movie with a text: external ids. */
  readonly orphaned: readonly string[];
  /** Recorded movies that have no text any more: keys. */
  readonly misrecorded: readonly number[];
}

/** Compare by hash of text; nothing is embedded to find out. Lists are in the order of the texts. */
export function planEmbedding(state: EmbeddingState): EmbeddingPlan {
  const { texts, vectorHashes } = state;
  const hashOf = ({ movie }: TextOfMovie) => vectorHashes.get(movie.movieId);
  const current = texts.filter((text) => hashOf(text) === text.textHash);
  const unrecorded = current.filter(({ movie, textHash }) => movie.storedHash !== textHash);
  const known = new Set(texts.map(({ movie }) => movie.movieId));
  return {
    unchanged: current.length - unrecorded.length,
    missing: texts.filter((text) => hashOf(text) === undefined),
    stale: texts.filter((text) => (hashOf(text) ?? text.textHash) !== text.textHash),
    unrecorded: unrecorded.map(({ movie, textHash }) => ({ movieKey: movie.movieKey, textHash })),
    orphaned: [...vectorHashes.keys()].filter((movieId) => !known.has(movieId)),
    misrecorded: state.skipped
      .map(({ movieKey }) => movieKey)
      .filter((movieKey) => state.recorded.has(movieKey)),
  };
}
