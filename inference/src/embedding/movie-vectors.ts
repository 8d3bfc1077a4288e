import {
  ChromaClient,
  ChromaConnectionError,
  ChromaNotFoundError,
  type Collection,
  IncludeEnum,
} from "chromadb";
import { ServiceError } from "@canarec/service-kit/errors";
import { TEXT_VERSION } from "./movie-text.ts";

/**
 * Measured on 5,866 movies: recall@100 is .942 with Chroma's defaults (16, 100, 100), .989 with (16, 200, 200) and
 * .9999 with these, at the same time a query (docs/embedding.md).
 */
const INDEX = { space: "cosine", max_neighbors: 32, ef_construction: 200, ef_search: 300 } as const;

const PAGE_ROWS = 2_000;
const VECTORS_PER_CALL = 500;
const QUERIES_PER_CALL = 100;
const DEFAULT_TIMEOUT_MS = 60_000;

/** The collection for vectors of a model's version and of this version of `movieText`. */
export function collectionName(modelVersion: string): string {
  return `movies-minilm-l6-v2-${modelVersion}-t${TEXT_VERSION}`;
}

/** The collection of the shipped model. */
export const COLLECTION = collectionName("int8");

/** A movie as the collection holds it, under its external id, which means the same in every database. */
export interface MovieVector {
  readonly movieId: string;
  readonly movieKey: number;
  readonly title: string | null;
  readonly year: number | null;
  readonly textHash: string;
  /** Of length 1. */
  readonly embedding: Float32Array;
}

export interface NearMovie {
  readonly movieId: string;
  /** Cosine, in [-1, 1]. */
  readonly similarity: number;
}

/** The movies' vectors in Chroma. Every method throws ServiceError `unavailable` if Chroma does not answer. */
export interface MovieVectors {
  readonly collection: string;
  count(): Promise<number>;
  /** The text hash of every movie, by external id; "" where the metadata lacks it. */
  hashes(): Promise<Map<string, string>>;
  /** Vectors of these movies, by external id; those that are not there are left out. */
  vectors(movieIds: readonly string[]): Promise<Map<string, Float32Array>>;
  /** Insert or replace. */
  upsert(movies: readonly MovieVector[]): Promise<void>;
  remove(movieIds: readonly string[]): Promise<void>;
  /** For each vector the `most` nearest movies by approximate search, best first. */
  nearest(embeddings: readonly Float32Array[], most: number): Promise<NearMovie[][]>;
}

export interface MovieVectorsOptions {
  readonly chromaUrl: string;
  readonly collection: string;
  /** Of one call to Chroma. Default 60 s; a search that a user waits for wants less. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Open the collection, creating it if need be.
 *
 * @throws ServiceError `unavailable` if Chroma does not answer, `failed_precondition` if a collection of that name
 * measures something else than the cosine.
 */
export async function openMovieVectors(options: MovieVectorsOptions): Promise<MovieVectors> {
  const call = await openCollection(options);
  return {
    collection: options.collection,
    count: () => call((collection) => collection.count()),
    hashes: () => hashes(call),
    vectors: (movieIds) => vectors(call, movieIds),
    upsert: async (movies) => {
      for (const part of parts(movies, VECTORS_PER_CALL)) {
        await call((collection) => collection.upsert(records(part)));
      }
    },
    remove: async (movieIds) => {
      for (const ids of parts(movieIds, PAGE_ROWS)) {
        await call((collection) => collection.delete({ ids }));
      }
    },
    nearest: (embeddings, most) => nearest(call, embeddings, most),
  };
}

/** One call to the collection, with its failures told as ServiceErrors. */
type Call = <T>(request: (collection: Collection) => Promise<T>) => Promise<T>;

async function openCollection(options: MovieVectorsOptions): Promise<Call> {
  const { chromaUrl, collection: name, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const { hostname, port, protocol } = new URL(chromaUrl);
  const ssl = protocol === "https:";
  const client = new ChromaClient({ host: hostname, port: Number(port) || (ssl ? 443 : 80), ssl });
  const open = async () => {
    const configuration = { hnsw: INDEX };
    return client.getOrCreateCollection({ name, configuration, embeddingFunction: null });
  };
  let collection = await guarded(open(), timeoutMs, chromaUrl);
  if (collection.configuration.hnsw?.space !== INDEX.space) {
    throw new ServiceError("failed_precondition", `collection ${name} does not use the cosine`);
  }
  return async (request) => {
    try {
      return await guarded(request(collection), timeoutMs, chromaUrl);
    } catch (thrown) {
      // Somebody dropped the collection, or Chroma lost its data: a new one has another id.
      if (!(thrown instanceof ChromaNotFoundError)) throw thrown;
      collection = await guarded(open(), timeoutMs, chromaUrl);
      return guarded(request(collection), timeoutMs, chromaUrl);
    }
  };
}

async function guarded<T>(request: Promise<T>, timeoutMs: number, url: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ServiceError("unavailable", `Chroma at ${url} took over ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([request, late]);
  } catch (thrown) {
    if (thrown instanceof ServiceError || thrown instanceof ChromaNotFoundError) throw thrown;
    const away = thrown instanceof ChromaConnectionError || thrown instanceof TypeError;
    const message = away ? `Chroma at ${url} does not answer` : `Chroma at ${url} refused a call`;
    throw new ServiceError(away ? "unavailable" : "internal", message, { cause: thrown });
  } finally {
    clearTimeout(timer);
  }
}

async function hashes(call: Call): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (let offset = 0; ; offset += PAGE_ROWS) {
    const page = await call((collection) =>
      collection.get({ limit: PAGE_ROWS, offset, include: [IncludeEnum.metadatas] }),
    );
    for (const [i, id] of page.ids.entries()) {
      const hash = page.metadatas[i]?.["text_hash"];
      found.set(id, typeof hash === "string" ? hash : "");
    }
    if (page.ids.length < PAGE_ROWS) return found;
  }
}

async function vectors(
  call: Call,
  movieIds: readonly string[],
): Promise<Map<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  for (const ids of parts(movieIds, VECTORS_PER_CALL)) {
    const include = [IncludeEnum.embeddings];
    const page = await call((collection) => collection.get({ ids, include }));
    for (const [i, id] of page.ids.entries()) {
      const embedding = page.embeddings[i];
      if (embedding) found.set(id, Float32Array.from(embedding));
    }
  }
  return found;
}

async function nearest(
  call: Call,
  embeddings: readonly Float32Array[],
  most: number,
): Promise<NearMovie[][]> {
  const answers: NearMovie[][] = [];
  for (const part of parts(embeddings, QUERIES_PER_CALL)) {
    const page = await call((collection) =>
      collection.query({
        queryEmbeddings: part.map((embedding) => Array.from(embedding)),
        nResults: most,
        include: [IncludeEnum.distances],
      }),
    );
    for (const [i, ids] of page.ids.entries()) {
      const distances = page.distances[i] ?? [];
      answers.push(
        ids.map((movieId, j) => ({ movieId, similarity: 1 - (distances[j] ?? Number.NaN) })),
      );
    }
  }
  return answers;
}

function records(movies: readonly MovieVector[]) {
  return {
    ids: movies.map((movie) => movie.movieId),
    embeddings: movies.map((movie) => Array.from(movie.embedding)),
    // NOTE: an upsert merges metadata, so that what is unknown now must be said to be null.
    metadatas: movies.map((movie) => ({
      text_hash: movie.textHash,
      movie_key: movie.movieKey,
      title: movie.title,
      year: movie.year,
    })),
  };
}

function parts<T>(all: readonly T[], size: number): T[][] {
  const cut: T[][] = [];
  for (let start = 0; start < all.length; start += size) cut.push(all.slice(start, start + size));
  return cut;
}
