import { TopK } from "./top-k.ts";

/** What ranking needs of the candidates of retrieval. */
export interface SimilaritySums {
  /** By dense index; 0 for what is not a candidate. */
  readonly sums: Float32Array;
  readonly touched: Int32Array;
  readonly count: number;
}

/** What is the same for every user. */
export interface Standings {
  /** By dense index; see standingOf. */
  readonly standing: Float64Array;
  /** Every movie, by standing, best first. */
  readonly order: Int32Array;
  readonly idRanks: Int32Array;
  readonly similarityWeight: number;
}

export interface RankedMovie {
  /** Dense index. */
  readonly movie: number;
  /** In [0, 1]; comparable only within one answer. */
  readonly score: number;
  /** Similarity to the user's taste, in [0, 1]: 1 is the most similar movie that may be recommended. */
  readonly similarity: number;
}

/**
 * The k best movies by
 *
 *     score = similarityWeight · s / max s + popularityWeight · popularity + ratingWeight · rating
 *
 * over the **whole** catalogue: candidates are scored one by one, and movies without similarity
 * follow in order of standing until none can enter, so popular and well-rated movies fill the list.
 * Ties go to the smaller id.
 *
 * @param isBarred watched or excluded movies, by dense index.
 * @returns min(k, movies not barred), best first.
 */
export function rankMovies(
  candidates: SimilaritySums,
  standings: Standings,
  isBarred: (movie: number) => boolean,
  k: number,
): RankedMovie[] {
  const { sums, touched, count } = candidates;
  const { standing, order, idRanks, similarityWeight } = standings;
  let most = 0;
  for (let i = 0; i < count; i += 1) {
    const movie = touched[i] as number;
    const sum = sums[movie] as number;
    if (sum > most && !isBarred(movie)) most = sum;
  }
  const scale = most > 0 ? similarityWeight / most : 0;
  const best = new TopK(k, idRanks);
  for (let i = 0; i < count; i += 1) {
    const movie = touched[i] as number;
    const score = scale * (sums[movie] as number) + (standing[movie] as number);
    if (score >= best.threshold && !isBarred(movie)) best.offer(movie, score);
  }
  for (const movie of order) {
    const score = standing[movie] as number;
    if (score < best.threshold) break;
    if ((sums[movie] as number) === 0 && !isBarred(movie)) best.offer(movie, score);
  }
  return best.sorted().map(({ movie, score }) => ({
    movie,
    score,
    similarity: most > 0 ? (sums[movie] ?? 0) / most : 0,
  }));
}
