import type { EmbeddingRepository } from "@canarec/db-utils/embeddings/embedding-repository";

/** The movies that have a vector: internal keys to external ids, and back. */
export interface CatalogueKeys {
  readonly idByKey: ReadonlyMap<number, string>;
  readonly keyById: ReadonlyMap<string, number>;
}

/** Read which movies have a vector. */
export async function readCatalogueKeys(
  embeddings: Pick<EmbeddingRepository, "embedded">,
): Promise<CatalogueKeys> {
  const pairs = await embeddings.embedded();
  return {
    idByKey: new Map(pairs),
    keyById: new Map(pairs.map(([movieKey, movieId]) => [movieId, movieKey])),
  };
}
