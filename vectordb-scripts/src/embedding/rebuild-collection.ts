import { createEmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";
import { ServiceError } from "@canarec/service-kit/errors";
import { collectionName } from "@canarec/inference/embedding/movie-vectors";
import { replaceCollection } from "@canarec/inference/embedding/replace-collection";
import { buildNeighbours } from "../neighbours/build-neighbours.ts";
import { type EmbedCatalogOptions, type EmbedReport, embedCatalog } from "./embed-catalog.ts";

export interface RebuildReport {
  readonly collection: string;
  /** Movies with a text: as many vectors the collection has now. */
  readonly movies: number;
  /** Embedded now; the rest was embedded by an earlier run that was broken off. */
  readonly embedded: number;
  /** Embedded after the new collection had its name: movies that came meanwhile. */
  readonly caughtUp: number;
  /** Neighbour lists of these, and those that they changed. */
  readonly lists: number;
  /** Of all. */
  readonly seconds: number;
  /** Of the collection as it is now. */
  readonly check: EmbedReport["check"];
}

/**
 * Make the collection anew from Postgres alone, whatever the vector store still has: every text is embedded into a collection
 * beside it, which then takes its name. Until then searches find what they found before; lists need none. May be stopped or
 * killed and run again: it goes on where it was. Neighbour lists stay, but for those of movies that came meanwhile: the same
 * texts give the same vectors.
 *
 * @throws ServiceError `unavailable` if Chroma or the embedders are away, `data_loss` if the new vectors are not those of
 *   their texts (the old collection then stays); `signal.reason` when aborted.
 */
export async function rebuildCollection(options: EmbedCatalogOptions): Promise<RebuildReport> {
  const { database, chromaUrl, embedder } = options;
  const collection = options.collection ?? collectionName(embedder.model.version);
  const replacement = `${collection}-rebuild`;
  const startedAt = performance.now();
  const made = await embedCatalog({ ...options, collection: replacement });
  requireWhole(made);
  await replaceCollection({ chromaUrl, collection, replacement });
  const after = await embedCatalog({ ...options, collection });
  await forgetAll(createEmbeddingRepository(database, replacement));
  const { written } = await buildNeighbours({
    ...{ database, chromaUrl, collection, recallSample: 0, signal: options.signal },
  });
  return {
    collection,
    movies: after.movies,
    embedded: made.embedded,
    caughtUp: after.embedded,
    lists: written,
    seconds: (performance.now() - startedAt) / 1_000,
    check: after.check,
  };
}

function requireWhole({ movies, check, collection }: EmbedReport): void {
  const { vectors, orphaned, damaged } = check;
  if (damaged.length === 0 && vectors === movies + orphaned) return;
  throw new ServiceError(
    "data_loss",
    `${collection} has ${vectors} vectors of ${movies} movies, ${damaged.length} of those compared are damaged: it takes no one's place`,
  );
}

/** The collection has another name now. */
async function forgetAll(embeddings: ReturnType<typeof createEmbeddingRepository>): Promise<void> {
  const keys = (await embeddings.embedded()).map(([movieKey]) => movieKey);
  await embeddings.forget(keys);
}
