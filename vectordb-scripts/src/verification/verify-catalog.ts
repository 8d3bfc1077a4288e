import type { Database } from "@canarec/db-utils/database";
import {
  type EmbeddingRepository,
  createEmbeddingRepository,
} from "@canarec/db-utils/embeddings/embedding-repository";
import {
  type NeighbourRepository,
  createNeighbourRepository,
} from "@canarec/db-utils/embeddings/neighbour-repository";
import { readCatalogueKeys } from "@canarec/inference/embedding/catalogue-keys";
import type { EmbedderPool } from "@canarec/inference/embedding/embedder-pool";
import type { TextOfMovie } from "@canarec/inference/embedding/index-movies";
import {
  type MovieVectors,
  collectionName,
  openMovieVectors,
} from "@canarec/inference/embedding/movie-vectors";
import { refreshNeighbours } from "@canarec/inference/embedding/refresh-neighbours";
import { checkVectors } from "../embedding/check-vectors.ts";
import { type Progress, embedTexts } from "../embedding/embed-texts.ts";
import { type EmbeddingPlan, planEmbedding } from "../embedding/embedding-plan.ts";
import { readState } from "../embedding/read-state.ts";

const DEFAULT_SAMPLE = 500;

export interface VerifyCatalogOptions {
  readonly database: Pick<Database, "pool">;
  readonly chromaUrl: string;
  readonly embedder: Pick<EmbedderPool, "embed" | "model">;
  /** Default: the collection of the embedder's model and this version of the text. */
  readonly collection?: string | undefined;
  /** Put right what is found. */
  readonly mend: boolean;
  /** Vectors compared with their text, embedded anew. Default 500; Infinity: all. */
  readonly sample?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How many of each kind were found. */
export interface Findings {
  /** Movies with a text but no vector. */
  readonly missing: number;
  /** Vectors of a text that the movie no longer has. */
  readonly stale: number;
  /** Vectors of movies that the catalogue does not have, or of which nothing is known. */
  readonly orphaned: number;
  /** Right vectors that Postgres does not record. */
  readonly unrecorded: number;
  /** Movies without a text that Postgres records as having a vector. */
  readonly misrecorded: number;
  /** Sampled vectors that are not those of their text. */
  readonly damaged: number;
  /** Neighbour lists that are absent, older than a vector, or name a movie without one. */
  readonly outdatedLists: number;
}

export interface VerifyReport {
  readonly collection: string;
  /** Movies with a text. */
  readonly movies: number;
  readonly sampled: number;
  readonly found: Findings;
  /** What is left after mending; the same as `found` without. */
  readonly left: Findings;
}

interface Parts {
  readonly options: VerifyCatalogOptions;
  readonly vectors: MovieVectors;
  readonly embeddings: EmbeddingRepository;
  readonly lists: NeighbourRepository;
}

interface Inspection {
  readonly plan: EmbeddingPlan;
  readonly damaged: readonly TextOfMovie[];
  readonly movies: number;
  readonly sampled: number;
  readonly findings: Findings;
}

/**
 * Compare the vector store and the neighbour lists with the catalogue, and mend them if told to.
 *
 * @throws ServiceError `unavailable` if Chroma or the embedders are away; `signal.reason` when aborted.
 */
export async function verifyCatalog(options: VerifyCatalogOptions): Promise<VerifyReport> {
  const { database, chromaUrl, embedder } = options;
  const collection = options.collection ?? collectionName(embedder.model.version);
  const parts: Parts = {
    options,
    vectors: await openMovieVectors({ chromaUrl, collection }),
    embeddings: createEmbeddingRepository(database, collection),
    lists: createNeighbourRepository(database, collection),
  };
  const first = await inspect(parts);
  if (options.mend) await mend(parts, first);
  const last = options.mend ? await inspect(parts) : first;
  return {
    collection,
    movies: first.movies,
    sampled: first.sampled,
    found: first.findings,
    left: last.findings,
  };
}

async function inspect(parts: Parts): Promise<Inspection> {
  const { options, vectors, embeddings, lists } = parts;
  const { embedder, signal } = options;
  const state = await readState(embeddings, vectors, signal);
  const plan = planEmbedding(state);
  const suspects = new Set([...plan.missing, ...plan.stale]);
  const rest = state.texts.filter((text) => !suspects.has(text));
  const sample = options.sample ?? DEFAULT_SAMPLE;
  const check = await checkVectors({ embedder, vectors, signal }, rest, sample);
  const outdated = new Set([...(await lists.outdated()), ...(await lists.namingMissing())]);
  return {
    plan,
    damaged: check.damaged,
    movies: state.texts.length,
    sampled: check.sampled,
    findings: {
      missing: plan.missing.length,
      stale: plan.stale.length,
      orphaned: plan.orphaned.length,
      unrecorded: plan.unrecorded.length,
      misrecorded: plan.misrecorded.length,
      damaged: check.damaged.length,
      outdatedLists: outdated.size,
    },
  };
}

async function mend(parts: Parts, { plan, damaged }: Inspection): Promise<void> {
  const { options, vectors, embeddings, lists } = parts;
  const { embedder, signal, onProgress } = options;
  await vectors.remove(plan.orphaned);
  await embeddings.forget(plan.misrecorded);
  if (plan.unrecorded.length > 0) await embeddings.record(plan.unrecorded);
  const work = [...plan.missing, ...plan.stale, ...damaged];
  await embedTexts({ embedder, vectors, embeddings, signal, onProgress }, work);
  const keys = await readCatalogueKeys(embeddings);
  await refreshNeighbours({ vectors, lists, keys, signal }, await lists.outdated());
}
