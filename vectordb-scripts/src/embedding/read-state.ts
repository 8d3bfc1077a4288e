import type { EmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import {
  type SkippedMovie,
  type TextOfMovie,
  textsOfMovies,
} from "@canarec/inference/embedding/index-movies";
import type { MovieVectors } from "@canarec/inference/embedding/movie-vectors";
import type { EmbeddingState } from "./embedding-plan.ts";

const PAGE_MOVIES = 2_000;

/** Read every movie's text from Postgres and every vector's hash from the vector store. */
export async function readState(
  embeddings: EmbeddingRepository,
  vectors: MovieVectors,
  signal?: AbortSignal,
): Promise<EmbeddingState> {
  const texts: TextOfMovie[] = [];
  const skipped: SkippedMovie[] = [];
  for (let afterKey = 0; ;) {
    signal?.throwIfAborted();
    const page = await embeddings.page(afterKey, PAGE_MOVIES);
    const read = textsOfMovies(page);
    texts.push(...read.texts);
    skipped.push(...read.skipped);
    const last = page.at(-1);
    if (last === undefined) break;
    afterKey = last.movieKey;
  }
  const vectorHashes = await vectors.hashes();
  const recorded = new Set((await embeddings.embedded()).map(([movieKey]) => movieKey));
  return { texts, skipped, vectorHashes, recorded };
}
