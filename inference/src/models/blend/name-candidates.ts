import { kthLargest } from "./kth-largest.ts";

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
  for (const scores of sums) markBest(scores, perModel, barred, isNamed);
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

function markBest(scores: Float32Array, k: number, barred: Uint8Array, isNamed: Uint8Array): void {
  const cut = kthLargest(scores, barred, k);
  if (cut === 0) return;
  let left = k;
  for (let movie = 0; movie < scores.length; movie += 1) {
    if ((scores[movie] as number) > cut && barred[movie] === 0) {
      isNamed[movie] = 1;
      left -= 1;
    }
  }
  for (let movie = 0; movie < scores.length && left > 0; movie += 1) {
    if (scores[movie] !== cut || barred[movie] === 1) continue;
    isNamed[movie] = 1;
    left -= 1;
  }
}
