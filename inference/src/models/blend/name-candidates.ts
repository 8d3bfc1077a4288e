import { BestOf } from "./best-of.ts";

/** What candidates are named from, for one user. */
export interface CandidateSources {
  /** Scores over the whole catalogue of the models that are cheap to ask so, each (movies). */
  readonly sums: readonly Float32Array[];
  /** Movies of which each model names its best. */
  readonly perModel: number;
  /** Movies that are candidates whatever the models say, best first; e.g. popular or new ones. */
  readonly always: ArrayLike<number>;
  /** 1 for a movie that must not be recommended, (movies). */
  readonly barred: Uint8Array;
}

/**
 * The movies that all models are asked about: the best `perModel` of each cheap one, as far as their
 * scores are above 0, and the `always` ones. Of equal scores at the cut the smaller index is taken.
 *
 * @returns dense indices, ascending, none twice, none barred.
 */
export function nameCandidates(sources: CandidateSources): Int32Array {
  const { sums, always, barred, perModel } = sources;
  const isNamed = new Uint8Array(barred.length);
  const best = new BestOf(perModel);
  for (const scores of sums) best.mark(scores, barred, isNamed);
  for (let i = 0; i < always.length; i += 1) {
    const movie = always[i] as number;
    if (barred[movie] === 0) isNamed[movie] = 1;
  }
  let count = 0;
  for (let movie = 0; movie < isNamed.length; movie += 1) count += isNamed[movie] as number;
  const named = new Int32Array(count);
  for (let movie = 0, next = 0; next < count; movie += 1) {
    if (isNamed[movie] === 1) named[next++] = movie;
  }
  return named;
}
