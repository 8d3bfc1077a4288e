import {
  MOST_NEIGHBOURS,
  type NeighbourRepository,
} from "@canarec/db-utils/embeddings/neighbour-repository";
import type { CatalogueKeys } from "@canarec/inference/embedding/catalogue-keys";
import type { MovieVectors } from "@canarec/inference/embedding/movie-vectors";
import { storedVectors } from "@canarec/inference/embedding/neighbour-lists";
import { spread } from "../embedding/check-vectors.ts";
import { recallOf, vectorTable } from "./exact-neighbours.ts";

export interface Recall {
  /** Neighbours of a list. */
  readonly k: number;
  /** Lists compared with exact search. */
  readonly sampled: number;
  /** Mean and smallest share of the k nearest that the lists name. */
  readonly mean: number;
  readonly least: number;
}

/**
 * Compare stored lists with exact search over every vector of the collection.
 *
 * @param most lists to sample, spread evenly.
 */
export async function measureRecall(
  input: {
    readonly vectors: MovieVectors;
    readonly lists: Pick<NeighbourRepository, "byKeys">;
    readonly keys: CatalogueKeys;
  },
  most: number,
): Promise<Recall> {
  const vectors = await storedVectors(input, [...input.keys.idByKey.keys()]);
  const table = vectorTable([...vectors.values()]);
  const rowByKey = new Map([...vectors.keys()].map((movieKey, row) => [movieKey, row]));
  const sample = spread([...vectors.keys()], most);
  const lists = new Map(
    (await input.lists.byKeys(sample)).map((list) => [list.movieKey, list.neighbours]),
  );
  const recalls = sample.map((movieKey) => {
    const named = (lists.get(movieKey) ?? []).map((key) => rowByKey.get(key) ?? -1);
    return recallOf(table, rowByKey.get(movieKey) ?? -1, named, MOST_NEIGHBOURS);
  });
  return {
    k: MOST_NEIGHBOURS,
    sampled: sample.length,
    mean: recalls.length === 0 ? 1 : recalls.reduce((sum, r) => sum + r, 0) / recalls.length,
    least: Math.min(1, ...recalls),
  };
}
