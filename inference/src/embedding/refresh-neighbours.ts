import type {
  NeighbourRepository,
  Threshold,
} from "@canarec/db-utils/embeddings/neighbour-repository";
import {
  type ChangedVector,
  enteredAmongLonely,
  enteredAmongNearest,
  lonelyLists,
} from "./affected-lists.ts";
import type { CatalogueKeys } from "./catalogue-keys.ts";
import type { MovieVectors } from "./movie-vectors.ts";
import { storedVectors, writeLists } from "./neighbour-lists.ts";

/** From here on asking for every list costs less than finding out which are concerned. */
export const MOST_CHANGED = 100;

/** Nearest movies that are looked at for lists that a changed movie enters. */
const REACH = 1_000;

export interface RefreshInput {
  readonly vectors: MovieVectors;
  readonly lists: NeighbourRepository;
  readonly keys: CatalogueKeys;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

export interface RefreshReport {
  /** Movies whose vector or removal was the cause. */
  readonly changed: number;
  /** Movies whose list was written, by key. */
  readonly written: readonly number[];
}

/**
 * Bring the neighbour lists up to date after the vectors of `changed` movies changed: their own lists, those that named
 * them or a movie that is gone, and those that they enter now. Exact as far as the search is: a list that is not
 * written could not have changed. From MOST_CHANGED movies on, every list is written.
 *
 * The lists of the changed movies are written last, so that a run that is cut short leaves them outdated and is
 * repeated whole.
 *
 * @param changed of lists.outdated(), or a part of these.
 */
export async function refreshNeighbours(
  input: RefreshInput,
  changed: readonly number[],
): Promise<RefreshReport> {
  await input.lists.prune();
  const own = changed.filter((movieKey) => input.keys.idByKey.has(movieKey));
  const others = await affectedLists(input, own);
  const ordered = [...[...others].sort((a, b) => a - b), ...own];
  await writeLists(
    {
      ...input,
      onWritten: (done) => input.onProgress?.({ done, total: ordered.length }),
    },
    ordered,
  );
  return { changed: changed.length, written: ordered };
}

/** Lists of unchanged movies that must be written. */
async function affectedLists(
  input: RefreshInput,
  changed: readonly number[],
): Promise<Set<number>> {
  const thresholds = await input.lists.thresholds();
  const changedKeys = new Set(changed);
  const all = thresholds.map(({ movieKey }) => movieKey);
  const others =
    changed.length > MOST_CHANGED
      ? all
      : [
          ...(await input.lists.namingMissing()),
          ...(await input.lists.naming(changed)),
          ...(await enteredLists(input, changed, thresholds)),
        ];
  return new Set(others.filter((movieKey) => !changedKeys.has(movieKey)));
}

async function enteredLists(
  input: RefreshInput,
  changed: readonly number[],
  thresholds: readonly Threshold[],
): Promise<number[]> {
  const least = new Map(thresholds.map((list) => [list.movieKey, list.least]));
  const entered: number[] = [];
  const lonely = new Map<number, Float32Array>();
  for (const vector of await changedVectors(input, changed)) {
    input.signal?.throwIfAborted();
    entered.push(...enteredAmongNearest(vector, least));
    const candidates = lonelyLists(vector, thresholds);
    const unread = candidates.filter((movieKey) => !lonely.has(movieKey));
    for (const [key, embedding] of await storedVectors(input, unread)) lonely.set(key, embedding);
    entered.push(...enteredAmongLonely(vector, lonely, least));
  }
  return entered;
}

async function changedVectors(
  input: RefreshInput,
  changed: readonly number[],
): Promise<ChangedVector[]> {
  const embeddings = [...(await storedVectors(input, changed)).values()];
  if (embeddings.length === 0) return [];
  const answers = await input.vectors.nearest(embeddings, REACH);
  return embeddings.map((embedding, i) => {
    const near = answers[i] ?? [];
    const nearest = near.map(({ movieId, similarity }) => ({
      movieKey: input.keys.keyById.get(movieId) ?? 0, // 0 is no key: identities begin at 1
      similarity,
    }));
    return { embedding, nearest, complete: near.length < REACH };
  });
}
