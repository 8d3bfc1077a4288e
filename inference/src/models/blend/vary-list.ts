import type { Variety } from "./blend.ts";

/** Candidates, best first, before variety is looked at. */
export interface VariedCandidates {
  /** Dense indices. */
  readonly movies: ArrayLike<number>;
  /** Blended scores of the same, descending. */
  readonly scores: ArrayLike<number>;
}

/** Rows of unit length by dense index, (movies × dimensions): what likeness is measured in. A row of zeros is like nothing. */
export interface LikenessSpace {
  readonly vectors: Float32Array;
  readonly dimensions: number;
}

/**
 * Order candidates by maximal marginal relevance (Carbonell, Goldstein 1998): each place goes to the one with the most
 *
 *     score − weight · max(0, largest cosine to a movie already listed)
 *
 * The first place is always the best candidate's. Equal values: the earlier candidate. With a weight of 0, or depth up to n, the
 * first n candidates are the list (in the latter case in MMR's order).
 *
 * @param n length wanted.
 * @returns places among the candidates, (min(n, candidates)), each once, in order of listing.
 */
export function varyList(
  candidates: VariedCandidates,
  space: LikenessSpace,
  { weight, depth }: Variety,
  n: number,
): number[] {
  const size = Math.min(candidates.movies.length, Math.max(n, depth));
  const length = Math.min(n, size);
  if (weight === 0) return Array.from({ length }, (_, place) => place);
  const likeness = new Float32Array(size);
  const compared = new Int32Array(size);
  const isListed = new Uint8Array(size);
  const listed: number[] = [];
  const valueOf = (place: number) =>
    (candidates.scores[place] as number) - weight * (likeness[place] as number);
  while (listed.length < length) {
    const best = bestPlace(isListed, valueOf);
    if (best < 0) break;
    // Likeness only grows, so a value is never more than it seems: what seems best, and is compared to all, is best.
    if (compared[best] === listed.length) {
      isListed[best] = 1;
      listed.push(best);
      continue;
    }
    for (let at = compared[best] as number; at < listed.length; at += 1) {
      const other = candidates.movies[listed[at] as number] as number;
      const cosine = cosineOf(space, candidates.movies[best] as number, other);
      if (cosine > (likeness[best] as number)) likeness[best] = cosine;
    }
    compared[best] = listed.length;
  }
  return listed;
}

/** The unlisted place of the most value, of equal ones the first; −1 where none is left. */
function bestPlace(isListed: Uint8Array, valueOf: (place: number) => number): number {
  let best = -1;
  let most = -Infinity;
  for (let place = 0; place < isListed.length; place += 1) {
    if (isListed[place] === 1) continue;
    const value = valueOf(place);
    if (value <= most) continue;
    best = place;
    most = value;
  }
  return best;
}

/** Of two movies, in [−1, 1]; 0 where one of them has no vector. */
export function cosineOf({ vectors, dimensions }: LikenessSpace, a: number, b: number): number {
  const startA = a * dimensions;
  const startB = b * dimensions;
  if (Math.max(startA, startB) + dimensions > vectors.length) return 0;
  let sum0 = 0;
  let sum1 = 0;
  let d = 0;
  for (; d + 1 < dimensions; d += 2) {
    sum0 += (vectors[startA + d] as number) * (vectors[startB + d] as number);
    sum1 += (vectors[startA + d + 1] as number) * (vectors[startB + d + 1] as number);
  }
  if (d === dimensions) return sum0 + sum1;
  return sum0 + sum1 + (vectors[startA + d] as number) * (vectors[startB + d] as number);
}
