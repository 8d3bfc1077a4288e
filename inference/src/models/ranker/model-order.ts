import type { ModelName } from "../model.ts";

/**
 * Models that score the whole catalogue by sums over short rows, the cheapest first: their best movies are the
 * candidates.
 */
export const SPARSE_MODELS: readonly ModelName[] = [
  "popularity",
  "transitions",
  "sequence",
  "content",
  "item_knn",
  "ease",
  "rp3beta",
];

/** Models that are asked about candidates alone, the cheapest first. */
export const CANDIDATE_MODELS: readonly ModelName[] = ["newness", "approval", "svd", "ials"];
