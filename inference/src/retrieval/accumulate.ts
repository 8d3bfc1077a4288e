import type { NeighbourIndex } from "./neighbour-index.ts";
import type { Signals } from "./signals.ts";

/**
 * Room for one answer's sums, reused from answer to answer: allocating and clearing an array of the
 * catalogue's size would cost more than the sums.
 */
export interface Candidates {
  /** Sum of weight × similarity by dense index; 0 for what is not a candidate. */
  readonly sums: Float32Array;
  /** Dense indices of the candidates, in order of first mention; stale beyond `count`. */
  readonly touched: Int32Array;
  count: number;
}

export function createCandidates(movies: number): Candidates {
  return { sums: new Float32Array(movies), touched: new Int32Array(movies), count: 0 };
}

/**
 * Retrieve: the sum, over a user's signals, of weight × similarity for each of their neighbours.
 * Neighbours with a similarity of 0 or less are left out.
 *
 * @param into empty, with room for every movie; see clearCandidates.
 */
export function accumulate(signals: Signals, index: NeighbourIndex, into: Candidates): void {
  const { neighbours, similarities, width, additions } = index;
  const { sums, touched } = into;
  let count = into.count;
  for (let s = 0; s < signals.count; s += 1) {
    const movie = signals.indices[s] as number;
    const weight = signals.weights[s] as number;
    const end = Math.min((movie + 1) * width, neighbours.length);
    for (let place = movie * width; place < end; place += 1) {
      const neighbour = neighbours[place] as number;
      if (neighbour < 0) break;
      const similarity = similarities[place] as number;
      if (similarity <= 0) break; // best first: the rest is no better
      const sum = sums[neighbour] as number;
      if (sum === 0) touched[count++] = neighbour;
      sums[neighbour] = sum + weight * similarity;
    }
    const addition = additions.size === 0 ? undefined : additions.get(movie);
    if (addition === undefined) continue;
    for (let place = 0; place < addition.indices.length; place += 1) {
      const neighbour = addition.indices[place] as number;
      const similarity = addition.similarities[place] as number;
      if (similarity <= 0) continue;
      const sum = sums[neighbour] as number;
      if (sum === 0) touched[count++] = neighbour;
      sums[neighbour] = sum + weight * similarity;
    }
  }
  into.count = count;
}

/** Forget the candidates, touching only what they touched. */
export function clearCandidates(candidates: Candidates): void {
  const { sums, touched, count } = candidates;
  for (let i = 0; i < count; i += 1) sums[touched[i] as number] = 0;
  candidates.count = 0;
}
