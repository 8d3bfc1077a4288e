import type { Database } from "@canarec/db-utils/database";
import { createEmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import { createNeighbourRepository } from "@canarec/db-utils/embeddings/neighbour-repository";
import { readCatalogueKeys } from "@canarec/inference/embedding/catalogue-keys";
import { openMovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { MOST_CHANGED, refreshNeighbours } from "@canarec/inference/embedding/refresh-neighbours";
import type { Progress } from "../embedding/embed-texts.ts";
import { type Recall, measureRecall } from "./measure-recall.ts";

const DEFAULT_RECALL_SAMPLE = 200;

export interface BuildNeighboursOptions {
  readonly database: Pick<Database, "pool">;
  readonly chromaUrl: string;
  readonly collection: string;
  /** Lists compared with exact search after all were written. Default 200; 0: none. */
  readonly recallSample?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface NeighboursReport {
  /** Movies with a vector. */
  readonly movies: number;
  /** Movies whose vector was newer than their list. */
  readonly changed: number;
  /** Lists written: those of the changed movies, and those that these left, moved in or entered. */
  readonly written: number;
  readonly seconds: number;
  /** Measured when every list was written. */
  readonly recall?: Recall;
}

/**
 * Bring the lists of every movie's 100 nearest up to date; see refreshNeighbours. Nothing is written if no vector has
 * changed. May be stopped or killed at any time and run again.
 *
 * @throws ServiceError `unavailable` if Chroma is away; `signal.reason` when aborted.
 */
export async function buildNeighbours(options: BuildNeighboursOptions): Promise<NeighboursReport> {
  const { database, chromaUrl, collection } = options;
  const vectors = await openMovieVectors({ chromaUrl, collection });
  const lists = createNeighbourRepository(database, collection);
  const keys = await readCatalogueKeys(createEmbeddingRepository(database, collection));
  const startedAt = performance.now();
  const outdated = await lists.outdated();
  const { changed, written } = await refreshNeighbours(
    {
      vectors,
      lists,
      keys,
      signal: options.signal,
      onProgress: ({ done, total }) => {
        const perSecond = (done * 1_000) / (performance.now() - startedAt);
        options.onProgress?.({ done, total, perSecond });
      },
    },
    outdated,
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const report = { movies: keys.idByKey.size, changed, written: written.length, seconds };
  const sample = options.recallSample ?? DEFAULT_RECALL_SAMPLE;
  if (outdated.length <= MOST_CHANGED || sample === 0) return report;
  return { ...report, recall: await measureRecall({ vectors, lists, keys }, sample) };
}
