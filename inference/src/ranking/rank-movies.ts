import { TopK } from "./top-k.ts";

/** What ranking needs of the candidates of retrieval. */
export interface SimilaritySums {
  /** By dense index; 0 for what is no candidate, −∞ for what may not be recommended. */
  readonly sums: Float32Array;
  /** The largest of them. */
  readonly most: number;
}

/** What is the same for every user. */
export interface Standings {
  /** By dense index; see standingOf. Finite. */
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
 * over the **whole** catalogue, so popular and well-rated movies fill a list that similarity leaves
 * short. One pass in order of memory, which for most movies reads the sum alone: it tells whether even
 * the best standing could bring the movie among the k best so far. Ties go to the smaller id.
 *
 * @returns min(k, movies not barred), best first.
 */
export function rankMovies(
  candidates: SimilaritySums,
  standings: Standings,
  k: number,
): RankedMovie[] {
  const { sums, most } = candidates;
  const { standing, idRanks } = standings;
  const scale = most > 0 ? standings.similarityWeight / most : 0;
  const best = new TopK(k, idRanks);
  const bestStanding = standing[standings.order[0] ?? 0] ?? 0;
  const leastSum = (score: number) => sumFor(score - bestStanding, scale);
  let threshold = sureScore(candidates, standings, scale, k);
  let least = leastSum(threshold);
  for (let movie = 0; movie < standing.length; movie += 1) {
    const sum = sums[movie] as number;
    if (sum < least) continue; // whatever its standing
    const score = scale * sum + (standing[movie] as number);
    if (!(score >= threshold) || score === -Infinity) continue;
    best.offer(movie, score);
    if (!best.full || best.threshold === threshold) continue;
    threshold = best.threshold;
    least = leastSum(threshold);
  }
  return best.sorted().map(({ movie, score }) => ({
    movie,
    score,
    similarity: most > 0 ? (sums[movie] as number) / most : 0,
  }));
}

/** More than rounding, and the nine digits of the order, can hide. */
const TOLERANCE = 1e-8;

/** A sum below which scaled sums stay below `part` of a score; −∞ where a movie without any may reach it. */
function sumFor(part: number, scale: number): number {
  const least = (part - TOLERANCE) / scale;
  return least > 0 ? least : -Infinity;
}

/** A score that at least k movies reach: those of the best standing do. −∞ if there are not k. */
function sureScore(
  { sums }: SimilaritySums,
  { standing, order }: Standings,
  scale: number,
  k: number,
): number {
  let worst = Infinity;
  let counted = 0;
  for (let place = 0; place < order.length && counted < k; place += 1) {
    const movie = order[place] as number;
    const sum = sums[movie] as number;
    if (sum === -Infinity) continue;
    worst = Math.min(worst, scale * sum + (standing[movie] as number));
    counted += 1;
  }
  return counted === k ? worst : -Infinity;
}
