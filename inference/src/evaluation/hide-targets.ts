import type { Draw } from "./draw.ts";
import type { Interactions } from "../models/interactions.ts";

/** Places in the matrix of a user's marked interactions, ascending. */
export function markedPlaces(of: Interactions, marks: Uint8Array, user: number): number[] {
  const places: number[] = [];
  for (let at = of.starts[user] ?? 0; at < (of.starts[user + 1] ?? 0); at += 1) {
    if (marks[at] === 1) places.push(at);
  }
  return places;
}

/**
 * Draw round(share · n) of n places, at least 1 and never all.
 *
 * @returns places in the matrix, ascending.
 */
export function drawTargets(places: readonly number[], share: number, draw: Draw): Int32Array {
  const count = Math.min(places.length - 1, Math.max(1, Math.round(share * places.length)));
  return draw.places(places.length, count).map((place) => places[place] ?? 0);
}

/** The movies of places in the matrix, which are ascending when the places are of one user and ascend. */
export function moviesAt(of: Interactions, places: ArrayLike<number>): Int32Array {
  return Int32Array.from(places, (place) => of.movieOf[place] ?? 0);
}
