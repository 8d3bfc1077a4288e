import { ServiceError } from "@canarec/service-kit/errors";
import type { Scorer } from "../models/model.ts";
import { TopK } from "../ranking/top-k.ts";
import type { Split, TestCase } from "./split.ts";

/**
 * The best movies by score, best first; of equal scores the smaller index.
 *
 * @param scores (movies), finite; −∞ for a movie that must not be in the list.
 * @param ranks (movies), the indices themselves: who is smaller.
 * @returns at most k, fewer where fewer may be in it.
 */
export function rankTop(scores: Float32Array, ranks: Int32Array, k: number): Int32Array {
  const top = new TopK(k, ranks);
  let threshold = -Infinity;
  for (let movie = 0; movie < scores.length; movie += 1) {
    const score = scores[movie] ?? -Infinity;
    if (score > threshold || (!top.full && score > -Infinity)) {
      top.offer(movie, score); // an equal score never wins: indices ascend
      threshold = top.threshold;
    }
  }
  return Int32Array.from(top.sorted(), ({ movie }) => movie);
}

/**
 * The list of each case of a split, (cases), each at most `depth` long.
 *
 * @param progress told the share of cases done, now and then.
 * @throws ServiceError "internal" when the model answers with a number that is not finite.
 */
export function rankCases(
  scorer: Scorer,
  { cases, training }: Split,
  depth: number,
  progress: (share: number) => void = () => undefined,
): Int32Array[] {
  if (scorer.movies !== training.movies) {
    throw new ServiceError(
      "invalid_argument",
      `the model knows ${scorer.movies} movies, the split ${training.movies}`,
    );
  }
  const ranks = Int32Array.from({ length: training.movies }, (_, movie) => movie);
  const scores = new Float32Array(training.movies);
  return cases.map((one, place) => {
    scorer.score(one.known, scores);
    assertFinite(scores, one.user);
    if (place % PROGRESS_EVERY === 0) progress(place / cases.length);
    return rankCase(one, scores, ranks, depth);
  });
}

const PROGRESS_EVERY = 50;

function rankCase(one: TestCase, scores: Float32Array, ranks: Int32Array, depth: number) {
  if (one.candidates !== undefined) {
    const { candidates } = one;
    const places = rankTop(
      Float32Array.from(candidates, (movie) => scores[movie] ?? 0),
      ranks,
      depth,
    );
    return places.map((place) => candidates[place] ?? 0);
  }
  for (const movie of one.barred) scores[movie] = -Infinity;
  return rankTop(scores, ranks, depth);
}

function assertFinite(scores: Float32Array, user: number): void {
  for (const score of scores) {
    if (!Number.isFinite(score)) {
      throw new ServiceError("internal", `the model scores a movie ${score} for user ${user}`);
    }
  }
}
