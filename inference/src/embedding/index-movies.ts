import type {
  EmbeddingRepository,
  MovieToEmbed,
} from "@canarec/db-utils/embeddings/embedding-repository";
import type { NeighbourRepository } from "@canarec/db-utils/embeddings/neighbour-repository";
import { readCatalogueKeys } from "./catalogue-keys.ts";
import type { EmbedderPool } from "./embedder-pool.ts";
import type { MovieVectors } from "./movie-vectors.ts";
import { movieText } from "./movie-text.ts";
import { refreshNeighbours } from "./refresh-neighbours.ts";
import { textHash } from "./text-hash.ts";

/** Why a movie has no vector. */
export type SkipReason = "nothing known of it";

export interface SkippedMovie {
  readonly movieKey: number;
  readonly movieId: string;
  readonly reason: SkipReason;
}

/** A movie with the text that it is to be embedded by. */
export interface TextOfMovie {
  readonly movie: MovieToEmbed;
  readonly text: string;
  readonly textHash: string;
}

/** What embedding and storing a movie's vector needs. */
export interface EmbeddingTools {
  readonly embedder: Pick<EmbedderPool, "embed">;
  readonly vectors: MovieVectors;
  readonly embeddings: EmbeddingRepository;
  readonly signal?: AbortSignal | undefined;
}

/** Tell movies with a text from those of which nothing is known. */
export function textsOfMovies(movies: readonly MovieToEmbed[]): {
  texts: TextOfMovie[];
  skipped: SkippedMovie[];
} {
  const all = movies.map((movie) => ({ movie, text: movieText(movie) }));
  return {
    texts: all
      .filter(({ text }) => text !== "")
      .map(({ movie, text }) => ({ movie, text, textHash: textHash(text) })),
    skipped: all
      .filter(({ text }) => text === "")
      .map(({ movie: { movieKey, movieId } }) => ({
        movieKey,
        movieId,
        reason: "nothing known of it",
      })),
  };
}

/**
 * Embed movies and store their vectors: in the vector store first, then in Postgres that they are there. A run that is
 * cut short in between stores the same vector again next time.
 */
export async function storeEmbeddings(
  tools: EmbeddingTools,
  texts: readonly TextOfMovie[],
): Promise<void> {
  if (texts.length === 0) return;
  const { signal } = tools;
  const embeddings = await tools.embedder.embed(
    texts.map(({ text }) => text),
    { signal },
  );
  signal?.throwIfAborted();
  await tools.vectors.upsert(
    texts.map(({ movie, textHash }, i) => ({
      movieId: movie.movieId,
      movieKey: movie.movieKey,
      title: movie.title,
      year: movie.year,
      textHash,
      embedding: embeddings[i] ?? new Float32Array(),
    })),
  );
  await tools.embeddings.record(
    texts.map(({ movie, textHash }) => ({ movieKey: movie.movieKey, textHash })),
  );
}

export interface IndexReport {
  /** Movies embedded now, by key; those whose text had not changed are not among them. */
  readonly embedded: readonly number[];
  readonly skipped: readonly SkippedMovie[];
  /** Movies whose neighbour list was written, by key. */
  readonly listsWritten: readonly number[];
}

/**
 * Embed a few movies and bring the neighbour lists up to date: what a service does with a movie that has just appeared.
 * Movies whose text is stored already cost a query. Two callers at once do the same work twice and nothing worse.
 */
export async function indexMovies(
  tools: EmbeddingTools & { readonly lists: NeighbourRepository },
  movieKeys: readonly number[],
): Promise<IndexReport> {
  const { texts, skipped } = textsOfMovies(await tools.embeddings.byKeys(movieKeys));
  const stale = texts.filter(({ movie, textHash }) => movie.storedHash !== textHash);
  await storeEmbeddings(tools, stale);
  const embedded = stale.map(({ movie }) => movie.movieKey);
  const wanted = new Set(movieKeys);
  const outdated = (await tools.lists.outdated()).filter((movieKey) => wanted.has(movieKey));
  if (outdated.length === 0) return { embedded, skipped, listsWritten: [] };
  const keys = await readCatalogueKeys(tools.embeddings);
  const { written } = await refreshNeighbours({ ...tools, keys }, outdated);
  return { embedded, skipped, listsWritten: written };
}
