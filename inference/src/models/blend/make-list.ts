import type { Blend } from "./blend.ts";
import { type SignalScores, blendScores } from "./blend-scores.ts";
import { type FilledList, fillSlots } from "./fill-slots.ts";
import { kthLargest } from "./kth-largest.ts";
import { type LikenessSpace, varyList } from "./vary-list.ts";

/** What one user's list is made of. */
export interface ListParts {
  /** Dense indices, (candidates); see nameCandidates. */
  readonly candidates: Int32Array;
  /** Each (candidates). */
  readonly scores: SignalScores;
  readonly space: LikenessSpace;
  /** See slotDraws. */
  readonly draw: (slot: number, use: "whether" | "which") => number;
}

export interface BlendedList extends FilledList {
  /** Blended scores of the listed movies, in the list's order. */
  readonly scores: readonly number[];
}

/**
 * From models' scores to a list: blended, re-ranked for variety, with slots for exploration. Of equal scores
 * the earlier candidate goes first.
 *
 * @param n length wanted; the list is shorter only where candidates are.
 */
export function makeList(blend: Blend, parts: ListParts, n: number): BlendedList {
  const { candidates } = parts;
  const blended = new Float32Array(candidates.length);
  blendScores(blend, parts.scores, blended);
  const depth = Math.max(n, blend.variety.weight > 0 ? blend.variety.depth : 0);
  const order = bestPlaces(blended, Math.max(depth, n + blend.exploration.pool));
  const movies = order.map((place) => candidates[place] as number);
  const scores = order.map((place) => blended[place] as number);
  const listed = varyList({ movies, scores }, parts.space, blend.variety, n);
  const isListed = new Set(listed);
  const rest = Array.from(order.keys()).filter((place) => !isListed.has(place));
  const filled = fillSlots(
    {
      list: listed.map((place) => movies[place] as number),
      beyond: rest.map((place) => movies[place] as number),
      scores: rest.map((place) => scores[place] as number),
    },
    blend.exploration,
    parts.draw,
  );
  const scoreOf = new Map(movies.map((movie, place) => [movie, scores[place] as number]));
  return { ...filled, scores: filled.list.map((movie) => scoreOf.get(movie) as number) };
}

/** Places of the k largest, best first, ties to the smaller place. */
function bestPlaces(values: Float32Array, k: number): number[] {
  const count = Math.min(k, values.length);
  if (count === 0) return [];
  const cut = kthLargest(values.slice(), values.length, count);
  const places: number[] = [];
  for (let place = 0; place < values.length; place += 1) {
    if ((values[place] as number) >= cut) places.push(place);
  }
  return places
    .sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
    .slice(0, count);
}
