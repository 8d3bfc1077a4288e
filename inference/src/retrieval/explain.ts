import { type NeighbourIndex, neighboursOf } from "./neighbour-index.ts";
import type { Signals } from "./signals.ts";

/** A watched movie that speaks for a recommended one. */
export interface Reason {
  /** Dense index of the watched movie. */
  readonly index: number;
  /** Share of the recommended movie's similarity that comes from it, in (0, 1]. */
  readonly share: number;
}

/**
 * The watched movies behind each recommended one, most important first, ties to the smaller index.
 *
 * @param recommended dense indices. @param limit most reasons a movie.
 * @returns by dense index; empty for a movie that no signal has as its neighbour.
 */
export function explain(
  signals: Signals,
  index: NeighbourIndex,
  recommended: readonly number[],
  limit: number,
): Map<number, Reason[]> {
  const found = new Map<number, Reason[]>(recommended.map((movie) => [movie, []]));
  for (let s = 0; s < signals.count; s += 1) {
    const watched = signals.indices[s] ?? 0;
    const weight = signals.weights[s] ?? 0;
    for (const neighbour of neighboursOf(index, watched)) {
      if (neighbour.similarity <= 0) continue;
      found.get(neighbour.index)?.push({ index: watched, share: weight * neighbour.similarity });
    }
  }
  for (const [movie, reasons] of found) {
    const total = reasons.reduce((sum, reason) => sum + reason.share, 0);
    found.set(
      movie,
      reasons
        .map((reason) => ({ index: reason.index, share: reason.share / total }))
        .sort((a, b) => b.share - a.share || a.index - b.index)
        .slice(0, limit),
    );
  }
  return found;
}
