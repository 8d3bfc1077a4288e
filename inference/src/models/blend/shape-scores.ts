import type { ShapeName } from "./blend.ts";

/** Scores that lie farther out than so many standard deviations count as if they lay there. */
const FARTHEST = 8;

/** Added to a place, so that the first places differ by less than all the others together. */
const RANK_OFFSET = 10;

/**
 * Make one user's scores of one signal comparable with those of others. All three keep the order.
 *
 * - "share": (s − least) / (most − least), in [0, 1].
 * - "standard": (s − mean) / standard deviation, in [−8, 8].
 * - "rank": 10 / (10 + place), place from 0 by score, equal scores sharing the mean of their places;
 *   in (0, 1] (reciprocal ranks: Cormack, Clarke, Büttcher 2009).
 *
 * Scores that are all equal say nothing: zeros. So does a score that is not finite: it counts as the least finite one.
 *
 * @param scores of the candidates, (n). @param into (n), overwritten; may be `scores` itself.
 */
export function shapeScores(shape: ShapeName, scores: Float32Array, into: Float32Array): void {
  const { least, most } = spanOf(scores);
  if (!(most > least)) {
    into.fill(0);
    return;
  }
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] as number;
    into[i] = Number.isFinite(score) ? score : least;
  }
  if (shape === "share") shareOf(into, least, most);
  else if (shape === "standard") standardise(into);
  else rank(into);
}

function spanOf(scores: Float32Array): { least: number; most: number } {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < scores.length; i += 1) {
    const score = scores[i] as number;
    if (!Number.isFinite(score)) continue;
    if (score < least) least = score;
    if (score > most) most = score;
  }
  return { least, most };
}

function shareOf(scores: Float32Array, least: number, most: number): void {
  for (let i = 0; i < scores.length; i += 1) {
    scores[i] = ((scores[i] as number) - least) / (most - least);
  }
}

function standardise(scores: Float32Array): void {
  let sum = 0;
  for (let i = 0; i < scores.length; i += 1) sum += scores[i] as number;
  const mean = sum / scores.length;
  let squares = 0;
  for (let i = 0; i < scores.length; i += 1) squares += ((scores[i] as number) - mean) ** 2;
  const deviation = Math.sqrt(squares / scores.length) || 1;
  for (let i = 0; i < scores.length; i += 1) {
    const standard = ((scores[i] as number) - mean) / deviation;
    scores[i] = Math.max(-FARTHEST, Math.min(FARTHEST, standard));
  }
}

function rank(scores: Float32Array): void {
  const order = Int32Array.from(scores.keys()).sort(
    (a, b) => (scores[b] as number) - (scores[a] as number),
  );
  const sorted = scores.slice();
  for (let from = 0; from < order.length;) {
    const score = sorted[order[from] as number];
    let to = from + 1;
    while (to < order.length && sorted[order[to] as number] === score) to += 1;
    const place = (from + to - 1) / 2;
    for (; from < to; from += 1) {
      scores[order[from] as number] = RANK_OFFSET / (RANK_OFFSET + place);
    }
  }
}
