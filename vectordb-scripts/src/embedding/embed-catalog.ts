import type { Database } from "@canarec/db-utils/database";
import { createEmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import type { EmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import type { SkippedMovie } from "@canarec/inference/embedding/index-movies";
import { collectionName, openMovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { checkVectors } from "./check-vectors.ts";
import { type Progress, embedTexts } from "./embed-texts.ts";
import { planEmbedding } from "./embedding-plan.ts";
import { readState } from "./read-state.ts";

const DEFAULT_SAMPLE = 64;

export interface EmbedCatalogOptions {
  readonly database: Pick<Database, "pool">;
  readonly chromaUrl: string;
  readonly embedder: Pick<EmbedderPool, "embed" | "model">;
  /** Default: the collection of the embedder's model and this version of the text. */
  readonly collection?: string | undefined;
  /** Vectors compared with their text at the end. Default 64. */
  readonly sample?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EmbedReport {
  readonly collection: string;
  /** Movies with a text. */
  readonly movies: number;
  readonly unchanged: number;
  /** Embedded now: movies without a vector, and movies whose text has changed. */
  readonly embedded: number;
  /** Embedded by an earlier run that ended before it recorded so; not embedded again. */
  readonly resumed: number;
  /** Movies without a text, with the reason. */
  readonly skipped: readonly SkippedMovie[];
  /** Embedding and storing alone. */
  readonly seconds: number;
  readonly check: {
    /** In the collection; should be `movies` plus `orphaned`. */
    readonly vectors: number;
    /** Vectors of movies that the catalogue does not have; `verifyCatalog` removes them. */
    readonly orphaned: number;
    readonly sampled: number;
    readonly leastCosine: number;
    /** External ids of sampled movies whose vector is not that of their text. */
    readonly damaged: readonly string[];
  };
}

/**
 * Embed the movies whose text is new or has changed, and store their vectors. May be stopped or killed at any time: a
 * later run goes on from the last chunk that was written.
 *
 * @throws ServiceError `unavailable` if Chroma or the embedders are away; `signal.reason` when aborted.
 */
export async function embedCatalog(options: EmbedCatalogOptions): Promise<EmbedReport> {
  const { database, chromaUrl, embedder, signal } = options;
  const collection = options.collection ?? collectionName(embedder.model.version);
  const vectors = await openMovieVectors({ chromaUrl, collection });
  const embeddings = createEmbeddingRepository(database, collection);
  const tools = { embedder, vectors, embeddings, signal };
  const state = await readState(embeddings, vectors, signal);
  const plan = planEmbedding(state);
  if (plan.unrecorded.length > 0) await embeddings.record(plan.unrecorded);
  const work = [...plan.missing, ...plan.stale];
  const startedAt = performance.now();
  await embedTexts({ ...tools, onProgress: options.onProgress }, work);
  const seconds = (performance.now() - startedAt) / 1_000;
  const { damaged, ...check } = await checkVectors(
    tools,
    state.texts,
    options.sample ?? DEFAULT_SAMPLE,
  );
  return {
    collection,
    movies: state.texts.length,
    unchanged: plan.unchanged,
    embedded: work.length,
    resumed: plan.unrecorded.length,
    skipped: state.skipped,
    seconds,
    check: {
      ...check,
      vectors: await vectors.count(),
      orphaned: plan.orphaned.length,
      damaged: damaged.map(({ movie }) => movie.movieId),
    },
  };
}
