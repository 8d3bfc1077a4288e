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
  const isListed = new Uint8Array(size);
  const listed: number[] = [];
  while (listed.length < length) {
    let best = -1;
    let most = -Infinity;
    for (let place = 0; place < size; place += 1) {
      if (isListed[place] === 1) continue;
      const value = (candidates.scores[place] as number) - weight * (likeness[place] as number);
      if (value <= most) continue;
      [best, most] = [place, value];
    }
    if (best < 0) break;
    isListed[best] = 1;
    listed.push(best);
    if (listed.length < length)
      raiseLikeness(likeness, isListed, candidates.movies, { space, best });
  }
  return listed;
}

function raiseLikeness(
  likeness: Float32Array,
  isListed: Uint8Array,
  movies: ArrayLike<number>,
  { space, best }: { readonly space: LikenessSpace; readonly best: number },
): void {
  for (let place = 0; place < likeness.length; place += 1) {
    if (isListed[place] === 1) continue;
    const cosine = cosineOf(space, movies[place] as number, movies[best] as number);
    if (cosine > (likeness[place] as number)) likeness[place] = cosine;
  }
}

/** Of two movies, in [−1, 1]; 0 where one of them has no vector. */
export function cosineOf({ vectors, dimensions }: LikenessSpace, a: number, b: number): number {
  const startA = a * dimensions;
  const startB = b * dimensions;
  let sum = 0;
  for (let d = 0; d < dimensions; d += 1) {
    sum += (vectors[startA + d] ?? 0) * (vectors[startB + d] ?? 0);
  }
  return sum;
}
