import type { Transaction } from "@canarec/db-utils/database";
import { readBilledPeople } from "@canarec/db-utils/movies/read-people";
import type { CatalogueMovie } from "../bundle/codec/contents.ts";
import type { MovieFeatures } from "../models/model.ts";

/** Where embeddings come from: Chroma. */
export interface EmbeddingSource {
  /** By the platform's id; movies that are not embedded are left out. */
  vectors(movieIds: readonly string[]): Promise<ReadonlyMap<string, Float32Array>>;
}

/** Directors, then the first five of the cast, by dense index of the movie. */
export async function readPeople(
  client: Transaction["client"],
  catalogue: readonly CatalogueMovie[],
): Promise<string[][]> {
  const people = await readBilledPeople(client);
  return catalogue.map(({ movieKey }) => people.get(movieKey) ?? []);
}

/**
 * What is known of the catalogue's movies beside who watched them.
 *
 * @throws ServiceError "unavailable" where the embeddings cannot be read.
 */
export async function featuresOf(
  catalogue: readonly CatalogueMovie[],
  people: readonly (readonly string[])[],
  embeddings: EmbeddingSource,
): Promise<MovieFeatures> {
  const vectors = await embeddings.vectors(catalogue.map(({ movieId }) => movieId));
  const dimensions = vectors.values().next().value?.length ?? 0;
  const rows = new Float32Array(catalogue.length * dimensions);
  catalogue.forEach(({ movieId }, place) => {
    const vector = vectors.get(movieId);
    if (vector?.length === dimensions) rows.set(vector, place * dimensions);
  });
  return { embeddings: rows, dimensions, genres: catalogue.map(({ genres }) => genres), people };
}
