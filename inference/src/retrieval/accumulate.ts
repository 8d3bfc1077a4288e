import { type NeighbourIndex, similarityUnit } from "./neighbour-index.ts";
import type { Signals } from "./signals.ts";

/** One answer's sums, in arrays that are reused from answer to answer. */
export interface Candidates {
  /** Sum of weight × similarity by dense index; 0 for what is no candidate, −∞ for what is barred. */
  readonly sums: Float32Array;
  /** The largest of them. */
  most: number;
}

export function createCandidates(movies: number): Candidates {
  return { sums: new Float32Array(movies), most: 0 };
}

/** Keep a movie out of this answer: no finite sum can bring it back. */
export function bar(candidates: Candidates, movie: number): void {
  candidates.sums[movie] = -Infinity;
}

/**
 * Retrieve: add up, over a user's signals, weight × similarity for each of their neighbours.
 *
 * @param into with room for every movie; bar movies before.
 */
export function accumulate(signals: Signals, index: NeighbourIndex, into: Candidates): void {
  const { entries, width, additions } = index;
  const unit = similarityUnit(index);
  for (let s = 0; s < signals.count; s += 1) {
    const movie = signals.indices[s] as number;
    const weight = (signals.weights[s] as number) / unit;
    addRow(entries, [movie * width, (movie + 1) * width], { weight, index, into });
    const addition = additions.size === 0 ? undefined : additions.get(movie);
    if (addition) addRow(addition, [0, addition.length], { weight, index, into });
  }
  into.most = Math.fround(into.most); // as the sums are kept
}

interface Addition {
  readonly weight: number;
  readonly index: NeighbourIndex;
  readonly into: Candidates;
}

function addRow(
  entries: Uint32Array,
  [start, end]: readonly [number, number],
  { weight, index, into }: Addition,
): void {
  const { sums } = into;
  const { shift } = index;
  const mask = 2 ** shift - 1;
  const stop = Math.min(end, entries.length);
  let { most } = into;
  for (let place = start; place < stop; place += 1) {
    const entry = entries[place] as number;
    if (entry === 0) break;
    const neighbour = entry >>> shift;
    const sum = (sums[neighbour] as number) + weight * (entry & mask);
    sums[neighbour] = sum;
    if (sum > most) most = sum;
  }
  into.most = most;
}

/** Forget candidates and what was barred. */
export function clearCandidates(candidates: Candidates): void {
  candidates.sums.fill(0);
  candidates.most = 0;
}
