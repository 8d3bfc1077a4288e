import type { Threshold } from "@canarec/db-utils/embeddings/neighbour-repository";
import { cosine } from "./pooling.ts";

/** A movie whose vector is new or has changed. */
export interface ChangedVector {
  readonly embedding: Float32Array;
  /** Its nearest movies by key, best first; longer than a list. */
  readonly nearest: readonly { readonly movieKey: number; readonly similarity: number }[];
  /** Whether `nearest` is the whole collection. */
  readonly complete: boolean;
}

/** Distances from the store are rounded: a list whose threshold is this near may be entered. */
const ROUNDING = 1e-5;

/** Lists that the changed movie enters, as far as its nearest movies show it. */
export function enteredAmongNearest(
  changed: ChangedVector,
  least: ReadonlyMap<number, number>,
): number[] {
  return changed.nearest
    .filter(({ movieKey, similarity }) => {
      const threshold = least.get(movieKey);
      return threshold !== undefined && similarity > threshold - ROUNDING;
    })
    .map(({ movieKey }) => movieKey);
}

/**
 * Lists that the changed movie might enter although it is not near their movie: those of lonely movies, whose last
 * neighbour is farther away than the last of the changed movie's nearest. All others are ruled out, because whatever is
 * not among the nearest is no more similar than the last of these.
 */
export function lonelyLists(
  changed: ChangedVector,
  thresholds: readonly Threshold[],
): readonly number[] {
  if (changed.complete) return [];
  const last = changed.nearest.at(-1)?.similarity ?? 1;
  const near = new Set(changed.nearest.map(({ movieKey }) => movieKey));
  return thresholds
    .filter(({ movieKey, least }) => least < last + ROUNDING && !near.has(movieKey))
    .map(({ movieKey }) => movieKey);
}

/** Of lonely movies, those whose list the changed movie really enters. */
export function enteredAmongLonely(
  changed: ChangedVector,
  lonely: ReadonlyMap<number, Float32Array>,
  least: ReadonlyMap<number, number>,
): number[] {
  return [...lonely]
    .filter(([movieKey, embedding]) => {
      const threshold = least.get(movieKey) ?? Infinity;
      return cosine(changed.embedding, embedding) > threshold - ROUNDING;
    })
    .map(([movieKey]) => movieKey);
}
