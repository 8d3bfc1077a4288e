import {
  MOST_NEIGHBOURS,
  type NeighbourList,
  type NeighbourRepository,
} from "@canarec/db-utils/embeddings/neighbour-repository";
import type { CatalogueKeys } from "./catalogue-keys.ts";
import type { MovieVectors, NearMovie } from "./movie-vectors.ts";

/** Movies of one round: their vectors are fetched, asked about and their lists written together. */
const ROUND_MOVIES = 500;

/** Vectors of movies that the catalogue does not have may come in between; this many are allowed for. */
const MOST_SPARE = 100;

export interface WriteListsInput {
  readonly vectors: MovieVectors;
  readonly lists: Pick<NeighbourRepository, "now" | "write">;
  readonly keys: CatalogueKeys;
  readonly signal?: AbortSignal | undefined;
  /** After each round, with the number of lists written so far. */
  readonly onWritten?: ((lists: number) => void) | undefined;
}

/** Ask the vector store for the neighbours of these movies and store them. Skips movies without a vector. */
export async function writeLists(
  input: WriteListsInput,
  movieKeys: readonly number[],
): Promise<void> {
  if (movieKeys.length === 0) return;
  const orphans = (await input.vectors.count()) - input.keys.idByKey.size;
  const most = MOST_NEIGHBOURS + 1 + Math.min(MOST_SPARE, Math.max(0, orphans));
  for (let start = 0; start < movieKeys.length; start += ROUND_MOVIES) {
    input.signal?.throwIfAborted();
    const round = movieKeys.slice(start, start + ROUND_MOVIES);
    const asOf = await input.lists.now();
    const stored = await storedVectors(input, round);
    const keys = [...stored.keys()];
    const answers = await input.vectors.nearest([...stored.values()], most);
    const lists = answers.map((near, i) => neighbourList(keys[i] ?? 0, near, input.keys));
    await input.lists.write(lists, asOf);
    input.onWritten?.(start + round.length);
  }
}

/** Vectors by key; movies that have none are left out. */
export async function storedVectors(
  input: Pick<WriteListsInput, "vectors" | "keys">,
  movieKeys: readonly number[],
): Promise<Map<number, Float32Array>> {
  const { idByKey, keyById } = input.keys;
  const ids = movieKeys.map((key) => idByKey.get(key)).filter((id) => id !== undefined);
  const found = new Map<number, Float32Array>();
  for (const [movieId, embedding] of await input.vectors.vectors(ids)) {
    const movieKey = keyById.get(movieId);
    if (movieKey !== undefined) found.set(movieKey, embedding);
  }
  return found;
}

/**
 * The list of a movie from what the store found near it: without the movie itself and movies that the catalogue does
 * not know, best first, ties by the smaller key.
 */
export function neighbourList(
  movieKey: number,
  near: readonly NearMovie[],
  keys: CatalogueKeys,
): NeighbourList {
  const ordered = near
    .map(({ movieId, similarity }) => ({ key: keys.keyById.get(movieId), similarity }))
    .filter((found): found is Neighbour => found.key !== undefined && found.key !== movieKey)
    .sort((a, b) => b.similarity - a.similarity || a.key - b.key)
    .slice(0, MOST_NEIGHBOURS);
  return {
    movieKey,
    neighbours: ordered.map(({ key }) => key),
    similarities: ordered.map(({ similarity }) => similarity),
  };
}

interface Neighbour {
  readonly key: number;
  readonly similarity: number;
}
