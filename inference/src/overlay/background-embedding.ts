import type { Database } from "@canarec/db-utils/database";
import { createEmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import { createNeighbourRepository } from "@canarec/db-utils/embeddings/neighbour-repository";
import { messageOf } from "@canarec/service-kit/errors";
import type { Logger } from "@canarec/service-kit/logging";
import { type EmbedderPool, openEmbedderPool } from "../embedding/embedder-pool.ts";
import { locateModel, modelSource } from "../embedding/model-folder.ts";
import { type MovieVectors, collectionName, openMovieVectors } from "../embedding/movie-vectors.ts";
import type { InferenceMetrics } from "../metrics.ts";
import { lazily, once } from "../serving/lazily.ts";
import { createEmbeddingRounds } from "./embed-new-movies.ts";
import { openEmbeddingWorker } from "./embedding-worker.ts";
import { openLeadership } from "./leadership.ts";

/** Rows changed up to so long before the start are looked at: the time that a restart may take. */
const LOOK_BACK_MS = 600_000;

/** Embedding gives way to answers. */
const NICENESS = 10;

/** After the start: the embedder is got ready for the first search once the first answers are out. */
const WARM_AFTER_MS = 3_000;

/** Of one call to Chroma. */
const CHROMA_TIMEOUT_MS = 10_000;

export interface BackgroundEmbedding extends AsyncDisposable {
  /** Movies are new or changed. */
  announce(): void;
  readonly embedder: () => Promise<EmbedderPool>;
  readonly vectors: () => Promise<MovieVectors>;
}

export interface BackgroundEmbeddingParts {
  readonly config: {
    readonly chromaUrl: string;
    readonly home: string;
    readonly modelPath?: string;
  };
  readonly database: Pick<Database, "pool">;
  readonly metrics: InferenceMetrics;
  readonly log: Logger;
  readonly wallMs: () => number;
}

/** The embedder, opened soon or when first needed, the vectors, and the worker that embeds new movies. */
export function openBackgroundEmbedding(parts: BackgroundEmbeddingParts): BackgroundEmbedding {
  const { config, database, metrics, log } = parts;
  const stop = new AbortController();
  const source = modelSource(config.modelPath, config.home);
  const model = once(() => locateModel(source));
  const embedder = lazily(async () =>
    openEmbedderPool({ model: await model(), workers: 1, niceness: NICENESS }),
  );
  const vectors = once(async () => {
    const collection = collectionName((await model()).version);
    const { chromaUrl } = config;
    return openMovieVectors({ chromaUrl, collection, timeoutMs: CHROMA_TIMEOUT_MS });
  });
  const round = async () => {
    const collection = collectionName((await model()).version);
    rounds ??= createEmbeddingRounds(
      {
        embeddings: createEmbeddingRepository(database, collection),
        lists: createNeighbourRepository(database, collection),
        embedder,
        vectors,
        signal: stop.signal,
      },
      new Date(parts.wallMs() - LOOK_BACK_MS),
    );
    return rounds();
  };
  let rounds: ReturnType<typeof createEmbeddingRounds> | undefined;
  const leadership = openLeadership(database);
  const warm = setTimeout(() => {
    embedder().catch((failure: unknown) => {
      log.warn({ reason: messageOf(failure) }, "no embedder: searches compare titles alone");
    });
  }, WARM_AFTER_MS);
  const worker = openEmbeddingWorker({ database, leadership, round, metrics, log });
  return {
    announce: () => worker.announce(),
    embedder,
    vectors,
    async [Symbol.asyncDispose]() {
      clearTimeout(warm);
      stop.abort();
      await worker[Symbol.asyncDispose]();
      await leadership[Symbol.asyncDispose]();
      await embedder[Symbol.asyncDispose]();
    },
  };
}
